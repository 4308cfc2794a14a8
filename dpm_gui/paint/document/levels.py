"""From a picture's own units to the 8-bit levels that a screen shows, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_LEVEL = 255


def to_levels(values: NDArray[Any], value_range: tuple[float, float], grey_level: float | None) -> NDArray[np.uint8]:
    """Return ``values`` as levels 0 … 255, clipped.

    Args:
        values: Of any shape, user's units.
        value_range: Least and greatest value.
        grey_level: Width of one level, where the values are such: a level holds all that is less than the next one.
    """
    low, high = value_range
    levels = (np.asarray(values, np.float32) - np.float32(low)) * np.float32(MAX_LEVEL / (high - low))
    if grey_level is None:
        levels = levels + np.float32(0.5)
    return np.asarray(np.nan_to_num(levels).clip(0, MAX_LEVEL), np.uint8)


def from_levels(levels: NDArray[Any] | float, value_range: tuple[float, float]) -> NDArray[np.float32]:
    """Return levels 0 … 255 in user's units."""
    low, high = value_range
    return (np.float32(low) + np.asarray(levels, np.float32) * np.float32((high - low) / MAX_LEVEL)).astype(np.float32)


def grey_of_colour(colour: tuple[int, int, int]) -> float:
    """Return how light a colour is, 0 … 255 (the luma of ITU-R BT.601)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue
