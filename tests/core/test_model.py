"""A model from a checkpoint: its kernels, and what is refused before anything is allocated for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.errors import BadCheckpointError, BadInputError
from core.model import DiffusionModel, model_from
from core.networks import build_network
from core.values import Checkpoint


def test_the_model_has_the_rates_and_the_weights_of_its_checkpoint(small: Checkpoint, model: DiffusionModel) -> None:
    assert model.steps == small.steps == 5
    assert np.array_equal(model.process.betas.numpy(), small.betas)
    for name, value in model.network.state_dict().items():
        assert np.array_equal(value.numpy(), small.network.weights[name])


def test_the_reverse_kernel_is_that_of_the_network(model: DiffusionModel) -> None:
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    for t in (2, 5):
        law, (mean, variance) = model.reverse_law(x, t), model.network.moments(x, t, model.process)
        assert torch.equal(law.mean, mean)
        assert torch.allclose(law.variance, variance)


def test_the_reverse_kernel_of_the_first_step_is_the_edge(model: DiffusionModel) -> None:
    x = torch.ones(3, 2)
    assert torch.equal(model.reverse_law(x, 1).mean, model.process.edge_law(x).mean)
    assert torch.equal(model.reverse_law(x, 1).stddev, model.process.edge_law(x).stddev)


def test_the_drift_is_the_mean_of_the_kernel_less_the_state(model: DiffusionModel) -> None:
    x = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    for t in (1, 3):
        assert torch.equal(model.drift(x, t), model.reverse_law(x, t).mean - x)


@pytest.mark.parametrize("t", [0, 6, -1])
def test_a_kernel_outside_the_process_is_refused(model: DiffusionModel, t: int) -> None:
    with pytest.raises(BadInputError, match=f"t: {t} "):
        model.reverse_law(torch.ones(1, 2), t)


def test_a_built_model_keeps_no_gradients_and_no_hold_on_the_checkpoint(
    small: Checkpoint, model: DiffusionModel
) -> None:
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
        (lambda c: dataclasses.replace(c, network=dataclasses.replace(c.network, kind="rbf")), "rbf"),
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
