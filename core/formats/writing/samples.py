"""Writes samples, part by part, to what a path names: an array, a table, an image, or a folder of images."""

from __future__ import annotations

import csv
import io
import math
import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.writing.images import (
    IMAGE_FORMATS,
    LevelArray,
    check_image_size,
    check_images_fit,
    clipped_levels,
    folder_summary,
    format_of,
    grid,
    grid_summary,
    is_folder,
    write_image,
    write_numbered,
)
from core.runtime.files import atomic_folder, atomic_path, check_output_folder, check_output_path
from core.values.checkpoints import DataInfo

ARRAY_NAME = "samples"
"""Name of the array in an npz file."""
NPY, NPZ, CSV = ".npy", ".npz", ".csv"
BYTES_A_NUMBER: Mapping[str, int] = {CSV: 20}
"""Bytes of a number in a file, by its suffix, at most; those of its type if it is not listed."""


class SampleWriter(Protocol):
    """Takes samples in the order of their numbers."""

    def write(self, values: NDArray[np.floating]) -> None:
        """Take samples ``[N, *shape]`` in user's units."""

    def summary(self) -> str:
        """Return the format of the file, and what was done to the values, once all samples are written."""


def check_samples_path(path: str, option: str) -> Path:
    """Check that ``path`` names something that samples can be written to, and return the folder it lies in.

    Args:
        path: A file, whose suffix decides on its format, or a folder, which ends in a slash or is there already.
        option: The command's option that ``path`` was given with, for messages.

    Raises:
        BadInputError: If it has another suffix.
        OutputError: If it cannot be written, or is a folder with files in it.
    """
    if is_folder(path):
        return check_output_folder(path).parent
    suffixes = (NPY, NPZ, CSV, *IMAGE_FORMATS)
    if Path(path).suffix.lower() not in suffixes:
        raise BadInputError(
            f"{option}: {path} does not end in {', '.join(suffixes[:-1])} or {suffixes[-1]}, nor in /, as a folder does"
        )
    return check_output_path(path).parent


def bytes_of(path: str, data: DataInfo, count: int) -> int:
    """Return the bytes, about, that ``count`` samples of ``data`` take at ``path``."""
    suffix = Path(path).suffix.lower()
    own = 1 if is_folder(path) or suffix in IMAGE_FORMATS else np.dtype(data.user_type).itemsize
    return BYTES_A_NUMBER.get(suffix, own) * count * math.prod(data.shape)


@contextmanager
def sample_writer(
    path: str, data: DataInfo, kind: str, count: int, dtype: np.dtype[Any] | None = None
) -> Iterator[SampleWriter]:
    """Yield a writer for ``count`` samples to ``path``, which is complete after the block, or left as it was.

    Args:
        path: Where to write; see `check_samples_path`.
        data: The data that the samples are like.
        kind: The process, "gaussian" or "binomial".
        count: Number of samples.
        dtype: Type of the numbers of an array; None for that of the data.

    Raises:
        BadInputError: If such samples cannot be written in this format; the message names those that they can be in.
        OutputError: If ``path`` cannot be written.
    """
    if is_folder(path) or format_of(path) is not None:
        with _image_writer(path, data, kind, count) as writer:
            yield writer
        return
    suffix = Path(path).suffix.lower()
    if suffix == CSV and len(data.shape) > 1:
        others = f"{_other(path, NPY)} or {_other(path, NPZ)}" + (
            f", or {_other(path, '.png')}" if data.is_image else ""
        )
        raise BadInputError(f"{path}: a table holds rows of numbers, and these samples are none; write {others}")
    with atomic_path(path) as temporary:
        if suffix == CSV:
            with temporary.open("w", encoding="utf-8", newline="") as table:
                yield _TableWriter(table, data, kind)
        elif suffix == NPZ:
            with (
                zipfile.ZipFile(temporary, "w") as archive,
                archive.open(f"{ARRAY_NAME}.npy", "w", force_zip64=True) as member,
            ):
                yield _ArrayWriter(member, f"npz file, array {ARRAY_NAME}", data, count, dtype)
        else:
            with temporary.open("wb") as file:
                yield _ArrayWriter(file, "npy array", data, count, dtype)


