"""What an array of a person's own is taken for: points, bits or pictures; and pixels as whole grey levels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.checkpoints import RGB

MAX_POINT_DIMENSIONS = 64
MAX_BITS = 4096
FEWEST_PIXELS = 4
"""Of a side of a picture."""
ALPHA = 4
Levels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PointArray:
    """Points ``[N, D]``, float32, finite."""

    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BitArray:
    """Zeros and ones ``[N, D]``, float32."""

    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ImageArrays:
    """Pictures of whole grey levels, each ``[H, W]`` or each ``[H, W, 3]``, and what was done to them.

    They are one array where all have one size and may be a list where they have not.
    """

    values: list[Levels] | Levels
    notes: tuple[str, ...] = ()


def interpret_array(values: NDArray[np.generic]) -> PointArray | BitArray | ImageArrays:
    """Return what ``values`` are, by their shape, type and range.

    Two dimensions are rows: bits if all are 0 or 1, points up to `MAX_POINT_DIMENSIONS` numbers a row, above that
    pictures, one a row, if the rows are squares, or else one grey picture. Three are grey pictures, or one of colour;
    four are pictures with channels, last or first.

    Raises:
        BadInputError: If they are none of these; the message does not name the file.
    """
    if not values.size:
        raise BadInputError("there are no numbers in it")
    if values.dtype.kind not in "biuf":
        raise BadInputError(f"it holds {values.dtype}, where real numbers are wanted")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise BadInputError("it holds values that are not finite")
    if values.ndim <= 2:
        return _rows(values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1))
    arranged, notes = _channels_last(values)
    levels, scaled = grey_levels(arranged)
    return ImageArrays(levels, notes + scaled)


def grey_levels(values: NDArray[np.generic]) -> tuple[Levels, tuple[str, ...]]:
    """Return pixels as whole grey levels 0 … 255, and what had to be done for it.

    Raises:
        BadInputError: If they lie in none of the usual ranges.
    """
    if values.dtype == np.uint8 and values.max() > 1:
        return np.asarray(values, dtype=np.uint8), ()
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        return _rounded(values, 255.0, 0.0), ("0 … 1 scaled to 0 … 255",)
    if values.dtype.kind == "f" and low >= -1 and high <= 1:
        return _rounded(values, 127.5, 127.5), ("-1 … 1 scaled to 0 … 255",)
    if low >= 0 and high <= 255:
        return _rounded(values, 1.0, 0.0), ()
    if low >= 0 and high <= 65535 and values.dtype.kind in "iu":
        return _rounded(values, 1.0 / 257.0, 0.0), ("16-bit levels brought to 8 bits",)
    raise BadInputError(
        f"its pixels lie between {low:g} and {high:g}, "
        "where 0 … 255, 0 … 1, -1 … 1 or whole numbers up to 65535 are wanted"
    )


def _rows(values: NDArray[np.generic]) -> PointArray | BitArray | ImageArrays:
    count, width = values.shape
    if ((values == 0) | (values == 1)).all() and width <= MAX_BITS:
        return BitArray(values.astype(np.float32))
    if width <= MAX_POINT_DIMENSIONS:
        with np.errstate(over="ignore"):
            points = values.astype(np.float32)
        if not np.isfinite(points).all():
            raise BadInputError("it holds values too large for float32")
        return PointArray(points)
    side = math.isqrt(width)
    if side**2 == width and count != width:
        levels, scaled = grey_levels(values.reshape(count, side, side))
        return ImageArrays(levels, (f"rows of {width} numbers taken for {side} x {side} pixels", *scaled))
    if count >= MAX_POINT_DIMENSIONS and values.min() >= 0:
        levels, scaled = grey_levels(values)
        return ImageArrays([levels], scaled)
    raise BadInputError(
        f"it has rows of {width} numbers, which are neither bits nor pictures, "
        f"and points may have {MAX_POINT_DIMENSIONS} dimensions at most"
    )


def _channels_last(values: NDArray[np.generic]) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Return ``[N, H, W]`` or ``[N, H, W, 3]`` of pictures in any usual order of axes, and what was done."""
    shape = values.shape
    listed = " x ".join(map(str, shape))
    if values.ndim == 3 and shape[2] in (RGB, ALPHA) and min(shape[:2]) > ALPHA:
        values = values[None]  # one picture with channels
    elif values.ndim == 3 and shape[0] in (1, RGB, ALPHA) and min(shape[1:]) > ALPHA:
        values = values[None]
    elif values.ndim == 3:
        return _checked(values, listed), ()
    if values.ndim == 4:
        if values.shape[3] not in (1, RGB, ALPHA) and values.shape[1] in (1, RGB, ALPHA):
            return _without_channel(np.moveaxis(values, 1, -1), listed, ("channels moved to the last axis",))
        if values.shape[3] in (1, RGB, ALPHA):
            return _without_channel(values, listed, ())
    raise BadInputError(f"it has shape {listed}, which is none of points, bits or pictures")


def _without_channel(
    values: NDArray[np.generic], listed: str, notes: tuple[str, ...]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    channels = values.shape[3]
    if channels == 1:
        return _checked(values[..., 0], listed), ()
    if channels == ALPHA:
        return _checked(values[..., :RGB], listed), (*notes, "the fourth channel left out")
    return _checked(values, listed), notes


def _checked(values: NDArray[np.generic], listed: str) -> NDArray[np.generic]:
    if min(values.shape[1:3]) < FEWEST_PIXELS:
        raise BadInputError(f"it has shape {listed}, whose pictures have a side of less than {FEWEST_PIXELS} pixels")
    return values


def _rounded(values: NDArray[np.generic], scale: float, shift: float) -> Levels:
    """Return ``scale * values + shift`` as bytes, in parts, so that no copy of all of it in float64 is made."""
    levels = np.empty(values.shape, dtype=np.uint8)
    for index in range(len(values)):
        levels[index] = np.rint(np.asarray(values[index], dtype=np.float64) * scale + shift)
    return levels
