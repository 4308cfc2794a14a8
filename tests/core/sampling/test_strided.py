"""The approximations of the reverse by fewer steps: exact where they can be, and never mistaken for the model."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core import cli
from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import BitPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, log_linear
from core.sampling import block_sizes
from core.sampling.strided import chosen_steps, strided_kernel
from core.sampling.trajectories import reverse, samples
from core.values.checkpoints import DataInfo
from core.values.runs import SPACINGS, RunSpec, Strided
from tests.support.chains import deterministic, strided

COUNT = 20_000
EXACT = Callable[[NDArray[np.float64], float], DiffusionModel]
Capture = pytest.CaptureFixture[str]


def heartbeat(network: EmpiricalNetwork | BitPerceptron, steps: int = 12) -> DiffusionModel:
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), Heartbeat().support())
    return DiffusionModel(BinomialProcess(constant_erasure(steps, first=1e-3)), network, info)


@pytest.fixture
def bits() -> DiffusionModel:
    """The heartbeat with its exact kernels."""
    return heartbeat(EmpiricalNetwork.of(Heartbeat().support()))


@pytest.fixture
def point(unit_data: Callable[..., DataInfo]) -> DiffusionModel:
    """Data that are the one point (0.8, -0.4), with its exact kernels."""
    network = EmpiricalNetwork.of(np.array([[0.8, -0.4]]))
    return DiffusionModel(GaussianProcess(log_linear(20, first=1e-2, alpha_bar_end=1e-3)), network, unit_data((2,)))


@pytest.mark.parametrize("spacing", SPACINGS)
def test_the_chosen_steps_lead_from_the_end_over_1_to_0(betas: NDArray[np.float64], spacing: str) -> None:
    process = GaussianProcess(betas)
    for steps in range(2, process.steps + 1):
        times = chosen_steps(process, steps, spacing)
        assert len(times) == steps + 1
        assert (times[0], times[-2:]) == (process.steps, [1, 0])
        assert all(t > s for t, s in itertools.pairwise(times))
        assert all(isinstance(t, int) for t in times)


def test_the_chosen_steps_of_a_single_step_are_its_ends() -> None:
    for spacing in SPACINGS:
        assert chosen_steps(GaussianProcess(np.array([0.5])), 1, spacing) == [1, 0]


def test_steps_spaced_by_signal_lose_about_the_same_angle_each() -> None:
    process = GaussianProcess(log_linear(1000, first=1e-3, alpha_bar_end=1e-3))
    angles = np.arccos(process.alpha_bars.numpy() ** 0.5)
    lost = -np.diff(angles[chosen_steps(process, 10, "signal")[:-1]])
    assert lost.max() < 1.05 * lost.min()
    even = -np.diff(angles[chosen_steps(process, 10, "steps")[:-1]])
    assert even.max() > 2 * even.min()


@pytest.mark.parametrize("steps", [-1, 0, 1, 6])
def test_a_number_of_steps_that_the_model_has_not_is_refused(model: DiffusionModel, steps: int) -> None:
    spec = RunSpec(3, threads=1)
    chains = (strided(model, spec, steps), samples(model, spec, Strided(steps)), deterministic(model, spec, steps))
    for chain in chains:
        with pytest.raises(BadInputError, match=f"^steps: {steps} is not between 2 and 5"):
            next(iter(chain))


def test_an_unknown_spacing_is_refused(model: DiffusionModel) -> None:
    with pytest.raises(BadInputError, match=r"^spacing: 'odd' is unknown"):
        chosen_steps(model.process, 3, "odd")


def test_the_strided_chain_of_all_steps_is_the_model_itself_bit_for_bit(
    model: DiffusionModel, bits: DiffusionModel
) -> None:
    spec = RunSpec(300, 8, threads=1)
    for either in (model, bits):
        for short, full in zip(strided(either, spec, either.steps), reverse(either, spec), strict=True):
            assert short.t == full.t
            assert np.array_equal(short.x, full.x)


def test_strided_frames_carry_their_steps_and_begin_where_the_reverse_begins(
    model: DiffusionModel, bits: DiffusionModel
) -> None:
    spec = RunSpec(30, 8, threads=1)
    for either, walk in ((model, strided), (bits, strided), (model, deterministic)):
        frames = list(walk(either, spec, 3))
        assert [frame.t for frame in frames] == chosen_steps(either.process, 3)
        assert np.array_equal(frames[0].x, next(reverse(either, spec)).x)
        assert all(frame.x.shape == (30, *either.data.shape) and frame.x.dtype == np.float32 for frame in frames)


def test_strided_bits_are_bits(bits: DiffusionModel) -> None:
    assert all(np.isin(frame.x, (0, 1)).all() for frame in strided(bits, RunSpec(100, threads=1), 4))


@pytest.mark.parametrize("spread", [0.3, 1.0, 1.6])
def test_strided_kernels_of_gaussian_data_are_exact_for_every_stride(
    exact_model: EXACT, betas: NDArray[np.float64], spread: float
) -> None:
    model = exact_model(betas, spread)
    kept = model.process.alpha_bars.numpy()
    marginal = kept * spread**2 + 1 - kept
    x = torch.linspace(-3.0, 3.0, 7, dtype=torch.float64).unsqueeze(1)
    for t in range(2, model.steps + 1):
        for s in range(1, t):
            distribution = strided_kernel(model, x, t, s)
            left = kept[t] / kept[s]
            mean, variance = math.sqrt(left) * marginal[s] / marginal[t] * x, (1 - left) * marginal[s] / marginal[t]
            assert torch.allclose(distribution.mean, mean, rtol=1e-9, atol=1e-9)
            assert torch.allclose(distribution.variance, torch.full_like(x, variance), rtol=1e-9)


@pytest.mark.parametrize("steps", [2, 4, 9])
def test_strided_samples_of_gaussian_data_have_the_moments_of_the_full_chain(exact_model: EXACT, steps: int) -> None:
    rates = log_linear(10, first=1e-2, alpha_bar_end=1e-5)  # so little is left at T that pi is q(x^T)
    model = exact_model(rates, 0.5)
    kept = model.process.alpha_bars.numpy()
    for frame in strided(model, RunSpec(COUNT, 5, threads=1), steps):
        x = frame.x.astype(np.float64)
        variance = kept[frame.t] * 0.25 + 1 - kept[frame.t]
        if frame.t == 0:  # the edge kernel adds its own noise
            variance = (1 - rates[0]) * (kept[1] * 0.25 + 1 - kept[1]) + rates[0]
        assert abs(x.mean()) < 3.5 * math.sqrt(variance / COUNT)
        assert abs(np.square(x).mean() / variance - 1) < 3.5 * math.sqrt(2 / COUNT)


def test_strided_kernels_of_bits_are_exact_bit_by_bit_for_every_stride(bits: DiffusionModel) -> None:
    support = Heartbeat().support().astype(np.float64)
    x = (np.random.default_rng(1).random((40, 20)) < 0.4).astype(np.float64)
    kept = bits.process.alpha_bars.numpy()

    def chance(of: NDArray[np.float64] | float, given: NDArray[np.float64] | float, left: float) -> NDArray[np.float64]:
        return np.where(of == given, 0.5 * (1 + left), 0.5 * (1 - left))

    for t, s in ((12, 5), (9, 8), (9, 1), (4, 2), (2, 1)):
        weights = chance(x[:, None], support, kept[t]).prod(axis=2)
        weights /= weights.sum(axis=1, keepdims=True)
        one, zero = (chance(float(bit), support, kept[s]) for bit in (1, 0))
        one = one * chance(x, 1.0, kept[t] / kept[s])[:, None]
        zero = zero * chance(x, 0.0, kept[t] / kept[s])[:, None]
        exact = (weights[:, :, None] * one / (one + zero)).sum(axis=1)
        distribution = strided_kernel(bits, torch.from_numpy(x), t, s)
        assert np.allclose(distribution.mean.numpy(), exact, rtol=1e-9, atol=1e-9)


def test_a_strided_step_of_one_is_the_kernel_itself_also_by_way_of_the_guess() -> None:
    torch.manual_seed(3)
    network = BitPerceptron(20, width=8, layers=2).requires_grad_(False)
    torch.nn.init.normal_(network.read_out.weight)
    model = heartbeat(network)
    x = (torch.rand(50, 20) < 0.5).float()
    for t in range(2, 13):
        kernel = strided_kernel(model, x, t, t - 1)
        bridge = model.process.multi_step_posterior(model.x0_estimate(x, t), x, t - 1, t)
        assert torch.allclose(kernel.mean, bridge.mean, atol=1e-5)


def test_strided_samples_are_the_last_frame_of_the_strided_walk_bit_for_bit(
    model: DiffusionModel, bits: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (32,))
    for either in (model, bits):
        for count in (31, 32, 33, 100):
            spec = RunSpec(count, 6, threads=1)
            parts = [value.x for value in samples(either, spec, Strided(3)) if value.x is not None]
            assert np.array_equal(np.concatenate(parts), list(strided(either, spec, 3))[-1].x)


@pytest.mark.parametrize("steps", [2, 5, 20])
def test_strided_samples_of_a_single_point_lie_about_it_as_the_edge_kernel_says(
    point: DiffusionModel, steps: int
) -> None:
    x = list(strided(point, RunSpec(COUNT, 2, threads=1), steps))[-1].x.astype(np.float64)
    rate = float(point.process.betas[0])
    variance = (1 - rate) * rate + rate  # the jump to x^1, then the edge kernel
    assert (np.abs(x.mean(axis=0) - (1 - rate) * np.array([0.8, -0.4])) < 3.5 * math.sqrt(variance / COUNT)).all()
    assert (np.abs(x.var(axis=0) / variance - 1) < 3.5 * math.sqrt(2 / COUNT)).all()


@pytest.mark.parametrize("steps", [2, 5, 20])
def test_the_deterministic_walk_to_a_single_point_follows_the_line_of_its_noise(
    point: DiffusionModel, steps: int
) -> None:
    process, where = point.process, torch.tensor([0.8, -0.4])
    frames = list(deterministic(point, RunSpec(50, 2, threads=1), steps))
    start = torch.tensor(frames[0].x)
    kept = process.alpha_bars
    noise = (start - kept[-1].sqrt() * where) / (1 - kept[-1]).sqrt()
    for frame in frames[:-1]:
        wanted = kept[frame.t].sqrt() * where + (1 - kept[frame.t]).sqrt() * noise
        assert np.allclose(frame.x, wanted, atol=1e-4)
    assert np.allclose(frames[-1].x, kept[1].sqrt() * wanted, atol=1e-4)


def test_the_deterministic_walk_of_unit_gaussian_data_scales_by_the_cosines_of_its_turns(
    exact_model: EXACT, betas: NDArray[np.float64]
) -> None:
    model = exact_model(betas, 1.0)
    angles = np.arccos(model.process.alpha_bars.numpy() ** 0.5)
    for steps in {2, model.steps // 2 + 1, model.steps}:
        frames = list(deterministic(model, RunSpec(40, 3, threads=1), steps))
        scale = 1.0
        for before, frame in itertools.pairwise(frames):
            scale *= math.cos(angles[before.t] - angles[frame.t])
            assert np.allclose(frame.x, scale * frames[0].x, atol=2e-4)


def test_the_deterministic_walk_of_gaussian_data_tends_to_the_flow_that_carries_pi_to_the_data(
    exact_model: EXACT,
) -> None:
    errors = []
    for steps in (100, 200, 400):
        model = exact_model(log_linear(steps, first=1e-5, alpha_bar_end=1e-3), 0.5)
        first, *_, last = deterministic(model, RunSpec(20, 3, threads=1), steps)
        end = float(model.process.alpha_bars[-1])
        flow = 0.5 / math.sqrt(end * 0.25 + 1 - end)
        errors.append(float(np.abs(last.x / first.x / flow - 1).max()))
    assert errors[-1] < 0.02
    assert errors[0] / errors[1] == pytest.approx(2.0, abs=0.4)
    assert errors[1] / errors[2] == pytest.approx(2.0, abs=0.4)


def test_the_deterministic_walk_takes_chance_from_its_start_alone(
    model: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = list(deterministic(model, RunSpec(100, 4, threads=1), 4))
    prior = model.process.prior
    monkeypatch.setattr(model.process, "prior", lambda count, shape, rng: prior(count, shape, rng).roll(1, 0))
    for one, rolled in zip(frames, deterministic(model, RunSpec(100, 4, threads=1), 4), strict=True):
        assert np.allclose(np.roll(one.x, 1, axis=0), rolled.x, atol=1e-5)


def test_bits_have_no_deterministic_limit(bits: DiffusionModel) -> None:
    with pytest.raises(BadInputError, match=r"^deterministic: a binomial process"):
        next(deterministic(bits, RunSpec(3, threads=1), 4))


def test_sample_strided_writes_the_approximation_and_calls_it_one(
    file: Path, model: DiffusionModel, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "x.npy"
    options = ["sample", str(file), "--count", "50", "--seed", "3", "--out", str(out)]
    assert cli.main([*options, "--strided", "3"]) == 0
    assert "an approximation in 3 of 5 steps" in capsys.readouterr().out
    assert np.array_equal(np.load(out), model.data.to_user(list(strided(model, RunSpec(50, 3), 3))[-1].x))
    assert cli.main(options) == 0
    assert "approximation" not in capsys.readouterr().out


@pytest.mark.parametrize("steps", ["1", "6"])
def test_sample_refuses_a_stride_that_the_model_has_not(
    file: Path, tmp_path: Path, capsys: Capture, steps: str
) -> None:
    out = tmp_path / "x.npy"
    assert cli.main(["sample", str(file), "--count", "50", "--out", str(out), "--strided", steps]) == 2
    assert capsys.readouterr().err == f"dpm: --strided: {steps} is not between 2 and 5, the model's own number\n"
    assert not out.exists()


@pytest.mark.parametrize("spacing", SPACINGS)
def test_strided_samples_resemble_those_of_the_chain_whose_noise_they_share(
    twelve: DiffusionModel, spacing: str
) -> None:
    """Each sample is nearly one of twelve images; by chance two samples are the same one in a twelfth of cases."""
    spec, images = RunSpec(64, 3, threads=1), twelve.data.to_model(twelve.data.examples)

    def nearest(x: NDArray[np.float32]) -> NDArray[np.intp]:
        found: NDArray[np.intp] = np.square(x[:, None] - images).sum((2, 3)).argmin(1)
        return found

    *_, chain = reverse(twelve, spec)
    *_, short = reverse(twelve, spec, strided=Strided(30, spacing))
    assert (nearest(short.x) == nearest(chain.x)).mean() > 0.6
    *_, other = reverse(twelve, RunSpec(64, 4, threads=1), strided=Strided(30, spacing))
    assert (nearest(other.x) == nearest(chain.x)).mean() < 0.3
