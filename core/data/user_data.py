"""User data from a file or a folder: how they are interpreted, and which part of them is held out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.crops import Crops
from core.data.images import GreyLevelSource, StoredImages, held_out_examples
from core.data.registry import FORMULAS
from core.data.shipped_images import IMAGE_SOURCES
from core.data.sources import Examples, Source
from core.data.splitting import SPLIT_SEED, split_columns, split_indices, validation_count
from core.errors import BadInputError, printable
from core.formats.images import Levels, resized
from core.formats.reading.contents import located, read_contents
from core.formats.reading.interpretation import BitArray, ImageArrays, PointArray, interpret, interpret_array
from core.runtime.devices import numpy_generator
from core.values.checkpoints import (
    CROPS,
    MAX_EXAMPLES,
    RESIZED,
    WHOLE,
    DataInfo,
    FileScale,
    column_names,
    dimensions,
    user_type,
)

MIN_EXAMPLES = 10
"""The fewest examples to learn from; fewer images are cut into crops."""
FEWEST_HELD_OUT, MOST_OVERLAPPING = 2, 16
"""The fewest held-out crops that K has a standard error on, and the most where these overlap."""
DEFAULT_SIDE = 32
"""Side of crops and of resized images, pixels, unless one is given."""
LEAST_SIDE, LARGEST_SIDE = 4, 128
"""The longest side, pixels, of images that are not resized."""
ImageList = list[Levels] | Levels


@dataclass(frozen=True, slots=True)
class UserData:
    """User data, ready for training.

    Attributes:
        kind: The process for these data, "gaussian" or "binomial".
        source: The training data; its `held_out` are the held-out data.
        info: Units and examples; the examples are all training data.
        interpreted_as: How the data were interpreted and converted, one line.
        sentence: The same, preceded by the path.
        validation: Data on which the best weights of a training are chosen; neither training data nor held out. None
            where there are too few pixels for that.
    """

    kind: str
    source: Source
    info: DataInfo
    interpreted_as: str
    sentence: str
    validation: Source | None = None


def read_data(path: str, side: int | None = None, *, older: bool = False) -> UserData:
    """Read the data at ``path``: a file, a folder of images or of batches, or ``FILE:/ARRAY``.

    Which part is held out and which is for validation is decided in `core.data.splitting`.

    Args:
        path: The file, folder or array.
        side: Side of the training images, pixels: few large images are cut into crops of this side, others are resized
            to it. Ignored for rows of numbers.
        older: Whether to split the data as earlier versions did, so that a training of theirs can be resumed.

    Raises:
        BadInputError: If the data cannot be read or used; the message is one sentence that begins with ``path``.
    """
    with located(path) as (place, array):
        contents = read_contents(place, array)
        found = interpret(contents)
        if isinstance(found, ImageArrays):
            held_out = None if contents.held_out is None else interpret_array(contents.held_out, images=True)
            apart = held_out if isinstance(held_out, ImageArrays) else None
            return _images(found, apart, place, side, contents.notes, older)
        return _rows(found, place, contents.notes, older)


def _rows(found: PointArray | BitArray, path: Path, notes: tuple[str, ...], older: bool) -> UserData:
    bits = isinstance(found, BitArray)
    count, width = found.values.shape
    if count < MIN_EXAMPLES:
        few = "one row" if count == 1 else f"{count} rows"
        raise BadInputError(f"it has {few}, but training needs {MIN_EXAMPLES} or more")
    split = split_indices(count, older=older)
    if bits:
        units = (0.0, 1.0), np.zeros(width), np.ones(width)
    else:
        rows = found.values[split.training].astype(np.float64)
        units = (float(rows.min()), float(rows.max())), rows.mean(axis=0), _deviations(rows)
    values: NDArray[np.floating] = found.values.astype(user_type(*units[1:]))
    source = Examples(_name(path), values[split.training], held_out_data=values[split.held_out])
    chosen = numpy_generator(SPLIT_SEED, "examples").permutation(len(split.training))[:MAX_EXAMPLES]
    examples, kept = source.examples[chosen], source.held_out.examples[:MAX_EXAMPLES]
    what = f"{count} sequences of {width} bits" if bits else f"{count} points in {dimensions(source.shape)}"
    columns = () if isinstance(found, BitArray) else column_names(found.columns)
    info = DataInfo(source.name, source.shape, *units, examples, columns=columns, held_out=kept)
    interpreted_as = printable("; ".join((what, *notes, _parts(len(split.held_out), len(split.validation)))))
    sentence = _sentence(path, interpreted_as)
    validation = Examples(source.name, values[split.validation]) if len(split.validation) else None
    return UserData("binomial" if bits else "gaussian", source, info, interpreted_as, sentence, validation)


def _deviations(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of each column of ``rows``, in whose units float32 must hold numbers."""
    if (same := (rows == rows[0]).all(axis=0)).any():
        raise BadInputError(f"its column {int(same.argmax()) + 1} is the same in all rows; leave it out")
    found: NDArray[np.float64] = rows.std(axis=0)
    if (least := found < np.finfo(np.float32).tiny).any():
        raise BadInputError(f"its column {int(least.argmax()) + 1} varies by too little for float32; scale it up")
    return found


