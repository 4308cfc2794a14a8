"""The multilayer perceptron: what a read-out of zero means, its layout, and which configurations are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.networks import MultilayerPerceptron, build_network, perturbed_mean, perturbed_variance
from core.processes import GaussianProcess

CONFIG = {"dimensions": 3, "width": 8, "layers": 2, "frequencies": 4, "detail": 2}


@pytest.fixture
def states() -> torch.Tensor:
    return torch.randn(7, 3, generator=torch.Generator().manual_seed(0))


def test_a_read_out_of_zero_is_the_reverse_of_unit_gaussian_data(
    betas: NDArray[np.float64], states: torch.Tensor
) -> None:
    process, network = GaussianProcess(betas), MultilayerPerceptron(3, width=8).double()
    for t in range(2, process.steps + 1):
        mean, variance = network.moments(states.double(), t, process)
        assert torch.allclose(mean, (1 - process.betas[t - 1]).sqrt() * states.double(), rtol=1e-10)
        assert torch.allclose(variance, process.betas[t - 1].expand(7, 3), rtol=1e-10)


def test_one_step_for_all_equals_one_step_each(betas: NDArray[np.float64], states: torch.Tensor) -> None:
    process, network = GaussianProcess(betas), build_network("mlp", CONFIG)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(1))
    for t in range(2, process.steps + 1):
        together, apart = network.moments(states, t, process), network.moments(states, torch.full((7,), t), process)
        for one, other in zip(together, apart, strict=True):
            assert torch.allclose(one, other, rtol=1e-4, atol=1e-5)


def test_a_read_out_that_guesses_the_data_gives_the_mean_of_the_posterior(betas: NDArray[np.float64]) -> None:
    rng = torch.Generator().manual_seed(3)
    process, x0, noise = GaussianProcess(betas), *torch.randn(2, 5, 3, dtype=torch.float64, generator=rng)
    for t in range(2, process.steps + 1):
        x = process.jump_decay(t, x0) * x0 + process.jump_width(t, x0) * noise
        z = (x0 - process.jump_decay(t, x) * x) / process.jump_width(t, x)
        found = perturbed_mean(z, x, t, process)
        assert torch.allclose(found, process.posterior_mean(x0, x, t), rtol=1e-9, atol=1e-12)


def test_variances_stay_between_0_and_1_and_grow_with_the_read_out(betas: NDArray[np.float64]) -> None:
    process, z = GaussianProcess(betas), torch.linspace(-5, 5, 11).reshape(-1, 1)
    for t in range(2, process.steps + 1):
        variance = perturbed_variance(z, z, t, process)
        assert (variance > 0).all()
        assert (variance <= 1).all()
        assert (variance.diff(dim=0) >= 0).all()


def test_the_network_is_told_the_time() -> None:
    process, network = GaussianProcess(np.full(9, 0.1)), build_network("mlp", CONFIG)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(1))
    x = torch.zeros(1, 3)
    assert not torch.allclose(network.moments(x, 2, process)[0], network.moments(x, 9, process)[0])


def test_the_layout_is_the_one_the_format_page_tells() -> None:
    shapes = {name: tuple(value.shape) for name, value in build_network("mlp", CONFIG).state_dict().items()}
    assert shapes == {
        "time.layer.weight": (8, 8),
        "time.layer.bias": (8,),
        "first.weight": (8, 15),
        "first.bias": (8,),
        "hidden.0.weight": (8, 8),
        "hidden.0.bias": (8,),
        "read_out.weight": (6, 8),
        "read_out.bias": (6,),
    }


def test_a_network_is_built_anew_from_its_own_configuration() -> None:
    network = build_network("mlp", CONFIG)
    assert network.config == CONFIG
    build_network("mlp", network.config).load_state_dict(network.state_dict())


def test_gradients_reach_every_parameter(states: torch.Tensor) -> None:
    process, network = GaussianProcess(np.full(9, 0.1)), build_network("mlp", CONFIG)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(1))
    mean, variance = network.moments(states, torch.arange(2, 9), process)
    (mean.square().sum() + variance.sum()).backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())


@pytest.mark.parametrize(
    ("kind", "change", "reason"),
    [
        ("transformer", {}, "transformer"),
        ("mlp", {"depth": 3}, "depth"),
        ("mlp", {"width": None}, "width"),
        ("mlp", {"width": 0}, "width"),
        ("mlp", {"width": 10**9}, "width"),
        ("mlp", {"layers": True}, "layers"),
        ("mlp", {"layers": 2.0}, "layers"),
        ("mlp", {"dimensions": "3"}, "dimensions"),
        ("mlp", {"dimensions": [3]}, "dimensions"),
        ("mlp", {"detail": -1}, "detail"),
        ("mlp", {"frequencies": 10**30}, "frequencies"),
    ],
)
def test_what_is_no_network_is_refused_by_name(kind: str, change: dict[str, object], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        build_network(kind, CONFIG | change)


@pytest.mark.parametrize("name", list(CONFIG))
def test_a_configuration_that_leaves_something_out_is_refused(name: str) -> None:
    with pytest.raises(BadInputError, match=name):
        build_network("mlp", {key: value for key, value in CONFIG.items() if key != name})
