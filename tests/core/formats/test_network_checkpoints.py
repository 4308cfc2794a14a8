"""Every kind of network in a checkpoint: it comes back with the same kernels, and what does not fit is refused."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from core.errors import BadCheckpointError
from core.formats.checkpoints import load, read, save
from core.model import model_from
from core.networks.analytic import AnalyticNetwork
from core.networks.base import Network
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.radial_basis import RadialBasisNetwork
from core.networks.registry import KINDS
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Bits
from core.processes.registry import process_of
from core.processes.schedules import constant_erasure
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.measurements import Bound

RATES = constant_erasure(5, first=1e-3)
RNG = np.random.default_rng(0)
BITS = RNG.integers(2, size=(12, 3)).astype(np.float32)
POINTS = RNG.normal(size=(12, 3)).astype(np.float32)
COVARIANCE = np.array([[1.0, 0.3, 0.0], [0.3, 0.8, -0.2], [0.0, -0.2, 2.0]])

MAKERS: dict[str, tuple[str, Callable[[], Network]]] = {
    "mlp": ("gaussian", lambda: MultilayerPerceptron(3, width=5, layers=2, frequencies=2, fourier_features=1)),
    "rbf": ("gaussian", lambda: RadialBasisNetwork(3, 5, units=4)),
    "analytic": ("gaussian", lambda: AnalyticNetwork.of(np.array([0.1, 0.2, 0.3]), COVARIANCE)),
    "empirical": ("gaussian", lambda: EmpiricalNetwork.of(POINTS)),
    "bit_mlp": ("binomial", lambda: BitPerceptron(3, width=5, layers=2, frequencies=2)),
    "empirical of bits": ("binomial", lambda: EmpiricalNetwork.of(BITS)),
}


def network_of(name: str) -> Network:
    """Return the network with something in every parameter."""
    network = MAKERS[name][1]()
    for seed, parameter in enumerate(network.parameters()):
        nn.init.normal_(parameter, std=0.5, generator=torch.Generator().manual_seed(seed))
    return network.requires_grad_(False)


def checkpoint_of(name: str) -> Checkpoint:
    kind, network = MAKERS[name][0], network_of(name)
    examples = BITS if kind == "binomial" else POINTS
    weights = {key: value.numpy() for key, value in network.state_dict().items()}
    return Checkpoint(
        title=name,
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind=kind,
        betas=RATES,
        network=NetworkInfo(network.kind, network.config, weights),
        data=DataInfo("mine", (3,), (-9.0, 9.0), np.zeros(3), np.ones(3), examples),
    )


@pytest.fixture(params=list(MAKERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_checkpoint_of_every_kind_comes_back_with_the_same_kernels(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    save(checkpoint_of(name), path)
    model = model_from(load(path), path)
    network: Any = network_of(name)
    x = torch.from_numpy(BITS)
    process: Any = process_of(MAKERS[name][0], RATES)
    for t in range(2, 6):
        found, wanted = model.reverse_kernel(x, t), network.reverse_kernel(x, t, process)
        assert torch.equal(found.mean, wanted.mean)
        assert wanted.divergence(found).abs().max() < 1e-9
    assert isinstance(model.network, nn.Module)
    assert not any(parameter.requires_grad for parameter in model.network.parameters())


def test_weights_of_another_number_type_are_read_as_the_network_s_own(name: str) -> None:
    checkpoint = checkpoint_of(name)
    wide = {key: value.astype(np.float64) for key, value in checkpoint.network.weights.items()}
    network = dataclasses.replace(checkpoint.network, weights=wide)
    model = model_from(dataclasses.replace(checkpoint, network=network), "x.h5")
    assert isinstance(model.network, nn.Module)
    kinds = {key: value.dtype for key, value in model.network.state_dict().items()}
    assert kinds == {key: value.dtype for key, value in network_of(name).state_dict().items()}


def test_a_network_of_the_other_process_is_refused(name: str) -> None:
    checkpoint = checkpoint_of(name)
    other = "gaussian" if checkpoint.kind == "binomial" else "binomial"
    data = dataclasses.replace(checkpoint.data, examples=BITS)
    changed = dataclasses.replace(checkpoint, kind=other, data=data)
    if name == "empirical of bits":
        model_from(changed, "x.h5")  # bits are numbers too
        return
    with pytest.raises(BadCheckpointError, match=r"^x\.h5: .*(process|bits)"):
        model_from(changed, "x.h5")


def test_a_network_of_another_shape_is_refused(name: str) -> None:
    checkpoint = checkpoint_of(name)
    examples = checkpoint.data.examples[:, :2]
    data = DataInfo("mine", (2,), (-9.0, 9.0), np.zeros(2), np.ones(2), examples)
    with pytest.raises(BadCheckpointError, match=r"^x\.h5: network: it takes states of shape \(3,\)"):
        model_from(dataclasses.replace(checkpoint, data=data), "x.h5")


def with_weight(name: str, weight: str, value: NDArray[np.floating]) -> Checkpoint:
    checkpoint = checkpoint_of(name)
    weights = {**checkpoint.network.weights, weight: value}
    return dataclasses.replace(checkpoint, network=dataclasses.replace(checkpoint.network, weights=weights))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (with_weight("analytic", "covariance", -np.eye(3)), "positive definite"),
        (with_weight("analytic", "covariance", np.triu(np.ones((3, 3)))), "symmetric"),
        (with_weight("empirical of bits", "data", BITS / 2), "data: entry .* is 0.5"),
        (with_weight("empirical", "data", POINTS[:5]), r"data has shape \(5, 3\)"),
        (with_weight("rbf", "read_out", np.zeros((6, 6, 4))), "read_out has shape"),
        (
            dataclasses.replace(checkpoint_of("rbf"), betas=constant_erasure(6)),
            "made for 5 steps, and the process has 6",
        ),
        (dataclasses.replace(checkpoint_of("mlp"), betas=np.array([0.1, 1.5])), "betas: the rate of step 2"),
        (dataclasses.replace(checkpoint_of("mlp"), betas=np.array([[0.1]])), "betas: shape"),
        (dataclasses.replace(checkpoint_of("mlp"), kind="poisson"), "poisson"),
    ],
)
def test_what_no_network_of_that_kind_can_hold_is_refused(changed: Checkpoint, reason: str) -> None:
    with pytest.raises(BadCheckpointError, match=rf"^x\.h5: .*{reason}") as caught:
        model_from(changed, "x.h5")
    assert len(str(caught.value).splitlines()) == 1


def test_examples_of_a_binomial_model_that_are_no_bits_are_refused() -> None:
    checkpoint = checkpoint_of("bit_mlp")
    data = dataclasses.replace(checkpoint.data, examples=BITS * 0.5)
    with pytest.raises(BadCheckpointError, match=r"/data/examples.* is 0\.5; a binomial model takes bits, 0 or 1"):
        model_from(dataclasses.replace(checkpoint, data=data), "x.h5")


@pytest.mark.parametrize("units", [(0.5, 1.0), (0.0, 2.0), (1.0, -1.0)])
def test_bits_have_no_other_units_than_their_own(units: tuple[float, float], tmp_path: Path) -> None:
    checkpoint = checkpoint_of("bit_mlp")
    data = dataclasses.replace(checkpoint.data, shift=np.full(3, units[0]), scale=np.full(3, units[1]))
    with pytest.raises(BadCheckpointError, match=r"/data/scale"):
        save(dataclasses.replace(checkpoint, data=data), tmp_path / "x.h5")


def test_the_ten_lines_of_the_format_s_page_write_a_model_of_bits_too(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "checkpoint.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```python\n(.*?)```", page, re.S)
    for there, here in (
        ("data.mean(axis=0), data.std(axis=0)", "0.0, 1.0"),
        ('kind="gaussian"', 'kind="binomial"'),
        ('kind="mlp"', 'kind="bit_mlp"'),
    ):
        assert there in lines
        lines = lines.replace(there, here)
    module, path = BitPerceptron(3, width=5), tmp_path / "bits.h5"
    exec(lines, {"path": path, "module": module, "config": module.config, "betas": RATES, "data": BITS})
    model = model_from(load(path), path)
    x = torch.from_numpy(BITS)
    kernel = model.reverse_kernel(x, 3)
    assert isinstance(kernel, Bits)
    assert torch.equal(kernel.logits, module.reverse_kernel(x, 3, BinomialProcess(RATES)).logits)


def test_the_format_s_page_describes_every_kind_of_network_and_its_weights() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "checkpoint.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"## The network `{kind}`" in page
    for name in MAKERS:
        network = network_of(name)
        missing = [key for key in network.config if f"`{key}`" not in page]
        missing += [key for key in network.state_dict() if f"`{key}`" not in page and not key.startswith("hidden")]
        assert not missing


@pytest.mark.parametrize("first", [0.0, -np.inf])
def test_the_first_lower_entropy_of_bits_may_be_a_number(first: float, tmp_path: Path) -> None:
    lower = np.array([first, 0.1, 0.2, 0.3, 0.4])
    bound = Bound(5, "binomial", "sample", 9, -2.5, -3.0, 0.1, np.full(4, 0.1), 3.0, 0.1, 3.0, lower, np.ones(5))
    checkpoint = dataclasses.replace(checkpoint_of("bit_mlp"), bound=bound)
    save(checkpoint, tmp_path / "bits.h5")
    found = load(tmp_path / "bits.h5").bound
    assert found is not None
    assert np.array_equal(found.entropy_lower, lower)


@pytest.mark.parametrize("first", [np.inf, np.nan])
def test_the_first_lower_entropy_is_no_number_only_where_it_is_minus_infinity(first: float, file: Path) -> None:
    with h5py.File(file, "r+") as opened:
        opened["bound/entropy_lower"][0] = first
    with pytest.raises(BadCheckpointError, match="/bound/entropy_lower"):
        read(file)


@pytest.mark.parametrize("columns", [2, 3])
def test_a_history_of_two_or_three_columns_comes_back_as_it_went(
    columns: int, small: Checkpoint, tmp_path: Path
) -> None:
    assert small.training is not None
    history = np.arange(4.0 * columns).reshape(4, columns)
    training = dataclasses.replace(small.training, history=history)
    save(dataclasses.replace(small, training=training), tmp_path / "x.h5")
    found = load(tmp_path / "x.h5").training
    assert found is not None
    assert np.array_equal(found.history, history)


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 4), (2, 2, 2)])
def test_a_history_of_another_shape_is_refused(shape: tuple[int, ...], file: Path) -> None:
    with h5py.File(file, "r+") as opened:
        del opened["training/history"]
        opened["training/history"] = np.zeros(shape)
    with pytest.raises(BadCheckpointError, match="/training/history has shape"):
        read(file)
