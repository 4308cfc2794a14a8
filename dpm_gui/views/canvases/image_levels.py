"""Turns states into 8-bit levels, and levels into Qt images."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from core.values.checkpoints import MAX_LEVEL, RGB, DataInfo, channels_of, level_width
from dpm_gui.desktop.numbers import rounded

RMS_RANGE = 2.5
"""Largest difference that the colours show, on either side of zero, in root mean squares."""
ROUND_NUMBERS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
GREY_RANGE = (0.0, 255.0)


class ImageLevels:
    """The display range of one kind of images: that of the data, the same at every step.

    Args:
        info: Describes the images; their least value is black, their greatest white.
    """

    def __init__(self, info: DataInfo) -> None:
        self.info = info
        low = info.value_range[0]
        width, half = level_width(info.value_range, info.grey_level)
        self._stretched = info.value_range
        self._factor = (np.asarray(info.scale) / width).astype(np.float32)
        self._offset = ((np.asarray(info.shift) - low) / width + half).astype(np.float32)
        self._buffer = np.empty(0, np.float32)

    def levels(self, x: NDArray[np.float32], *, stretched: bool) -> NDArray[np.uint8]:
        """Return ``x`` [N, *shape], model units, as levels 0 … 255.

        Args:
            x: The states.
            stretched: Whether the least value of these states is black, and their greatest white.
        """
        if self._buffer.shape != x.shape:
            self._buffer = np.empty(x.shape, np.float32)
        shades = self._buffer
        with np.errstate(over="ignore", invalid="ignore"):
            np.multiply(x, self._factor, out=shades)
            shades += self._offset
            if stretched:
                low, high = _range_of(shades)
                least, (width, half) = (
                    self.info.value_range[0],
                    level_width(self.info.value_range, self.info.grey_level),
                )
                self._stretched = (low - half) * width + least, (high - half) * width + least
                shades -= np.float32(low)
                shades *= np.float32(MAX_LEVEL / ((high - low) or 1.0))
        np.fmin(shades, MAX_LEVEL, out=shades)  # unlike minimum, fmin prefers a number to NaN
        np.fmax(shades, 0.0, out=shades)
        return shades.astype(np.uint8)

    def difference(self, later: NDArray[np.float32], earlier: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ``later`` - ``earlier`` in user's units, ``[N, H, W]``; for RGB the mean of the channels."""
        with np.errstate(over="ignore", invalid="ignore"):
            change = (later - earlier) * np.asarray(self.info.scale, dtype=np.float32)
            if channels_of(self.info.shape) == 1:
                return change
            mean: NDArray[np.float32] = (change[..., 0] + change[..., 1] + change[..., 2]) / np.float32(RGB)
            return mean  # written out, since numpy reduces an axis of three slowly

    def reach(self, change: float) -> float:
        """Return a round number, user's units, that few differences exceed whose root mean square is ``change``.

        The channels of RGB change independently, so that their mean changes less. No value changes by more than the
        whole range of the data and is still seen to.

        Args:
            change: Model units.
        """
        low, high = self.info.value_range
        size = RMS_RANGE * change * float(np.mean(self.info.scale)) / math.sqrt(channels_of(self.info.shape))
        return min(round_up(size), high - low)

    @property
    def unit(self) -> str:
        """The unit of a difference."""
        if not self.info.grey_level or self.info.value_range != GREY_RANGE:
            return "data units"
        return "grey levels" if channels_of(self.info.shape) == 1 else "levels"

    def value(self, x: NDArray[np.float32], image: int, row: int, column: int) -> NDArray[np.float64]:
        """Return the values of one pixel of ``x`` [N, *shape], user's units: one, or three for RGB."""
        shape = self.info.shape
        scale = np.broadcast_to(self.info.scale, shape)[row, column]
        shift = np.broadcast_to(self.info.shift, shape)[row, column]
        found: NDArray[np.float64] = np.atleast_1d(x[image, row, column].astype(np.float64) * scale + shift)
        return found

    def range_text(self, *, stretched: bool = False) -> str:
        """Describe the range, or the one that the last `levels` were ``stretched`` to."""
        low, high = self._stretched if stretched else self.info.value_range
        grey = "grey " if channels_of(self.info.shape) == 1 else ""
        what = f"{grey}levels " if self.info.grey_level else ""
        ends = (self.value_text(low), self.value_text(high)) if stretched else (rounded(low), rounded(high))
        return f"{what}{' … '.join(ends)}"

    def value_text(self, value: float) -> str:
        """Format one value; a grey level becomes a whole number."""
        return rounded(math.floor(value) if self.info.grey_level and math.isfinite(value) else value)


def round_up(size: float) -> float:
    """Return the least number of few digits that is not below ``size``; 1 for zero and what is not finite."""
    if size <= 0.0 or not math.isfinite(size):
        return 1.0
    power = 10.0 ** math.floor(math.log10(size))
    return next(step * power for step in ROUND_NUMBERS if step * power >= size * (1.0 - 1e-9))


def _range_of(shades: NDArray[np.float32]) -> tuple[float, float]:
    low, high = float(shades.min()), float(shades.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = shades[np.isfinite(shades)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def image_of(levels: NDArray[np.uint8]) -> QImage:
    """Return levels ``[H, W]`` or ``[H, W, 3]`` (red, green, blue) as an image that owns its pixels."""
    levels = np.ascontiguousarray(levels)
    height, width = levels.shape[:2]
    kind = QImage.Format.Format_RGB888 if levels.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(levels.data, width, height, levels.strides[0], kind).copy()


def tinted(share: NDArray[np.floating] | NDArray[np.bool_], colour: QColor) -> QImage:
    """Return an image in one ``colour`` with opacity ``share`` [H, W], 0 … 1."""
    ink = np.array([colour.blue(), colour.green(), colour.red(), MAX_LEVEL], np.float32)  # ARGB32 in memory
    pixels = (share[..., None] * ink).astype(np.uint8)
    height, width = share.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


def pixels_of(image: QImage, depth: int) -> NDArray[np.uint8]:
    """Return the bytes ``[H, W, depth]`` of an image whose format has ``depth`` bytes a pixel."""
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : depth * image.width()].reshape(image.height(), image.width(), depth).copy()
