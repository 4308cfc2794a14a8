"""Values from an untrusted HDF5 file: each is checked before memory is allocated for it."""

from __future__ import annotations

import json
import math
import mmap
import os
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError, BadInputError
from core.formats.arrays import MAX_BYTES, MAX_INFLATION, SMALL, SeveralArraysError, choose
from core.formats.forks import TOO_MUCH, ForkError, allow, can_fork, forked
from core.formats.sandbox import FileSandbox
from core.values.arrays import NUMBERS as ARRAY_NUMBERS

SIGNATURE = b"\x89HDF\r\n\x1a\n"
FIRST_USER_BLOCK, MAX_USER_BLOCK = 512, 2**30
MAX_TEXT = 100_000
MAX_MEMBERS = 10_000
MAX_CHUNKS = 100_000
MAX_NUMBER = float(np.finfo(np.float32).max)
NUMBERS = "iuf"
FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}
NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of characters that a line of text may not hold: they control a terminal, or end the line."""


def is_hdf5(path: str | os.PathLike[str]) -> bool:
    """Return whether the file at ``path`` has the signature of HDF5: at 0, or after a user block of 512, 1024, … bytes.

    The largest user block that is looked for has `MAX_USER_BLOCK` bytes.
    """
    with Path(path).open("rb") as file:
        offset = 0
        while offset <= MAX_USER_BLOCK:
            file.seek(offset)
            found = file.read(len(SIGNATURE))
            if found == SIGNATURE:
                return True
            if len(found) < len(SIGNATURE):
                return False
            offset = 2 * offset or FIRST_USER_BLOCK
    return False


MakeArray = Callable[[tuple[int, ...], np.dtype[np.generic]], NDArray[np.generic]]
"""Returns an array of a shape and a type."""


class UntrustedFile:
    """An open file, all of whose entries are checked; every error names the place inside it.

    Links are never followed, and no other file is read. All values together take at most `MAX_BYTES`.
    """

    def __init__(self, file: h5py.File, path: object) -> None:
        self.root: h5py.Group = file
        self._path = path
        self._bytes = 0
        self._chunks = 0

    def has(self, owner: h5py.Group, name: str) -> bool:
        """Return whether an entry, or a link, is called ``name``."""
        return owner.get(name, getlink=True) is not None

    def group(self, place: str) -> h5py.Group:
        """Return the group at ``place``, as in "network/weights"."""
        found: object = self.root
        for name in place.split("/"):
            found = self._member(found, name)
            if not isinstance(found, h5py.Group):
                raise self.refusal(f"the group /{place} is missing")
        return found

    def dataset(self, group: h5py.Group, name: str, kinds: str = NUMBERS) -> h5py.Dataset:
        """Return the data set ``name`` if its type is one of numpy's ``kinds`` and this file holds its values."""
        place = f"{group.name.rstrip('/')}/{name}"
        found = self._member(group, name)
        if not isinstance(found, h5py.Dataset):
            raise self.refusal(f"the data set {place} is missing")
        if found.is_virtual or found.external:
            raise self.refusal(f"{place} keeps its values in another file, which is never followed")
        if found.shape is None or found.dtype.kind not in kinds or found.dtype.itemsize > 8:
            raise self.refusal(f"{place} has type {found.dtype}, where numbers are wanted")
        self._check_packing(found, place)
        return found

    def array(
        self,
        group: h5py.Group,
        name: str,
        shape: tuple[int, ...],
        *,
        kinds: str = NUMBERS,
        finite: bool = True,
        make: MakeArray | None = None,
    ) -> NDArray[np.generic]:
        """Return the numbers of the data set ``name``, which must have ``shape``, in native byte order.

        ``make`` makes the array that is read into, if it is not to be a new one.
        """
        dataset = self.dataset(group, name, kinds)
        if dataset.shape != shape:
            raise self.refusal(f"{dataset.name} has shape {dataset.shape}, where {shape} is wanted")
        self._bytes += dataset.size * dataset.dtype.itemsize
        self._chunks += _count_of_chunks(dataset)
        allow(dataset.size * dataset.dtype.itemsize)
        native = dataset.dtype.newbyteorder("=")
        if make is None or not dataset.size or not shape:
            values: NDArray[np.generic] = np.asarray(dataset[()], dtype=native)
        else:
            values = make(shape, native)
            dataset.read_direct(values)
        if finite and not _finite(values):
            raise self.refusal(f"{dataset.name} holds values that are not finite, or too large for float32")
        return values

    def arrays(self, group: h5py.Group) -> dict[str, NDArray[np.generic]]:
        """Return the numbers of every data set in ``group``, by name."""
        if len(group) > MAX_MEMBERS:
            raise self.refusal(f"{group.name} has {len(group)} members; {MAX_MEMBERS} are the most")
        return {name: self.array(group, name, self.dataset(group, name).shape) for name in group}

    def text(self, owner: h5py.Group, name: str, *, lines: bool = False) -> str:
        """Return the text of an attribute: one line of it, or any number of ``lines``."""
        attribute = self._attribute(owner, name)
        refusal = self.refusal(
            f"the attribute {owner.name} {name} is no {'' if lines else 'line of '}UTF-8 text "
            f"of at most {MAX_TEXT} characters"
        )
        if attribute.shape != () or h5py.check_string_dtype(attribute.dtype) is None:
            raise refusal
        value = owner.attrs[name]
        try:
            text = value if isinstance(value, str) else bytes(value).decode()
            text.encode()
        except UnicodeError as error:
            raise refusal from error
        if len(text) > MAX_TEXT or (not lines and any(unicodedata.category(letter) in NO_TEXT for letter in text)):
            raise refusal
        return text

    def numbers(self, owner: h5py.Group, name: str, kinds: str = NUMBERS) -> NDArray[np.generic]:
        """Return the finite numbers of an attribute as a row; numpy's letter for their type must be in ``kinds``."""
        attribute = self._attribute(owner, name)
        if len(attribute.shape) > 1 or attribute.dtype.kind not in kinds:
            raise self.refusal(f"the attribute {owner.name} {name} is no row of numbers of the right kind")
        values = np.asarray(owner.attrs[name])
        if not np.isfinite(values).all():
            raise self.refusal(f"the attribute {owner.name} {name} holds numbers that are not finite")
        return values.reshape(-1)

    def whole(self, owner: h5py.Group, name: str, least: int, most: int) -> int:
        """Return the whole number of an attribute."""
        values = self.numbers(owner, name, kinds="iu")
        if values.size != 1 or not least <= int(values[0]) <= most:
            raise self.refusal(f"the attribute {owner.name} {name} is not a whole number from {least} to {most}")
        return int(values[0])

    def number(self, owner: h5py.Group, name: str) -> float:
        """Return the one number of an attribute."""
        values = self.numbers(owner, name)
        if values.size != 1:
            raise self.refusal(f"the attribute {owner.name} {name} is not one number")
        return float(values[0])

    def pair(self, owner: h5py.Group, name: str) -> tuple[float, float]:
        """Return the two numbers of an attribute, the smaller first."""
        values = self.numbers(owner, name)
        if values.size != 2 or not float(values[0]) < float(values[1]):
            raise self.refusal(f"the attribute {owner.name} {name} is not two numbers, the smaller first")
        return float(values[0]), float(values[1])

    def refusal(self, reason: str) -> BadCheckpointError:
        """Return the error about this file with this ``reason``."""
        return BadCheckpointError(self._path, reason)

    def _member(self, group: object, name: str) -> object:
        if not isinstance(group, h5py.Group):
            return None
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise self.refusal(f"{group.name.rstrip('/')}/{name} is a link elsewhere, which is never followed")
        return group[name]

    def _check_packing(self, dataset: h5py.Dataset, place: str) -> None:
        """Refuse a data set that declares more bytes or chunks than a sound file of this size holds."""
        plan = dataset.id.get_create_plist()
        filters = [plan.get_filter(index)[0] for index in range(plan.get_nfilters())]
        if not set(filters) <= FILTERS or len(set(filters)) < len(filters):
            raise self.refusal(f"{place} is packed with other filters than gzip, shuffle and fletcher32, each once")
        declared, stored = math.prod(dataset.shape) * dataset.dtype.itemsize, dataset.id.get_storage_size()
        if declared > MAX_BYTES - self._bytes:
            raise self.refusal(f"{place} declares {declared} bytes; a file may hold {MAX_BYTES}")
        if declared > stored * (MAX_INFLATION if filters else 1) and not (filters and stored and declared <= SMALL):
            raise self.refusal(f"{place} declares {declared} bytes and holds {stored}; the file is cut off or damaged")
        if _count_of_chunks(dataset) > MAX_CHUNKS - self._chunks:
            raise self.refusal(f"{place} is cut into too many chunks; {MAX_CHUNKS} may be in a file")

    def _attribute(self, owner: h5py.Group, name: str) -> h5py.h5a.AttrID:
        place = f"{owner.name} {name}"
        if name not in owner.attrs:
            raise self.refusal(f"the attribute {place} is missing")
        attribute = owner.attrs.get_id(name)
        if attribute.shape is None or 0 in attribute.shape:
            raise self.refusal(f"the attribute {place} is empty")
        if attribute.get_storage_size() > MAX_TEXT:
            raise self.refusal(f"the attribute {place} is longer than {MAX_TEXT} bytes")
        return attribute


