"""What the contents of a file are interpreted as: points, bits or images of whole grey levels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.images import LAID_OVER_WHITE, Levels, over_white
from core.formats.reading.contents import Contents
from core.formats.reading.image_sets import grey_if_all_are
from core.formats.reading.levels import BYTE, Range, dark_note, grey_levels, range_note, used_range
from core.values.checkpoints import RGB

MAX_POINT_DIMENSIONS = 64
MAX_BITS = 4096
FEWEST_PIXELS = 4
"""The shortest side of an image."""
ALPHA = 4
SIDES_OF_COLOUR_ROWS = (32, 64)
"""Sides of RGB images that are stored as rows, channels first: CIFAR's and those of small ImageNet."""
WIDEST_IMAGE = 3.0
"""A grey image of rows as wide as such a row is told from it by its sides, whose ratio is this at most."""
LARGEST = float(np.finfo(np.float32).max)
CHANNELS_LAST, CHANNELS_FIRST = "last", "first"
Pixels = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class PointArray:
    """Points ``[N, D]``, float64, finite, and the names of their columns, empty if unknown."""

    values: NDArray[np.float64]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BitArray:
    """Zeros and ones ``[N, D]``, float32."""

    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ImageArrays:
    """Images of whole grey levels, each ``[H, W]`` or each ``[H, W, 3]``, and how they were converted.

    Images of one size may be stacked in one array; images of several sizes are a list.

    Attributes:
        values: The images.
        notes: What was converted, a few words each.
        file_range: The range of the values in the file, which became the levels 0 … 255.
        channel_order: "last" or "first" in the file.
    """

    values: list[Levels] | Levels
    notes: tuple[str, ...] = ()
    file_range: Range = BYTE
    channel_order: str = CHANNELS_LAST


Interpreted = PointArray | BitArray | ImageArrays


def interpret(contents: Contents, trained: Range | None = None) -> Interpreted:
    """Interpret the ``contents`` of a file: images as such, arrays as `interpret_array` does.

    Args:
        contents: What was read.
        trained: See `core.formats.reading.levels.used_range`.

    Raises:
        BadInputError: If they are neither points, bits nor images; the message does not name the file.
    """
    if contents.images is not None:
        return interpret_images(contents.images, trained)
    if contents.array is None:
        raise ValueError("contents: neither an array nor images")
    return interpret_array(contents.array, contents.columns, trained)


def interpret_array(
    values: Pixels, columns: tuple[str, ...] = (), trained: Range | None = None, *, images: bool = False
) -> Interpreted:
    """Interpret ``values`` by their shape, type and range.

    An array of two dimensions holds rows: bits if all numbers are 0 or 1, points if a row has `MAX_POINT_DIMENSIONS`
    numbers or fewer, else images, one a row, or a single grey image. Three dimensions are grey images or a single
    colour image; four are images with the channels first or last. Transparent pixels are laid over white.

    Args:
        values: The array.
        columns: Names of the columns of rows.
        trained: See `core.formats.reading.levels.used_range`.
        images: Whether rows are images, whatever their values.

    Raises:
        BadInputError: If the array is none of these; the message does not name the file.
    """
    check_values(values)
    if values.ndim <= 2:
        rows = values.reshape(len(values), -1) if values.ndim else values.reshape(1, 1)
        return _rows(rows, columns, trained, images=images)
    arranged, order, notes = channels_last(values)
    return _image_arrays(arranged, notes, trained, order)


def interpret_images(images: list[Pixels], trained: Range | None = None) -> ImageArrays:
    """Interpret decoded ``images``, each [H, W] or each [H, W, 3], by the range that all their values use together.

    Images without any colour become grey.

    Raises:
        BadInputError: If their values lie in none of the usual ranges.
    """
    for image in images:
        check_values(image)
        if min(image.shape[:2]) < FEWEST_PIXELS:
            _large_enough(image[None], " x ".join(map(str, image.shape)))
    bytes_alone = [image for image in images if image.dtype == np.uint8]
    deeper = [image for image in images if image.dtype != np.uint8]
    used = {kind: used_range(part, trained) for kind, part in (("u1", bytes_alone), ("other", deeper)) if part}
    levels = [
        grey_levels(image[None], used["u1" if image.dtype == np.uint8 else "other"])[0]
        for image in grey_if_all_are(images)
    ]
    said = dict.fromkeys(note for found in used.values() for note in range_note(found))
    notes = (*said, *dark_note(levels)) if trained is None else tuple(said)
    return ImageArrays(levels, notes, used.get("other", used.get("u1", BYTE)))


