"""A model from a checkpoint: its kernels, and what is refused before anything is allocated for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
import torch

from core.errors import BadCheckpointError, BadInputError
from core.measurement.bound import measure_bound
from core.model import DiffusionModel, model_from
from core.networks.base import ReverseNetwork
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.radial_basis import RadialBasisNetwork
from core.networks.registry import build_network
from core.processes.base import Process
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Bits, Gaussian, StateDistribution
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, linear
from core.sampling.trajectories import reverse
from core.values.checkpoints import Checkpoint, DataInfo
from core.values.runs import RunSpec


def test_the_model_has_the_rates_and_the_weights_of_its_checkpoint(small: Checkpoint, model: DiffusionModel) -> None:
    assert model.steps == small.steps == 5
    assert np.array_equal(model.process.betas.numpy(), small.betas)
    assert isinstance(model.network, MultilayerPerceptron)
    for name, value in model.network.state_dict().items():
        assert np.array_equal(value.numpy(), small.network.weights[name])


def test_the_reverse_kernel_is_that_of_the_network(model: DiffusionModel) -> None:
    network: Any = model.network
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    for t in (2, 5):
        distribution, wanted = model.reverse_kernel(x, t), network.reverse_kernel(x, t, model.process)
        assert torch.equal(distribution.mean, wanted.mean)
        assert torch.equal(distribution.variance, wanted.variance)


def test_the_reverse_kernel_of_the_first_step_is_the_edge(model: DiffusionModel) -> None:
    x = torch.ones(3, 2)
    assert torch.equal(model.reverse_kernel(x, 1).mean, model.process.final_kernel(x).mean)
    assert torch.equal(model.reverse_kernel(x, 1).stddev, model.process.final_kernel(x).stddev)


def test_the_drift_is_the_mean_of_the_kernel_less_the_state(model: DiffusionModel) -> None:
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    for t in (1, 3):
        assert torch.equal(model.drift(x, t), model.reverse_kernel(x, t).mean - x)


@pytest.mark.parametrize("t", [0, 6, -1])
def test_a_kernel_outside_the_process_is_refused(model: DiffusionModel, t: int) -> None:
    with pytest.raises(BadInputError, match=f"t: {t} "):
        model.reverse_kernel(torch.ones(1, 2), t)


def test_a_built_model_keeps_no_gradients_and_no_hold_on_the_checkpoint(
    small: Checkpoint, model: DiffusionModel
) -> None:
    assert isinstance(model.network, MultilayerPerceptron)
    assert not any(parameter.requires_grad for parameter in model.network.parameters())
    before = small.network.weights["first.bias"].copy()
    with torch.no_grad():
        model.network.first.bias.add_(1.0)
    assert np.array_equal(small.network.weights["first.bias"], before)


def changed(small: Checkpoint, **weights: np.ndarray | None) -> Checkpoint:
    kept = {**small.network.weights, **{name.replace("__", "."): value for name, value in weights.items()}}
    kept = {name: value for name, value in kept.items() if value is not None}
    return dataclasses.replace(small, network=dataclasses.replace(small.network, weights=kept))


def reconfigured(small: Checkpoint, **config: object) -> Checkpoint:
    network = dataclasses.replace(small.network, config={**small.network.config, **config})
    return dataclasses.replace(small, network=network)


def shaped(small: Checkpoint, shape: tuple[int, ...]) -> Checkpoint:
    data = dataclasses.replace(
        small.data,
        shape=shape,
        shift=np.zeros(()),
        scale=np.ones(()),
        examples=np.zeros((3, *shape), dtype=np.float32),
    )
    return dataclasses.replace(small, data=data)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda c: dataclasses.replace(c, kind="binomial"), "binomial"),
        (lambda c: dataclasses.replace(c, network=dataclasses.replace(c.network, kind="other")), "other"),
        (lambda c: changed(c, first__bias=None), "first.bias is missing"),
        (lambda c: changed(c, last__bias=np.zeros(3)), "last.bias belongs to no part"),
        (lambda c: changed(c, first__bias=np.zeros(7)), r"first.bias has shape \(7,\)"),
        (lambda c: changed(c, first__bias=np.zeros((6, 1))), r"first.bias has shape \(6, 1\)"),
        (lambda c: reconfigured(c, width=7), "shape"),
        (lambda c: reconfigured(c, layers=64, width=8192), "/network/weights"),
        (lambda c: shaped(c, (3,)), r"\(3,\)"),
        (lambda c: shaped(c, (2, 2)), r"\(2, 2\)"),
        (lambda c: shaped(c, (1,)), r"\(1,\)"),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(
    small: Checkpoint, spoil: Callable[[Checkpoint], Checkpoint], reason: str
) -> None:
    with pytest.raises(BadCheckpointError, match=rf"^x\.h5: .*{reason}") as caught:
        model_from(spoil(small), "x.h5")
    assert len(str(caught.value).splitlines()) == 1


def test_a_configuration_is_compared_with_the_weights_before_memory_is_asked_for(
    small: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices: list[str] = []

    def watched(kind: str, config: dict[str, object]) -> torch.nn.Module:
        devices.append(torch.empty(0).device.type)
        return build_network(kind, config)

    monkeypatch.setattr("core.model.build_network", watched)
    with pytest.raises(BadCheckpointError):
        model_from(reconfigured(small, width=8000, layers=40), "x.h5")
    assert devices == ["meta"]


# ---------------------------------------------------------------------------------------------- a module of one's own
class Shrinking(torch.nn.Module):
    """Somebody's own network for Gaussian data: it knows nothing of this program but the one method."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(3, 3)

    def reverse_kernel(self, x: torch.Tensor, t: int | torch.Tensor, process: GaussianProcess) -> StateDistribution:
        return Gaussian(process.posterior_mean(torch.tanh(self.layer(x)), x, t), 0.3)


