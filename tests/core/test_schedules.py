"""Rates: their known values, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.schedules import (
    MAX_STEPS,
    LearnedRates,
    alpha_bars,
    checked,
    constant,
    constant_erasure,
    linear,
    log_linear,
)


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
def test_what_is_no_schedule_is_refused_by_its_first_bad_step(rates: object, reason: str) -> None:
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
        (lambda: constant_erasure(3, first=0.0), "betas"),
        (lambda: log_linear(10, first=0.999, alpha_bar_end=0.01), "first"),
        (lambda: log_linear(10, first=0.0, alpha_bar_end=0.01), "first"),
        (lambda: log_linear(10, first=0.1, alpha_bar_end=2.0), "alpha_bar_end"),
        (lambda: LearnedRates(np.array([0.5])), "betas"),
        (lambda: LearnedRates(np.array([0.5, 1.0])), "betas"),
    ],
)
def test_what_makes_no_schedule_is_refused_by_name(make: Callable[[], object], name: str) -> None:
    with pytest.raises(BadInputError, match=name):
        make()


def test_learned_rates_begin_at_the_schedule_they_are_given(betas: NDArray[np.float64]) -> None:
    rates = LearnedRates(betas)()
    assert rates.dtype == torch.float64
    assert np.allclose(rates.detach().numpy(), betas, rtol=1e-12)


@pytest.mark.parametrize("spread", [0.1, 3.0, 100.0])
def test_the_end_of_learned_rates_is_tied_whatever_their_logits_are(betas: NDArray[np.float64], spread: float) -> None:
    rates = LearnedRates(betas)
    torch.nn.init.normal_(rates.logits, std=spread, generator=torch.Generator().manual_seed(1))
    learned = rates().detach().numpy()
    assert learned[0] == betas[0]
    assert np.prod(1 - learned) == pytest.approx(alpha_bars(betas)[-1], rel=1e-9)


def test_shifting_all_logits_changes_no_rate(betas: NDArray[np.float64]) -> None:
    rates = LearnedRates(betas)
    before = rates().detach().numpy()
    with torch.no_grad():
        rates.logits.add_(7.5)
    assert np.allclose(rates().detach().numpy(), before, rtol=1e-12)