def check_values(values: Pixels) -> None:
    """Raise `BadInputError` unless ``values`` are finite real numbers, at least one."""
    if not values.size:
        raise BadInputError("there are no numbers in it")
    if values.dtype.kind not in "biuf":
        raise BadInputError(f"it holds {values.dtype}, where real numbers are wanted")
    if values.dtype.kind == "f" and not (np.isfinite(values.min()) and np.isfinite(values.max())):
        raise BadInputError("it holds values that are not finite")


def channels_last(values: Pixels) -> tuple[Pixels, str, tuple[str, ...]]:
    """Return images in any usual order of axes as ``[N, H, W]`` or ``[N, H, W, 3 or 4]``, their order, and notes.

    Raises:
        BadInputError: If the shape is not that of images.
    """
    shape = values.shape
    listed = " x ".join(map(str, shape))
    if values.ndim == 3 and shape[2] in (RGB, ALPHA) and min(shape[:2]) > ALPHA:
        values = values[None]  # one image with channels
    elif values.ndim == 3 and shape[0] in (1, RGB, ALPHA) and min(shape[1:]) > ALPHA:
        values = values[None]
    elif values.ndim == 3:
        return _large_enough(values, listed), CHANNELS_LAST, ()
    if values.ndim == 4:
        order = CHANNELS_LAST
        notes: tuple[str, ...] = ()
        if values.shape[3] not in (1, RGB, ALPHA) and values.shape[1] in (1, RGB, ALPHA):
            if values.shape[1] > 1:
                notes = ("channels moved to the last axis",)
            values, order = np.moveaxis(values, 1, -1), CHANNELS_FIRST
        if values.shape[3] in (1, RGB, ALPHA):
            return _large_enough(values[..., 0] if values.shape[3] == 1 else values, listed), order, notes
    raise BadInputError(f"it has shape {listed}, which is that of neither points, bits nor images")


def _image_arrays(values: Pixels, notes: tuple[str, ...], trained: Range | None, order: str) -> ImageArrays:
    used = used_range([values], trained)
    levels = grey_levels(values, used)
    if levels.ndim == 4 and levels.shape[3] == ALPHA:
        alpha = levels[..., RGB]
        notes = (*notes, LAID_OVER_WHITE) if alpha.min() < BYTE[1] else notes
        levels = np.stack([over_white(image[..., :RGB], image[..., RGB]) for image in levels])
    dark = dark_note(levels) if trained is None else ()
    return ImageArrays(levels, (*notes, *range_note(used), *dark), used, order)


def _rows(values: Pixels, columns: tuple[str, ...], trained: Range | None, *, images: bool) -> Interpreted:
    count, width = values.shape
    if not images and width <= MAX_BITS and ((values == 0) | (values == 1)).all():
        return BitArray(values.astype(np.float32))
    if not images and width <= MAX_POINT_DIMENSIONS:
        points = values.astype(np.float64)
        if np.abs(points).max() > LARGEST:
            raise BadInputError("it holds values too large for float32")
        return PointArray(points, columns)
    found = partial(_image_arrays, trained=trained, order=CHANNELS_LAST)
    side = math.isqrt(width)
    if side**2 == width and count != width and _are_pixels(values):
        rows = f"rows of {width} numbers interpreted as {side} x {side} pixels"
        return found(values.reshape(count, side, side), (rows,))
    for side in SIDES_OF_COLOUR_ROWS:
        if width == RGB * side**2 and _are_pixels(values):
            return _colour_rows(values, side, trained)
    if count > MAX_POINT_DIMENSIONS and _are_pixels(values) and values.min() >= 0:
        return found(values[None], ())
    raise BadInputError(
        f"it has {count} rows of {width} numbers; rows are bits, points of at most {MAX_POINT_DIMENSIONS} numbers, or "
        "square images; leave columns out, or reshape images to (N, height, width)"
    )


def _are_pixels(values: Pixels) -> bool:
    try:
        used_range([values])
    except BadInputError:
        return False
    return True


def _colour_rows(values: Pixels, side: int, trained: Range | None) -> ImageArrays:
    count, width = values.shape
    if count >= FEWEST_PIXELS and 1.0 / WIDEST_IMAGE <= count / width <= WIDEST_IMAGE:
        raise BadInputError(
            f"it may be {count} RGB images of {side} x {side}, one a row, or one grey image of {count} x {width}; "
            f"reshape it to (N, 3, {side}, {side}), or give the image as a PNG file"
        )
    rows = f"rows of {width} numbers interpreted as RGB images of {side} x {side} pixels, channels first"
    images = np.moveaxis(values.reshape(count, RGB, side, side), 1, -1)
    return _image_arrays(images, (rows,), trained, CHANNELS_FIRST)


def _large_enough(values: Pixels, listed: str) -> Pixels:
    if min(values.shape[1:3]) < FEWEST_PIXELS:
        raise BadInputError(
            f"it has shape {listed}; images with a side of less than {FEWEST_PIXELS} pixels are too small"
        )
    return values
