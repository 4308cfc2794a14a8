"""Values from an untrusted HDF5 file: each is checked before memory is allocated for it."""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.formats.arrays import MAX_BYTES, MAX_INFLATION, SMALL
from core.formats.forks import allow

SIGNATURE = b"\x89HDF\r\n\x1a\n"
FIRST_USER_BLOCK, MAX_USER_BLOCK = 512, 2**30
MAX_TEXT = 100_000
MAX_MEMBERS = 10_000
MAX_CHUNKS = 100_000
MAX_NUMBER = float(np.finfo(np.float32).max)
NUMBERS = "iuf"
FILTERS = {
    h5py.h5z.FILTER_DEFLATE: "gzip",
    h5py.h5z.FILTER_SHUFFLE: "shuffle",
    h5py.h5z.FILTER_FLETCHER32: "fletcher32",
}
"""Filters that are read, and their names."""
PACKERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_LZF}
"""Filters that pack; one after the other they could pack next to nothing into any number of bytes."""
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

    def __init__(self, file: h5py.File, path: object, filters: Mapping[int, str] = FILTERS) -> None:
        self.root: h5py.Group = file
        self._filters = filters
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
        if not set(filters) <= set(self._filters) or len(set(filters)) < len(filters) or set(filters) >= PACKERS:
            *names, last = self._filters.values()
            raise self.refusal(
                f"{place} is packed with other filters than {', '.join(names)} and {last}, each once; "
                "`h5repack -f NONE` writes the file without them"
            )
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
    if values.dtype.kind in "biu":
        return True
    least, most = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    return least >= -MAX_NUMBER and most <= MAX_NUMBER  # NaN fails both


def _count_of_chunks(dataset: h5py.Dataset) -> int:
    if dataset.chunks is None:
        return 0
    return math.prod(-(-size // chunk) for size, chunk in zip(dataset.shape, dataset.chunks, strict=True))


@contextmanager
def opened_hdf5(path: str | os.PathLike[str], filters: Mapping[int, str] = FILTERS) -> Iterator[UntrustedFile]:
    """Open the HDF5 file at ``path``, whose values may be packed with ``filters``.

    Raises:
        BadCheckpointError: If libhdf5 fails on it, now or while the block reads it.
    """
    try:
        with h5py.File(path, "r", locking=False) as file:
            yield UntrustedFile(file, path, filters)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise BadCheckpointError(path, "the HDF5 inside is damaged; get the file again") from error
