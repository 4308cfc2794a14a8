"""Writes grey levels as image files: one image, a grid of several, or a folder with a file for each."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.images import MAX_PIXELS
from core.formats.reading.image_sets import MAX_FILES
from core.runtime.files import atomic_folder, atomic_path
from core.values.checkpoints import LEVELS, level_width, to_levels

IMAGE_FORMATS: Mapping[str, str] = {
    ".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WebP", ".tif": "TIFF", ".tiff": "TIFF",
}  # fmt: skip
"""Formats that are written, by the suffix of the file."""
OPTIONS: Mapping[str, Mapping[str, Any]] = {"JPEG": {"quality": 95}, "WebP": {"lossless": True}}
LONGEST_SIDES: Mapping[str, int] = {"JPEG": 65500, "WebP": 16383}
"""The longest side, pixels, of formats that have a limit."""
GAP, GAP_LEVEL = 2, 128
"""Width in pixels of the lines between the images of a grid, and their grey level, seen beside black and white."""
LEAST_DIGITS = 4
"""Fewest digits of the numbers that name the files of a folder."""
LevelArray = NDArray[np.uint8]


def is_folder(path: str) -> bool:
    """Return whether ``path`` names a folder: it ends in a slash, or it is one already."""
    return path.endswith(("/", os.sep)) or Path(path).is_dir()


def format_of(path: str) -> str | None:
    """Return the format of the image file at ``path`` by its suffix, or None if it has no suffix of an image."""
    return IMAGE_FORMATS.get(Path(path).suffix.lower())


def clipped_levels(
    values: NDArray[np.generic], value_range: tuple[float, float], grey_level: float | None
) -> tuple[LevelArray, int]:
    """Return ``values`` as levels 0 … 255 of the same shape, and how many of them are outside and were clipped.

    Arguments as for `core.values.checkpoints.to_levels`.
    """
    width, half = level_width(value_range, grey_level)
    places = (np.asarray(values, np.float64) - value_range[0]) / width + half
    inside = (places >= 0) & (places < LEVELS)
    return to_levels(values, value_range, grey_level), int(inside.size - np.count_nonzero(inside))


def grid_size(count: int, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the rows and columns of a grid of ``count`` images of ``shape`` that is about as high as it is wide."""
    height, width = (side + GAP for side in shape[:2])
    columns = min(count, max(1, math.ceil(math.sqrt(count * height / width))))
    return -(-count // columns), columns


def check_images_fit(path: str, count: int, shape: tuple[int, ...]) -> None:
    """Check that ``count`` images of ``shape`` have room in the image or the folder at ``path``.

    Raises:
        BadInputError: If they have not; the message says what has room for them.
    """
    if not is_folder(path):
        check_image_size(path, count, _pixels(count, shape), f"{count} images of {shape[0]} x {shape[1]}")
    elif count > MAX_FILES:
        raise BadInputError(f"{path}: {count} files are more than {MAX_FILES}; write {_array(path)}")


def check_image_size(path: str, count: int, size: tuple[int, int], content: str) -> None:
    """Check that ``count`` samples can be written to ``path`` as one image of this ``size``: height, width.

    Raises:
        BadInputError: If it is too large; the message names the ``content``, and what has room for it.
    """
    longest = LONGEST_SIDES.get(format_of(path) or "", MAX_PIXELS)
    found = f"{path}: {content} make an image of {size[0]} x {size[1]} pixels"
    hint = "write " + (f"a folder, {Path(path).with_suffix('')}/, or " if count <= MAX_FILES else "") + _array(path)
    if math.prod(size) > MAX_PIXELS:
        raise BadInputError(f"{found}, and {MAX_PIXELS} are the most; {hint}")
    if max(size) > longest:
        raise BadInputError(f"{found}, and the longest side of {format_of(path)} is {longest}; {hint}")


def grid(levels: LevelArray) -> LevelArray:
    """Return images ``[N, H, W]`` or ``[N, H, W, 3]`` as one, row by row; a single one is returned as it is."""
    count, height, width = levels.shape[:3]
    _, columns = grid_size(count, levels.shape[1:])
    whole = np.full((*_pixels(count, levels.shape[1:]), *levels.shape[3:]), GAP_LEVEL, np.uint8)
    for index in range(count):
        top, left = (index // columns) * (height + GAP), (index % columns) * (width + GAP)
        whole[top : top + height, left : left + width] = levels[index]
    return whole


def write_image(levels: LevelArray, path: str | os.PathLike[str]) -> None:
    """Write the image ``[H, W]`` or ``[H, W, 3]`` to ``path``, in the format of its suffix, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    with atomic_path(path) as temporary:
        _save(levels, temporary)


def write_images(levels: LevelArray, path: str) -> str:
    """Write images ``[N, H, W]`` or ``[N, H, W, 3]`` to ``path``: one image, a grid, or a folder of PNG files.

    Returns:
        The format and the arrangement, such as "PNG image, a grid of 2 x 3".

    Raises:
        BadInputError: If they have no room there.
        OutputError: If they cannot be written; nothing is left half-written.
    """
    check_images_fit(path, len(levels), levels.shape[1:])
    if is_folder(path):
        with atomic_folder(path) as folder:
            write_numbered(levels, folder, 0, len(levels))
        return folder_summary(len(levels))
    write_image(grid(levels), path)
    return grid_summary(path, len(levels), levels.shape[1:])


def write_numbered(images: Iterable[LevelArray], folder: Path, first: int, count: int) -> None:
    """Write ``images`` to PNG files in ``folder``, numbered from ``first``; there are ``count`` of them in all."""
    for number, image in enumerate(images, start=first):
        _save(image, folder / numbered_name(number, count))


def numbered_name(number: int, count: int) -> str:
    """Return the name of the PNG file ``number`` of ``count``, with leading zeros, so that names sort by number."""
    return f"{number:0{max(LEAST_DIGITS, len(str(count - 1)))}d}.png"


def folder_summary(count: int) -> str:
    """Return what a folder of ``count`` images holds."""
    if count == 1:
        return f"one PNG image, {numbered_name(0, count)}"
    return f"{count} PNG images, {numbered_name(0, count)} … {numbered_name(count - 1, count)}"


def grid_summary(path: str, count: int, shape: tuple[int, ...]) -> str:
    """Return the format of the image at ``path``, and the arrangement of ``count`` images of ``shape`` in it."""
    rows, columns = grid_size(count, shape)
    return f"{format_of(path)} image" + (f", a grid of {rows} x {columns}" if count > 1 else "")


def _pixels(count: int, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the height and width of a grid, pixels."""
    rows, columns = grid_size(count, shape)
    return rows * (shape[0] + GAP) - GAP, columns * (shape[1] + GAP) - GAP


def _save(levels: LevelArray, path: Path) -> None:
    from PIL import Image

    name = IMAGE_FORMATS[path.suffix.lower()]
    Image.fromarray(np.ascontiguousarray(levels)).save(path, name.upper(), **OPTIONS.get(name, {}))


def _array(path: str) -> str:
    return f"an array, {Path(path).with_suffix('')}.npz"
