"""Forward and reverse trajectories: their order, their laws, and that equal specs give equal arrays."""

from __future__ import annotations

import dataclasses
import gc
import io
import itertools
import math
import os
import shutil
import subprocess
import sys
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core import cli
from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.formats.checkpoints import save
from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure
from core.runtime import devices
from core.runtime.devices import torch_generator
from core.sampling import block_sizes
from core.sampling.predictions import GRID_SIDE, drift_field, x0_estimates
from core.sampling.trajectories import forward, reverse, samples
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.runs import MAX_COUNT, MAX_SEED, Frame, RunSpec

Walk = Callable[[DiffusionModel, RunSpec], Iterator[Frame]]
COUNT = 20_000
WALKS = pytest.mark.parametrize("walk", [forward, reverse])
ROOT = Path(__file__).resolve().parents[3]
MEASURED = """
import sys
from pathlib import Path
from core import cli

def most():  # the process's own, where getrusage knows that of the one it was forked from too
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024

def sample(count):
    return cli.main(["sample", sys.argv[1], "--count", str(count), "--out", sys.argv[2]])

sample(10)
before = most()
assert sample(300_000) == 0
print(most() - before)
"""


@pytest.fixture
def bits() -> DiffusionModel:
    """The heartbeat with its exact kernels, in 12 steps."""
    data = Heartbeat().support()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), data)
    return DiffusionModel(BinomialProcess(constant_erasure(12, first=1e-3)), EmpiricalNetwork.of(data), info)


def together(model: DiffusionModel, spec: RunSpec) -> NDArray[np.float32]:
    """Return the parts of `samples` one after the other."""
    return np.concatenate([value.x for value in samples(model, spec) if value.x is not None])


def last(frames: Iterator[Frame]) -> NDArray[np.float32]:
    return list(frames)[-1].x


def test_the_forward_walk_goes_from_0_to_the_end(model: DiffusionModel) -> None:
    assert [frame.t for frame in forward(model, RunSpec(3, threads=1))] == [0, 1, 2, 3, 4, 5]


def test_the_reverse_walk_goes_from_the_end_to_0(model: DiffusionModel) -> None:
    assert [frame.t for frame in reverse(model, RunSpec(3, threads=1))] == [5, 4, 3, 2, 1, 0]


@WALKS
def test_equal_specs_give_equal_arrays_bit_for_bit(model: DiffusionModel, walk: Walk) -> None:
    spec = RunSpec(257, 12, threads=1)
    torch.manual_seed(1)
    first = list(walk(model, spec))
    torch.manual_seed(2)  # what others draw is of no account
    np.random.seed(3)  # noqa: NPY002
    for one, other in zip(first, walk(model, RunSpec(257, 12, threads=1)), strict=True):
        assert one.t == other.t
        assert np.array_equal(one.x, other.x)


@WALKS
def test_different_seeds_differ_in_every_frame(model: DiffusionModel, walk: Walk) -> None:
    for one, other in zip(walk(model, RunSpec(50, 1, 1)), walk(model, RunSpec(50, 2, 1)), strict=True):
        assert not np.isclose(one.x, other.x).all(axis=1).any()


@WALKS
def test_two_walks_at_once_do_not_disturb_each_other(model: DiffusionModel, walk: Walk) -> None:
    spec = RunSpec(20, 4, threads=1)
    alone = [frame.x for frame in walk(model, spec)]
    for x, one, other in zip(alone, walk(model, spec), walk(model, dataclasses.replace(spec, seed=5)), strict=True):
        assert np.array_equal(x, one.x)
        assert not np.array_equal(x, other.x)


@WALKS
def test_frames_are_frozen_and_keep_their_values(model: DiffusionModel, walk: Walk) -> None:
    walking = walk(model, RunSpec(10, threads=1))
    first = next(walking)
    kept = first.x.copy()
    rest = list(walking)
    assert np.array_equal(first.x, kept)
    for frame in [first, *rest]:
        assert frame.x.shape == (10, 2)
        assert frame.x.dtype == np.float32
        with pytest.raises(ValueError, match="read-only"):
            frame.x[0, 0] = 1.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.t = 3  # type: ignore[misc]


