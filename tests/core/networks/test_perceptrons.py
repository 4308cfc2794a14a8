"""The multilayer perceptrons: what a read-out of zero means, their layout, and which configurations are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.networks.base import perturbed_mean, perturbed_variance
from core.networks.perceptrons import EVIDENCE_SCALE, BitPerceptron, MultilayerPerceptron
from core.networks.registry import build_network
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, linear

CONFIG = {"dimensions": 3, "width": 8, "layers": 2, "frequencies": 4, "fourier_features": 2}
BIT_CONFIG = {"dimensions": 3, "width": 8, "layers": 2, "frequencies": 4}
BIT_RATES = [constant_erasure(7), constant_erasure(7, first=2e-5), linear(9, 1e-3, 0.4)]


def perceptron() -> MultilayerPerceptron:
    """Return the network of `CONFIG`, whose answer depends on the state and on the time."""
    network = build_network("mlp", CONFIG)
    assert isinstance(network, MultilayerPerceptron)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(1))
    return network


@pytest.fixture
def states() -> torch.Tensor:
    return torch.randn(7, 3, generator=torch.Generator().manual_seed(0))


def test_a_read_out_of_zero_is_the_reverse_of_unit_gaussian_data(
    betas: NDArray[np.float64], states: torch.Tensor
) -> None:
    process, network = GaussianProcess(betas), MultilayerPerceptron(3, width=8).double()
    for t in range(2, process.steps + 1):
        distribution = network.reverse_kernel(states.double(), t, process)
        mean, variance = distribution.mean, distribution.variance
        assert torch.allclose(mean, (1 - process.betas[t - 1]).sqrt() * states.double(), rtol=1e-10)
        assert torch.allclose(variance, process.betas[t - 1].expand(7, 3), rtol=1e-10)


def test_one_step_for_all_equals_one_step_each(betas: NDArray[np.float64], states: torch.Tensor) -> None:
    process, network = GaussianProcess(betas), perceptron()
    for t in range(2, process.steps + 1):
        one, other = (
            network.reverse_kernel(states, t, process),
            network.reverse_kernel(states, torch.full((7,), t), process),
        )
        assert torch.allclose(one.mean, other.mean, rtol=1e-4, atol=1e-5)
        assert torch.allclose(one.variance, other.variance, rtol=1e-4, atol=1e-5)


def test_a_read_out_that_guesses_the_data_gives_the_mean_of_the_posterior(betas: NDArray[np.float64]) -> None:
    rng = torch.Generator().manual_seed(3)
    process, x0, noise = GaussianProcess(betas), *torch.randn(2, 5, 3, dtype=torch.float64, generator=rng)
    for t in range(2, process.steps + 1):
        x = process.marginal_scale(t, x0) * x0 + process.marginal_std(t, x0) * noise
        z = (x0 - process.marginal_scale(t, x) * x) / process.marginal_std(t, x)
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
    process, network = GaussianProcess(np.full(9, 0.1)), perceptron()
    x = torch.zeros(1, 3)
    assert not torch.allclose(network.reverse_kernel(x, 2, process).mean, network.reverse_kernel(x, 9, process).mean)


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
    network = perceptron()
    assert network.config == CONFIG
    build_network("mlp", network.config).load_state_dict(network.state_dict())


def test_gradients_reach_every_parameter(states: torch.Tensor) -> None:
    process, network = GaussianProcess(np.full(9, 0.1)), perceptron()
    distribution = network.reverse_kernel(states, torch.arange(2, 9), process)
    (distribution.mean.square().sum() + distribution.variance.sum()).backward()
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
        ("mlp", {"fourier_features": -1}, "fourier_features"),
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


# ----------------------------------------------------------------------------------------------------- bits, f_b
@pytest.fixture
def bits() -> torch.Tensor:
    """All states of three bits."""
    return torch.tensor([[a, b, c] for a in (0.0, 1.0) for b in (0.0, 1.0) for c in (0.0, 1.0)])


@pytest.fixture
def bit_network() -> BitPerceptron:
    network = BitPerceptron(**BIT_CONFIG)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(1))
    return network


@pytest.mark.parametrize("rates", BIT_RATES)
def test_a_read_out_of_zero_is_the_reverse_of_fair_coins(rates: NDArray[np.float64], bits: torch.Tensor) -> None:
    process, network = BinomialProcess(rates), BitPerceptron(3, width=8).double()
    for t in range(2, process.steps + 1):
        found = network.reverse_kernel(bits.double(), t, process)
        assert torch.allclose(found.logits, process.transition(bits.double(), t).logits, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rates", BIT_RATES)
def test_of_bits_too_one_step_for_all_equals_one_step_each(
    rates: NDArray[np.float64], bits: torch.Tensor, bit_network: BitPerceptron
) -> None:
    process = BinomialProcess(rates)
    for t in range(2, process.steps + 1):
        one = bit_network.reverse_kernel(bits, t, process)
        other = bit_network.reverse_kernel(bits, torch.full((8,), t), process)
        assert torch.allclose(one.logits, other.logits, rtol=1e-4, atol=1e-5)
        assert torch.allclose(one.probs, other.probs, rtol=1e-4, atol=1e-6)


def test_the_kernel_of_bits_is_that_of_their_own_evidence_and_the_read_out(
    bits: torch.Tensor, bit_network: BitPerceptron
) -> None:
    process = BinomialProcess(BIT_RATES[1])
    for t in (2, 5, 7):
        own = process.entrywise_x0_odds(bits, t)
        z = bit_network(torch.cat([2 * bits - 1, EVIDENCE_SCALE * own], dim=1), torch.tensor([[t / 7]]))
        chance = process.x0_estimate(bit_network.reverse_kernel(bits, t, process), bits, t)
        assert torch.allclose(chance, torch.sigmoid(own + z), rtol=1e-5)


def test_the_layout_of_the_network_of_bits_is_the_one_the_format_page_tells(bit_network: BitPerceptron) -> None:
    shapes = {name: tuple(value.shape) for name, value in bit_network.state_dict().items()}
    assert shapes == {
        "time.layer.weight": (8, 8),
        "time.layer.bias": (8,),
        "first.weight": (8, 6),
        "first.bias": (8,),
        "hidden.0.weight": (8, 8),
        "hidden.0.bias": (8,),
        "read_out.weight": (3, 8),
        "read_out.bias": (3,),
    }
    assert bit_network.config == BIT_CONFIG
    build_network("bit_mlp", bit_network.config).load_state_dict(bit_network.state_dict())


def test_gradients_reach_every_parameter_of_the_network_of_bits(bits: torch.Tensor, bit_network: BitPerceptron) -> None:
    distribution = bit_network.reverse_kernel(
        bits, torch.tensor([2, 3, 4, 5, 6, 7, 2, 7]), BinomialProcess(BIT_RATES[0])
    )
    distribution.logits.square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in bit_network.parameters())


@pytest.mark.parametrize(
    ("kind", "config", "reason"),
    [
        ("bit_mlp", BIT_CONFIG | {"fourier_features": 2}, "fourier_features"),
        ("bit_mlp", BIT_CONFIG | {"width": "8"}, "width"),
        ("analytic", {"dimensions": 0}, "dimensions"),
        ("analytic", {}, "dimensions"),
        ("empirical", {"count": 3}, "shape"),
        ("empirical", {"count": 3, "shape": 2}, "shape"),
        ("empirical", {"count": 3, "shape": []}, "shape"),
        ("empirical", {"count": 3, "shape": [2] * 5}, "shape"),
        ("empirical", {"count": 3, "shape": [2, -1]}, "shape"),
        ("empirical", {"count": 3, "shape": [2, 1.0]}, "shape"),
        ("empirical", {"count": 0, "shape": [2]}, "count"),
        ("empirical", {"count": 10**12, "shape": [2]}, "count"),
        ("empirical", {"shape": [2]}, "count"),
        ("empirical", {"count": 3, "shape": [2], "mean": 0}, "mean"),
    ],
)
def test_a_configuration_of_another_kind_is_refused_by_its_entry(
    kind: str, config: dict[str, object], reason: str
) -> None:
    with pytest.raises(BadInputError, match=reason):
        build_network(kind, config)


def test_a_configuration_without_end_is_told_in_short() -> None:
    with pytest.raises(BadInputError, match="width") as caught:
        build_network("mlp", CONFIG | {"width": "x" * 50_000})
    assert len(str(caught.value)) < 300


def test_the_page_s_formulas_are_the_engine_s_network_of_bits() -> None:
    network = BitPerceptron(2, width=5, layers=2, frequencies=3)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(0))
    state = {name: value.numpy().astype(np.float64) for name, value in network.state_dict().items()}
    process, x, t = BinomialProcess(BIT_RATES[2]), np.array([1.0, 0.0]), 4
    kept = float(process.alpha_bars[t])

    def layer(name: str, values: np.ndarray) -> np.ndarray:
        return state[f"{name}.weight"] @ values + state[f"{name}.bias"]

    def silu(values: np.ndarray) -> np.ndarray:
        return values / (1 + np.exp(-values))

    signs = 2 * x - 1
    own = signs * np.log((1 + kept) / (1 - kept))
    angles = np.pi * np.arange(1, 4) * t / process.steps
    times = np.concatenate([np.sin(angles), np.cos(angles)])
    hidden = silu(layer("first", np.concatenate([signs, own / 4])) + layer("time.layer", times))
    chance = 1 / (1 + np.exp(-own - layer("read_out", silu(layer("hidden.0", hidden)))))
    states = torch.tensor(x[None])
    if_one, if_zero = (process.posterior(torch.full_like(states, bit), states, t).probs[0] for bit in (1, 0))
    wanted = chance * if_one.numpy() + (1 - chance) * if_zero.numpy()
    found = network.reverse_kernel(states.float(), t, process).probs[0].detach().numpy()
    assert np.allclose(found, wanted, rtol=1e-5)
