"""Finds out what a file, folder or archive holds, by content and whatever its ending, and reads it.

`core.formats.reading.interpretation` says what the contents are interpreted as.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError, BadInputError, one_line
from core.formats.arrays import BROKEN_ZIP, NPY_SIGNATURE, is_idx, read_idx, read_npy, read_npz, refusal, refuse
from core.formats.cifar import cifar_batches, is_batch, read_cifar
from core.formats.hdf5 import is_hdf5
from core.formats.images import read_image
from core.formats.reading.hdf5_arrays import read_hdf5
from core.formats.reading.image_sets import IMAGE_SUFFIXES, read_folder, read_zip
from core.formats.reading.tables import is_text, read_table
from core.runtime.files import first_bytes, reading_problem

PROBED = 4096
"""Bytes at the beginning of a file that tell its format."""
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
GZIP_SIGNATURE = b"\x1f\x8b"
TEXT_IMAGES = (b"P1", b"P2", b"P3", b"<")
"""Beginnings of text files that are no tables: portable bitmaps, and SVG."""
FORMATS = "an image, npy, npz, HDF5, idx, CIFAR, CSV, a zip of images"


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What was read, not interpreted yet: one array, or images.

    Attributes:
        array: Numbers of any shape; None where there are images.
        images: Pixels of images, all ``[H, W]`` or all ``[H, W, 3]``, laid over white; None where there is an array.
        held_out: An array that came with the data to be held out, as in CIFAR; else None.
        columns: Names of the columns of a table.
        notes: What was chosen or converted, a few words each.
        alpha: Opacity ``[H, W]``, uint8, of a single image with transparency; else None.
        undimmed: The pixels of that image, not laid over white; else None.
    """

    array: NDArray[np.generic] | None = None
    images: list[NDArray[np.generic]] | None = None
    held_out: NDArray[np.generic] | None = None
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    alpha: NDArray[np.uint8] | None = None
    undimmed: NDArray[np.generic] | None = None


def split_array(path: str) -> tuple[Path, str | None]:
    """Return the file and the array in it that ``path`` names, as in ``FILE:/images``.

    Raises:
        BadInputError: If ``path`` is empty.
    """
    if not path.strip():
        refuse(repr(path), "this is no name of a file or folder")
    file, colon, array = path.rpartition(":/")
    if colon and array and not Path(path).exists() and Path(file).is_file():
        return Path(file), array
    return Path(path), None


@contextmanager
def located(path: str) -> Iterator[tuple[Path, str | None]]:
    """Yield the file and the array that ``path`` names, and put the file before the message of a `BadInputError`.

    Raises:
        BadInputError: If ``path`` is empty, or the block raises one or an ``OSError``; it begins with the file.
    """
    try:
        place, array = split_array(path)
    except OSError as error:  # a name that is too long
        raise refusal(path, reading_problem(error)) from error
    try:
        yield place, array
    except OSError as error:  # the file goes away while it is read
        raise refusal(place, reading_problem(error)) from error
    except BadCheckpointError as error:
        raise BadInputError(str(error)) from error
    except BadInputError as error:
        text = str(error)
        raise error if text.startswith(one_line(place)) else refusal(place, text) from error


def read_contents(path: Path, array: str | None = None) -> Contents:
    """Return what the file, folder or archive at ``path`` holds.

    Args:
        path: The file, or a folder of images or of batches of CIFAR.
        array: Name of the array to read from a file that may hold several.

    Raises:
        BadInputError: If it cannot be read; the message is one sentence that begins with ``path``.
    """
    if path.is_dir():
        return _folder(path)
    head = first_bytes(path, PROBED, lambda reason: refusal(path, reason))
    if head.startswith(ZIP_SIGNATURES):
        return _zip(path, array)
    if is_hdf5(path):
        found = read_hdf5(path, array)
        of_matlab = ("axes in MATLAB's order",) if found.is_matlab and found.values.ndim > 1 else ()
        return Contents(found.values, notes=(f"the array {found.name}", *of_matlab))
    if array is not None:
        refuse(path, f"there is no array {array!r} in it: only npz and HDF5 files hold several")
    if head.startswith(NPY_SIGNATURE):
        return Contents(read_npy(path))
    if head.startswith(GZIP_SIGNATURE) or is_idx(head) or "-ubyte" in path.name:
        return Contents(_idx(path))
    return _of_no_signature(path, head)


def _folder(path: Path) -> Contents:
    batches, test = cifar_batches(path)
    if not batches:
        images, notes = read_folder(path)
        return Contents(images=images, notes=notes)
    note = f"{len(batches)} batches of CIFAR" if len(batches) > 1 else "the training batch of CIFAR"
    values = np.concatenate([read_cifar(batch) for batch in batches])
    return Contents(values, held_out=read_cifar(test) if test else None, notes=(note,))


def _zip(path: Path, array: str | None) -> Contents:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            holds_images = any(name.lower().endswith(IMAGE_SUFFIXES) for name in names)
            if not any(name.endswith(".npy") for name in names) or (holds_images and array is None):
                if array is not None:
                    refuse(path, f"there is no array {array!r} in it; it is an archive of images")
                images, notes = read_zip(path, archive)
                return Contents(images=images, notes=notes)
    except BROKEN_ZIP as error:
        raise refusal(path, "this zip archive is damaged") from error
    chosen, values = read_npz(path, array)
    return Contents(values, notes=(f"the array {chosen}",))


def _idx(path: Path) -> NDArray[np.generic]:
    if path.name.lower().endswith((".tar.gz", ".tgz")):
        refuse(path, "this is an archive; unpack it first and give the folder")
    values = read_idx(path)
    if values.ndim == 1:
        refuse(path, f"this idx file holds one row of {len(values)} numbers: labels, not data")
    return values


def _of_no_signature(path: Path, head: bytes) -> Contents:
    """Return an image, a table or a batch of CIFAR, which is told by its size and its labels."""
    if head[:1] == b"\x80" or is_batch(path):
        return Contents(read_cifar(path), notes=("a batch of CIFAR",))
    if path.suffix.lower() in (".pkl", ".pickle"):
        refuse(path, "this pickle is no batch of CIFAR, so nothing in it was unpacked")
    if is_text(head) and not head.lstrip().startswith(TEXT_IMAGES):
        table = read_table(path)
        return Contents(table.values, columns=table.columns, notes=table.notes)
    image = read_image(path, otherwise=f", nor any other of these: {FORMATS}")
    opaque = image.opaque()
    return Contents(images=[opaque.pixels], notes=opaque.notes, alpha=image.alpha, undimmed=image.pixels)