class Parity(torch.nn.Module):
    """Somebody's own network for bits: each is believed to be what the sum of its neighbours is."""

    def reverse_kernel(self, x: torch.Tensor, t: int | torch.Tensor, process: BinomialProcess) -> StateDistribution:
        return process.kernel_of_x0_estimate(x.roll(1, dims=1) + x.roll(-1, dims=1) - 1.0, x, t)


def own_model(kind: str) -> DiffusionModel:
    examples = np.random.default_rng(0).integers(2, size=(30, 3)).astype(np.float32)
    info = DataInfo("mine", (3,), (0.0, 1.0), np.zeros(3), np.ones(3), examples)
    if kind == "binomial":
        return DiffusionModel(BinomialProcess(constant_erasure(5)), Parity(), info)
    return DiffusionModel(GaussianProcess(linear(5, 0.1, 0.5)), Shrinking().requires_grad_(False), info)


@pytest.mark.parametrize("kind", ["gaussian", "binomial"])
def test_a_module_of_one_s_own_is_sampled_and_measured_like_any_other(kind: str) -> None:
    model = own_model(kind)
    frames = list(reverse(model, RunSpec(40, 1, threads=1)))
    assert [frame.t for frame in frames] == [5, 4, 3, 2, 1, 0]
    assert frames[-1].x.shape == (40, 3)
    bound = list(measure_bound(model, RunSpec(30, 1, threads=1)))[-1].result
    assert bound is not None
    assert (bound.kl > 0).all()
    assert np.isfinite(bound.k)