def test_the_forward_walk_has_the_moments_of_its_steps_and_of_the_jump_within_three_standard_errors(
    model: DiffusionModel,
) -> None:
    frames = [torch.from_numpy(frame.x.copy()) for frame in forward(model, RunSpec(COUNT, 7, threads=1))]
    laws = [model.process.transition(x, t) for t, x in enumerate(frames[:-1], start=1)]
    steps = torch.stack(
        [(x - distribution.mean) / distribution.stddev for x, distribution in zip(frames[1:], laws, strict=True)]
    )
    whole = model.process.marginal(frames[0], model.steps)
    for noise in (steps.double(), ((frames[-1] - whole.mean) / whole.stddev).double()):
        assert abs(float(noise.mean())) < 3 / math.sqrt(noise.numel())
        assert abs(float(noise.square().mean()) - 1) < 3 * math.sqrt(2 / noise.numel())


def test_the_forward_walk_begins_at_standardised_data(model: DiffusionModel) -> None:
    x = next(forward(model, RunSpec(COUNT, 3, threads=1))).x.astype(np.float64)
    assert (np.abs(x.mean(axis=0)) < 3 / math.sqrt(COUNT)).all()
    assert (np.abs(np.square(x).mean(axis=0) - 1) < 3 * np.square(x).std(axis=0) / math.sqrt(COUNT)).all()


@pytest.mark.parametrize("spread", [0.3, 1.0, 1.6])
def test_the_exact_reverse_of_gaussian_data_walks_through_the_marginals(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], betas: NDArray[np.float64], spread: float
) -> None:
    model = exact_model(betas, spread)
    process, kept = model.process, model.process.alpha_bars.numpy()
    marginal = kept * spread**2 + 1 - kept
    variance = 1.0  # pi, which need not be the forward marginal at T
    for frame in reverse(model, RunSpec(COUNT, 9, threads=1)):
        x = frame.x.astype(np.float64)
        assert abs(x.mean()) < 4 * math.sqrt(variance / COUNT)
        assert abs(np.square(x).mean() / variance - 1) < 4 * math.sqrt(2 / COUNT)
        t, rate = frame.t, float(process.betas[frame.t - 1])
        share = marginal[t - 1] / marginal[t] if t > 1 else 1.0
        variance = (1 - rate) * share**2 * variance + rate * share


@WALKS
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"count": 0}, "count: 0"),
        ({"count": -5}, "count: -5"),
        ({"count": MAX_COUNT + 1}, "count"),
        ({"seed": -1}, "seed: -1"),
        ({"seed": MAX_SEED + 1}, "seed"),
        ({"threads": 0}, "threads: 0"),
    ],
)
def test_what_no_run_can_do_is_refused_by_name(
    model: DiffusionModel, walk: Walk, change: dict[str, Any], name: str
) -> None:
    with pytest.raises(BadInputError, match=name):
        next(walk(model, dataclasses.replace(RunSpec(threads=1), **change)))


@WALKS
@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_one_trajectory_of_the_least_and_the_greatest_seed_can_be_walked(
    model: DiffusionModel, walk: Walk, seed: int
) -> None:
    assert all(np.isfinite(frame.x).all() for frame in walk(model, RunSpec(1, seed, 1)))


@WALKS
def test_walks_of_bits_are_zeros_and_ones_from_end_to_end(bits: DiffusionModel, walk: Walk) -> None:
    frames = list(walk(bits, RunSpec(200, threads=1)))
    assert sorted(frame.t for frame in frames) == list(range(13))
    for frame in frames:
        assert (frame.x.shape, frame.x.dtype) == ((200, 20), np.float32)
        assert np.isin(frame.x, (0, 1)).all()


def test_the_forward_walk_of_bits_begins_at_heartbeats_and_flips_bits_at_the_rates_of_its_steps(
    bits: DiffusionModel,
) -> None:
    frames = list(forward(bits, RunSpec(COUNT, 3, threads=1)))
    assert {tuple(row) for row in frames[0].x} == {tuple(row) for row in Heartbeat().support()}
    for before, after in itertools.pairwise(frames):
        rate, bits_at_once = 0.5 * float(bits.process.betas[after.t - 1]), before.x.size
        flipped = float(np.mean(before.x != after.x))
        assert abs(flipped - rate) < 4 * math.sqrt(rate * (1 - rate) / bits_at_once)


