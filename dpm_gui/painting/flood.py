"""Filling what hangs together: pixels of one value, by their four neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def region(values: NDArray[np.generic], row: int, column: int) -> NDArray[np.bool_]:
    """Return the pixels of ``values`` [H, W] that hang together with one, and have its value.

    Runs of equal pixels in a row are taken as one, so that a large plain region takes few steps.
    """
    wanted = values == values[row, column]
    starts, stops, first = _runs(wanted)
    own = next(i for i in range(first[row], first[row + 1]) if starts[i] <= column < stops[i])
    reached = np.zeros(len(starts), np.bool_)
    reached[own] = True
    rows = np.repeat(np.arange(len(wanted)), np.diff(first))
    found, waiting = np.zeros(wanted.shape, np.bool_), [own]
    while waiting:
        run = waiting.pop()
        at, left, right = int(rows[run]), starts[run], stops[run]
        found[at, left:right] = True
        for beside in (at - 1, at + 1):
            if not 0 <= beside < len(wanted):
                continue
            begin, end = first[beside], first[beside + 1]
            low = begin + int(np.searchsorted(stops[begin:end], left, side="right"))
            high = begin + int(np.searchsorted(starts[begin:end], right, side="left"))
            for other in range(low, high):
                if not reached[other]:
                    reached[other] = True
                    waiting.append(other)
    return found


def _runs(wanted: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp], list[int]]:
    """Return where the runs of True begin and end, row by row, and the number of the first run of each row."""
    edges = np.diff(np.pad(wanted, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, stops = np.nonzero(edges == -1)
    first = np.searchsorted(rows, np.arange(len(wanted) + 1)).tolist()
    return starts, stops, first
