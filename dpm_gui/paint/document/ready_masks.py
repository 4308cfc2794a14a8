"""Masks that need not be painted; True is what is to be filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

RANDOM_SHARE = 0.5


def hole(height: int, width: int, seed: int) -> NDArray[np.bool_]:  # noqa: ARG001 - all are made alike
    """Return a hole of half the height and width in the middle."""
    mask = np.zeros((height, width), np.bool_)
    top, left = height // 4, width // 4
    mask[top : height - top, left : width - left] = True
    return mask


def left_half(height: int, width: int, seed: int) -> NDArray[np.bool_]:  # noqa: ARG001
    """Return the left half."""
    mask = np.zeros((height, width), np.bool_)
    mask[:, : (width + 1) // 2] = True
    return mask


def lower_half(height: int, width: int, seed: int) -> NDArray[np.bool_]:  # noqa: ARG001
    """Return the lower half."""
    mask = np.zeros((height, width), np.bool_)
    mask[height // 2 :] = True
    return mask


def random_half(height: int, width: int, seed: int) -> NDArray[np.bool_]:
    """Return every pixel by the toss of a coin; equal seeds give equal masks."""
    found: NDArray[np.bool_] = np.random.default_rng(seed).random((height, width)) < RANDOM_SHARE
    return found


def every_second_row(height: int, width: int, seed: int) -> NDArray[np.bool_]:  # noqa: ARG001
    """Return every second row, from the second on."""
    mask = np.zeros((height, width), np.bool_)
    mask[1::2] = True
    return mask


READY_MASKS: Mapping[str, tuple[str, Callable[[int, int, int], NDArray[np.bool_]]]] = {
    "hole": ("Hole in the middle", hole),
    "left": ("Left half", left_half),
    "lower": ("Lower half", lower_half),
    "random": ("Random 50 %", random_half),
    "rows": ("Every second row", every_second_row),
}
"""By name: what a menu says, and what makes one of a height and width with a seed."""
