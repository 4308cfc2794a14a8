"""The pixels that a tool covers, and ready-made masks.

Pixel (row i, column j) has its centre at x = j + 1/2, y = i + 1/2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

READY_MASKS: Mapping[str, str] = {
    "hole": "Hole in the middle",
    "left": "Left half",
    "lower": "Lower half",
    "random": "Random 50 %",
    "rows": "Every second row",
}
"""Ready-made masks: their labels in the menu, by the name that `ready_mask` takes."""

TILE = 256
"""Side of a tile of a layer, pixels."""
Point = tuple[float, float]
"""x and y, in pixels."""


def segment(shape: tuple[int, ...], start: Point, stop: Point, diameter: float) -> tuple[Area, NDArray[np.bool_]]:
    """Return the pixels that a round brush covers on the segment from ``start`` to ``stop``.

    It covers the pixels whose centres it passes over and the pixels that hold ``start`` and ``stop``. A stroke thus has
    no gap, however far apart its points are, and a brush of one pixel paints the pixel under it.

    Args:
        shape: Of the image, ``[H, W, …]``.
        start: Start of the segment, x and y in pixels; it may lie outside the image.
        stop: End of the segment.
        diameter: Of the brush, pixels, 1 or more.

    Returns:
        An area, and a mask ``[height, width]`` of its covered pixels.
    """
    radius = max(diameter, 1.0) / 2.0
    area = _around(start, stop, radius).within(shape)
    if area.empty:
        return EMPTY_AREA, np.zeros((0, 0), np.bool_)
    covered: NDArray[np.bool_] = _squared_distances(area, start, stop) <= radius * radius
    for x, y in (start, stop):
        column, row = math.floor(x) - area.left, math.floor(y) - area.top
        if 0 <= row < covered.shape[0] and 0 <= column < covered.shape[1]:
            covered[row, column] = True
    return area, covered


def soft_segment(
    shape: tuple[int, ...], start: Point, stop: Point, diameter: float
) -> tuple[Area, NDArray[np.float32]]:
    """Return the weights of a soft brush on a segment: 1 on the segment, falling to 0 at the brush's radius.

    The arguments and the area are those of `segment`; the weights are ``[height, width]``.
    """
    radius = max(diameter, 1.0) / 2.0
    area = _around(start, stop, radius).within(shape)
    if area.empty:
        return EMPTY_AREA, np.zeros((0, 0), np.float32)
    share = np.sqrt(_squared_distances(area, start, stop)) / np.float32(radius)
    weight: NDArray[np.float32] = np.where(share < 1.0, 0.5 + 0.5 * np.cos(np.pi * share), 0.0).astype(np.float32)
    return area, weight


def box(shape: tuple[int, ...], corner: Point, opposite: Point) -> Area:
    """Return the pixels that a rectangle between two corners touches."""
    (left, right), (top, bottom) = (sorted((corner[axis], opposite[axis])) for axis in (0, 1))
    area = Area(math.floor(left), math.floor(top), math.floor(right) + 1, math.floor(bottom) + 1)
    return area.within(shape)


def _around(start: Point, stop: Point, radius: float) -> Area:
    return Area(
        math.floor(min(start[0], stop[0]) - radius),
        math.floor(min(start[1], stop[1]) - radius),
        math.ceil(max(start[0], stop[0]) + radius) + 1,
        math.ceil(max(start[1], stop[1]) + radius) + 1,
    )


def _squared_distances(area: Area, start: Point, stop: Point) -> NDArray[np.float32]:
    """Return the squared distance to the segment from the centre of each pixel of ``area``."""
    x = np.arange(area.left, area.right, dtype=np.float32) + np.float32(0.5 - start[0])
    y = (np.arange(area.top, area.bottom, dtype=np.float32) + np.float32(0.5 - start[1]))[:, None]
    across, down = np.float32(stop[0] - start[0]), np.float32(stop[1] - start[1])
    length = across * across + down * down
    if length == 0.0:
        return np.asarray(x * x + y * y, np.float32)
    along = np.clip((x * (across / length)) + y * (down / length), 0.0, 1.0)
    dx, dy = x - along * across, y - along * down
    return np.asarray(dx * dx + dy * dy, np.float32)


@dataclass(frozen=True, slots=True)
class Area:
    """The pixels from ``left`` and ``top`` up to, but excluding, ``right`` and ``bottom``; it may be empty."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether the area has no pixel."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, for an array ``[H, W, …]``."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, shape: tuple[int, ...]) -> Area:
        """Return the part that lies in an array of ``shape`` [H, W, …]."""
        height, width = shape[:2]
        left, top = min(max(self.left, 0), width), min(max(self.top, 0), height)
        return Area(left, top, max(left, min(self.right, width)), max(top, min(self.bottom, height)))

    def common(self, other: Area) -> Area:
        """Return the area that is in both, which may be empty."""
        left, top = max(self.left, other.left), max(self.top, other.top)
        return Area(left, top, max(left, min(self.right, other.right)), max(top, min(self.bottom, other.bottom)))

    def seen_from(self, other: Area) -> Area:
        """Return the same area counted from the left and the top of ``other``."""
        return Area(self.left - other.left, self.top - other.top, self.right - other.left, self.bottom - other.top)

    def joined(self, other: Area) -> Area:
        """Return the smallest area that contains both."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


EMPTY_AREA = Area(0, 0, 0, 0)


def whole_area(shape: tuple[int, ...]) -> Area:
    """Return the area of an array of ``shape`` [H, W, …]."""
    return Area(0, 0, shape[1], shape[0])


def tiles_of(area: Area, shape: tuple[int, ...]) -> Iterator[Area]:
    """Yield the tiles of an array of ``shape`` [H, W, …] that ``area`` touches, `TILE` pixels a side."""
    for top in range(area.top // TILE * TILE, area.bottom, TILE):
        for left in range(area.left // TILE * TILE, area.right, TILE):
            yield Area(left, top, left + TILE, top + TILE).within(shape)


def connected_region(values: NDArray[np.generic], row: int, column: int) -> NDArray[np.bool_]:
    """Return the pixels of ``values`` [H, W] that are connected to (``row``, ``column``) and have its value.

    Each run of equal pixels in a row is handled at once, so that a large plain region takes few steps.
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
    """Return the starts and ends of the runs of True, row by row, and the index of the first run of each row."""
    edges = np.diff(np.pad(wanted, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, stops = np.nonzero(edges == -1)
    first = np.searchsorted(rows, np.arange(len(wanted) + 1)).tolist()
    return starts, stops, first


def ready_mask(name: str, height: int, width: int, seed: int) -> NDArray[np.bool_]:
    """Return one of `READY_MASKS`, ``[height, width]``; ``seed`` draws the random one, with probability 1/2 a pixel."""
    if name == "random":
        found: NDArray[np.bool_] = np.random.default_rng(seed).random((height, width)) < 0.5
        return found
    top, left = height // 4, width // 4
    masked: dict[str, tuple[slice, ...]] = {
        "hole": (slice(top, height - top), slice(left, width - left)),
        "left": (slice(None), slice((width + 1) // 2)),
        "lower": (slice(height // 2, None),),
        "rows": (slice(1, None, 2),),
    }
    mask = np.zeros((height, width), np.bool_)
    mask[masked[name]] = True
    return mask
