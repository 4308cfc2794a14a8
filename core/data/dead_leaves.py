"""The dead leaves model: random images of opaque discs that hide each other, drawn from a formula."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.images import GreyLevelSource
from core.errors import BadInputError
from core.values.checkpoints import LEVELS

SMALLEST, LARGEST = 2.0, 16.0
"""The range of radii, pixels."""
BATCH = 64
"""Images painted at once; the discs of so many stay in the cache."""
MOST_COVERED = 3.5
"""Discs of the first round that cover a pixel, on average; one pixel in e^3.5 = 33 stays bare."""
MIN_SIDE, MAX_SIDE = 4, 512


@dataclass(frozen=True, slots=True)
class Discs:
    """Discs on ``P`` images, ``n`` on each: arrays ``[P, n]``, the foremost first; lengths in pixels."""

    x: NDArray[np.float32]
    y: NDArray[np.float32]
    radius: NDArray[np.float32]
    grey: NDArray[np.uint8]


class DeadLeaves(GreyLevelSource):
    """Square images of opaque discs, drawn from front to back until every pixel is covered.

    Lee, Mumford and Huang 2001: the density of radii falls as r^-3 between 2 and 16 pixels; a disc's grey is uniform on
    0 … 255 and its centre uniform over the image and a margin of 16 pixels. Every image is an exact sample: later discs
    lie behind earlier ones and change no covered pixel, however many discs it takes to cover the last one.

    Args:
        side: Pixels of a side, 4 … 512.

    Raises:
        BadInputError: If ``side`` is out of that range.
    """

    name = "dead_leaves"

    def __init__(self, side: int = 32) -> None:
        if not MIN_SIDE <= side <= MAX_SIDE:
            raise BadInputError(f"side: {side} pixels are not between {MIN_SIDE} and {MAX_SIDE}")
        self.side = side
        self.shape = (side, side)
        area = math.pi * 2.0 * math.log(LARGEST / SMALLEST) / (SMALLEST**-2 - LARGEST**-2)
        self._discs_to_cover = (side + 2.0 * LARGEST) ** 2 / area

    @property
    def held_out(self) -> DeadLeaves:
        """The formula itself, since its draws are independent."""
        return self

    def images(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw ``[count, side, side]``, uint8."""
        images = np.empty((count, *self.shape), dtype=np.uint8)
        for start in range(0, count, BATCH):
            images[start : start + BATCH] = self._batch(min(BATCH, count - start), rng)
        return images

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:  # noqa: ARG002 - known exactly
        """Return mean and standard deviation of a noisy pixel, which is uniform on [0, 256)."""
        return LEVELS / 2.0, LEVELS / math.sqrt(12.0)

    def _batch(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        canvas = np.full(count * self.side**2, -1, dtype=np.int16)
        paint(
            canvas.reshape(count, *self.shape), self._draw(count, math.ceil(MOST_COVERED * self._discs_to_cover), rng)
        )
        more = math.ceil(self._discs_to_cover)
        while len(bare := np.flatnonzero(canvas < 0)):
            canvas[bare] = self._behind(bare, self._draw(count, more, rng))
        return canvas.astype(np.uint8).reshape(count, *self.shape)

    def _draw(self, images: int, discs: int, rng: np.random.Generator) -> Discs:
        size = (images, discs)
        x, y, place = rng.random((3, *size), dtype=np.float32)
        width = np.float32(self.side + 2.0 * LARGEST)
        grey = rng.integers(0, LEVELS, size=size, dtype=np.uint8)
        # By the inverse of the distribution function: 1/r^2 is uniform.
        radius = 1.0 / np.sqrt(np.float32(LARGEST**-2) + place * np.float32(SMALLEST**-2 - LARGEST**-2))
        return Discs(x * width - np.float32(LARGEST), y * width - np.float32(LARGEST), radius, grey)

    def _behind(self, bare: NDArray[np.int64], discs: Discs) -> NDArray[np.int16]:
        """Return the grey of the foremost disc over each ``bare`` pixel (flat indices), or -1 where there is none."""
        image, place = np.divmod(bare, self.side**2)
        y, x = np.divmod(place, self.side)
        across = discs.x[image] - (x[:, None] + np.float32(0.5))
        down = discs.y[image] - (y[:, None] + np.float32(0.5))
        covers = across * across + down * down <= np.square(discs.radius)[image]
        first = covers.argmax(axis=1)
        rows = np.arange(len(bare))
        return np.where(covers[rows, first], discs.grey[image, first].astype(np.int16), np.int16(-1))


def paint(canvas: NDArray[np.int16], discs: Discs) -> None:
    """Paint ``discs`` on ``canvas`` [P, side, side], C order, the foremost over all others.

    A disc covers a pixel if it covers the pixel's centre, at half a pixel. Every disc is split into runs of pixels, one
    a row; all runs are written in one assignment from back to front, so that the foremost stay visible.
    """
    side = canvas.shape[-1]
    order = np.s_[:, ::-1]
    radius, centre_x, centre_y = (values[order].reshape(-1) for values in (discs.radius, discs.x, discs.y))
    image = np.repeat(np.arange(canvas.shape[0], dtype=np.int32), discs.x.shape[1])
    near = np.flatnonzero(
        (np.abs(centre_x - side / 2) < side / 2 + radius) & (np.abs(centre_y - side / 2) < side / 2 + radius)
    )
    radius, centre_x, centre_y, image = radius[near], centre_x[near], centre_y[near], image[near]
    top = np.maximum(np.ceil(centre_y - radius - 0.5), 0).astype(np.int32)
    rows = np.minimum(np.floor(centre_y + radius - 0.5), side - 1).astype(np.int32) - top + 1
    disc, y = _counted(np.maximum(rows, 0), top)
    down = y + np.float32(0.5) - centre_y[disc]
    half = np.sqrt(np.maximum(np.square(radius[disc]) - down * down, 0))
    left = np.maximum(np.ceil(centre_x[disc] - half - 0.5), 0).astype(np.int32)
    length = np.minimum(np.floor(centre_x[disc] + half - 0.5), side - 1).astype(np.int32) - left + 1
    run, pixel = _counted(np.maximum(length, 0), (image[disc] * side + y) * side + left)
    canvas.reshape(-1)[pixel] = discs.grey[order].reshape(-1)[near][disc][run]


def _counted(lengths: NDArray[np.int32], starts: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Concatenate runs of consecutive numbers: return, for each number, the index of its run and the number itself."""
    run = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return run, np.arange(len(run), dtype=np.int32) + np.repeat((starts - before).astype(np.int32), lengths)
