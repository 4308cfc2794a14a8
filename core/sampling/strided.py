"""Approximations of the reverse chain by fewer, longer steps: for previews, never for measurements.

Both moves go from t to any s < t by q(x^s | x^t, x^0), with the x^0 estimate for x^0. They are exact for Gaussian data
of independent entries (the strided chain) and for data of a single point; otherwise the approximation gets worse with
longer steps. The chain of all T steps is the model itself. A strided chain of a Gaussian process shares the random
numbers of the chain under the same seed, and so resembles it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes.base import Process, check_step
from core.processes.distributions import StateDistribution
from core.values.runs import SPACINGS, Strided

Move = Callable[[DiffusionModel, Tensor, int, int, torch.Generator], Tensor]
"""Returns x^s ``[N, *shape]``, given the model, states x^t, t, s and the generator of the noise."""


def moves(process: Process, start: int, strided: Strided | None = None) -> tuple[Sequence[int], Move]:
    """Return the steps that a chain visits from ``start`` down to 0, and the move from each to the next.

    Raises:
        BadInputError: If ``strided`` does not fit the process.
    """
    if strided is None:
        return range(start, -1, -1), strided_move
    if strided.deterministic and not process.deterministic:
        raise BadInputError(f"deterministic: a {process.kind} process cannot be reversed without noise")
    times = chosen_steps(process, strided.steps, strided.spacing, start)
    return times, deterministic_move if strided.deterministic else strided_move


def chosen_steps(process: Process, steps: int, spacing: str = SPACINGS[0], first: int | None = None) -> list[int]:
    """Return the ``steps`` + 1 times of a chain of ``steps`` moves, descending: T, …, 1, 0.

    The last move is always that from 1 to 0, whose kernel is fixed and needs no network (appendix B).

    Args:
        process: The process.
        steps: Moves, 2 … T (1, where T is 1).
        spacing: "steps", even in t, so that steps are long where the rates are low; or "signal", even in the angle
            whose cosine is sqrt(alpha_bar_t), whatever the rates.
        first: Step at which the chain starts, instead of T.

    Raises:
        BadInputError: If ``steps``, ``spacing`` or ``first`` is out of range.
    """
    total = process.steps if first is None else first
    check_step(total, 1, process.steps, "first")
    least = min(2, total)
    if not least <= steps <= total:
        raise BadInputError(f"steps: {steps} is not between {least} and {total}, the model's own number")
    if spacing not in SPACINGS:
        raise BadInputError(f"spacing: {spacing!r} is unknown; there are {' and '.join(SPACINGS)}")
    places = np.linspace(total, 1.0, steps)
    if spacing == "signal":
        angles = np.arccos(process.alpha_bars.detach().numpy()[1 : total + 1] ** 0.5)
        places = np.interp(np.linspace(angles[-1], angles[0], steps), angles, np.arange(1.0, total + 1.0))
    times = [total]
    for left, place in zip(range(steps - 1, 0, -1), places[1:], strict=True):
        times.append(min(times[-1] - 1, max(left, round(place))))
    return [*times, 0]


def strided_move(model: DiffusionModel, x: Tensor, t: int, s: int, rng: torch.Generator) -> Tensor:
    """Draw x^s from `strided_kernel`, with the noise of the steps from t to s where the process can."""
    return model.process.draw_multi_step(strided_kernel(model, x, t, s), s, t, rng)


def deterministic_move(model: DiffusionModel, x: Tensor, t: int, s: int, _: torch.Generator) -> Tensor:
    """Return x^s = sqrt(A_s) m + sqrt(1 - A_s) e, where x^t = ``x`` = sqrt(A_t) m + sqrt(1 - A_t) e (DDIM).

    m is the x^0 estimate. Song, Meng and Ermon 2021, "Denoising diffusion implicit models", equation 12 with sigma = 0.
    At s = 0 it is m itself, the mean of the final kernel.
    """
    x0_estimate = model.x0_estimate(x, t)
    return x0_estimate if s == 0 else model.process.deterministic_step(x0_estimate, x, s, t)


def strided_kernel(
    model: DiffusionModel, x: Tensor, t: int, s: int, distribution: StateDistribution | None = None
) -> StateDistribution:
    """Return the approximate kernel p(x^s | x^t = ``x``), states ``[N, *shape]``, 1 <= s < t <= T or s = t - 1 = 0.

    It is q(x^s | x^t, x^0) averaged over x^0, with the mean and the variance per entry that p(x^t-1 | x^t) implies
    (compare Bao et al. 2022, "Estimating the optimal covariance with imperfect mean in diffusion probabilistic
    models"). At s = t - 1 it is that kernel. For bits it is the mixture over both values of x^0.
    ``distribution`` is p(x^t-1 | x^t) if it has been computed already.
    """
    distribution = model.reverse_kernel(x, t) if distribution is None else distribution
    return distribution if s == t - 1 else model.process.multi_step_kernel(distribution, x, s, t)
