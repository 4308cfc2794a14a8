"""Reads an untrusted file in a forked process with limits on its time and memory, where the system can fork."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

from core.formats.arrays import MAX_BYTES, MAX_INFLATION

MEMORY_BYTES = 512 * 1024**2
"""What reading a small file takes beside what the process that forks has."""
MEMORY_OF_CONTENT = 1.5
PROCESSOR_SECONDS = 2.0
BYTES_A_SECOND = 40e6
"""Stored bytes that a sound file is read at, at least."""
UNPACKED_A_SECOND = 200e6
"""The same for the bytes that they unpack to, all of them at once."""
WALL_SECONDS = 20.0
STATEMENT_OF_MEMORY = Path("/proc/self/statm")

TOO_MUCH = "reading it takes more memory than a file of its size may; it is damaged"
TOO_LONG = "reading it takes longer than a file of its size may; it is damaged"
CRASHED = "the HDF5 library fails on this file; it is damaged, get it again"


class ForkError(Exception):
    """The reason why a forked process died."""


def can_fork() -> bool:
    """Return whether this process can be forked safely: the system forks, and no other Python thread runs."""
    return hasattr(os, "fork") and hasattr(os, "memfd_create") and threading.active_count() == 1


def forked(path: str | os.PathLike[str], work: Callable[[], str]) -> str:
    """Return what ``work`` returns in a forked process that may take what a sound file at ``path`` needs.

    Raises:
        ForkError: If the process dies.
    """
    answers, answer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: about idle threads of libraries
        child = os.fork()
    if child == 0:
        _answer(answers, answer, path, work)
    os.close(answer)
    try:
        with os.fdopen(answers, "rb") as pipe:
            found = pipe.read().decode("utf-8", "replace")
    except BaseException:  # Ctrl+C: the child must not outlive the question
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise ForkError(TOO_LONG if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM) else CRASHED)
    if os.WEXITSTATUS(status):
        raise ForkError(CRASHED)
    return found


def _answer(answers: int, answer: int, path: str | os.PathLike[str], work: Callable[[], str]) -> None:
    """Write the answer of ``work`` to the pipe ``answer`` and end this process, whatever happens."""
    try:
        os.close(answers)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 2)  # a crash is an answer, and not to be read
        for number in (signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        limit(path)
        with os.fdopen(answer, "wb") as pipe:
            pipe.write(work().encode("utf-8", "replace"))
        os._exit(0)
    finally:
        os._exit(1)


def limit(path: str | os.PathLike[str]) -> None:
    """Limit this process to the memory and time that a sound file of that size needs, beside what it has already."""
    import resource

    status = Path(path).stat()
    size = min(status.st_size, 512 * status.st_blocks, MAX_BYTES)  # holes in a file do not count
    content = min(MAX_BYTES, MAX_INFLATION * size)
    seconds = size / BYTES_A_SECOND + content / UNPACKED_A_SECOND
    processor = int(PROCESSOR_SECONDS + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS + 2.0 * seconds)
    if sys.platform == "linux":
        held = int(STATEMENT_OF_MEMORY.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        memory = held + MEMORY_BYTES + int(MEMORY_OF_CONTENT * size)
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory + int(MEMORY_OF_CONTENT * content)))


def allow(content: int) -> None:
    """Let this process take the memory of ``content`` bytes that a file declares, once it is known that it holds them.

    It changes nothing where `limit` has set no limit.
    """
    if sys.platform == "linux":
        import resource

        least, most = resource.getrlimit(resource.RLIMIT_AS)
        if resource.RLIM_INFINITY not in (least, most) and least < most:
            allowed = min(most, least + int(MEMORY_OF_CONTENT * content))
            resource.setrlimit(resource.RLIMIT_AS, (allowed, most))
