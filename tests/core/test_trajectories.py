"""Forward and reverse trajectories: their order, their laws, and that equal specs give equal arrays."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.model import DiffusionModel
from core.trajectories import GRID_SIDE, drift_field, forward, reverse
from core.values import MAX_COUNT, MAX_SEED, Frame, RunSpec

Walk = Callable[[DiffusionModel, RunSpec], Iterator[Frame]]
COUNT = 20_000
WALKS = pytest.mark.parametrize("walk", [forward, reverse])


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
    laws = [model.process.step_law(x, t) for t, x in enumerate(frames[:-1], start=1)]
    steps = torch.stack([(x - law.mean) / law.stddev for x, law in zip(frames[1:], laws, strict=True)])
    whole = model.process.jump_law(frames[0], model.steps)
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
    model: DiffusionModel, walk: Walk, change: dict[str, int], name: str
) -> None:
    with pytest.raises(BadInputError, match=name):
        next(walk(model, dataclasses.replace(RunSpec(threads=1), **change)))


@WALKS
@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_one_trajectory_of_the_least_and_the_greatest_seed_can_be_walked(
    model: DiffusionModel, walk: Walk, seed: int
) -> None:
    assert all(np.isfinite(frame.x).all() for frame in walk(model, RunSpec(1, seed, 1)))


def test_the_drift_field_is_the_model_s_drift_on_a_grid(model: DiffusionModel) -> None:
    fields = list(drift_field(model, threads=1))
    assert [field.t for field in fields] == [1, 2, 3, 4, 5]
    for field in fields:
        assert field.x.shape == field.drift.shape == (GRID_SIDE**2, 2)
        wanted = model.drift(torch.from_numpy(field.x.copy()), field.t)
        assert np.array_equal(field.drift, wanted.numpy())
        assert not field.x.flags.writeable
        assert not field.drift.flags.writeable


def test_data_outside_the_plane_have_no_drift_field(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel],
) -> None:
    with pytest.raises(BadInputError, match="plane"):
        next(drift_field(exact_model(np.array([0.1, 0.2]), 1.0), threads=1))
