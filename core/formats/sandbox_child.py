"""A child process that reads files first, under limits, so that a file that crashes or stalls libhdf5 does no harm.

``python -m core.formats.sandbox_child`` reads lines from stdin. Each is a JSON list: a path alone for a checkpoint; a
path and the name of an array, or null, for other HDF5. It answers each with a line on stdout: the reason why that file
is refused, or null. `core.formats.sandbox` is its parent.
"""

from __future__ import annotations

import json
import os
import sys

from core.errors import BadCheckpointError, BadInputError
from core.formats.checkpoints import read
from core.formats.forks import TOO_MUCH, ForkError, forked
from core.formats.reading.hdf5_arrays import read_hdf5_here


def main() -> int:
    """Answer one line of stdin after the other, until the end."""
    for line in sys.stdin.buffer:
        question = json.loads(line)
        reason = verdict_of_a_fork(*question) if hasattr(os, "fork") else verdict(*question)
        sys.stdout.buffer.write(json.dumps(reason).encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0


def verdict(path: str, *array: str | None) -> str | None:
    """Return why the file at ``path`` is refused, or None; it is a checkpoint, or with ``array`` holds that array."""
    try:
        if array:
            read_hdf5_here(path, array[0])
        else:
            read(path)
    except BadCheckpointError as error:
        return error.reason
    except BadInputError:
        return None  # the file is sound; the parent will raise the same error
    except MemoryError:
        return TOO_MUCH
    return None


def verdict_of_a_fork(path: str, *array: str | None) -> str | None:
    """Return the `verdict` of a forked process about ``path``, or the reason why that process died."""
    try:
        return forked(path, lambda: verdict(path, *array) or "") or None
    except ForkError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(main())
