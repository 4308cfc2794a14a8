"""The density of a mixture of equal Gaussians whose centres lie in order along a curve, the far ones left out."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

CENTRES_TOGETHER = 64
POINTS_AT_ONCE = 512
NEGLIGIBLE = 36.0
"""A centre whose share is e^-36 of the nearest one's is left out: thousands of them change the 12th digit."""


def log_mean_of_normals(x: NDArray[np.floating], centres: NDArray[np.float64], variance: float) -> NDArray[np.float64]:
    """Return ln of the mean over ``centres`` [M, D] of N(x; centre, variance I) at points ``x`` [N, D], nats, ``[N]``.

    Centres are taken in runs of neighbours, each in a ball, so that a narrow variance costs little: of each point only
    the runs whose ball comes near enough are looked at.
    """
    dimensions = centres.shape[1]
    # Axis by axis, [D, run, centre]: numpy is slow at sums over a few neighbours in memory.
    runs = np.ascontiguousarray(centres.T).reshape(dimensions, -1, math.gcd(len(centres), CENTRES_TOGETHER))
    middles = runs.mean(axis=2)
    reaches = np.sqrt(_sum_of_squares(runs - middles[:, :, None])).max(axis=1)
    found: NDArray[np.float64] = np.empty(len(x))
    for begin in range(0, len(x), POINTS_AT_ONCE):
        points = np.asarray(x[begin : begin + POINTS_AT_ONCE], dtype=np.float64).T
        distances = np.sqrt(_sum_of_squares(points[:, :, None] - middles[:, None]))
        least, most = np.maximum(distances - reaches, 0.0), (distances + reaches).min(axis=1, keepdims=True)
        # The negation keeps what is not a number: it is to come out as such.
        rows, kept = np.nonzero(~(np.square(least) > np.square(most) + 2.0 * variance * NEGLIGIBLE))
        exponents = _sum_of_squares(runs[axis][kept] - points[axis][rows, None] for axis in range(dimensions))
        exponents /= -2.0 * variance
        starts = np.searchsorted(rows, np.arange(points.shape[1]))
        peaks = np.maximum.reduceat(exponents.max(axis=1), starts)
        totals = np.add.reduceat(np.exp(exponents - peaks[rows, None]).sum(axis=1), starts)
        found[begin : begin + POINTS_AT_ONCE] = peaks + np.log(totals / len(centres))
    found -= 0.5 * dimensions * math.log(2.0 * math.pi * variance)
    return found


def _sum_of_squares(gaps: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the sum of the squares of ``gaps``, one array for each axis."""
    total, *others = (np.square(gap) for gap in gaps)
    for other in others:
        total += other
    found: NDArray[np.float64] = total
    return found
