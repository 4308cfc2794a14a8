"""Rates: their known values, and what they refuse."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.processes.schedules import (
    MAX_STEPS,
    alpha_bars,
    checked,
    constant,
    constant_erasure,
    cosine,
    from_function,
    linear,
    log_linear,
    warped_erasure,
)
from core.training.learned_schedule import FixedSchedule, LearnedSchedule


def test_constant_erasure_erases_the_same_share_at_every_step() -> None:
    assert np.allclose(constant_erasure(4), [1 / 4, 1 / 3, 1 / 2, 1])
    assert np.allclose(alpha_bars(constant_erasure(50)), 1 - np.arange(51) / 50)


def test_constant_erasure_with_offset_2_keeps_one_part_in_t_plus_1() -> None:
    assert np.allclose(alpha_bars(constant_erasure(9, offset=2)), 1 - np.arange(10) / 10)


def test_constant_erasure_may_begin_with_another_rate() -> None:
    rates = constant_erasure(6, first=1e-3, offset=2)
    assert rates[0] == 1e-3
    assert np.array_equal(rates[1:], constant_erasure(6, offset=2)[1:])


@pytest.mark.parametrize("steps", [1, 7, 1000])
def test_a_constant_rate_ends_where_it_is_told(steps: int) -> None:
    rates = constant(steps, alpha_bar_end=0.01)
    assert np.ptp(rates) == 0
    assert alpha_bars(rates)[-1] == pytest.approx(0.01, rel=1e-12)


def test_linear_rates_grow_evenly() -> None:
    assert np.allclose(linear(5, 0.1, 0.5), [0.1, 0.2, 0.3, 0.4, 0.5])


@pytest.mark.parametrize("steps", [2, 40, 5000])
def test_log_linear_rates_let_the_log_ratio_of_signal_to_noise_fall_evenly(steps: int) -> None:
    rates = log_linear(steps, first=1e-3, alpha_bar_end=1e-4)
    kept = alpha_bars(rates)[1:]
    ratio = np.log(kept / (1 - kept))
    assert rates[0] == pytest.approx(1e-3, rel=1e-9)
    assert kept[-1] == pytest.approx(1e-4, rel=1e-9)
    assert np.allclose(np.diff(ratio), (ratio[-1] - ratio[0]) / (steps - 1), rtol=1e-6)


def test_alpha_bars_begin_at_one_and_never_rise(betas: NDArray[np.float64]) -> None:
    kept = alpha_bars(betas)
    assert kept.shape == (len(betas) + 1,)
    assert kept[0] == 1
    assert (np.diff(kept) < 0).all()


@pytest.mark.parametrize(
    ("rates", "reason"),
    [
        ([], "vector"),
        ([[0.1]], "vector"),
        ([0.1, 0.0], "step 2"),
        ([0.1, 0.2, 1.0001], "step 3"),
        ([-0.1], "step 1"),
        ([float("nan")], "step 1"),
        (np.full(MAX_STEPS + 1, 0.1), "vector"),
    ],
)
def test_what_is_no_schedule_is_refused_by_its_first_bad_step(rates: Any, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        checked(np.array(rates))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: constant(0), "steps"),
        (lambda: constant(MAX_STEPS + 1), "steps"),
        (lambda: constant(5, alpha_bar_end=0.0), "alpha_bar_end"),
        (lambda: constant(5, alpha_bar_end=1.0), "alpha_bar_end"),
        (lambda: constant(5, alpha_bar_end=float("nan")), "alpha_bar_end"),
        (lambda: linear(-3, 0.1, 0.2), "steps"),
        (lambda: linear(3, 0.1, 1.2), "betas"),
        (lambda: constant_erasure(0), "steps"),
        (lambda: constant_erasure(cast("Any", 3.0)), "steps"),
        (lambda: constant_erasure(True), "steps"),
        (lambda: constant_erasure(cast("Any", "3")), "steps"),
        (lambda: constant_erasure(3, first=math.nan), "betas"),
        (lambda: constant_erasure(3, offset=0), "offset"),
        (lambda: constant_erasure(3, offset=math.nan), "offset"),
        (lambda: constant_erasure(3, offset=math.inf), "betas"),
        (lambda: cosine(0), "steps"),
        (lambda: cosine(5, first=1.5), "betas"),
        (lambda: cosine(5, last=0.0), "last"),
        (lambda: cosine(5, last=math.nan), "last"),
        (lambda: cosine(5, offset=-0.1), "offset"),
        (lambda: from_function(0, lambda u: 1 - u), "steps"),
        (lambda: from_function(3, lambda u: 1 - u, first=0.0), "betas"),
        (lambda: FixedSchedule(np.array([0.0])), "betas"),
        (lambda: constant_erasure(3, first=0.0), "betas"),
        (lambda: log_linear(10, first=0.999, alpha_bar_end=0.01), "first"),
        (lambda: log_linear(10, first=0.0, alpha_bar_end=0.01), "first"),
        (lambda: log_linear(10, first=0.1, alpha_bar_end=2.0), "alpha_bar_end"),
        (lambda: LearnedSchedule(np.array([0.5])), "betas"),
        (lambda: LearnedSchedule(np.array([0.5, 1.0])), "betas"),
    ],
)
def test_what_makes_no_schedule_is_refused_by_name(make: Callable[[], object], name: str) -> None:
    with pytest.raises(BadInputError, match=name):
        make()


# ------------------------------------------------------------------------------------------------- cosine, functions
def test_cosine_rates_let_the_signal_fall_as_a_squared_cosine() -> None:
    rates = cosine(50)
    kept = np.cos((np.arange(51) / 50 + 0.008) / 1.008 * math.pi / 2) ** 2
    assert np.allclose(alpha_bars(rates)[:-1], kept[:-1] / kept[0], rtol=1e-10)
    assert rates[-1] == 0.999
    assert rates.argmax() == 49


def test_cosine_rates_may_begin_with_another_rate_and_end_with_a_smaller_one() -> None:
    rates = cosine(30, first=1e-3, last=0.5)
    assert rates[0] == 1e-3
    assert rates.max() == 0.5
    assert np.array_equal(rates[1:], np.minimum(cosine(30)[1:], 0.5))


@pytest.mark.parametrize("steps", [1, 2, 40, 1000])
def test_rates_from_a_function_leave_what_the_function_says(steps: int) -> None:
    share = np.arange(steps + 1) / steps
    assert np.allclose(alpha_bars(from_function(steps, lambda u: math.exp(-5 * u))), np.exp(-5 * share), rtol=1e-9)
    assert np.allclose(alpha_bars(from_function(steps, lambda u: 7 - 6 * u)), 1 - 6 * share / 7, rtol=1e-9)


def test_a_function_that_falls_evenly_to_0_is_constant_erasure() -> None:
    assert np.allclose(from_function(20, lambda u: 1 - u), constant_erasure(20), rtol=1e-12)


def test_a_function_may_answer_with_any_number() -> None:
    wanted = from_function(5, lambda u: 1.0 - u / 2)
    assert np.array_equal(from_function(5, lambda u: np.float64(1.0 - u / 2)), wanted)

    def tensors(u: float) -> Any:
        return torch.tensor(1.0 - u / 2, dtype=torch.float64)

    assert np.array_equal(from_function(5, tensors), wanted)


def test_small_steps_of_a_function_keep_their_digits() -> None:
    rates = from_function(100_000, lambda u: 1 - 1e-6 * u)
    assert np.allclose(rates, 1e-11, rtol=2e-5)


@pytest.mark.parametrize(
    ("signal", "reason"),
    [
        (lambda u: u, "from 0 at 0 "),
        (lambda u: 1.0, "from 1 at 0 to 1 at 0.25"),
        (lambda u: 1 + u, "from 1 at 0 to 1.25 at 0.25"),
        (lambda u: 1 - 2 * u, "from 0 at 0.5 to -0.5 at 0.75"),
        (lambda u: math.nan, "from nan at 0"),
        (lambda u: math.inf if u == 0 else 1 - u, "from inf at 0"),
        (lambda u: 1 / u, "at 0 it gives no number: float division by zero"),
        (math.log, "at 0 it gives no number: math domain error"),
        (lambda u: "much", "at 0 it gives no number"),
        (lambda u: None, "at 0 it gives no number"),
        (lambda u: 1j, "at 0 it gives no number"),
        (lambda u: [1, 2], "at 0 it gives no number"),
    ],
)
def test_a_function_that_is_no_signal_is_refused_at_its_first_bad_place(
    signal: Callable[[float], float], reason: str
) -> None:
    with pytest.raises(BadInputError, match=f"signal: .*{re.escape(reason)}"):
        from_function(4, signal)


@pytest.mark.parametrize(
    ("rates", "reason"),
    [
        (["a", "b"], "it holds <U1"),
        ([[0.1], [0.1, 0.2]], "different lengths"),
        ([0.1, None], "it holds object"),
        ([0.1 + 0j], "it holds complex128"),
        ([True, True], "it holds bool"),
        (0.1, r"shape \(\)"),
        ([1e-13, 0.1], "step 1 is 1e-13"),
        ([0.1, math.inf], "step 2 is inf"),
        (None, r"shape \(\)"),
    ],
)
def test_what_holds_no_rates_is_refused_by_its_name(rates: Any, reason: str) -> None:
    with pytest.raises(BadInputError, match=f"mine: .*{reason}"):
        checked(rates, "mine")


def test_whole_numbers_and_small_floats_are_rates_too() -> None:
    assert checked([1]).dtype == np.float64
    assert checked(np.array([0.5, 0.25], dtype=np.float16)).tolist() == [0.5, 0.25]


# ------------------------------------------------------------------------------------------------- learned and fixed
def test_fixed_rates_are_those_they_are_given_and_nothing_to_learn(betas: NDArray[np.float64]) -> None:
    rates = FixedSchedule(betas)
    assert np.array_equal(rates().numpy(), betas)
    assert not list(rates.parameters())
    assert np.array_equal(rates.state_dict()["betas"].numpy(), betas)


def test_fixed_rates_keep_no_hold_on_the_schedule() -> None:
    start = np.array([0.1, 0.2])
    rates = FixedSchedule(start)
    start[0] = 0.9
    assert rates().tolist() == [0.1, 0.2]


def test_learned_rates_begin_at_the_schedule_they_are_given(betas: NDArray[np.float64]) -> None:
    rates = LearnedSchedule(betas)()
    assert rates.dtype == torch.float64
    assert np.allclose(rates.detach().numpy(), betas, rtol=1e-12)


@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0])
def test_the_end_of_learned_rates_is_tied_whatever_their_logits_are(betas: NDArray[np.float64], spread: float) -> None:
    rates = LearnedSchedule(betas)
    torch.nn.init.normal_(rates.logits, std=spread, generator=torch.Generator().manual_seed(1))
    learned = rates().detach().numpy()
    assert learned[0] == betas[0]
    assert np.prod(1 - learned) == pytest.approx(alpha_bars(betas)[-1], rel=1e-9)


def test_shifting_all_logits_changes_no_rate(betas: NDArray[np.float64]) -> None:
    rates = LearnedSchedule(betas)
    before = rates().detach().numpy()
    with torch.no_grad():
        rates.logits.add_(7.5)
    assert np.allclose(rates().detach().numpy(), before, rtol=1e-12)


def test_exponents_of_one_are_the_plain_schedules() -> None:
    assert np.allclose(warped_erasure(30, 1e-4, 1.0, 1.0), constant_erasure(30, first=1e-4), rtol=1e-9)
    assert np.array_equal(log_linear(30, 1e-3, 1e-2, 1.0, 1.0), log_linear(30, 1e-3, 1e-2))


def test_a_warp_moves_steps_and_neither_the_first_rate_nor_the_end() -> None:
    betas = warped_erasure(12, first=1e-3, early=0.5, late=2.0)
    kept = np.cumprod(1 - betas)
    places = np.arange(12) / 11
    assert np.allclose(kept, (1 - 1e-3) * (1 - np.sqrt(places)) ** 2, atol=1e-12)
    assert (betas[0], betas[-1]) == (1e-3, 1.0)


@pytest.mark.parametrize(
    "arguments",
    [(1, 1e-3, 1.0, 1.0), (9, 0.0, 1.0, 1.0), (9, 1e-3, 0.0, 1.0), (9, 1e-3, 1.0, math.nan)],
)
def test_a_warp_that_is_none_is_refused(arguments: tuple[int, float, float, float]) -> None:
    with pytest.raises(BadInputError):
        warped_erasure(*arguments)
