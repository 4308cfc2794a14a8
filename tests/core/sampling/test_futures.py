"""Many futures of one state of a run: the spec alone says which, and how far they lie apart is one number."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
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
from core.sampling.predictions import state_spread
from core.sampling.starts import start_of, start_step
from core.sampling.trajectories import forward, reverse
from core.values.checkpoints import DataInfo
from core.values.runs import FUTURES, Branch, Frame, RunSpec
from tests.support.chains import branches, reverse_frames, reverse_from

SPEC = RunSpec(40, 5, threads=1)
OF_17 = replace(SPEC, branches=(Branch(3, 17),))


@pytest.fixture
def bits() -> DiffusionModel:
    """The heartbeat with its exact kernels, T = 12."""
    data = Heartbeat().support()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), data)
    return DiffusionModel(BinomialProcess(constant_erasure(12, first=1e-3)), EmpiricalNetwork.of(data), info)


def at(frames: list[Frame], t: int) -> NDArray[np.float32]:
    (found,) = (frame.x for frame in frames if frame.t == t)
    return found


def assert_same(some: list[Frame], others: list[Frame]) -> None:
    for one, other in zip(some, others, strict=True):
        assert one.t == other.t
        assert np.array_equal(one.x, other.x)


# ------------------------------------------------------------------------------------------------- which state it is
def test_the_state_is_that_of_the_run_with_the_same_seed(model: DiffusionModel) -> None:
    parent = list(reverse(model, SPEC))
    found = list(reverse_frames(model, OF_17))
    assert [frame.t for frame in found] == [3, 2, 1, 0]
    assert found[0].x.shape == (FUTURES, 2)
    assert np.array_equal(found[0].x, np.tile(at(parent, 3)[17], (FUTURES, 1)))
    assert_same(found, list(branches(model, at(parent, 3)[17], 3, replace(SPEC, count=FUTURES))))


def test_bits_have_futures_of_their_own_run(bits: DiffusionModel) -> None:
    spec = replace(SPEC, branches=(Branch(9, 2, 10),))
    root = at(list(reverse(bits, SPEC)), 9)[2]
    assert_same(list(reverse_frames(bits, spec)), list(branches(bits, root, 9, replace(SPEC, count=10))))


def test_a_branch_of_a_denoising_run_is_one_of_its_states(model: DiffusionModel) -> None:
    spec = replace(SPEC, denoise_from=4, branches=(Branch(2, 5),))
    denoised = list(reverse_frames(model, replace(SPEC, denoise_from=4)))
    assert np.array_equal(next(reverse_frames(model, spec)).x[0], at(denoised, 2)[5])
    assert start_step(model, spec) == 2


def test_a_future_has_futures_of_its_own(model: DiffusionModel) -> None:
    spec = replace(OF_17, branches=(Branch(3, 17), Branch(1, 60)))
    first = list(reverse_frames(model, OF_17))
    found = list(reverse_frames(model, spec))
    assert [frame.t for frame in found] == [1, 0]
    assert np.array_equal(found[0].x, np.tile(at(first, 1)[60], (FUTURES, 1)))


def test_a_known_state_spares_the_walk_and_changes_nothing(model: DiffusionModel) -> None:
    *_, last = start_of(model, OF_17)
    assert last.t == 3
    assert_same(list(reverse_frames(model, OF_17, last.x[0])), list(reverse_frames(model, OF_17)))


def test_the_walk_to_the_state_goes_no_further(model: DiffusionModel) -> None:
    assert [frame.t for frame in start_of(model, OF_17)] == [5, 4, 3]


@pytest.mark.parametrize("changes", [{}, {"denoise_from": 4}, {"branches": (Branch(3, 1),)}])
def test_the_reverse_of_a_spec_starts_where_it_says(model: DiffusionModel, changes: dict[str, Any]) -> None:
    spec = replace(SPEC, **changes)
    found = list(reverse_frames(model, spec))
    assert found[0].t == start_step(model, spec)
    assert len(found[0].x) == spec.reverse_count
    parent = list(reverse(model, SPEC))
    if spec.branches:
        parent = list(branches(model, at(parent, 3)[1], 3, replace(SPEC, count=FUTURES)))
    elif spec.denoise_from is not None:
        parent = list(reverse_from(model, at(list(forward(model, SPEC)), 4), 4, SPEC))
    assert_same(found, parent)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((Branch(0, 1),), "t = 0 is not a step between 1 and 5"),
        ((Branch(6, 1),), "t = 6 is not a step between 1 and 5"),
        ((Branch(2, 1), Branch(3, 1)), "t = 3 is not a step between 1 and 2"),
        ((Branch(2, -1),), "-1 is not a trajectory between 0 and 39"),
        ((Branch(2, 40),), "40 is not a trajectory between 0 and 39"),
        ((Branch(2, 1, 8), Branch(1, 8)), "8 is not a trajectory between 0 and 7"),
    ],
)
def test_a_branch_of_what_is_not_there_is_refused(model: DiffusionModel, wrong: tuple[Branch, ...], said: str) -> None:
    spec = replace(SPEC, branches=wrong)
    for walking in (
        reverse_frames(model, spec),
        start_of(model, spec),
        reverse_frames(model, spec, np.zeros(2, np.float32)),
    ):
        with pytest.raises(BadInputError, match=f"^branches: {said}"):
            next(walking)


def test_no_branch_may_lie_before_where_denoising_starts(model: DiffusionModel) -> None:
    with pytest.raises(BadInputError, match="t = 4 is not a step between 1 and 3"):
        start_step(model, replace(SPEC, denoise_from=3, branches=(Branch(4, 0),)))


# ------------------------------------------------------------------------------------------------- how far they part
def test_the_spread_of_numbers_is_their_standard_deviation_in_the_users_units() -> None:
    info = DataInfo("two", (2,), (0.0, 1.0), np.array([5.0, 0.0]), np.array([10.0, 0.5]), np.zeros((1, 2), np.float32))
    x = np.array([[1.0, 0.0], [3.0, 0.0], [1.0, 4.0], [3.0, 4.0]], np.float32)
    assert state_spread(info, "gaussian", x) == pytest.approx((1.0 * 10.0 + 2.0 * 0.5) / 2)


def test_pictures_have_one_scale_for_all_pixels() -> None:
    info = DataInfo("pictures", (2, 2), (0.0, 255.0), np.array(100.0), np.array(50.0), np.zeros((1, 2, 2), np.float32))
    x = np.random.default_rng(0).standard_normal((30, 2, 2)).astype(np.float32)
    assert state_spread(info, "gaussian", x) == pytest.approx(info.to_user(x).std(axis=0).mean(), rel=1e-5)


@pytest.mark.parametrize(("ones", "entropy"), [((0, 0), 0.0), ((8, 0), 0.0), ((4, 4), 1.0), ((4, 8), 0.5)])
def test_the_spread_of_bits_is_the_entropy_of_the_share_of_ones(ones: tuple[int, int], entropy: float) -> None:
    info = DataInfo("bits", (2,), (0.0, 1.0), np.zeros(2), np.ones(2), np.zeros((1, 2), np.float32))
    x = np.array([[number < count for count in ones] for number in range(8)], dtype=np.float32)
    assert state_spread(info, "binomial", x) == pytest.approx(entropy)


def test_a_state_lies_nowhere_apart_from_itself(model: DiffusionModel, bits: DiffusionModel) -> None:
    for each, t in ((model, 3), (bits, 9)):
        first, *_, last = reverse_frames(each, replace(SPEC, branches=(Branch(t, 1),)))
        kind = each.process.kind
        assert state_spread(each.data, kind, first.x) == 0.0
        assert state_spread(each.data, kind, last.x) > 0.0


def test_the_spread_of_gaussian_data_is_that_of_the_exact_chain(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], betas: NDArray[np.float64]
) -> None:
    count = 4000
    model = exact_model(betas, 1.0)
    spec = replace(SPEC, branches=(Branch(model.steps, 3, count),))
    variance = 0.0
    for frame in reverse_frames(model, spec):
        found = state_spread(model.data, "gaussian", frame.x) / float(np.max(model.data.scale))
        assert abs(found - math.sqrt(variance)) < 4 * math.sqrt(variance / (2 * count)) + 1e-6
        rate = float(model.process.betas[frame.t - 1]) if frame.t else 0.0
        variance = (1 - rate) * variance + rate  # unit data: every marginal is a unit Gaussian
