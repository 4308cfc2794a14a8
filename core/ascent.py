"""The summit of a function of a few numbers, without its gradient."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]
FLAT = 1e-5


def simplex_ascent(value: Callable[[Point], float], start: Point, spread: Point) -> Iterator[tuple[Point, float]]:
    """Climb with a simplex of points (Nelder and Mead 1965), and yield each point that is tried with its value.

    It ends when the values at all corners agree to `FLAT`.

    Args:
        value: What is to be as large as possible.
        start: Where to begin, ``[D]``.
        spread: How far the other corners of the first simplex are, each along its own axis, ``[D]``.
    """
    corners: list[tuple[float, Point]] = []

    def tried(point: Point) -> tuple[Point, float]:
        corners.append((value(point), point))
        return point, corners[-1][0]

    for point in [start, *(start + np.diag(spread))]:
        yield tried(point)
    while True:
        corners.sort(key=lambda corner: -corner[0])
        (best, summit), (second_worst, _), (worst, foot) = corners[0], corners[-2], corners.pop()
        if best - worst < FLAT:
            return
        centre = np.mean([corner for _, corner in corners], axis=0)
        across, reached = tried(2.0 * centre - foot)
        yield across, reached
        if second_worst < reached <= best:
            continue
        nearer = 0.5 * (centre + (across if reached > worst else foot))
        further = 2.0 * across - centre if reached > best else nearer
        _, found = tried(further)
        yield further, found
        del corners[-2 if found > reached else -1]
        if max(found, reached) <= worst:  # nothing better in that direction: all corners move towards the best one
            moved = [0.5 * (summit + corner) for _, corner in corners[1:-1]] + [0.5 * (summit + foot)]
            del corners[1:]
            for corner in moved:
                yield tried(corner)