class _ArrayWriter:
    """Writes the numbers of an npy file."""

    def __init__(
        self, file: IO[bytes], name: str, data: DataInfo, count: int, dtype: np.dtype[Any] | None = None
    ) -> None:
        self._file = file
        self._dtype = (np.dtype(data.user_type) if dtype is None else dtype).newbyteorder("<")
        self._name = name
        # Not a memory map: if the disk fills up after all, a write raises an error, but a map ends the process.
        descr = np.lib.format.dtype_to_descr(self._dtype)
        header = {"descr": descr, "fortran_order": False, "shape": (count, *data.shape)}
        np.lib.format.write_array_header_1_0(file, header)

    def write(self, values: NDArray[np.floating]) -> None:
        self._file.write(values.astype(self._dtype, copy=False).tobytes())

    def summary(self) -> str:
        return f"{self._name} of {self._dtype.name}"


class _TableWriter:
    """Writes a row of CSV for each sample, with enough digits to read the numbers back exactly."""

    def __init__(self, file: io.TextIOBase | IO[str], data: DataInfo, kind: str) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._bits = kind == "binomial"
        self._named = bool(data.columns)
        if self._named:
            self._writer.writerow(data.columns)

    def write(self, values: NDArray[np.floating]) -> None:
        self._writer.writerows((values.astype(np.uint8) if self._bits else values).astype(str))

    def summary(self) -> str:
        return f"CSV table, {'its first row the names of the columns' if self._named else 'without a header'}"


@contextmanager
def _image_writer(path: str, data: DataInfo, kind: str, count: int) -> Iterator[SampleWriter]:
    if not data.is_image and kind != "binomial":
        name = path.rstrip("/" + os.sep)
        name = str(Path(name, ARRAY_NAME)) if Path(name).is_dir() else name
        files = f"{_other(name, NPY)}, {_other(name, NPZ)}" + (
            f" or {_other(name, CSV)}" if len(data.shape) == 1 else ""
        )
        raise BadInputError(f"{path}: these samples are points, not images; write {files}")
    if data.is_image or is_folder(path):
        check_images_fit(path, count, _image_shape(data))
    else:
        check_image_size(path, count, (count, math.prod(data.shape)), f"{count} sequences")
    if is_folder(path):
        with atomic_folder(path) as folder:
            yield _FolderWriter(folder, data, count)
        return
    writer = _GridWriter(path, data)
    yield writer
    writer.save()


class _LevelWriter:
    """Brings samples to grey levels, and counts the values that are clipped; bits are black and white."""

    def __init__(self, data: DataInfo) -> None:
        self._data = data
        self._clipped = self._total = 0

    def _levels(self, values: NDArray[np.floating]) -> LevelArray:
        levels, clipped = clipped_levels(values, self._data.value_range, self._data.grey_level)
        self._clipped += clipped
        self._total += levels.size
        return levels

    def _with_clipping(self, text: str) -> str:
        low, high = self._data.value_range
        note = f"; {self._clipped} of {self._total} values clipped to {low:g} … {high:g}" if self._clipped else ""
        return text + note


class _GridWriter(_LevelWriter):
    """Collects images for one grid, or sequences of bits for one image with a row for each."""

    def __init__(self, path: str, data: DataInfo) -> None:
        super().__init__(data)
        self._path = path
        self._parts: list[LevelArray] = []

    def write(self, values: NDArray[np.floating]) -> None:
        self._parts.append(self._levels(values))

    def save(self) -> None:
        levels = np.concatenate(self._parts)
        write_image(grid(levels) if self._data.is_image else levels, self._path)

    def summary(self) -> str:
        count = sum(map(len, self._parts))
        if self._data.is_image:
            return self._with_clipping(grid_summary(self._path, count, self._data.shape))
        return self._with_clipping(f"{format_of(self._path)} image, a row for each sequence, white where a bit is 1")


class _FolderWriter(_LevelWriter):
    """Writes a PNG file for each sample."""

    def __init__(self, folder: Path, data: DataInfo, count: int) -> None:
        super().__init__(data)
        self._folder = folder
        self._count = count
        self._done = 0

    def write(self, values: NDArray[np.floating]) -> None:
        levels = self._levels(values).reshape(len(values), *_image_shape(self._data))
        write_numbered(levels, self._folder, self._done, self._count)
        self._done += len(values)

    def summary(self) -> str:
        return self._with_clipping(folder_summary(self._count))


def _image_shape(data: DataInfo) -> tuple[int, ...]:
    """Return the shape of the image of one sample; a sequence of bits is an image of one row."""
    return data.shape if data.is_image else (1, math.prod(data.shape))


def _other(path: str, suffix: str) -> str:
    return f"{path.removesuffix(Path(path).suffix)}{suffix}"