def test_the_reverse_walk_of_bits_ends_at_heartbeats_but_for_the_edge(bits: DiffusionModel) -> None:
    x = last(reverse(bits, RunSpec(COUNT, 3, threads=1)))
    distances = np.abs(x[:, None] - Heartbeat().support()).sum(axis=2).min(axis=1)
    assert (distances == 0).mean() > 0.5
    phases = np.abs(x[:, None] - Heartbeat().support()).sum(axis=2).argmin(axis=1)[distances == 0]
    shares = np.bincount(phases, minlength=5) / len(phases)
    assert (np.abs(shares - 0.2) < 4 * math.sqrt(0.2 * 0.8 / len(phases))).all()


@pytest.mark.parametrize("count", [1, 99, 100, 101, 577, 4000, 5177])
def test_samples_drawn_block_by_block_are_the_last_frame_of_the_reverse_bit_for_bit(
    model: DiffusionModel, bits: DiffusionModel, count: int
) -> None:
    spec = RunSpec(count, 12, threads=1)
    for either in (model, bits):
        found = together(either, spec)
        assert found.shape == (count, *either.data.shape)
        assert np.array_equal(found, last(reverse(either, spec)))


def test_the_first_block_is_the_plain_loop_over_one_stream(model: DiffusionModel, bits: DiffusionModel) -> None:
    for either in (model, bits):
        rng = torch_generator(12, "reverse")
        x = either.process.prior(100, either.data.shape, rng)
        with torch.inference_mode():
            for t in range(either.steps, 0, -1):
                x = either.reverse_kernel(x, t).draw(rng)
        for count in (100, 150):
            found = last(reverse(either, RunSpec(count, 12, threads=1)))
            assert np.array_equal(found[:100], x.numpy())


def test_blocks_have_random_numbers_of_their_own(model: DiffusionModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (32,))
    for frame in reverse(model, RunSpec(100, threads=1)):
        assert len(np.unique(frame.x, axis=0)) == 100


def test_the_progress_of_sampling_counts_every_step_of_every_block(
    model: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (32,))
    values = list(samples(model, RunSpec(70, threads=1)))
    assert [value.done for value in values] == list(range(1, 16))
    assert {value.total for value in values} == {15}
    assert [len(value.x) for value in values if value.x is not None] == [32, 32, 6]


@WALKS
def test_a_walk_keeps_no_frame_that_its_caller_has_let_go(
    model: DiffusionModel, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (32,))
    walking = walk(model, RunSpec(100, threads=1))
    seen = [weakref.ref(frame.x) for frame in itertools.islice(walking, 3)]
    gc.collect()
    assert [reference() for reference in seen] == [None] * 3
    assert next(walking).x.shape == (100, 2)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the system does not tell a process's own peak")
def test_sampling_many_points_takes_the_memory_of_one_block(small: Checkpoint, tmp_path: Path) -> None:
    network = MultilayerPerceptron(2)  # wide: at once, one layer of all the points would be 150 MB
    weights = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    info = NetworkInfo(network.kind, network.config, weights)
    wide = dataclasses.replace(small, network=info, betas=small.betas[:3], training=None, bound=None)
    save(wide, tmp_path / "wide.h5")
    told = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "wide.h5"), str(tmp_path / "x.npy")]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=True)
    assert float(done.stdout.splitlines()[-1]) < 90  # 300 MB for a million
    assert np.load(tmp_path / "x.npy").shape == (300_000, 2)


def test_the_file_of_samples_is_the_one_that_numpy_would_write(
    model: DiffusionModel, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (32,))
    assert cli.main(["sample", str(file), "--count", "100", "--seed", "3", "--out", str(tmp_path / "x.npy")]) == 0
    expected = io.BytesIO()
    np.save(expected, model.data.to_user(last(reverse(model, RunSpec(100, 3)))))
    assert (tmp_path / "x.npy").read_bytes() == expected.getvalue()


def test_samples_that_no_disk_can_hold_are_refused_with_their_size(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=799))
    out = tmp_path / "x.npy"
    assert cli.main(["sample", str(file), "--count", "100", "--out", str(out)]) == 2
    assert capsys.readouterr().err == f"dpm: {out}: 800 bytes are needed in {tmp_path}, and 799 are free\n"
    assert not out.exists()


