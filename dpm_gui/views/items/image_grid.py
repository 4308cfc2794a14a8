"""The layout of many images in a grid of pixels; depends on numpy alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDING = 1e-6
GAP_SHARE = 24
"""Pixels of an image's longer side for each pixel of the gap between two images."""


@dataclass(frozen=True, slots=True)
class GridPixel:
    """One pixel of one of the images; all numbers count from 0."""

    image: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class ImageGrid:
    """A grid of equal images, with a thin gap after each row and column; x to the right and y downwards, in pixels.

    Attributes:
        count: Number of images, N.
        height, width: Size of one image.
        columns: Number of images in a row.
    """

    count: int
    height: int
    width: int
    columns: int

    @classmethod
    def square(cls, count: int, height: int, width: int) -> ImageGrid:
        """Return the grid in which ``count`` images are largest when it is fitted to a square."""
        gap = _gap(height, width)

        def side(columns: int) -> tuple[int, int]:
            rows = math.ceil(count / columns)
            return max(columns * (width + gap), rows * (height + gap)), -columns

        return cls(count, height, width, min(range(1, max(count, 1) + 1), key=side))

    @property
    def rows(self) -> int:
        return math.ceil(self.count / self.columns)

    @property
    def gap(self) -> int:
        """Pixels between two images."""
        return _gap(self.height, self.width)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole grid, without the gap at its end."""
        columns = min(self.columns, self.count)
        return self.rows * (self.height + self.gap) - self.gap, columns * (self.width + self.gap) - self.gap

    def corner(self, image: int) -> tuple[int, int]:
        """Return the upper left corner of an image, y and x."""
        row, column = divmod(image, self.columns)
        return row * (self.height + self.gap), column * (self.width + self.gap)

    def at(self, x: float, y: float) -> GridPixel | None:
        """Return the pixel at a position, or None in a gap and outside."""
        if x < 0 or y < 0:
            return None
        column, along = divmod(int(x), self.width + self.gap)
        row, down = divmod(int(y), self.height + self.gap)
        image = row * self.columns + column
        if along >= self.width or down >= self.height or column >= self.columns or image >= self.count:
            return None
        return GridPixel(image, down, along)

    def canvas(self) -> NDArray[np.uint32]:
        """Return zeros for the whole grid, with the gap at its end: ``[H, W]``, one number a pixel."""
        shape = self.rows * (self.height + self.gap), self.columns * (self.width + self.gap)
        return np.zeros(shape, dtype=np.uint32)

    def cells(self, canvas: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return a view of the images' pixels in ``canvas``: ``[rows, columns, height, width]``."""
        high, wide = self.height + self.gap, self.width + self.gap
        split = canvas.reshape(self.rows, high, self.columns, wide)
        return split.transpose(0, 2, 1, 3)[:, :, : self.height, : self.width]


def whole_scale(scale: float, ratio: float = 1.0) -> float:
    """Return the largest scale up to ``scale`` at which each pixel of an image takes whole pixels of the screen.

    Below one pixel of the screen the scale stays as it is.

    Args:
        scale: Length of an image's pixel, in pixels of the window.
        ratio: Pixels of the screen for each pixel of the window.
    """
    whole = math.floor(scale * ratio + ROUNDING)
    return whole / ratio if whole >= 1 else scale


def _gap(height: int, width: int) -> int:
    return max(1, round(max(height, width) / GAP_SHARE))
