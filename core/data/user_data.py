"""User data from a file or a folder: how they are interpreted, and which part of them is held out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.crops import Crops, split_by_columns
from core.data.images import GreyLevelSource, StoredImages, held_out_examples
from core.data.registry import FORMULAS
from core.data.shipped_images import IMAGE_SOURCES
from core.data.sources import Examples, Source
from core.errors import BadInputError, one_line, printable
from core.formats.arrays import refusal
from core.formats.images import Levels, resized
from core.formats.reading.contents import read_contents, split_array
from core.formats.reading.interpretation import BitArray, ImageArrays, PointArray, interpret, interpret_array
from core.runtime.devices import numpy_generator
from core.values.checkpoints import CROPS, MAX_EXAMPLES, RESIZED, WHOLE, DataInfo, FileScale, column_names

MIN_EXAMPLES = 10
"""The fewest examples to learn from; fewer images are cut into crops."""
HELD_OUT_SHARE = 0.1
MAX_HELD_OUT = 1000
DEFAULT_SIDE = 32
"""Side of crops and of resized images, pixels, unless one is given."""
LARGEST_SIDE = 128
"""The longest side, pixels, of images that are not resized."""
ImageList = list[Levels] | Levels
SPLIT_SEED = 0


@dataclass(frozen=True, slots=True)
class UserData:
    """User data, ready for training.

    Attributes:
        kind: The process for these data, "gaussian" or "binomial".
        source: The training data; its `held_out` are the held-out data.
        info: Units and examples; the examples are all training data.
        interpreted_as: How the data were interpreted and converted, one line.
        sentence: The same, preceded by the path.
    """

    kind: str
    source: Source
    info: DataInfo
    interpreted_as: str
    sentence: str


def read_data(path: str, side: int | None = None) -> UserData:
    """Read the data at ``path``: a file, a folder of images or of batches, or ``FILE:/ARRAY``.

    A tenth of the examples is held out, `MAX_HELD_OUT` at most; where there are few large images, the right tenth of
    each is held out.

    Args:
        path: The file, folder or array.
        side: Side of the training images, pixels: few large images are cut into crops of this side, others are resized
            to it. Ignored for rows of numbers.

    Raises:
        BadInputError: If the data cannot be read or used; the message is one sentence that begins with ``path``.
    """
    place, array = split_array(path)
    printed_path = one_line(place)
    try:
        contents = read_contents(place, array)
        found = interpret(contents)
        if isinstance(found, ImageArrays):
            held_out = None if contents.held_out is None else interpret_array(contents.held_out, images=True)
            return _images(found, held_out if isinstance(held_out, ImageArrays) else None, place, side, contents.notes)
        return _rows(found, place, contents.notes)
    except BadInputError as error:
        text = str(error)
        raise error if text.startswith(printed_path) else refusal(place, text) from error


def _rows(found: PointArray | BitArray, path: Path, notes: tuple[str, ...]) -> UserData:
    bits = isinstance(found, BitArray)
    count, width = found.values.shape
    if count < MIN_EXAMPLES:
        raise BadInputError(f"it has {count} rows, but training needs {MIN_EXAMPLES} or more")
    training, held_out = split_indices(count)
    values = found.values.astype(np.float32)
    source = Examples(_name(path), values[training], held_out_data=values[held_out])
    chosen = numpy_generator(SPLIT_SEED, "examples").permutation(len(training))[:MAX_EXAMPLES]
    examples, kept = source.examples[chosen], source.held_out.examples[:MAX_EXAMPLES]
    if bits:
        units = (0.0, 1.0), np.zeros(width), np.ones(width)
    else:
        rows = source.examples.astype(np.float64)
        deviations = rows.std(axis=0)
        if (same := (rows == rows[0]).all(axis=0)).any():
            raise BadInputError(f"its column {int(same.argmax()) + 1} is the same in all rows; leave it out")
        units = (float(rows.min()), float(rows.max())), rows.mean(axis=0), deviations
    what = f"{count} sequences of {width} bits" if bits else f"{count} points in {width} dimensions"
    columns = () if isinstance(found, BitArray) else column_names(found.columns)
    info = DataInfo(source.name, source.shape, *units, examples, columns=columns, held_out=kept)
    interpreted_as = printable("; ".join((what, *notes, f"{len(held_out)} of them are held out")))
    return UserData("binomial" if bits else "gaussian", source, info, interpreted_as, _sentence(path, interpreted_as))


def _images(
    found: ImageArrays, held_out_data: ImageArrays | None, path: Path, side: int | None, notes: tuple[str, ...]
) -> UserData:
    if side is not None and not 4 <= side <= 4 * LARGEST_SIDE:
        raise BadInputError(f"--side: {side} pixels are not between 4 and {4 * LARGEST_SIDE}")
    images = found.values
    source: GreyLevelSource
    done: tuple[str, ...]
    if len(images) < MIN_EXAMPLES:
        size = side or DEFAULT_SIDE
        source, fit = _crops(images, _name(path), size), CROPS
        done = f"training uses crops of {size} x {size}", "the right part of each image is held out"
    else:
        source, done, fit = _whole(images, held_out_data, _name(path), side)
    rng = numpy_generator(SPLIT_SEED, "held-out examples")
    kept = held_out_examples(source.held_out.examples(MAX_EXAMPLES, rng))
    scale = FileScale(found.file_range, found.channel_order, fit)
    info = replace(source.info(numpy_generator(SPLIT_SEED, "examples")), held_out=kept, file_scale=scale)
    interpreted_as = printable("; ".join((_described(images), *notes, *found.notes, *done)))
    return UserData("gaussian", source, info, interpreted_as, _sentence(path, interpreted_as))


def _crops(images: ImageList, name: str, side: int) -> Crops:
    """Return crops of few ``images``; the right tenth of each is held out, or as much as one crop needs."""
    parts = []
    for image in images:
        height, width = image.shape[:2]
        if height < side or width < 2 * side:
            raise BadInputError(
                f"fewer than {MIN_EXAMPLES} images are cut into crops, and one of {height} x {width} pixels "
                f"is too small for crops of {side} x {side}, which need {side} x {2 * side}"
            )
        parts.append(split_by_columns(image, max(HELD_OUT_SHARE, side / width)))
    fields, held_out_data = zip(*parts, strict=True)
    return Crops(name, fields, (side, side), held_out_data=held_out_data)


def _whole(
    images: ImageList, held_out_data: ImageArrays | None, name: str, side: int | None
) -> tuple[StoredImages, tuple[str, ...], str]:
    """Return whole images, resized where necessary, notes on what was done, and how they were fitted."""
    shapes = {image.shape for image in images}
    fit = len(shapes) == 1 and max(images[0].shape[:2]) <= LARGEST_SIDE
    resize = side is not None and shapes != {(side, side, *images[0].shape[2:])}
    done: tuple[str, ...] = ()
    target = side or DEFAULT_SIDE
    if resize or not fit:
        done = (f"the middle square of each is resized to {target} x {target}",)

    how = RESIZED if done else WHOLE

    def stacked(values: ImageList) -> Levels:
        return resized(values, target) if done else np.asarray(values)

    everything = stacked(images)
    if held_out_data is not None:
        source = StoredImages(name, everything, stacked(held_out_data.values))
        return source, (*done, f"the {len(held_out_data.values)} of the test batch are held out"), how
    training, held_out = split_indices(len(images))
    source = StoredImages(name, everything[training], everything[held_out])
    return source, (*done, f"{len(held_out)} of them are held out"), how


def tiles_of(images: ImageList, side: int) -> Levels:
    """Return the crops of ``side`` x ``side`` that fit side by side into ``images``, ``[N, side, side]`` or with RGB.

    Raises:
        BadInputError: If none fits.
    """
    return Crops("images", list(images), (side, side)).tiles()


def split_indices(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indices of the training examples and of the held-out ones; equal ``count`` gives equal indices."""
    order = numpy_generator(SPLIT_SEED, "kept apart").permutation(count)
    held_out_count = min(MAX_HELD_OUT, max(2, round(HELD_OUT_SHARE * count)))
    return np.sort(order[held_out_count:]), np.sort(order[:held_out_count])


def _described(images: ImageList) -> str:
    shapes = {image.shape[:2] for image in images}
    low, high = (f"{height} x {width}" for height, width in (min(shapes), max(shapes)))
    colour = "grey" if images[0].ndim == 2 else "RGB"
    number = "one" if len(images) == 1 else str(len(images))
    size = low if len(shapes) == 1 else f"mixed sizes, {low} to {high}"
    return f"{number} {colour} {'image' if len(images) == 1 else 'images'} of {size} pixels"


def _sentence(path: Path, interpreted_as: str) -> str:
    return f"{printable(str(path))}: interpreted as {interpreted_as}"


def _name(path: Path) -> str:
    """Return the name of the data in a checkpoint: the file's on one line, different from those of shipped data."""
    name = printable(path.resolve().name).strip() or "data"
    return f"{name} (own)" if name in FORMULAS or name in IMAGE_SOURCES else name
