"""Keeps the tests that measure time apart from what other workers of pytest-xdist do meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with contextlib.suppress(ImportError):  # there is none on Windows, where the tests run in one process
    import fcntl


@contextmanager
def turn(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold a turn for one test: at the same time as other workers, or ``alone``.

    A test asks at the door and holds the room while it runs. One that is to be alone holds the door, too: it waits for
    the tests that run already, and those that come later wait for it. The system lets go of both when a worker ends,
    in whatever way.

    Args:
        folder: A folder of this run that all workers share.
        alone: Whether nothing else may run.
    """
    with (folder / "door").open("w") as door, (folder / "room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(door, fcntl.LOCK_UN)
        yield
