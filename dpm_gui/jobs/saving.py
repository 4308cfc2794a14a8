"""Saves files in jobs, one after the other, while the window stays usable; a save that has begun is completed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import DpmError
from dpm_gui.jobs.tasks import TaskOwner

SAVING = "save"

Write = Callable[[str], None]
"""Writes to a path, in a thread; the data to be written must not change any more."""


class Saver(TaskOwner):
    """Writes one file at a time, in the order of the calls; of two saves to one path the later one counts."""

    saved = Signal(str)
    """The path of a file that has been written."""
    purpose = SAVING

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path = ""
        self._closing = False
        self._waiting: dict[str, Write] = {}

    def save(self, path: str, write: Write) -> None:
        """Call ``write(path)`` in a job; a save to the same path that is still waiting is replaced."""
        self._waiting.pop(path, None)
        self._waiting[path] = write
        if not self.running:
            self._begin_next()

    def shut_down(self) -> None:
        """Complete all saves and end every thread; no further save begins.

        The window is closed by then, so each error is written to stderr, in one line.
        """
        self.blockSignals(True)
        self._closing = True
        self._tasks.wait()
        while self._waiting:
            self._begin_next()
            self._tasks.wait()
        self._tasks.shut_down()

    def _begin_next(self) -> None:
        if self._waiting:
            self._path = next(iter(self._waiting))
            work = partial(self._written, self._waiting.pop(self._path), self._path)
            self._tasks.begin(SAVING, work, len, f"Saving {Path(self._path).name}", 0, can_stop=False)

    def _note_end(self, _purpose: str, error: Exception | None) -> None:
        path = self._path
        self._begin_next()
        if error is None:
            self.saved.emit(path)
        else:
            self.failed.emit(error)

    def _written(self, write: Write, path: str) -> Iterator[object]:
        """Write the file, in the job; the generator yields nothing."""
        try:
            write(path)
        except (DpmError, OSError) as error:
            if self._closing:
                sys.stderr.write(f"dpm-gui: {error}\n")
            raise
        yield from ()
