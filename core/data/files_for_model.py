"""User files read for a model: brought to its units, or refused with both named.

`core.data.user_data` reads the files that a model is trained on; both use the one reader, `core.formats.reading`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.user_data import MIN_EXAMPLES, tiles_of
from core.errors import BadInputError, printable
from core.formats.images import LAID_OVER_WHITE, Levels, grey_of, resized
from core.formats.reading.contents import Contents, located, read_contents
from core.formats.reading.interpretation import (
    ImageArrays,
    check_values,
    interpret_array,
    interpret_images,
)
from core.formats.reading.levels import SIGNED_UNIT, UNIT
from core.formats.reading.masks import GAP_RULE, MaskFile, hole_in
from core.values.checkpoints import CROPS, MAX_LEVEL, RGB, DataInfo, dimensions, from_levels, to_levels

BEYOND = 0.1
"""Share of the range of a model's values by which its own samples may lie beyond it."""
AS_THEY_ARE = "values in the model's units, used as they are"


@dataclass(frozen=True, slots=True, eq=False)
class GivenExamples:
    """Examples from a user's file.

    Attributes:
        values: ``[N, *shape]``, user's units of the model: whole grey levels of images without their noise.
        interpreted_as: What they were interpreted as and how they were converted, one line.
        sentence: The same, preceded by the path.
    """

    values: NDArray[np.floating]
    interpreted_as: str
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class GivenImage:
    """One example from a user's file.

    Attributes:
        values: ``[*shape]``, user's units of the model.
        hole: The mask erased in the image itself, or of the entries missing in it, if that was asked for; else None.
        interpreted_as: What the file was interpreted as and how it was converted, one line.
        sentence: The same, preceded by the path.
    """

    values: NDArray[np.floating]
    hole: MaskFile | None
    interpreted_as: str
    sentence: str


def read_examples(path: str, info: DataInfo, kind: str) -> GivenExamples:
    """Return the examples at ``path`` in the units of a model.

    Images of another size are treated as in training: cut into tiles, or their middle squares resized.

    Args:
        path: A file, a folder or ``FILE:/ARRAY``, as for `core.data.user_data.read_data`.
        info: The model's data.
        kind: Its process, "gaussian" or "binomial".

    Raises:
        BadInputError: If they cannot be read or are no examples of the model; one sentence that begins with ``path``.
    """
    with located(path) as (place, array):
        contents = read_contents(place, array)
        if info.is_image and kind == "gaussian":
            values, notes = _images(contents, info)
        else:
            values, notes = _rows(contents, info, kind)
        text = printable("; ".join((*notes, *contents.notes)))
        return GivenExamples(values, text, _sentence(place, (text,)))


def read_example(
    path: str,
    info: DataInfo,
    kind: str,
    *,
    any_size: bool = False,
    own_hole: bool = False,
    missing: bool = False,
    ignored: NDArray[np.bool_] | None = None,
) -> GivenImage:
    """Return the one example at ``path`` in the units of a model.

    Args:
        path: A file or ``FILE:/ARRAY``.
        info: The model's data.
        kind: Its process.
        any_size: Whether an image may have another size than the model's.
        own_hole: Whether the transparent part of an image is its mask; the pixels are then not laid over white.
        missing: Whether entries of an array that are not finite are missing: they are NaN then, and its hole.
        ignored: ``[*shape]``, entries of a point or of bits that are missing whatever their value; None for none.

    Raises:
        BadInputError: If it cannot be read or is no example of the model; one sentence that begins with ``path``.
    """
    with located(path) as (place, array):
        contents = read_contents(place, array)
        gaps = _gaps(contents, ignored) if missing else None
        if gaps is not None:
            contents = replace(contents, array=_without_gaps(np.asarray(contents.array), gaps))
        if not info.is_image or kind != "gaussian":
            rows, notes = _rows(contents, info, kind)
            return _given(*_with_gaps(_only(rows), gaps, None), place, (*notes, *contents.notes))
        pixels, alpha = _pixels(contents, own_hole=own_hole)
        images, notes = _scaled(pixels, info)
        image, hole = _with_gaps(_only(images), gaps, None if alpha is None else hole_in(alpha))
        if image.shape[:2] != info.shape[:2] and not any_size:
            found, wanted = (" x ".join(map(str, shape[:2])) for shape in (image.shape, info.shape))
            raise BadInputError(
                f"the image has {found} pixels, and those of the model have {wanted}; crop or resize it"
            )
        size = f"one image of {image.shape[0]} x {image.shape[1]} pixels"
        said = [note for note in contents.notes if alpha is None or note != LAID_OVER_WHITE]
        return _given(np.asarray(image), hole, place, (size, *notes, *said))


