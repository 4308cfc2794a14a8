"""User data from a file or a folder: how they are interpreted, and which part of them is held out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.array_kinds import BitArray, ImageArrays, Levels, PointArray, interpret_array
from core.data.crops import Crops, split_by_columns
from core.data.images import GreyLevelSource, StoredImages, held_out_examples
from core.data.registry import FORMULAS
from core.data.shipped_images import IMAGE_SOURCES
from core.data.sources import Examples, Source
from core.errors import BadInputError, one_line, printable
from core.formats.arrays import NPY_SIGNATURE, is_idx, read_idx, read_npy, read_npz, refusal, refuse
from core.formats.cifar import RECORD, cifar_batches, read_cifar
from core.formats.hdf5 import SIGNATURE, read_hdf5
from core.formats.images import grey_if_all_are, read_folder, read_image, resized
from core.runtime.devices import numpy_generator
from core.runtime.files import first_bytes
from core.values.checkpoints import MAX_EXAMPLES, DataInfo

MIN_EXAMPLES = 10
"""The fewest examples to learn from; fewer images are cut into crops."""
HELD_OUT_SHARE = 0.1
MAX_HELD_OUT = 1000
DEFAULT_SIDE = 32
"""Side of crops and of resized images, pixels, unless one is given."""
LARGEST_SIDE = 128
"""The longest side, pixels, of images that are not resized."""
ImageList = list[Levels] | Levels
CONTAINER_SUFFIXES = (".npz", ".h5", ".hdf5", ".hdf", ".he5")
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
    """Read the data at ``path``: a file, a folder of images or of batches, or ``FILE:/ARRAY`` of npz or HDF5.

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
        found, held_out_data, notes = _read(place, array)
        if isinstance(found, ImageArrays):
            return _images(found, held_out_data, place, side, notes)
        return _rows(found, place, notes)
    except BadInputError as error:
        text = str(error)
        raise error if text.startswith(printed_path) else refusal(place, text) from error


def split_array(path: str) -> tuple[Path, str | None]:
    """Return the file and the array in it that ``path`` names, as in ``FILE.h5:/images``."""
    file, colon, array = path.rpartition(":/")
    if colon and not Path(path).exists() and Path(file).suffix.lower() in CONTAINER_SUFFIXES:
        return Path(file), array
    return Path(path), None


def _read(
    path: Path, array: str | None
) -> tuple[PointArray | BitArray | ImageArrays, ImageArrays | None, tuple[str, ...]]:
    """Return the data at ``path``, the held-out data that come with them, if any, and notes on what was chosen."""
    if path.is_dir():
        batches, test = cifar_batches(path)
        if batches:
            training = ImageArrays(np.concatenate([read_cifar(batch) for batch in batches]))
            held_out_data = ImageArrays(read_cifar(test)) if test else None
            return training, held_out_data, (f"{len(batches)} batches of CIFAR-10",)
        images, notes = read_folder(path)
        return ImageArrays(grey_if_all_are(images), notes), None, ()
    head = first_bytes(path, 8, lambda reason: refusal(path, reason))
    if head.startswith(NPY_SIGNATURE):
        return interpret_array(read_npy(path)), None, ()
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        chosen, values = read_npz(path, array)
        return interpret_array(values), None, (f"the array {chosen}",)
    if head.startswith(SIGNATURE):
        chosen, values = read_hdf5(path, array)
        return interpret_array(values), None, (f"the array {chosen}",)
    if head.startswith(b"\x1f\x8b") or is_idx(head) or "-ubyte" in path.name:
        return _idx(path), None, ()
    if head.startswith(b"\x80") or (path.suffix == ".bin" and not path.stat().st_size % RECORD):
        return ImageArrays(read_cifar(path)), None, ("a batch of CIFAR-10",)
    if path.suffix.lower() in (".pkl", ".pickle"):
        refuse(path, "this pickle is no batch of CIFAR-10, so nothing in it was unpacked")
    image, notes = read_image(path)
    return ImageArrays(grey_if_all_are([image]), notes), None, ()


def _idx(path: Path) -> PointArray | BitArray | ImageArrays:
    if path.name.lower().endswith((".tar.gz", ".tgz")):
        refuse(path, "this is an archive; unpack it first and give the folder")
    values = read_idx(path)
    if values.ndim == 1:
        refuse(path, f"this idx file holds one row of {len(values)} numbers: labels, not data")
    return interpret_array(values)


def _rows(found: PointArray | BitArray, path: Path, notes: tuple[str, ...]) -> UserData:
    bits = isinstance(found, BitArray)
    count, width = found.values.shape
    if count < MIN_EXAMPLES:
        raise BadInputError(f"it has {count} rows, but training needs {MIN_EXAMPLES} or more")
    training, held_out = split_indices(count)
    source = Examples(_name(path), found.values[training], held_out_data=found.values[held_out])
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
    info = DataInfo(source.name, source.shape, *units, examples, held_out=kept)
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
        source = _crops(images, _name(path), size)
        done = f"training uses crops of {size} x {size}", "the right part of each image is held out"
    else:
        source, done = _whole(images, held_out_data, _name(path), side)
    rng = numpy_generator(SPLIT_SEED, "held-out examples")
    kept = held_out_examples(source.held_out.examples(MAX_EXAMPLES, rng))
    info = replace(source.info(numpy_generator(SPLIT_SEED, "examples")), held_out=kept)
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
) -> tuple[StoredImages, tuple[str, ...]]:
    """Return whole images, resized where necessary, and notes on what was done."""
    shapes = {image.shape for image in images}
    fit = len(shapes) == 1 and max(images[0].shape[:2]) <= LARGEST_SIDE
    resize = side is not None and shapes != {(side, side, *images[0].shape[2:])}
    done: tuple[str, ...] = ()
    target = side or DEFAULT_SIDE
    if resize or not fit:
        done = (f"the middle square of each is resized to {target} x {target}",)

    def stacked(values: ImageList) -> Levels:
        return resized(values, target) if done else np.asarray(values)

    if held_out_data is not None:
        return StoredImages(name, stacked(images), stacked(held_out_data.values)), (
            *done,
            f"the {len(held_out_data.values)} of the test batch are held out",
        )
    training, held_out = split_indices(len(images))
    everything = stacked(images)
    return StoredImages(name, everything[training], everything[held_out]), (
        *done,
        f"{len(held_out)} of them are held out",
    )


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
