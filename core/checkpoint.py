"""The checkpoint, format version 1: HDF5, validated before it is used, saved whole or not at all (docs/checkpoint.md).

A reader trusts nothing. `core.checkpoint_reading` holds what it may trust after which check.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import h5py

from core.checkpoint_reading import read_parts
from core.checkpoint_writing import write_parts
from core.errors import BadCheckpointError
from core.files import atomic_path
from core.values import Checkpoint

SIGNATURE = b"\x89HDF\r\n\x1a\n"
PROBE_SECONDS = 20.0


def load(path: str | os.PathLike[str]) -> Checkpoint:
    """Read and validate the checkpoint at ``path``.

    What libhdf5 itself may stumble over is tried in a child process first, with limits on time and memory.

    Raises:
        BadCheckpointError: If it is not a sound checkpoint; the message is one sentence that begins with ``path``.
    """
    check_is_hdf5(path)
    _probe(path)
    return read(path)


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """Read and validate ``path`` in this very process; `load` is for files that may come from strangers."""
    try:
        with h5py.File(path, "r") as file:
            return read_parts(file, path)
    except (OSError, RuntimeError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise BadCheckpointError(path, "the HDF5 inside is damaged; get the file again") from error


def save(checkpoint: Checkpoint, path: str | os.PathLike[str]) -> None:
    """Write ``checkpoint`` to ``path``: to a temporary file, flushed, then renamed over what was there.

    Raises:
        OutputError: If the file cannot be written; what was there before is untouched.
    """
    # Laid out in memory first: h5py 3.16 crashes where libhdf5 finds the disk full.
    with h5py.File("checkpoint", "w", driver="core", backing_store=False) as file:
        write_parts(file, checkpoint)
        file.flush()
        image = file.id.get_file_image()
    with atomic_path(path) as temporary:
        temporary.write_bytes(image)


def check_is_hdf5(path: str | os.PathLike[str]) -> None:
    """Raise `BadCheckpointError` unless ``path`` is an ordinary, readable file with the signature of HDF5."""
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise BadCheckpointError(path, "this is a folder; give a checkpoint file inside it")
        if not stat.S_ISREG(mode):
            raise BadCheckpointError(path, "this is not an ordinary file")
        with Path(path).open("rb") as file:
            head = file.read(len(SIGNATURE))
    except FileNotFoundError as error:
        raise BadCheckpointError(path, "there is no such file") from error
    except PermissionError as error:
        raise BadCheckpointError(path, "no permission to read this file") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadCheckpointError(path, f"this file cannot be read: {reason}") from error
    if not head:
        raise BadCheckpointError(path, "this file is empty")
    if head != SIGNATURE:
        raise BadCheckpointError(path, "this is not a checkpoint: it is no HDF5 file")


def _probe(path: str | os.PathLike[str]) -> None:
    command = [sys.executable, "-m", "core.checkpoint_probe", str(Path(path).absolute())]
    folder = Path(__file__).resolve().parent.parent
    places = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    try:
        child = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=PROBE_SECONDS,
            env=os.environ | {"PYTHONPATH": places},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadCheckpointError(path, f"reading it took over {PROBE_SECONDS:.0f} seconds; it is damaged") from error
    if child.returncode == 2:
        raise BadCheckpointError(path, child.stderr.decode(errors="replace").strip())
    if child.returncode != 0:
        raise BadCheckpointError(path, "the HDF5 library fails on this file; it is damaged, get it again")
