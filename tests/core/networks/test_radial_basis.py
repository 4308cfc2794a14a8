"""The network of radial basis functions: what zeros mean, its own read-out at every step, and its formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.networks.radial_basis import RadialBasisNetwork
from core.networks.registry import build_network
from core.processes.gaussian import GaussianProcess

CONFIG = {"dimensions": 2, "steps": 6, "units": 5}
RATES = np.array([0.01, 0.05, 0.1, 0.3, 0.4, 0.9])


@pytest.fixture
def network() -> RadialBasisNetwork:
    """A network of six steps with something in every weight."""
    made = RadialBasisNetwork(**CONFIG)
    for seed, parameter in enumerate(made.parameters()):
        torch.nn.init.normal_(parameter, std=0.5, generator=torch.Generator().manual_seed(seed))
    return made


@pytest.fixture
def states() -> torch.Tensor:
    return torch.randn(7, 2, generator=torch.Generator().manual_seed(0))


def test_a_read_out_of_zero_is_the_reverse_of_unit_gaussian_data(
    betas: NDArray[np.float64], states: torch.Tensor
) -> None:
    process, network = GaussianProcess(betas), RadialBasisNetwork(2, len(betas)).double()
    for t in range(2, process.steps + 1):
        distribution = network.reverse_kernel(states.double(), t, process)
        assert torch.allclose(distribution.mean, (1 - process.betas[t - 1]).sqrt() * states.double(), rtol=1e-10)
        assert torch.allclose(distribution.variance, process.betas[t - 1].expand(7, 2), rtol=1e-10)


def test_the_paper_s_network_has_sixteen_hidden_units() -> None:
    assert RadialBasisNetwork(2, 40).centres.shape == (16, 2)


def test_one_step_for_all_equals_one_step_each(network: RadialBasisNetwork, states: torch.Tensor) -> None:
    process = GaussianProcess(RATES)
    for t in range(2, 7):
        one, other = (
            network.reverse_kernel(states, t, process),
            network.reverse_kernel(states, torch.full((7,), t), process),
        )
        assert torch.allclose(one.mean, other.mean, rtol=1e-5, atol=1e-6)
        assert torch.allclose(one.variance, other.variance, rtol=1e-5, atol=1e-6)


def test_the_read_out_is_the_formula_of_the_format_s_page(network: RadialBasisNetwork, states: torch.Tensor) -> None:
    centres, log_widths, read_out, bias = (
        network.state_dict()[name].numpy().astype(np.float64) for name in ("centres", "log_widths", "read_out", "bias")
    )
    for t in (2, 6):
        for x, found in zip(states.numpy(), network(states, t).detach().numpy(), strict=True):
            bumps = [
                math.exp(-(((x - centre) ** 2).sum()) / (2 * math.exp(width) ** 2))
                for centre, width in zip(centres, log_widths, strict=True)
            ]
            assert found == pytest.approx(read_out[t - 1] @ bumps + bias[t - 1], abs=1e-5)


def test_every_step_has_a_read_out_of_its_own(network: RadialBasisNetwork, states: torch.Tensor) -> None:
    process = GaussianProcess(RATES)
    before = {t: network.reverse_kernel(states, t, process).mean for t in range(2, 7)}
    with torch.no_grad():
        network.bias[3 - 1] += 1.0
    for t, mean in before.items():
        assert torch.equal(network.reverse_kernel(states, t, process).mean, mean) == (t != 3)


def test_gradients_reach_every_parameter_and_no_other_step(network: RadialBasisNetwork, states: torch.Tensor) -> None:
    distribution = network.reverse_kernel(states, torch.tensor([2, 2, 3, 4, 6, 6, 6]), GaussianProcess(RATES))
    (distribution.mean.square().sum() + distribution.variance.sum()).backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())
    touched = network.read_out.grad.abs().sum(dim=(1, 2)) > 0
    assert touched.tolist() == [False, True, True, True, False, True]


def test_a_network_is_built_anew_from_its_own_configuration(network: RadialBasisNetwork) -> None:
    assert network.config == CONFIG
    again = build_network("rbf", network.config)
    again.load_state_dict(network.state_dict())
    shapes = {name: tuple(value.shape) for name, value in again.state_dict().items()}
    assert shapes == {"centres": (5, 2), "log_widths": (5,), "read_out": (6, 4, 5), "bias": (6, 4)}


@pytest.mark.parametrize("change", [{"units": 0}, {"steps": 0}, {"steps": 100_001}, {"dimensions": -1}, {"units": 1.5}])
def test_sizes_that_no_network_has_are_refused_by_name(change: dict[str, object]) -> None:
    with pytest.raises(BadInputError, match=next(iter(change))):
        build_network("rbf", CONFIG | change)
