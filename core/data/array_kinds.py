"""How an array of the user's is interpreted: as points, bits or images; and its pixels as whole grey levels."""

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
"""The shortest side of an image."""
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
    """Images of whole grey levels, each ``[H, W]`` or each ``[H, W, 3]``, with notes on how they were converted.

    Images of one size are stacked in one array; images of several sizes are a list.
    """

    values: list[Levels] | Levels
    notes: tuple[str, ...] = ()


def interpret_array(values: NDArray[np.generic]) -> PointArray | BitArray | ImageArrays:
    """Interpret ``values`` by their shape, type and range.

    An array of two dimensions holds rows: bits if all numbers are 0 or 1, points if a row has `MAX_POINT_DIMENSIONS`
    numbers or fewer, else square images, one a row, or a single grey image. Three dimensions are grey images or a
    single colour image; four are images with the channels first or last.

    Raises:
        BadInputError: If the array is none of these; the message does not name the file.
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
    """Return pixels as whole grey levels 0 … 255, uint8, and notes on how they were scaled.

    Raises:
        BadInputError: If the pixels lie in none of the usual ranges.
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
        return ImageArrays(levels, (f"rows of {width} numbers interpreted as {side} x {side} pixels", *scaled))
    if count >= MAX_POINT_DIMENSIONS and values.min() >= 0:
        levels, scaled = grey_levels(values)
        return ImageArrays([levels], scaled)
    raise BadInputError(
        f"it has rows of {width} numbers, which are neither bits nor images, "
        f"and points may have at most {MAX_POINT_DIMENSIONS} dimensions"
    )


def _channels_last(values: NDArray[np.generic]) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Return images in any usual order of axes as ``[N, H, W]`` or ``[N, H, W, 3]``, and notes on what was changed."""
    shape = values.shape
    listed = " x ".join(map(str, shape))
    if values.ndim == 3 and shape[2] in (RGB, ALPHA) and min(shape[:2]) > ALPHA:
        values = values[None]  # one image with channels
    elif values.ndim == 3 and shape[0] in (1, RGB, ALPHA) and min(shape[1:]) > ALPHA:
        values = values[None]
    elif values.ndim == 3:
        return _checked(values, listed), ()
    if values.ndim == 4:
        if values.shape[3] not in (1, RGB, ALPHA) and values.shape[1] in (1, RGB, ALPHA):
            return _without_channel(np.moveaxis(values, 1, -1), listed, ("channels moved to the last axis",))
        if values.shape[3] in (1, RGB, ALPHA):
            return _without_channel(values, listed, ())
    raise BadInputError(f"it has shape {listed}, which is that of neither points, bits nor images")


def _without_channel(
    values: NDArray[np.generic], listed: str, notes: tuple[str, ...]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    channels = values.shape[3]
    if channels == 1:
        return _checked(values[..., 0], listed), ()
    if channels == ALPHA:
        return _checked(values[..., :RGB], listed), (*notes, "fourth channel left out")
    return _checked(values, listed), notes


def _checked(values: NDArray[np.generic], listed: str) -> NDArray[np.generic]:
    if min(values.shape[1:3]) < FEWEST_PIXELS:
        raise BadInputError(
            f"it has shape {listed}; images with a side of less than {FEWEST_PIXELS} pixels are too small"
        )
    return values


def _rounded(values: NDArray[np.generic], scale: float, shift: float) -> Levels:
    """Return ``scale * values + shift`` as bytes, image by image, so that only one is held in float64 at a time."""
    levels = np.empty(values.shape, dtype=np.uint8)
    for index in range(len(values)):
        levels[index] = np.rint(np.asarray(values[index], dtype=np.float64) * scale + shift)
    return levels
