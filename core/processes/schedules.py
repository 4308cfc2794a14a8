"""Diffusion rates beta_t (section 2.4.1), at which the steps of the forward process destroy the signal; numpy alone.

A schedule is a float64 array ``[T]`` with 0 < beta_t <= 1; entry ``t - 1`` is the rate of the step t-1 -> t.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError

MAX_STEPS = 100_000
LEAST_RATE = 1e-12
"""Far below it, 1 - beta is 1 in float64, and the step has no effect."""

Schedule = NDArray[np.float64]


def checked(betas: ArrayLike, name: str = "betas") -> Schedule:
    """Return ``betas``, called ``name``, as float64 ``[T]``.

    Raises:
        BadInputError: If it is not a non-empty vector of finite rates in (0, 1], at least `LEAST_RATE`; the message
            names the first bad step.
    """
    try:
        rates = np.asarray(betas)
    except ValueError as error:
        raise BadInputError(f"{name}: rows of different lengths are not a vector of rates") from error
    if rates.ndim != 1 or not 1 <= rates.size <= MAX_STEPS:
        raise BadInputError(f"{name}: shape {rates.shape} is not a vector of 1 to {MAX_STEPS} rates")
    if rates.dtype.kind not in "fiu":
        raise BadInputError(f"{name}: it holds {rates.dtype}, where rates are wanted")
    rates = rates.astype(np.float64, copy=False)
    bad = np.flatnonzero(~((rates >= LEAST_RATE) & (rates <= 1)))
    if bad.size:
        raise BadInputError(
            f"{name}: the rate of step {bad[0] + 1} is {rates[bad[0]]}; rates lie in (0, 1], {LEAST_RATE:g} the least"
        )
    return rates


def alpha_bars(betas: ArrayLike) -> Schedule:
    """Return the signal that is left, alpha_bar_t = prod (1 - beta_s), for t = 0 … T: float64 ``[T + 1]``."""
    return np.concatenate([[1.0], np.cumprod(1.0 - checked(betas))])


def constant_erasure(steps: int, first: float | None = None, offset: float = 1) -> Schedule:
    """Return beta_t = 1/(T - t + offset), which erases a constant share of the signal at each step (section 2.4.1).

    Args:
        steps: T.
        first: beta_1, if it is different; a Gaussian model has no smaller standard deviation than its square root.
        offset: 1 as in the paper for bits, 2 as in the reference code for Gaussian data.

    Raises:
        BadInputError: If an argument is out of range, as for every schedule here.
    """
    if not offset >= 1:
        raise BadInputError(f"offset: {offset} is not a number from 1 on")
    steps_left = _checked_steps(steps) - np.arange(1.0, steps + 1)
    return _beginning_with(first, 1.0 / (steps_left + offset))


def warped_erasure(steps: int, first: float = 1e-3, early: float = 1.0, late: float = 1.0) -> Schedule:
    """Return rates that leave alpha_bar_t = (1 - beta_1) (1 - u^early)^late of the signal, u = (t - 1)/(T - 1).

    If both exponents are 1, this is constant erasure after beta_1 = ``first``. A small ``early`` makes the steps larger
    near the data, a small ``late`` near the noise.
    """
    if _checked_steps(steps) < 2:
        raise BadInputError(f"steps: {steps} is too few for a warped erasure; give two or more")
    alpha_bar = _warped(steps, early, late)
    with np.errstate(invalid="ignore"):  # 0/0 gives no rate, which is refused
        return checked(np.concatenate([[first], 1.0 - alpha_bar[1:] / alpha_bar[:-1]]))


def constant(steps: int, alpha_bar_end: float = 1e-3) -> Schedule:
    """Return the one rate that leaves alpha_bar_T = ``alpha_bar_end`` of the signal after T steps."""
    _checked_end(alpha_bar_end)
    return checked(np.full(_checked_steps(steps), -math.expm1(math.log(alpha_bar_end) / steps)))


def linear(steps: int, first: float | None = None, last: float | None = None) -> Schedule:
    """Return rates that grow evenly from beta_1 = ``first`` to beta_T = ``last``.

    The defaults are 0.1/T and 20/T, at most 0.999: those of Ho et al. 2020, whose T is 1000.
    """
    steps = _checked_steps(steps)
    begin = 0.1 / steps if first is None else first
    with np.errstate(over="ignore", invalid="ignore"):  # what is far too large is refused
        return checked(np.linspace(begin, min(20.0 / steps, 0.999) if last is None else last, steps))


def cosine(steps: int, first: float | None = None, offset: float = 0.008, last: float = 0.999) -> Schedule:
    """Return rates whose alpha_bar_t falls as cos^2((t/T + s)/(1 + s) pi/2) (Nichol and Dhariwal 2021, section 3.2).

    Args:
        steps: T.
        first: beta_1, if it is different.
        offset: s, which keeps the first rates from being too small.
        last: The largest rate allowed.
    """
    if not offset >= 0:
        raise BadInputError(f"offset: {offset} is not a number from 0 on")

    def signal(share: float) -> float:
        return math.cos((share + offset) / (1.0 + offset) * math.pi / 2.0) ** 2

    return from_function(steps, signal, first, last)


def log_linear(
    steps: int, first: float = 1e-3, alpha_bar_end: float = 1e-3, early: float = 1.0, late: float = 1.0
) -> Schedule:
    """Return rates whose ln(alpha_bar_t / (1 - alpha_bar_t)) falls from 1 - ``first`` to ``alpha_bar_end``.

    It falls as (1 - u^early)^late, u = (t - 1)/(T - 1), as in `warped_erasure`: evenly if both exponents are 1.
    """
    _checked_end(alpha_bar_end)
    if not 0 < first < 1 - alpha_bar_end:
        raise BadInputError(f"first: {first} is not a rate between 0 and {1 - alpha_bar_end}")
    begin, end = math.log1p(-first) - math.log(first), math.log(alpha_bar_end) - math.log1p(-alpha_bar_end)
    log_ratio = end + (begin - end) * _warped(_checked_steps(steps), early, late)
    log_alpha_bar = -np.logaddexp(0.0, -log_ratio)
    return checked(-np.expm1(np.diff(log_alpha_bar, prepend=0.0)))


def _warped(steps: int, early: float, late: float) -> Schedule:
    """Return (1 - u^early)^late, u = (t - 1)/(T - 1), for t = 1 … T; it falls from 1 to 0."""
    if not (0 < early < math.inf and 0 < late < math.inf):
        raise BadInputError(f"early, late: the exponents {early} and {late} are not both positive")
    return (1.0 - np.linspace(0.0, 1.0, steps) ** early) ** late


def from_function(
    steps: int, signal: Callable[[float], float], first: float | None = None, last: float = 1.0
) -> Schedule:
    """Return the rates that leave alpha_bar_t = ``signal``(t/T) / ``signal``(0) of the signal.

    Args:
        steps: T.
        signal: Falls over [0, 1], and is positive except perhaps at 1; it is called at t/T for t = 0 … T.
        first: beta_1, if it is different.
        last: The largest rate allowed.

    Raises:
        BadInputError: If ``signal`` fails, does not fall, or is no positive number; the message names the place.
    """
    if not 0 < last <= 1:
        raise BadInputError(f"last: {last} is not a rate in (0, 1]")
    alpha_bar = np.array([_value_at(signal, step / steps) for step in range(_checked_steps(steps) + 1)])
    bad = np.flatnonzero(
        ~((alpha_bar[:-1] > 0) & (alpha_bar[1:] >= 0) & (alpha_bar[1:] < alpha_bar[:-1]) & np.isfinite(alpha_bar[:-1]))
    )
    if bad.size:
        ends = [f"{alpha_bar[step]:g} at {step / steps:g}" for step in (bad[0], bad[0] + 1)]
        raise BadInputError(f"signal: it goes from {' to '.join(ends)}, but must fall and be positive")
    return _beginning_with(first, np.minimum((alpha_bar[:-1] - alpha_bar[1:]) / alpha_bar[:-1], last))


FAMILIES: Mapping[str, Callable[..., Schedule]] = {
    "constant": constant,
    "linear": linear,
    "cosine": cosine,
    "constant_erasure": constant_erasure,
    "warped_erasure": warped_erasure,
    "log_linear": log_linear,
}
"""Schedules by name; each takes T and further parameters with defaults."""


def _value_at(signal: Callable[[float], float], share: float) -> float:
    try:
        return float(signal(share))
    except (ArithmeticError, ValueError, TypeError) as error:
        raise BadInputError(f"signal: at {share:g} it gives no number: {error}") from error


def _beginning_with(first: float | None, betas: Schedule) -> Schedule:
    """Return ``betas`` with beta_1 = ``first``, if one is given."""
    return checked(betas if first is None else np.concatenate([[first], betas[1:]]))


def _checked_steps(steps: object) -> int:
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or not 1 <= steps <= MAX_STEPS:
        raise BadInputError(f"steps: {steps} is not a whole number between 1 and {MAX_STEPS}")
    return int(steps)


def _checked_end(alpha_bar_end: float) -> None:
    if not 0 < alpha_bar_end < 1:
        raise BadInputError(f"alpha_bar_end: {alpha_bar_end} is not between 0 and 1")