def _images(
    found: ImageArrays,
    held_out_data: ImageArrays | None,
    path: Path,
    side: int | None,
    notes: tuple[str, ...],
    older: bool,
) -> UserData:
    if side is not None and not LEAST_SIDE <= side <= 4 * LARGEST_SIDE:
        raise BadInputError(f"--side: {side} pixels are not between {LEAST_SIDE} and {4 * LARGEST_SIDE}")
    images = found.values
    source: GreyLevelSource
    validation: GreyLevelSource | None
    if len(images) < MIN_EXAMPLES:
        source, validation, done = _crops(images, _name(path), side or DEFAULT_SIDE, older)
        fit = CROPS
    else:
        source, validation, done, fit = _whole(images, held_out_data, _name(path), side, older)
    kept = held_out_examples(_held_out_levels(source.held_out))
    scale = FileScale(found.file_range, found.channel_order, fit)
    info = replace(source.info(numpy_generator(SPLIT_SEED, "examples")), held_out=kept, file_scale=scale)
    interpreted_as = printable("; ".join((_described(images), *notes, *found.notes, *done)))
    return UserData("gaussian", source, info, interpreted_as, _sentence(path, interpreted_as), validation)


def _held_out_levels(source: GreyLevelSource) -> Levels:
    """Return different held-out images ``[M, *shape]``; of crops those side by side, whose pixels are all different."""
    rng = numpy_generator(SPLIT_SEED, "held-out examples")
    if not isinstance(source, Crops):
        return source.examples(MAX_EXAMPLES, rng)
    tiles = rng.permutation(source.tiles())
    if len(tiles) < FEWEST_HELD_OUT:
        tiles = np.unique(source.images(MOST_OVERLAPPING, rng), axis=0)
    if len(tiles) < FEWEST_HELD_OUT:
        raise BadInputError(f"fewer than {FEWEST_HELD_OUT} crops can be held out; give a smaller --side")
    return tiles


def _crops(images: ImageList, name: str, side: int, older: bool) -> tuple[Crops, Crops | None, tuple[str, ...]]:
    """Return crops of few ``images``, those for validation, and notes on what was done."""
    parts = []
    for image in images:
        height, width = image.shape[:2]
        if height < side or width < 2 * side:
            largest = min(min(height, width // 2) for height, width in (each.shape[:2] for each in images))
            smaller = f"--side {largest} or less, or " if largest >= LEAST_SIDE else ""
            raise BadInputError(
                f"fewer than {MIN_EXAMPLES} images are cut into crops, and one of {height} x {width} pixels is too "
                f"small for crops of {side} x {side}, which need {side} x {2 * side}; "
                f"give {smaller}{MIN_EXAMPLES} images or more"
            )
        parts.append(split_columns(image, side, len(images), older=older))
    size = (side, side)
    fields, validation_fields, held_out_data = zip(*parts, strict=True)
    between = [field for field in validation_fields if field is not None]
    done = [f"training uses crops of {side} x {side}", "the right part of each image is held out"]
    done += ["the part beside it is for validation"] if between else []
    source = Crops(name, fields, size, held_out_data=held_out_data)
    return source, Crops(name, between, size) if between else None, tuple(done)


def _whole(
    images: ImageList, held_out_data: ImageArrays | None, name: str, side: int | None, older: bool
) -> tuple[StoredImages, StoredImages | None, tuple[str, ...], str]:
    """Return whole images, resized where necessary, those for validation, notes on what was done, and how they fit."""
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
    if held_out_data is None:
        split = split_indices(len(images), older=older)
        training, validation = everything[split.training], everything[split.validation]
        held_out = everything[split.held_out]
        parts = _parts(len(held_out), len(validation))
    else:
        count = 0 if older else validation_count(len(images))
        training, validation = everything[count:], everything[:count]
        held_out = stacked(held_out_data.values)
        parts = f"the {len(held_out)} of the test batch are held out"
        parts += f", {count} of the others are for validation" if count else ""
    source = StoredImages(name, training, held_out)
    return source, StoredImages(name, validation) if len(validation) else None, (*done, parts), how


def tiles_of(images: ImageList, side: int) -> Levels:
    """Return the crops of ``side`` x ``side`` that fit side by side into ``images``, ``[N, side, side]`` or with RGB.

    Raises:
        BadInputError: If none fits.
    """
    return Crops("images", list(images), (side, side)).tiles()


def _parts(held_out: int, validation: int) -> str:
    """Return how many examples are not for training."""
    return f"{held_out} of them are held out" + (f", {validation} are for validation" if validation else "")


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
