"""Which pixels a tool covers. Pixel (row i, column j) has its centre at x = j + 1/2, y = i + 1/2."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dpm_gui.painting.area import NOWHERE, Area

Place = tuple[float, float]
"""x and y, in pixels."""


def segment(shape: tuple[int, ...], start: Place, stop: Place, diameter: float) -> tuple[Area, NDArray[np.bool_]]:
    """Return the pixels that a round brush covers on its straight way from ``start`` to ``stop``.

    They are those whose centres it passes over, and the pixels that it starts and stops in: a stroke has no gap,
    however far its places lie apart, and a brush of one pixel paints one where it is pressed.

    Args:
        shape: Of the picture, ``[H, W, …]``.
        start: Where the brush was, x and y; it may lie beyond the picture.
        stop: Where the brush is.
        diameter: Of the brush, 1 or more.

    Returns:
        An area, and which of its pixels are covered.
    """
    radius = max(diameter, 1.0) / 2.0
    area = _around(start, stop, radius).within(shape)
    if area.empty:
        return NOWHERE, np.zeros((0, 0), np.bool_)
    covered: NDArray[np.bool_] = _squared_distances(area, start, stop) <= radius * radius
    for x, y in (start, stop):
        column, row = math.floor(x) - area.left, math.floor(y) - area.top
        if 0 <= row < covered.shape[0] and 0 <= column < covered.shape[1]:
            covered[row, column] = True
    return area, covered


def soft_segment(
    shape: tuple[int, ...], start: Place, stop: Place, diameter: float
) -> tuple[Area, NDArray[np.float32]]:
    """Return how strongly a soft brush touches pixels on its way: 1 on the way itself, falling to 0 at its rim.

    Args and the area are those of `segment`.
    """
    radius = max(diameter, 1.0) / 2.0
    area = _around(start, stop, radius).within(shape)
    if area.empty:
        return NOWHERE, np.zeros((0, 0), np.float32)
    share = np.sqrt(_squared_distances(area, start, stop)) / np.float32(radius)
    weight: NDArray[np.float32] = np.where(share < 1.0, 0.5 + 0.5 * np.cos(np.pi * share), 0.0).astype(np.float32)
    return area, weight


def box(shape: tuple[int, ...], corner: Place, opposite: Place) -> Area:
    """Return the pixels that a rectangle between two corners touches."""
    (left, right), (top, bottom) = (sorted((corner[axis], opposite[axis])) for axis in (0, 1))
    area = Area(math.floor(left), math.floor(top), math.floor(right) + 1, math.floor(bottom) + 1)
    return area.within(shape)


def _around(start: Place, stop: Place, radius: float) -> Area:
    return Area(
        math.floor(min(start[0], stop[0]) - radius),
        math.floor(min(start[1], stop[1]) - radius),
        math.ceil(max(start[0], stop[0]) + radius) + 1,
        math.ceil(max(start[1], stop[1]) + radius) + 1,
    )


def _squared_distances(area: Area, start: Place, stop: Place) -> NDArray[np.float32]:
    """Return the squared distance of the centre of each pixel of ``area`` to the segment."""
    x = np.arange(area.left, area.right, dtype=np.float32) + np.float32(0.5 - start[0])
    y = (np.arange(area.top, area.bottom, dtype=np.float32) + np.float32(0.5 - start[1]))[:, None]
    across, down = np.float32(stop[0] - start[0]), np.float32(stop[1] - start[1])
    length = across * across + down * down
    if length == 0.0:
        return np.asarray(x * x + y * y, np.float32)
    along = np.clip((x * (across / length)) + y * (down / length), 0.0, 1.0)
    dx, dy = x - along * across, y - along * down
    return np.asarray(dx * dx + dy * dy, np.float32)