@WALKS
def test_frames_that_memory_cannot_hold_are_refused_with_their_size(
    model: DiffusionModel, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "free_memory", lambda: 3199)
    with pytest.raises(BadInputError, match=r"^count: .* 100 states .* 3,200 bytes .* 3,199 are free"):
        next(walk(model, RunSpec(100, threads=1)))
    assert len(list(walk(model, RunSpec(99, threads=1)))) == 6


def test_guesses_of_gaussian_data_are_the_exact_conditional_means(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], betas: NDArray[np.float64]
) -> None:
    model = exact_model(betas, 0.5)
    kept = model.process.alpha_bars.numpy()
    frames = list(forward(model, RunSpec(300, threads=1)))
    for frame, x0_estimate in zip(frames, x0_estimates(model, frames), strict=True):
        assert x0_estimate.t == frame.t
        t = frame.t
        share = math.sqrt(kept[t]) * 0.25 / (kept[t] * 0.25 + 1 - kept[t]) if t > 1 else math.sqrt(kept[t])
        assert np.allclose(x0_estimate.x, share * frame.x, atol=1e-3)


def test_guesses_of_bits_are_probabilities_that_know_more_and_more(
    bits: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (64,))
    frames = list(reverse(bits, RunSpec(200, threads=1)))
    found = list(x0_estimates(bits, iter(frames)))
    assert [frame.t for frame in found] == [frame.t for frame in frames]
    assert all(((frame.x >= 0) & (frame.x <= 1)).all() and frame.x.shape == (200, 20) for frame in found)
    assert np.allclose(found[0].x, 0.2, atol=1e-4)  # nothing is left of the data at T
    assert np.array_equal(found[-1].x, frames[-1].x)


def test_the_drift_field_is_the_model_s_drift_on_a_grid(model: DiffusionModel) -> None:
    fields = list(drift_field(model, threads=1))
    assert [field.t for field in fields] == [1, 2, 3, 4, 5]
    for field in fields:
        assert field.x.shape == field.drift.shape == (GRID_SIDE**2, 2)
        wanted = model.drift(torch.from_numpy(field.x.copy()), field.t)
        assert np.array_equal(field.drift, wanted.numpy())
        assert not field.x.flags.writeable
        assert not field.drift.flags.writeable


def test_columns_that_the_data_lack_have_no_drift_field(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], bits: DiffusionModel
) -> None:
    with pytest.raises(BadInputError, match=r"columns \(0, 1\)"):
        next(drift_field(exact_model(np.array([0.1, 0.2]), 1.0), threads=1))
    with pytest.raises(BadInputError, match="binomial"):
        next(drift_field(bits, threads=1))


def test_the_drift_on_a_line_is_that_of_its_points(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel],
) -> None:
    model = exact_model(np.array([0.1, 0.2]), 0.5)
    for field in drift_field(model, threads=1, columns=(0,)):
        assert field.x.shape == field.drift.shape == (GRID_SIDE, 1)
        assert np.array_equal(field.drift, model.drift(torch.from_numpy(field.x.copy()), field.t).numpy())


def test_the_drift_over_two_of_many_columns_holds_the_others_at_their_mean(
    unit_data: Callable[..., DataInfo],
) -> None:
    mean, covariance = np.array([1.0, -2.0, 0.5]), np.array([[1.0, 0.6, 0.0], [0.6, 1.0, 0.3], [0.0, 0.3, 1.0]])
    examples = np.random.default_rng(0).multivariate_normal(mean, covariance, 400).astype(np.float32)
    info = dataclasses.replace(unit_data((3,)), examples=examples)
    model = DiffusionModel(GaussianProcess(np.array([0.1, 0.3])), AnalyticNetwork.of(mean, covariance), info)
    for field in drift_field(model, threads=1, columns=(2, 0)):
        assert field.columns == (2, 0)
        held = math.sqrt(float(model.process.alpha_bars[field.t])) * examples[:, 1].mean()
        states = np.column_stack((field.x[:, 1], np.full(len(field.x), held), field.x[:, 0])).astype(np.float32)
        wanted = model.drift(torch.from_numpy(states), field.t)[:, [2, 0]]
        assert np.allclose(field.drift, wanted.numpy(), atol=1e-5)
