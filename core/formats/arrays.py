"""Arrays of numbers from untrusted npy, npz and idx files: declared sizes are checked first."""

from __future__ import annotations

import gzip
import lzma
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from tokenize import TokenError
from typing import IO, NoReturn

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError, one_line
from core.runtime.files import atomic_path, reading_problem
from core.values.arrays import NUMBERS

MAX_BYTES = 1024**3
"""Most memory that one array, or all of one HDF5 file, may take."""
MAX_INFLATION = 1040
"""More than deflate can pack: 1032 to 1. A file that declares more cannot hold it."""
SMALL = 1024**2
"""Bytes that any packed file may declare, since headers count for much in a small one."""
IDX_TYPES: Mapping[int, str] = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MAX_IDX_DIMENSIONS = 4
BLOCK = 2**20
MOST_LISTED = 12
"""Most arrays of a file that a message lists."""
UNREADABLE = (ValueError, TypeError, EOFError, OverflowError, RecursionError, MemoryError, SyntaxError, TokenError)
"""Exceptions that numpy raises on an invalid header."""
BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError, ValueError, KeyError, TypeError,
    IndexError, RuntimeError, MemoryError,
)  # fmt: skip
"""Exceptions that zipfile raises on an archive that is damaged, encrypted or packed in an unknown way."""
NPY_SIGNATURE = b"\x93NUMPY"
NO_NPY = "this is no npy file of numbers, or a damaged one"


