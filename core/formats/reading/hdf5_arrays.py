"""Arrays of numbers from untrusted HDF5 files, those of MATLAB 7.3 among them."""

from __future__ import annotations

import json
import math
import mmap
import os
from typing import NamedTuple

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError, BadInputError
from core.formats.arrays import SeveralArraysError, choose
from core.formats.forks import TOO_MUCH, ForkError, can_fork, forked
from core.formats.hdf5 import FILTERS, MAX_MEMBERS, MakeArray, opened_hdf5
from core.formats.sandbox import FileSandbox
from core.values.arrays import NUMBERS

DATA_FILTERS = {h5py.h5z.FILTER_LZF: "lzf", **FILTERS}
MATLAB = "MATLAB_class"
"""The attribute that every variable of MATLAB 7.3 has; HDF5 has its axes in reverse order."""
OF_MATLAB = ("#refs#", "#subsystem#")
"""Groups of MATLAB's own in its files."""
CHANNELS = (1, 3, 4)


class Hdf5Array(NamedTuple):
    """An array of an HDF5 file.

    Attributes:
        name: Its place in the file.
        values: Its numbers.
        is_matlab: Whether MATLAB wrote it; the axes are then in MATLAB's order.
    """

    name: str
    values: NDArray[np.generic]
    is_matlab: bool = False


def read_hdf5(path: str | os.PathLike[str], name: str | None = None) -> Hdf5Array:
    """Return the array ``name``, as in "images/train", or the only one with rows.

    Raises:
        SeveralArraysError: If the choice is ambiguous.
        BadInputError: If there is none of that name.
        BadCheckpointError: If the file is damaged or invalid.
    """
    if can_fork():
        return _arranged(_read_in_fork(path, name))
    with FileSandbox() as sandbox:
        sandbox.check_data(path, name)
    return _arranged(read_hdf5_here(path, name))


def _read_in_fork(path: str | os.PathLike[str], name: str | None) -> Hdf5Array:
    """Read the array in a forked process, which hands its values over: libhdf5 never sees the file in this one."""
    shared = os.memfd_create("array")
    try:

        def memory(shape: tuple[int, ...], kind: np.dtype[np.generic]) -> NDArray[np.generic]:
            size = math.prod(shape) * kind.itemsize
            os.ftruncate(shared, size)
            flags = mmap.MAP_SHARED | mmap.MAP_POPULATE  # all pages at once, which takes less than one at a time
            return np.frombuffer(mmap.mmap(shared, size, flags), dtype=kind).reshape(shape)

        def read() -> str:
            try:
                found = read_hdf5_here(path, name, memory)
            except BadCheckpointError as error:
                return json.dumps({"damaged": error.reason})
            except SeveralArraysError as error:
                return json.dumps({"several": error.shapes})
            except BadInputError as error:
                return json.dumps({"refused": str(error)})
            except MemoryError:
                return json.dumps({"damaged": TOO_MUCH})
            values = found.values
            if not values.shape:
                memory((), values.dtype)[...] = values
            is_matlab = found.is_matlab
            return json.dumps(
                {"name": found.name, "shape": values.shape, "type": values.dtype.str, "MATLAB": is_matlab}
            )

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
        return Hdf5Array(str(answer["name"]), np.frombuffer(content, dtype=kind).reshape(shape), bool(answer["MATLAB"]))
    finally:
        os.close(shared)


def read_hdf5_here(path: str | os.PathLike[str], name: str | None = None, make: MakeArray | None = None) -> Hdf5Array:
    """Return it as HDF5 stores it, read in this process into an array of ``make``.

    `read_hdf5` is for untrusted files.
    """
    with opened_hdf5(path, DATA_FILTERS) as source:
        chosen = choose(path, _shapes(source.root), name)
        group, _, leaf = chosen.rpartition("/")
        owner = source.group(group) if group else source.root
        dataset = source.dataset(owner, leaf, NUMBERS)
        values = source.array(owner, leaf, dataset.shape, kinds=NUMBERS, make=make)
        return Hdf5Array(chosen, values, MATLAB in dataset.attrs)


def _arranged(found: Hdf5Array) -> Hdf5Array:
    """Return what MATLAB wrote with its axes: (rows, columns), and images (N, height, width) with or without channels.

    There images have the shape (height, width, N) or (height, width, channels, N); a side tells (N, height, width).
    """
    if not found.is_matlab:
        return found
    values = found.values.T
    shape = values.shape
    one_image = values.ndim == 3 and shape[2] in CHANNELS and min(shape[:2]) > max(CHANNELS)
    rows_first = values.ndim == 3 and shape[1] == shape[2] != shape[0]
    channels_last = values.ndim == 4 and shape[3] in CHANNELS and shape[2] not in CHANNELS
    if values.ndim in (3, 4) and not (one_image or rows_first or channels_last):
        values = np.moveaxis(values, -1, 0)
    return found._replace(values=np.ascontiguousarray(values))


def _shapes(file: h5py.Group) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of numbers in ``file`` by their places; links are not followed."""
    found: dict[str, tuple[int, ...]] = {}

    def note(place: str, member: h5py.Group | h5py.Dataset) -> bool | None:
        is_array = isinstance(member, h5py.Dataset) and not place.startswith(OF_MATLAB)
        if is_array and member.shape is not None and member.dtype.kind in NUMBERS:
            found[place] = member.shape
        return True if len(found) >= MAX_MEMBERS else None

    file.visititems(note)
    return found
