"""The batches of CIFAR-10 and CIFAR-100, binary and Python version; pickles cannot run any code."""

from __future__ import annotations

import io
import pickle
import pickletools
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formats.arrays import refusal, refuse

SHAPE = (3, 32, 32)
"""Shape of an image in a batch: channels, height, width."""
PIXELS = 3 * 32 * 32
RECORD = 1 + PIXELS
"""Bytes of a record of CIFAR-10: the label and the pixels."""
CLASSES: dict[int, tuple[int, ...]] = {RECORD: (10,), RECORD + 1: (20, 100)}
"""Numbers of classes of the labels that a record begins with, by its bytes; CIFAR-100 has coarse and fine labels."""
MAX_FILE = 256 * 1024**2
MAX_MEMO = 2**20
NAMES = ((tuple(f"data_batch_{number}" for number in range(1, 6)), "test_batch"), (("train",), "test"))
"""Names of the training batches and of the held-out one, of CIFAR-10 and of CIFAR-100."""
SUFFIXES = ("", ".bin")
BROKEN = (
    pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError,
    MemoryError,
)  # fmt: skip
"""Exceptions that an unpickler raises on a damaged file."""
OPCODES = {
    "PROTO", "FRAME", "STOP", "MARK", "POP", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "GET", "BINGET", "LONG_BINGET",
    "NONE", "NEWTRUE", "NEWFALSE", "INT", "BININT", "BININT1", "BININT2", "LONG1",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "LIST", "APPEND", "APPENDS",
    "EMPTY_DICT", "DICT", "SETITEM", "SETITEMS", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD",
}  # fmt: skip
"""Operations in the pickle of a dictionary of lists, strings and one array."""


def cifar_batches(folder: Path) -> tuple[list[Path], Path | None]:
    """Return the training batches in ``folder`` and the held-out one, as far as they exist."""
    for suffix in SUFFIXES:
        for names, test_name in NAMES:
            found = [path for name in names if (path := folder / f"{name}{suffix}").is_file()]
            if found:
                test = folder / f"{test_name}{suffix}"
                return found, test if test.is_file() else None
    return [], None


def is_batch(path: Path) -> bool:
    """Return whether the file at ``path`` is a binary batch: records of the right size, all of whose labels exist."""
    size = path.stat().st_size
    return 0 < size <= MAX_FILE and _may_be_records(size) and _record_size(path.read_bytes()) is not None


def read_cifar(path: Path) -> NDArray[np.uint8]:
    """Return the images of one batch ``[N, 32, 32, 3]``.

    Raises:
        BadInputError: If the file is no batch.
    """
    if path.stat().st_size > MAX_FILE:
        refuse(path, f"it is larger than {MAX_FILE} bytes, too large for a batch of CIFAR")
    content = path.read_bytes()
    flat = _from_pickle(content, path) if content[:1] == b"\x80" else _from_records(content, path)
    return np.ascontiguousarray(np.moveaxis(flat.reshape(-1, *SHAPE), 1, -1))


def _may_be_records(size: int) -> bool:
    return any(size % record == 0 for record in CLASSES)


def _record_size(content: bytes) -> int | None:
    """Return the size of the records in ``content``, or None if it holds none whose labels all exist."""
    for size, classes in CLASSES.items():
        if content and len(content) % size == 0:
            records = np.frombuffer(content, dtype=np.uint8).reshape(-1, size)
            if all(records[:, place].max() < number for place, number in enumerate(classes)):
                return size
    return None


def _from_records(content: bytes, path: Path) -> NDArray[np.uint8]:
    size = _record_size(content)
    if size is None and not (content and _may_be_records(len(content))):
        sizes = " or ".join(map(str, CLASSES))
        refuse(path, f"{len(content)} bytes are no whole number of records of {sizes} bytes, as in CIFAR")
    if size is None:
        refuse(path, "its labels are not those of CIFAR")
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, size)[:, size - PIXELS :]


def _from_pickle(content: bytes, path: Path) -> NDArray[np.uint8]:
    refused = refusal(path, "this pickle is no batch of CIFAR, so nothing in it was unpacked")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about odd characters in strings, which are not used
        if not _is_harmless(content):
            raise refused
        try:
            batch = _BatchUnpickler(io.BytesIO(content), encoding="bytes").load()
        except BROKEN as error:
            raise refused from error
    data = batch.get(b"data", batch.get("data")) if isinstance(batch, dict) else None
    if not isinstance(data, _Array) or data.values is None:
        raise refused
    return data.values


def _is_harmless(content: bytes) -> bool:
    """Return whether a pickle has only operations of a batch; it is parsed, not run."""
    try:
        for opcode, argument, _ in pickletools.genops(content):
            huge = opcode.name in ("PUT", "LONG_BINPUT", "GET", "LONG_BINGET") and int(argument or 0) > MAX_MEMO
            if opcode.name not in OPCODES or huge:
                return False
    except (ValueError, IndexError, OverflowError, UnicodeError):
        return False
    return True


class _Array:
    """Replaces numpy's array while a batch is read; it checks the plain values of its state."""

    def __init__(self) -> None:
        self.values: NDArray[np.uint8] | None = None

    def __setstate__(self, state: object) -> None:
        match state:
            case (int(), (int(count), int(width)), _Type(code="u1"), by_columns, bytes(content)) if (
                width == PIXELS and count > 0 and len(content) == count * width
            ):
                values = np.frombuffer(content, dtype=np.uint8)
                self.values = values.reshape((count, width), order="F" if by_columns else "C")
            case _:
                raise pickle.UnpicklingError("no array of images")


class _Type:
    """Replaces numpy's dtype."""

    def __init__(self, code: object = None, *_: object) -> None:
        self.code = code.decode("latin-1") if isinstance(code, bytes) else code

    def __setstate__(self, state: object) -> None:
        """Ignore the state: bytes have no byte order."""


class _BatchUnpickler(pickle.Unpickler):
    """Replaces the few names in a batch by harmless classes; nothing is ever imported."""

    def find_class(self, module_name: str, global_name: str) -> Any:
        match module_name, global_name:
            case (("numpy.core.multiarray" | "numpy._core.multiarray"), "_reconstruct"):
                return lambda *_: _Array()  # a new one each time, so that no pickle changes what the next one gets
            case "numpy", "ndarray":
                return _Array
            case "numpy", "dtype":
                return _Type
            case "_codecs", "encode":
                return lambda text, _: str.encode(text, "latin-1")
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of a batch")
