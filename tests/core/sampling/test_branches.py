"""Walks from given states: on from where they are, and many futures from one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.processes.binomial import BinomialProcess
from core.processes.schedules import constant_erasure
from core.sampling import block_sizes
from core.values.checkpoints import DataInfo
from core.values.runs import Frame, RunSpec
from tests.support.chains import branches, reverse_from

SPEC = RunSpec(40, 5, threads=1)
STEPS = 12
COUNT = 20_000


@pytest.fixture
def bits() -> DiffusionModel:
    """The heartbeat with its exact kernels."""
    data = Heartbeat().support()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), data)
    return DiffusionModel(BinomialProcess(constant_erasure(STEPS, first=1e-3)), EmpiricalNetwork.of(data), info)


def last(frames: list[Frame]) -> NDArray[np.float64]:
    return frames[-1].x.astype(np.float64)


def test_walking_on_begins_at_the_states_and_goes_down_to_0(model: DiffusionModel) -> None:
    x = np.random.default_rng(0).standard_normal((30, 2))
    frames = list(reverse_from(model, x, 3, SPEC))
    assert [frame.t for frame in frames] == [3, 2, 1, 0]
    assert np.array_equal(frames[0].x, x.astype(np.float32))
    assert all(frame.x.shape == (30, 2) and frame.x.dtype == np.float32 for frame in frames)


def test_branches_begin_as_one_and_part(model: DiffusionModel) -> None:
    frames = list(branches(model, np.array([0.5, -1.0]), 4, SPEC))
    assert [frame.t for frame in frames] == [4, 3, 2, 1, 0]
    assert np.array_equal(frames[0].x, np.tile(np.array([0.5, -1.0], np.float32), (40, 1)))
    for frame in frames[1:]:
        assert len(np.unique(frame.x, axis=0)) == 40


@pytest.mark.parametrize("t", [2, STEPS])
def test_futures_of_bits_are_bits(bits: DiffusionModel, t: int) -> None:
    state = Heartbeat().support()[2]
    for frames in (branches(bits, state, t, SPEC), reverse_from(bits, state[None], t, SPEC)):
        assert all(np.isin(frame.x, (0, 1)).all() for frame in frames)


def test_a_clean_heartbeat_at_the_first_step_stays_what_it_is(bits: DiffusionModel) -> None:
    state = Heartbeat().support()[2]
    x = last(list(branches(bits, state, 1, RunSpec(COUNT, 2, threads=1))))
    flipped = np.abs(x - state).mean()
    rate = 0.5 * float(bits.process.betas[0])
    assert abs(flipped - rate) < 3 * math.sqrt(rate / x.size)


@pytest.mark.parametrize("spread", [0.3, 1.0, 1.6])
def test_the_futures_of_gaussian_data_have_the_moments_of_the_exact_chain(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], betas: NDArray[np.float64], spread: float
) -> None:
    model = exact_model(betas, spread)
    kept = model.process.alpha_bars.numpy()
    marginal = kept * spread**2 + 1 - kept
    mean, variance = 1.5, 0.0
    for frame in branches(model, np.array([mean]), model.steps, RunSpec(COUNT, 4, threads=1)):
        x = frame.x.astype(np.float64)
        assert abs(x.mean() - mean) < 4 * math.sqrt(variance / COUNT) + 1e-6
        assert abs(x.var() - variance) < 4 * math.sqrt(2 / COUNT) * variance + 1e-9
        t, rate = frame.t, float(model.process.betas[frame.t - 1])
        share = marginal[t - 1] / marginal[t] if t > 1 else 1.0
        mean = math.sqrt(1 - rate) * share * mean
        variance = (1 - rate) * share**2 * variance + rate * share


def test_equal_specs_give_equal_futures_and_others_do_not(model: DiffusionModel) -> None:
    state = np.array([0.1, 0.2])
    first, again = (list(branches(model, state, 3, SPEC)) for _ in range(2))
    assert all(np.array_equal(one.x, other.x) for one, other in zip(first, again, strict=True))
    other_seed = list(branches(model, state, 3, RunSpec(40, 6, threads=1)))
    assert not np.isclose(last(first), last(other_seed)).any()


def test_the_first_futures_do_not_depend_on_how_many_blocks_follow(
    model: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_sizes, "VECTOR_EDGES", (16,))
    state = np.array([0.1, 0.2])
    few, many = (last(list(branches(model, state, 3, RunSpec(count, 5, threads=1)))) for count in (16, 40))
    assert np.array_equal(few, many[:16])
    assert len(np.unique(many, axis=0)) == 40
    x = np.tile(state, (40, 1))
    walked, part = (last(list(reverse_from(model, states, 3, SPEC))) for states in (x, x[:16]))
    assert np.array_equal(part, walked[:16])
    assert len(np.unique(walked, axis=0)) == 40


def test_what_the_caller_does_with_the_states_later_is_of_no_account(model: DiffusionModel) -> None:
    x = np.zeros((5, 2), dtype=np.float32)
    walking = reverse_from(model, x, 2, SPEC)
    first = next(walking)
    x[...] = 100.0
    assert np.array_equal(first.x, np.zeros((5, 2)))
    assert np.abs(list(walking)[-1].x).max() < 50


@pytest.mark.parametrize("t", [0, -1, 6, 2.5, math.nan])
def test_a_t_that_is_no_step_is_refused(model: DiffusionModel, t: Any) -> None:
    x = np.zeros((3, 2))
    for walking in (reverse_from(model, x, t, SPEC), branches(model, x[0], t, SPEC)):
        with pytest.raises(BadInputError, match=f"^t: {t} is not a step between 1 and 5"):
            next(walking)


@pytest.mark.parametrize("shape", [(3,), (2,), (0, 2), (3, 2, 1), ()])
def test_states_of_another_shape_are_refused(model: DiffusionModel, shape: tuple[int, ...]) -> None:
    with pytest.raises(BadInputError, match=r"^x: shape \("):
        next(reverse_from(model, np.zeros(shape), 2, SPEC))
    if shape != (2,):
        with pytest.raises(BadInputError, match=r"^state: shape \("):
            next(branches(model, np.zeros(shape), 2, SPEC))


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300])
def test_states_that_are_not_finite_in_single_precision_are_refused(model: DiffusionModel, value: float) -> None:
    state = np.array([0.0, value])
    with pytest.raises(BadInputError, match=r"^x: .* not finite"):
        next(reverse_from(model, state[None], 2, SPEC))
    with pytest.raises(BadInputError, match=r"^state: .* not finite"):
        next(branches(model, state, 2, SPEC))


def test_states_that_are_no_numbers_are_refused(model: DiffusionModel) -> None:
    with pytest.raises(BadInputError, match=r"^state: it holds"):
        next(branches(model, np.array(["0", "1"]), 2, SPEC))


def test_half_a_bit_is_refused(bits: DiffusionModel) -> None:
    state = np.full(20, 0.5)
    with pytest.raises(BadInputError, match=r"^state: .* 0\.5"):
        next(branches(bits, state, 2, SPEC))
    with pytest.raises(BadInputError, match=r"^x: .* 0\.5"):
        next(reverse_from(bits, state[None], 2, SPEC))
