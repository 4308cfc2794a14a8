"""From the states of a model to what is seen of them: grey levels and colours of 8 bits. numpy alone."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from core.values.checkpoints import RGB, DataInfo, channels_of

LEVELS = 256
RMS_RANGE = 2.5
"""Root mean squares of a difference that the colours reach on either side."""


class ImageLevels:
    """The display range of one kind of pictures: the data's own, the same at every step.

    Args:
        info: What the pictures are; their least and greatest value are black and white.
    """

    def __init__(self, info: DataInfo) -> None:
        self.info = info
        low, high = info.value_range
        # A grey level is as wide as the noise that was added to it: floor is its number. Else the nearest shade.
        width = (high - low + info.grey_level) / LEVELS if info.grey_level else (high - low) / (LEVELS - 1)
        width = width or 1.0
        half = 0.0 if info.grey_level else 0.5
        self._factor = (np.asarray(info.scale) / width).astype(np.float32)
        self._offset = ((np.asarray(info.shift) - low) / width + half).astype(np.float32)
        self._buffer = np.empty(0, np.float32)

    def levels(self, x: NDArray[np.float32], *, stretched: bool) -> NDArray[np.uint8]:
        """Return ``x`` [N, *shape], model units, as levels of 0 … 255.

        Args:
            x: The states.
            stretched: Whether the least and the greatest value of these very states are black and white.
        """
        if self._buffer.shape != x.shape:
            self._buffer = np.empty(x.shape, np.float32)
        shades = self._buffer
        with np.errstate(over="ignore", invalid="ignore"):
            np.multiply(x, self._factor, out=shades)
            shades += self._offset
            if stretched:
                low, high = _range_of(shades)
                shades -= np.float32(low)
                shades *= np.float32((LEVELS - 1) / ((high - low) or 1.0))
        np.fmin(shades, LEVELS - 1, out=shades)  # of a number and none, fmin takes the number
        np.fmax(shades, 0.0, out=shades)
        return shades.astype(np.uint8)

    def difference(self, later: NDArray[np.float32], earlier: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return x^t - x^t-1 in user's units, ``[N, H, W]``, of RGB the mean of the channels."""
        with np.errstate(over="ignore", invalid="ignore"):
            change = (later - earlier) * np.asarray(self.info.scale, dtype=np.float32)
            if channels_of(self.info.shape) == 1:
                return change
            mean: NDArray[np.float32] = (change[..., 0] + change[..., 1] + change[..., 2]) / np.float32(RGB)
            return mean  # an axis of three is slow to reduce

    def value(self, x: NDArray[np.float32], image: int, row: int, column: int) -> NDArray[np.float64]:
        """Return the numbers of one pixel of ``x`` [N, *shape], user's units: one, or three of RGB."""
        shape = self.info.shape
        scale = np.broadcast_to(self.info.scale, shape)[row, column]
        shift = np.broadcast_to(self.info.shift, shape)[row, column]
        found: NDArray[np.float64] = np.atleast_1d(x[image, row, column].astype(np.float64) * scale + shift)
        return found

    def range_text(self) -> str:
        """Say what the range is."""
        low, high = self.info.value_range
        grey = "grey " if channels_of(self.info.shape) == 1 else ""
        what = f"{grey}levels " if self.info.grey_level else ""
        return f"{what}{number(low)} … {number(high)}"

    def value_text(self, value: float) -> str:
        """Write one value as it is read off the picture."""
        return number(math.floor(value) if self.info.grey_level and math.isfinite(value) else value)


def difference_range(change: NDArray[np.float32]) -> float:
    """Return a round number that few of the entries of ``change`` exceed in size."""
    finite = change[np.isfinite(change)]
    spread = RMS_RANGE * float(np.sqrt(np.mean(np.square(finite, dtype=np.float64)))) if finite.size else 0.0
    if spread == 0.0 or not math.isfinite(spread):
        return 1.0
    power = 10.0 ** math.floor(math.log10(spread))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= spread * (1.0 - 1e-9))


def number(value: float) -> str:
    """Write a number with few digits and a true minus sign."""
    return f"{value:.4g}".replace("-", "−")


def _range_of(shades: NDArray[np.float32]) -> tuple[float, float]:
    low, high = float(shades.min()), float(shades.max())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = shades[np.isfinite(shades)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def image_of(levels: NDArray[np.uint8]) -> QImage:
    """Return levels ``[H, W]`` or ``[H, W, 3]`` (red, green, blue) as an image with pixels of its own."""
    levels = np.ascontiguousarray(levels)
    height, width = levels.shape[:2]
    kind = QImage.Format.Format_RGB888 if levels.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(levels.data, width, height, levels.strides[0], kind).copy()
