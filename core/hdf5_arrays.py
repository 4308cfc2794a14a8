"""One array of numbers from an HDF5 file of a person's own, tried in a child process before this one opens it."""

from __future__ import annotations

import os

import h5py
import numpy as np
from numpy.typing import NDArray

from core.array_files import NUMBERS, choose
from core.errors import BadCheckpointError
from core.hdf5_reading import SuspiciousFile
from core.prober import Prober

MOST_MEMBERS = 10_000


def read_hdf5(path: str | os.PathLike[str], name: str | None = None) -> tuple[str, NDArray[np.generic]]:
    """Return the array ``name``, as in "images/train", or the only one with rows, and what it is called.

    Raises:
        BadInputError: If it is not clear which array is meant; the message lists them.
        BadCheckpointError: If the file is damaged, or refused for what it holds.
    """
    with Prober() as prober:
        prober.check_data(path, name)
    return read_hdf5_here(path, name)


def read_hdf5_here(path: str | os.PathLike[str], name: str | None = None) -> tuple[str, NDArray[np.generic]]:
    """Do the same in this very process; `read_hdf5` is for files that may come from strangers."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            source = SuspiciousFile(file, path)
            chosen = choose(path, _shapes(file), name)
            group, _, leaf = chosen.rpartition("/")
            owner = source.group(group) if group else source.root
            shape = source.dataset(owner, leaf, NUMBERS).shape
            return chosen, source.array(owner, leaf, shape, kinds=NUMBERS)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise BadCheckpointError(path, "the HDF5 inside is damaged; get the file again") from error


def _shapes(file: h5py.File) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays of numbers in ``file`` by their places; links elsewhere are not followed."""
    found: dict[str, tuple[int, ...]] = {}

    def look(place: str, member: object) -> bool | None:
        if isinstance(member, h5py.Dataset) and member.shape is not None and member.dtype.kind in NUMBERS:
            found[place] = member.shape
        return True if len(found) >= MOST_MEMBERS else None

    file.visititems(look)
    return found