class Wrong(torch.nn.Module):
    """A network that answers with what it is given."""

    def __init__(self, answer: Callable[[torch.Tensor], object]) -> None:
        super().__init__()
        self.answer = answer

    def reverse_kernel(self, x: torch.Tensor, t: int | torch.Tensor, process: Process) -> object:
        return self.answer(x)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("gaussian", Bits),
        ("gaussian", lambda x: Gaussian(x[:, :2], 1.0)),
        ("gaussian", lambda x: Gaussian(x[:1], 1.0)),
        ("gaussian", lambda x: x),
        ("gaussian", lambda x: None),
        ("binomial", lambda x: Gaussian(x, 1.0)),
        ("binomial", lambda x: Bits(x[..., None])),
    ],
)
def test_a_module_that_answers_with_no_kernel_of_the_process_is_refused(
    kind: str, answer: Callable[[torch.Tensor], object]
) -> None:
    own = own_model(kind)
    model = DiffusionModel(own.process, cast("ReverseNetwork", Wrong(answer)), own.data)
    with pytest.raises(BadInputError, match=r"network: for states of shape \(4, 3\) it returns"):
        model.reverse_kernel(torch.ones(4, 3), 2)


# ------------------------------------------------------------------------------------------------------------ bad input
@pytest.mark.parametrize(
    ("x", "t", "reason"),
    [
        (torch.ones(4, 3), 2, r"x: shape \(4, 3\) is not \(N, 2\)"),
        (torch.ones(2), 2, r"x: shape \(2,\)"),
        (torch.ones(4, 2, 1), 2, r"x: shape \(4, 2, 1\)"),
        (torch.ones(4, 2, dtype=torch.int64), 2, "x: torch.int64"),
        (torch.ones(4, 2, dtype=torch.complex64), 2, "x: torch.complex64"),
        (np.ones((4, 2)), 2, "x: ndarray"),
        (torch.ones(4, 2), 2.0, "t: 2.0 "),
        (torch.ones(4, 2), None, "t: None "),
        (torch.ones(4, 2), torch.full((3,), 2), r"t: shape \(3,\) is not that of one step for each of 4 states"),
        (torch.ones(4, 2), torch.tensor([1, 2, 3, 4]), "t: 1 "),
        (torch.ones(4, 2), torch.tensor([2, 3, 4, 6]), "t: 6 "),
        (torch.ones(4, 2), torch.full((4,), 2.0), "t: torch.float32"),
    ],
)
def test_states_and_steps_that_are_not_the_model_s_are_refused_by_name(
    model: DiffusionModel, x: torch.Tensor, t: int, reason: str
) -> None:
    for call in (model.reverse_kernel, model.x0_estimate, model.drift):
        with pytest.raises(BadInputError, match=reason):
            call(x, t)


@pytest.mark.parametrize(
    ("network", "process", "reason"),
    [
        (BitPerceptron(2, width=3), GaussianProcess(np.array([0.1, 0.2])), "reverses a binomial process"),
        (MultilayerPerceptron(2, width=3), BinomialProcess(np.array([0.1, 0.2])), "reverses a gaussian process"),
        (RadialBasisNetwork(2, 3), GaussianProcess(np.array([0.1, 0.2])), "made for 3 steps, and the process has 2"),
        (MultilayerPerceptron(3, width=3), GaussianProcess(np.array([0.1, 0.2])), r"shape \(3,\).*shape \(2,\)"),
    ],
)
def test_a_network_made_for_something_else_is_refused(
    network: MultilayerPerceptron, process: Process, reason: str, unit_data: Callable[..., DataInfo]
) -> None:
    with pytest.raises(BadInputError, match=f"network: .*{reason}"):
        DiffusionModel(process, network, unit_data((2,)))


def test_examples_that_no_float32_can_hold_are_refused_in_one_sentence(
    small: Checkpoint, recwarn: pytest.WarningsRecorder
) -> None:
    tiny_unit = dataclasses.replace(small.data, scale=np.full(2, 1e-300))
    with pytest.raises(BadCheckpointError, match=r"^x\.h5: /data/examples, in model units: entry"):
        model_from(dataclasses.replace(small, data=tiny_unit), "x.h5")
    assert not recwarn.list