def _given(values: NDArray[np.floating], hole: MaskFile | None, place: Path, notes: Sequence[str]) -> GivenImage:
    return GivenImage(values, hole, printable("; ".join(notes)), _sentence(place, notes))


def _sentence(place: Path, notes: Sequence[str]) -> str:
    return f"{printable(str(place))}: interpreted as {printable('; '.join(notes))}"


def _only(values: Sequence[NDArray[np.floating]] | NDArray[np.floating]) -> NDArray[np.floating]:
    if len(values) != 1:
        raise BadInputError(f"it holds {len(values)} examples, and one is wanted")
    return values[0]


def _gaps(contents: Contents, ignored: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """Return which entries of the array in ``contents`` are missing, if some are."""
    values = contents.array
    if values is None or values.dtype.kind not in "fiu":
        return None
    gaps: NDArray[np.bool_] = ~np.isfinite(values)
    if ignored is not None and np.squeeze(values).shape == np.squeeze(ignored).shape:
        gaps |= ignored.reshape(gaps.shape)
    return gaps if gaps.any() else None


def _without_gaps(values: NDArray[np.generic], gaps: NDArray[np.bool_]) -> NDArray[np.generic]:
    """Return ``values`` with their least finite one in the ``gaps``, which then changes no range."""
    found: NDArray[np.generic] = np.where(gaps, 0 if gaps.all() else values[~gaps].min(), values)
    return found


def _with_gaps(
    values: NDArray[np.floating], gaps: NDArray[np.bool_] | None, hole: MaskFile | None
) -> tuple[NDArray[np.floating], MaskFile | None]:
    """Return ``values`` with NaN in the ``gaps``, and these as their hole; without any, ``values`` and ``hole``."""
    if gaps is None:
        return values, hole
    if gaps.size != values.size or np.squeeze(gaps).shape != np.squeeze(values).shape:
        raise BadInputError("it holds values that are not finite")
    gaps = gaps.reshape(values.shape)
    return np.where(gaps, np.nan, values), MaskFile(gaps.astype(np.float32), GAP_RULE)


# --- points and bits
def _rows(contents: Contents, info: DataInfo, kind: str) -> tuple[NDArray[np.floating], tuple[str, ...]]:
    values, bits = contents.array, kind == "binomial"
    name = "sequences" if bits else "points"
    if values is None:
        raise BadInputError(f"it holds images, and the model's data are {name}")
    check_values(values)
    notes: tuple[str, ...] = ()
    if contents.columns and info.columns and contents.columns != info.columns:
        values, notes = _by_name(values, contents.columns, info.columns)
    if values.shape == info.shape:
        values = values[None]
    elif values.ndim == 1 and info.shape == (1,):
        values = values[:, None]
    if values.shape[1:] != info.shape:
        wanted = ", ".join(("N", *map(str, info.shape)))
        raise BadInputError(f"shape {values.shape} is not ({wanted}), that of the model's {name}")
    size = " x ".join(map(str, info.shape))
    if not bits:
        return values.astype(np.float64), (f"{_counted(len(values), 'point')} in {dimensions(info.shape)}", *notes)
    if not np.isin(values, (0, 1)).all():
        if not np.isin(values, (0, MAX_LEVEL)).all():
            wrong = values[~np.isin(values, (0, 1))][0]
            raise BadInputError(f"it holds {wrong:g}, and bits are 0 and 1")
        values, notes = values == MAX_LEVEL, ("255 is 1",)
    return values.astype(np.float32), (_counted(len(values), "sequence") + f" of {size} bits", *notes)


def _counted(count: int, name: str) -> str:
    return f"one {name}" if count == 1 else f"{count} {name}s"


def _by_name(
    values: NDArray[np.generic], columns: tuple[str, ...], wanted: tuple[str, ...]
) -> tuple[NDArray[np.generic], tuple[str, ...]]:
    """Return the columns that have the names of the model's, in its order."""
    missing = [name for name in wanted if name not in columns]
    if missing:
        if values.shape[1] == len(wanted):
            return values, ()
        raise BadInputError(f"there is no column {missing[0]!r} in it, which the model's data have")
    return values[:, [columns.index(name) for name in wanted]], ("columns chosen by their names",)


# --- images
def _images(contents: Contents, info: DataInfo) -> tuple[NDArray[np.floating], tuple[str, ...]]:
    """Return images ``[N, *shape]`` of the model's size, and notes."""
    pixels, _ = _pixels(contents, own_hole=False)
    images, notes = _scaled(pixels, info)
    count = _counted(len(images), "image")
    if all(image.shape == info.shape for image in images):
        return np.stack(images), (count, *notes)
    if len(info.shape) < 2 or info.shape[0] != info.shape[1]:
        found, wanted = (" x ".join(map(str, shape[:2])) for shape in (images[0].shape, info.shape))
        raise BadInputError(f"its images have {found} pixels, and those of the model {wanted}; crop or resize them")
    levels = [to_levels(image, info.value_range, info.grey_level) for image in images]
    side, fit = info.shape[0], None if info.file_scale is None else info.file_scale.fit
    if fit == CROPS or (fit is None and len(images) < MIN_EXAMPLES):
        found_levels, done = tiles_of(levels, side), f"cut into tiles of {side} x {side}"
    else:
        found_levels, done = resized(levels, side), f"the middle square of each is resized to {side} x {side}"
    return from_levels(found_levels, info.value_range), (count, *notes, done)


def _pixels(
    contents: Contents, *, own_hole: bool
) -> tuple[list[NDArray[np.generic]] | NDArray[np.generic], NDArray[np.uint8] | None]:
    """Return the pixels in ``contents``, and the opacity of a single image if its hole counts."""
    if contents.images is not None:
        if own_hole and contents.alpha is not None and contents.undimmed is not None:
            return [contents.undimmed], contents.alpha
        return contents.images, None
    if contents.array is None:
        raise ValueError("contents: neither an array nor images")
    return contents.array, None


def _scaled(
    pixels: list[NDArray[np.generic]] | NDArray[np.generic], info: DataInfo
) -> tuple[list[NDArray[np.floating]], tuple[str, ...]]:
    """Return images in user's units, with as many colours as the model's, and notes."""
    trained = None if info.file_scale is None else info.file_scale.range
    if isinstance(pixels, list):
        found = interpret_images(pixels, trained)
    else:
        check_values(pixels)
        arranged = pixels[None] if pixels.shape == info.shape else pixels
        if arranged.shape[1:] == info.shape and _in_units(arranged, info):
            return [np.asarray(image, np.result_type(image.dtype, np.float32)) for image in arranged], (AS_THEY_ARE,)
        if arranged.ndim == 2 and not _are_rows(arranged, info):
            arranged = arranged[None]
        interpreted = interpret_array(arranged, (), trained, images=True)
        if not isinstance(interpreted, ImageArrays):
            raise BadInputError("it holds no images")
        found = interpreted
    levels, notes = _with_colours([np.asarray(image) for image in found.values], info)
    return [from_levels(image, info.value_range) for image in levels], (*found.notes, *notes)


def _in_units(values: NDArray[np.generic], info: DataInfo) -> bool:
    """Return whether ``values`` are numbers in the model's units that no file of levels would hold."""
    if values.dtype.kind != "f":
        return False
    low, high = info.value_range
    margin = BEYOND * (high - low)
    least, most = float(values.min()), float(values.max())
    if not (low - margin <= least and most <= high + margin):
        return False
    own_units = (low, high) in (UNIT, SIGNED_UNIT)
    narrow = least >= SIGNED_UNIT[0] and most <= SIGNED_UNIT[1]
    if narrow != own_units:
        return False
    if (low, high) == SIGNED_UNIT and least >= 0:
        return False
    return own_units or bool((values != np.floor(values)).any())


def _are_rows(values: NDArray[np.generic], info: DataInfo) -> bool:
    """Return whether an array of two dimensions holds one image in each row."""
    return values.shape[1] == np.prod(info.shape) and values.shape != info.shape[:2]


def _with_colours(images: list[Levels], info: DataInfo) -> tuple[list[Levels], tuple[str, ...]]:
    colour = len(info.shape) == 3
    if colour and images[0].ndim == 2:
        return [np.repeat(image[..., None], RGB, axis=2) for image in images], ("grey repeated in three colours",)
    if not colour and images[0].ndim == 3:
        return [grey_of(image) for image in images], ("colours made grey",)
    return images, ()
