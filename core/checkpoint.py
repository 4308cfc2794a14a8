"""The checkpoint, format version 1: HDF5, validated before it is used, saved whole or not at all (docs/checkpoint.md).

A reader trusts nothing. `core.checkpoint_reading` holds what it may trust after which check.
"""

from __future__ import annotations

import os
from contextlib import nullcontext

import h5py

from core.checkpoint_reading import read_parts
from core.checkpoint_writing import write_parts
from core.errors import BadCheckpointError
from core.files import atomic_path
from core.prober import Prober
from core.reading import first_bytes
from core.values import Checkpoint

SIGNATURE = b"\x89HDF\r\n\x1a\n"


def load(path: str | os.PathLike[str], prober: Prober | None = None) -> Checkpoint:
    """Read and validate the checkpoint at ``path``.

    What libhdf5 itself may stumble over is tried in a child process first, with limits on time and memory.

    Args:
        path: The file.
        prober: The one to ask, where many files are read; else one is made for this file alone.

    Raises:
        BadCheckpointError: If it is not a sound checkpoint; the message is one sentence that begins with ``path``.
    """
    check_is_hdf5(path)
    with Prober() if prober is None else nullcontext(prober) as asked:
        asked.check(path)
    return read(path)


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """Read and validate ``path`` in this very process; `load` is for files that may come from strangers."""
    try:
        with h5py.File(path, "r", locking=False) as file:
            return read_parts(file, path)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise BadCheckpointError(path, "the HDF5 inside is damaged; get the file again") from error


def save(checkpoint: Checkpoint, path: str | os.PathLike[str]) -> None:
    """Write ``checkpoint`` to ``path``: to a temporary file, flushed, then renamed over what was there.

    Raises:
        BadCheckpointError: If it holds what no checkpoint may hold, and could not be read back.
        OutputError: If the file cannot be written; what was there before is untouched.
    """
    # Laid out in memory first: h5py 3.16 crashes where libhdf5 finds the disk full.
    with h5py.File("checkpoint", "w", driver="core", backing_store=False) as file:
        try:
            write_parts(file, checkpoint)
        except (TypeError, ValueError) as error:
            raise BadCheckpointError(path, f"this has no place in a checkpoint: {error}") from error
        file.flush()
        read_parts(file, path)
        image = file.id.get_file_image()
    with atomic_path(path) as temporary:
        temporary.write_bytes(image)


def check_is_hdf5(path: str | os.PathLike[str]) -> None:
    """Raise `BadCheckpointError` unless ``path`` is an ordinary, readable file with the signature of HDF5."""
    head = first_bytes(path, len(SIGNATURE), lambda reason: BadCheckpointError(path, reason))
    if head != SIGNATURE:
        raise BadCheckpointError(path, "this is not a checkpoint: it is no HDF5 file")