def _finite(values: NDArray[np.generic]) -> bool:
    """Return whether all ``values`` are finite in float32, without a temporary array."""
    least, most = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    return least >= -MAX_NUMBER and most <= MAX_NUMBER  # NaN fails both


def _count_of_chunks(dataset: h5py.Dataset) -> int:
    if dataset.chunks is None:
        return 0
    return math.prod(-(-size // chunk) for size, chunk in zip(dataset.shape, dataset.chunks, strict=True))


@contextmanager
def opened_hdf5(path: str | os.PathLike[str]) -> Iterator[UntrustedFile]:
    """Open the HDF5 file at ``path``.

    Raises:
        BadCheckpointError: If libhdf5 fails on it, now or while the block reads it.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield UntrustedFile(file, path)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise BadCheckpointError(path, "the HDF5 inside is damaged; get the file again") from error


def read_hdf5(path: str | os.PathLike[str], name: str | None = None) -> tuple[str, NDArray[np.generic]]:
    """Return the name and the values of the array ``name``, as in "images/train", or of the only one with rows.

    Raises:
        SeveralArraysError: If the choice is ambiguous.
        BadInputError: If there is none of that name.
        BadCheckpointError: If the file is damaged or invalid.
    """
    if can_fork():
        return _read_in_fork(path, name)
    with FileSandbox() as sandbox:
        sandbox.check_data(path, name)
    return read_hdf5_here(path, name)


def _read_in_fork(path: str | os.PathLike[str], name: str | None) -> tuple[str, NDArray[np.generic]]:
    """Read the array in a forked process, which hands its values over: libhdf5 never sees the file in this one."""
    shared = os.memfd_create("array")
    try:

        def memory(shape: tuple[int, ...], kind: np.dtype[np.generic]) -> NDArray[np.generic]:
            size = math.prod(shape) * kind.itemsize
            os.ftruncate(shared, size)
            return np.frombuffer(mmap.mmap(shared, size), dtype=kind).reshape(shape)

        def read() -> str:
            try:
                chosen, values = read_hdf5_here(path, name, memory)
            except BadCheckpointError as error:
                return json.dumps({"damaged": error.reason})
            except SeveralArraysError as error:
                return json.dumps({"several": error.shapes})
            except BadInputError as error:
                return json.dumps({"refused": str(error)})
            except MemoryError:
                return json.dumps({"damaged": TOO_MUCH})
            if not values.shape:
                memory((), values.dtype)[...] = values
            return json.dumps({"name": chosen, "shape": values.shape, "type": values.dtype.str})

        try:
            answer = json.loads(forked(path, read))
        except ForkError as error:
            raise BadCheckpointError(path, str(error)) from error
        if "damaged" in answer:
            raise BadCheckpointError(path, answer["damaged"])
        if "several" in answer:
            raise SeveralArraysError(path, {name: tuple(shape) for name, shape in answer["several"].items()})
        if "refused" in answer:
            raise BadInputError(answer["refused"])
        shape, kind = tuple(answer["shape"]), np.dtype(answer["type"])
        size = math.prod(shape) * kind.itemsize
        content = mmap.mmap(shared, size, access=mmap.ACCESS_COPY) if size else b""
        return str(answer["name"]), np.frombuffer(content, dtype=kind).reshape(shape)
    finally:
        os.close(shared)


def read_hdf5_here(
    path: str | os.PathLike[str], name: str | None = None, make: MakeArray | None = None
) -> tuple[str, NDArray[np.generic]]:
    """Do the same in this process, into an array of ``make``; use `read_hdf5` for untrusted files."""
    with opened_hdf5(path) as source:
        chosen = choose(path, _shapes(source.root), name)
        group, _, leaf = chosen.rpartition("/")
        owner = source.group(group) if group else source.root
        shape = source.dataset(owner, leaf, ARRAY_NUMBERS).shape
        return chosen, source.array(owner, leaf, shape, kinds=ARRAY_NUMBERS, make=make)


def _shapes(file: h5py.Group) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of numbers in ``file`` by their places; links are not followed."""
    found: dict[str, tuple[int, ...]] = {}

    def note(place: str, member: object) -> bool | None:
        if isinstance(member, h5py.Dataset) and member.shape is not None and member.dtype.kind in ARRAY_NUMBERS:
            found[place] = member.shape
        return True if len(found) >= MAX_MEMBERS else None

    file.visititems(note)
    return found
