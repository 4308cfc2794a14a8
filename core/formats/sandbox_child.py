"""A child process that reads files first, under limits, so that a file that crashes or stalls libhdf5 does no harm.

``python -m core.formats.sandbox_child`` reads lines from stdin. Each is a JSON list: a path alone for a checkpoint; a
path and the name of an array, or null, for other HDF5. It answers each with a line on stdout: the reason why that file
is refused, or null. `core.formats.sandbox` is its parent.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from core.errors import BadCheckpointError, BadInputError
from core.formats.arrays import MAX_BYTES
from core.formats.checkpoints import read
from core.formats.hdf5 import read_hdf5_here

MEMORY_BYTES = 768 * 1024**2
MEMORY_OF_SIZE = 1.5
PROCESSOR_SECONDS = 2.0
BYTES_A_SECOND = 40e6
WALL_SECONDS = 20.0

TOO_MUCH = "reading it takes more memory than a file of its size may; it is damaged"
TOO_LONG = "reading it takes longer than a file of its size may; it is damaged"
CRASHED = "the HDF5 library fails on this file; it is damaged, get it again"


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
            read_hdf5_here(path, *array)
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
    answers, answer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(answers)
            _limit(path)
            os.write(answer, (verdict(path, *array) or "").encode("utf-8", "replace"))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(answer)
    with os.fdopen(answers, "rb") as pipe:
        reason = pipe.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return TOO_LONG if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM) else CRASHED
    return (reason or None) if os.WEXITSTATUS(status) == 0 else CRASHED


def _limit(path: str) -> None:
    """Limit this process to the memory and time that a sound file of that size needs."""
    import resource

    status = Path(path).stat()
    size = min(status.st_size, 512 * status.st_blocks, MAX_BYTES)  # holes in a file do not count
    seconds = size / BYTES_A_SECOND
    processor = int(PROCESSOR_SECONDS + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS + 2.0 * seconds)
    if sys.platform == "linux":
        memory = MEMORY_BYTES + int(MEMORY_OF_SIZE * size)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    sys.exit(main())
