"""Data of a person's own, from a file or a folder: what they are taken for, and the part that is kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.array_kinds import Bits, Levels, Pictures, Points, understood
from core.data.crops import Crops, split_by_columns
from core.data.images import GreyLevelSource, StoredPictures
from core.data.registry import FORMULAS
from core.data.shipped_images import PICTURES
from core.data.sources import Examples, Source
from core.errors import BadInputError
from core.formats.arrays import is_idx, read_idx, read_npy, read_npz, refusal, refuse
from core.formats.cifar import RECORD, cifar_batches, read_cifar
from core.formats.hdf5 import read_hdf5
from core.formats.images import grey_if_all_are, read_folder, read_picture, resized
from core.runtime.files import first_bytes
from core.runtime.randomness import numpy_generator
from core.values.checkpoints import DataInfo

FEWEST = 10
"""Examples there must be; fewer pictures are cut into crops."""
KEPT_APART = 0.1
MOST_KEPT_APART = 1000
DEFAULT_SIDE = 32
"""Pixels of a side of crops, and of pictures that have to be resized."""
LARGEST_SIDE = 128
"""Of pictures that are taken as they are."""
EXAMPLES = 512
Several = list[Levels] | Levels
CHOOSES = (".npz", ".h5", ".hdf5", ".hdf", ".he5")
SPLIT_SEED = 0


@dataclass(frozen=True, slots=True)
class OwnData:
    """Data of a person's own, ready to be trained on.

    Attributes:
        kind: The process that suits them, "gaussian" or "binomial".
        source: Where they are drawn from; `held_out` is what was kept apart.
        info: Units and examples, the examples all of training data.
        taken_for: What they were taken for and what was done to them, one line.
        sentence: The same, with where they are.
    """

    kind: str
    source: Source
    info: DataInfo
    taken_for: str
    sentence: str


def read_data(path: str, side: int | None = None) -> OwnData:
    """Return the data at ``path``: a file, a folder of pictures or of batches, or ``FILE:/ARRAY`` of npz or HDF5.

    A tenth is kept apart, `MOST_KEPT_APART` examples at most; of few large pictures the right tenth of each.

    Args:
        path: Where they are.
        side: Pixels of a side to which pictures are brought, by crops of few large ones and by resizing others; of no
            consequence to rows of numbers.

    Raises:
        BadInputError: In one sentence that begins with ``path``, if they cannot be used or understood.
    """
    place, array = _split(path)
    shown = " ".join(str(place).splitlines())
    try:
        found, kept_apart, notes = _read(place, array)
        if isinstance(found, Pictures):
            return _pictures(found, kept_apart, place, side, notes)
        return _rows(found, place, notes)
    except BadInputError as error:
        text = str(error)
        raise error if text.startswith(shown) else refusal(place, text) from error


def _split(path: str) -> tuple[Path, str | None]:
    """Return the file and the array in it that ``path`` names, as in ``FILE.h5:/images``."""
    file, colon, array = path.rpartition(":/")
    if colon and not Path(path).exists() and Path(file).suffix.lower() in CHOOSES:
        return Path(file), array
    return Path(path), None


def _read(path: Path, array: str | None) -> tuple[Points | Bits | Pictures, Pictures | None, tuple[str, ...]]:
    """Return what is at ``path``, what its makers kept apart, and what was chosen."""
    if path.is_dir():
        batches, test = cifar_batches(path)
        if batches:
            training = Pictures(np.concatenate([read_cifar(batch) for batch in batches]))
            kept_apart = Pictures(read_cifar(test)) if test else None
            return training, kept_apart, (f"{len(batches)} batches of CIFAR-10",)
        pictures, notes = read_folder(path)
        return Pictures(grey_if_all_are(pictures), notes), None, ()
    head = first_bytes(path, 8, lambda reason: refusal(path, reason))
    if head.startswith(b"\x93NUMPY"):
        return understood(read_npy(path)), None, ()
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        chosen, values = read_npz(path, array)
        return understood(values), None, (f"the array {chosen}",)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        chosen, values = read_hdf5(path, array)
        return understood(values), None, (f"the array {chosen}",)
    if head.startswith(b"\x1f\x8b") or is_idx(head) or "-ubyte" in path.name:
        return _idx(path), None, ()
    if head.startswith(b"\x80") or (path.suffix == ".bin" and not path.stat().st_size % RECORD):
        return Pictures(read_cifar(path)), None, ("a batch of CIFAR-10",)
    if path.suffix.lower() in (".pkl", ".pickle"):
        refuse(path, "this pickle is no batch of CIFAR-10, so nothing in it was unpacked")
    picture, notes = read_picture(path)
    return Pictures(grey_if_all_are([picture]), notes), None, ()


def _idx(path: Path) -> Points | Bits | Pictures:
    if path.name.lower().endswith((".tar.gz", ".tgz")):
        refuse(path, "this is an archive; unpack it first and give the folder")
    values = read_idx(path)
    if values.ndim == 1:
        refuse(path, f"this idx file holds one row of {len(values)} numbers, which are labels and no data")
    return understood(values)


def _rows(found: Points | Bits, path: Path, notes: tuple[str, ...]) -> OwnData:
    bits = isinstance(found, Bits)
    count, width = found.values.shape
    if count < FEWEST:
        raise BadInputError(f"it has {count} rows, and {FEWEST} are the fewest that can be learned from")
    training, apart = divided(count)
    source = Examples(_name(path), found.values[training], kept_apart=found.values[apart])
    chosen = numpy_generator(SPLIT_SEED, "examples").permutation(len(training))[:EXAMPLES]
    examples = source.examples[chosen]
    if bits:
        units = (0.0, 1.0), np.zeros(width), np.ones(width)
    else:
        rows = source.examples.astype(np.float64)
        deviations = rows.std(axis=0)
        if (same := (rows == rows[0]).all(axis=0)).any():
            raise BadInputError(f"its column {int(same.argmax()) + 1} is the same in all rows; leave it out")
        units = (float(rows.min()), float(rows.max())), rows.mean(axis=0), deviations
    what = f"{count} sequences of {width} bits" if bits else f"{count} points in {width} dimensions"
    info = DataInfo(source.name, source.shape, *units, examples)
    taken_for = _line("; ".join((what, *notes, f"{len(apart)} of them are kept apart")))
    return OwnData("binomial" if bits else "gaussian", source, info, taken_for, _sentence(path, taken_for))


def _pictures(
    found: Pictures, kept_apart: Pictures | None, path: Path, side: int | None, notes: tuple[str, ...]
) -> OwnData:
    if side is not None and not 4 <= side <= 4 * LARGEST_SIDE:
        raise BadInputError(f"--side: {side} pixels are not between 4 and {4 * LARGEST_SIDE}")
    pictures = found.values
    source: GreyLevelSource
    done: tuple[str, ...]
    if len(pictures) < FEWEST:
        size = side or DEFAULT_SIDE
        source = _crops(pictures, _name(path), size)
        done = f"training takes crops of {size} x {size}", "the right part of each is kept apart"
    else:
        source, done = _whole(pictures, kept_apart, _name(path), side)
    info = source.info(numpy_generator(SPLIT_SEED, "examples"))
    taken_for = _line("; ".join((_described(pictures), *notes, *found.notes, *done)))
    return OwnData("gaussian", source, info, taken_for, _sentence(path, taken_for))


def _crops(pictures: Several, name: str, side: int) -> Crops:
    """Return crops of few ``pictures``, the right tenth of each kept apart, or as much of it as a crop needs."""
    parts = []
    for picture in pictures:
        height, width = picture.shape[:2]
        if height < side or width < 2 * side:
            raise BadInputError(
                f"fewer than {FEWEST} pictures are cut into crops, and one of {height} x {width} pixels "
                f"is too small for crops of {side} x {side}, which need {side} x {2 * side}"
            )
        parts.append(split_by_columns(picture, max(KEPT_APART, side / width)))
    fields, kept_apart = zip(*parts, strict=True)
    return Crops(name, fields, (side, side), kept_apart=kept_apart)


def _whole(
    pictures: Several, kept_apart: Pictures | None, name: str, side: int | None
) -> tuple[StoredPictures, tuple[str, ...]]:
    """Return whole pictures, resized where they have to be, and what was done."""
    shapes = {picture.shape for picture in pictures}
    fit = len(shapes) == 1 and max(pictures[0].shape[:2]) <= LARGEST_SIDE
    resize = side is not None and shapes != {(side, side, *pictures[0].shape[2:])}
    done: tuple[str, ...] = ()
    target = side or DEFAULT_SIDE
    if resize or not fit:
        done = (f"the middle square of each is resized to {target} x {target}",)

    def stacked(values: Several) -> Levels:
        return resized(values, target) if done else np.asarray(values)

    if kept_apart is not None:
        return StoredPictures(name, stacked(pictures), stacked(kept_apart.values)), (
            *done,
            f"the {len(kept_apart.values)} of the test batch are kept apart",
        )
    training, apart = divided(len(pictures))
    everything = stacked(pictures)
    return StoredPictures(name, everything[training], everything[apart]), (
        *done,
        f"{len(apart)} of them are kept apart",
    )


def divided(count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of the examples to train on and of those kept apart, the same for equal ``count``."""
    order = numpy_generator(SPLIT_SEED, "kept apart").permutation(count)
    kept = min(MOST_KEPT_APART, max(2, round(KEPT_APART * count)))
    return np.sort(order[kept:]), np.sort(order[:kept])


def _described(pictures: Several) -> str:
    shapes = {picture.shape[:2] for picture in pictures}
    low, high = (f"{height} x {width}" for height, width in (min(shapes), max(shapes)))
    colour = "grey" if pictures[0].ndim == 2 else "RGB"
    number = "one" if len(pictures) == 1 else str(len(pictures))
    size = low if len(shapes) == 1 else f"mixed sizes, {low} to {high}"
    return f"{number} {colour} {'picture' if len(pictures) == 1 else 'pictures'} of {size} pixels"


def _sentence(path: Path, taken_for: str) -> str:
    return f"{_line(str(path))}: taken for {taken_for}"


def _name(path: Path) -> str:
    """Return what a checkpoint calls the data: the file's name, on one line, and no name of data that ship."""
    name = _line(path.resolve().name).strip() or "data"
    return f"{name} (own)" if name in FORMULAS or name in PICTURES else name


def _line(text: str) -> str:
    """Return ``text`` without what ends a line or steers a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
