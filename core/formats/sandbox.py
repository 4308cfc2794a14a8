"""The parent of `core.formats.sandbox_child`: a child process reads files before this process opens them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Self

from core.errors import BadCheckpointError
from core.runtime.cancelling import is_cancelled

COMMAND = (sys.executable, "-P", "-m", "core.formats.sandbox_child")
TIMEOUT_SECONDS = 120.0
"""Longer than the child's own limit for the largest file; the only limit on systems without fork."""

CAN_POLL = os.name == "posix"
"""Whether the system can wait for a pipe for a limited time."""
POLL_SECONDS = 0.05


class FileSandbox:
    """Reads files in a child process first, so that a file that crashes or stalls libhdf5 only raises an error.

    The child is started for the first file and again after one that ended it; leaving the ``with`` block ends it.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def check(self, path: str | os.PathLike[str]) -> None:
        """Check that the child can read the checkpoint at ``path``.

        Raises:
            BadCheckpointError: If it refused the file, or crashed, or did not answer in time.
        """
        self._ask(path, [str(Path(path).absolute())])

    def check_data(self, path: str | os.PathLike[str], name: str | None) -> None:
        """Check that the child can read the array ``name`` of the HDF5 file at ``path`` (see `core.formats.hdf5`).

        Raises:
            BadCheckpointError: If it refused the file, or crashed, or did not answer in time.
        """
        self._ask(path, [str(Path(path).absolute()), name])

    def _ask(self, path: str | os.PathLike[str], question: list[str | None]) -> None:
        child = self._child or self._start()
        timer = Timer(TIMEOUT_SECONDS, child.kill)
        timer.start()
        try:
            answer = _asked(child, question)
        finally:
            late = not timer.is_alive()
            timer.cancel()
            timer.join()
        if answer is None and is_cancelled():
            self._end()
            raise BadCheckpointError(path, "reading it was cancelled")
        if answer is None:
            self._end()
            raise BadCheckpointError(
                path,
                f"reading it took over {TIMEOUT_SECONDS:.0f} seconds; it is damaged"
                if late
                else "the HDF5 library fails on this file; it is damaged, get it again",
            )
        reason = json.loads(answer)
        if reason is not None:
            raise BadCheckpointError(path, reason)

    def _start(self) -> subprocess.Popen[bytes]:
        # The child imports its modules from the same places as this process, not from the current folder.
        places = os.pathsep.join([str(Path(__file__).resolve().parents[2]), *filter(os.path.isabs, sys.path)])
        self._child = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that its own child can be ended with it
            # One thread: a process with several cannot be forked safely.
            env=os.environ | {"PYTHONPATH": places, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        # It has no state to lose. Its own child holds the same pipe, which would otherwise be waited for.
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
        child.kill()  # where there are no groups
        child.communicate()


def _asked(child: subprocess.Popen[bytes], question: list[str | None]) -> bytes | None:
    """Return the child's answer to ``question``, or None if it has ended without one, or nobody wants it any more."""
    assert child.stdin is not None  # both are pipes
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(question).encode() + b"\n")
        child.stdin.flush()
    except OSError:
        return None
    while CAN_POLL and not select.select([child.stdout], [], [], POLL_SECONDS)[0]:
        if is_cancelled():
            return None
    answer = child.stdout.readline()
    return answer if answer.endswith(b"\n") else None