class SeveralArraysError(BadInputError):
    """A file that holds several arrays, of which one must be chosen; the message lists them and shows how.

    Attributes:
        shapes: The shapes of the arrays by their names.
    """

    def __init__(self, path: object, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = dict(shapes)
        example = next((label for label, shape in shapes.items() if len(shape) > 1), next(iter(shapes)))
        choice = f"choose one as in {path}:/{example}"
        super().__init__(one_line(f"{path}: there are several arrays in it: {_listed(shapes)}; {choice}"))


def _listed(shapes: Mapping[str, tuple[int, ...]]) -> str:
    each = [f"{label} ({size_in_words(shape)})" for label, shape in shapes.items()]
    return ", ".join(each[:MOST_LISTED] + (["…"] if len(each) > MOST_LISTED else []))


def size_in_words(shape: tuple[int, ...]) -> str:
    """Return the size of an array of ``shape``, such as "10 x 2"."""
    return " x ".join(map(str, shape)) or "one number"


def refusal(path: object, reason: str) -> BadInputError:
    """Return the error about the file at ``path`` with this ``reason``, in one line."""
    return BadInputError(f"{one_line(path)}: {reason}")


def refuse(path: object, reason: str) -> NoReturn:
    """Raise the error that `refusal` returns."""
    raise refusal(path, reason)


def read_npy(path: str | os.PathLike[str]) -> NDArray[np.generic]:
    """Return the array in the npy file at ``path``; nothing in it is ever unpickled.

    Raises:
        BadInputError: If it is no array of numbers, declares more than it holds, or is too large.
    """
    try:
        with Path(path).open("rb") as file:
            return _array(file, path, os.fstat(file.fileno()).st_size)
    except (OSError, ValueError) as error:
        raise refusal(path, reading_problem(error)) from error


def save_npy(path: str | os.PathLike[str], values: NDArray[np.generic]) -> None:
    """Write ``values`` to the npy file at ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.save(file, values, allow_pickle=False)


def npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Return the shape and the type that the npy file at the beginning of ``file`` declares.

    Raises:
        Exception: One of `UNREADABLE`, if the header is invalid.
    """
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    return tuple(int(size) for size in shape), dtype


def read_npz(path: Path, name: str | None) -> tuple[str, NDArray[np.generic]]:
    """Return the name and the values of an array in the npz file at ``path``: ``name``, or the only one with rows.

    Raises:
        BadInputError: As `read_npy`, and if the choice is ambiguous; the message lists the arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            entries = [entry for entry in entries if entry.filename.endswith(".npy")] or entries
            members = {Path(entry.filename).with_suffix("").as_posix(): entry for entry in entries}
            shapes = {label: _declared(archive, member, path) for label, member in members.items()}
            chosen = choose(path, shapes, name)
            member = members[chosen]
            packed, size = max(member.compress_size, 1), member.file_size
            if size > MAX_BYTES:
                refuse(path, f"{chosen} unpacks to {size} bytes; {MAX_BYTES} are the most that is read")
            if size > SMALL and size > MAX_INFLATION * packed:
                refuse(path, f"{chosen} declares {size} bytes and holds {packed}, which cannot be; it is damaged")
            with archive.open(member) as file:
                return chosen, _array(file, path, size)
    except BROKEN_ZIP as error:
        raise refusal(path, "this is a damaged npz file") from error


def choose(path: object, shapes: Mapping[str, tuple[int, ...]], name: str | None) -> str:
    """Return the name of the array to read, one of ``shapes``: ``name``, or the only one with rows.

    Raises:
        SeveralArraysError: If there are more than one.
        BadInputError: If there is none, or none of that name.
    """
    if name is not None:
        if name.strip("/") not in shapes:
            refuse(path, f"there is no array {name.strip('/')!r} in it; there are: {_listed(shapes) or 'none'}")
        return name.strip("/")
    with_rows = [label for label, shape in shapes.items() if len(shape) > 1]
    if len(with_rows) == 1:
        return with_rows[0]
    if len(shapes) == 1:
        return next(iter(shapes))
    if not shapes:
        refuse(path, "there is no array of numbers in it")
    raise SeveralArraysError(path, shapes)


def is_idx(head: bytes) -> bool:
    """Return whether ``head``, the first four bytes of a file or more, are the magic number of idx."""
    return len(head) > 3 and head[:2] == b"\0\0" and head[2] in IDX_TYPES and 1 <= head[3] <= MAX_IDX_DIMENSIONS


def read_idx(path: Path) -> NDArray[np.generic]:
    """Return the array in the idx file at ``path``, the format of MNIST, packed by gzip or not.

    Raises:
        BadInputError: If its header is invalid, or does not match its content.
    """
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            if not packed:
                return _idx(plain, path, path.stat().st_size)
            with gzip.GzipFile(fileobj=plain) as file:
                return _idx(file, path, max(SMALL, MAX_INFLATION * path.stat().st_size))
    except (OSError, EOFError, zlib.error) as error:
        raise refusal(path, "this is a damaged idx file") from error


def _idx(file: IO[bytes] | gzip.GzipFile, path: Path, most: int) -> NDArray[np.generic]:
    head = file.read(4)
    if not is_idx(head):
        packed = isinstance(file, gzip.GzipFile) and "-ubyte" not in path.name
        refuse(
            path,
            "this gzip file holds no idx data, its magic number is wrong; unpack it first"
            if packed
            else "this is no idx file: its magic number is wrong",
        )
    sizes = file.read(4 * head[3])
    if len(sizes) < 4 * head[3]:
        refuse(path, "this idx file ends in its header")
    shape = tuple(int(size) for size in np.frombuffer(sizes, dtype=">u4"))
    dtype = np.dtype(IDX_TYPES[head[2]])
    declared = math.prod(shape) * dtype.itemsize
    header = f"its header declares {' x '.join(map(str, shape))} numbers"
    if declared > min(MAX_BYTES, most):
        refuse(path, f"{header}, which is more than it can hold or than is read")
    content = np.empty(declared, np.uint8)
    view, done = memoryview(content.data), 0
    while done < declared and (read := file.readinto(view[done : done + BLOCK])):  # type: ignore[union-attr]
        done += read
    if done < declared or file.read(1):
        refuse(path, f"{header}, and {'fewer' if done < declared else 'more'} follow")
    return content.view(dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _declared(archive: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> tuple[int, ...]:
    with archive.open(member) as file:
        shape, _ = _header(file, path)
    return shape


def _array(file: IO[bytes], path: object, size: int) -> NDArray[np.generic]:
    """Return the array that ``file``, of ``size`` bytes, begins with."""
    shape, dtype = _header(file, path)
    if dtype.kind not in NUMBERS:
        kind = "Python objects, which are never unpacked" if dtype.hasobject else f"{dtype}"
        refuse(path, f"it holds {kind}, where real numbers are wanted")
    declared = math.prod(shape) * dtype.itemsize
    if declared > MAX_BYTES:
        refuse(path, f"it declares {declared} bytes of numbers; {MAX_BYTES} are the most that is read")
    if declared > size:
        refuse(path, f"it declares {declared} bytes of numbers and holds {size}; it is cut off or damaged")
    file.seek(0)
    try:
        values: NDArray[np.generic] = np.lib.format.read_array(file, allow_pickle=False)
    except UNREADABLE as error:
        raise refusal(path, NO_NPY) from error
    return values


def _header(file: IO[bytes], path: object) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    try:
        return npy_header(file)
    except UNREADABLE as error:
        raise refusal(path, NO_NPY) from error
