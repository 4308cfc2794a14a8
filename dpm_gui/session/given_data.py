"""The data that the user gives in place of those of the open model: read in a job, and dropped with the model."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.errors import BadInputError
from dpm_gui.engine import given_examples
from dpm_gui.engine.given_examples import ArrayChoice, GivenData
from dpm_gui.engine.opening import Opened
from dpm_gui.jobs.tasks import Tasks

READING_DATA = "data"


class DataReader(QObject):
    """Reads one file at a time, always the newest, for the checkpoint that is open.

    Attributes:
        given: The data in use, None for the model's own.
    """

    changed = Signal()
    """Other data are in use."""
    choice_wanted = Signal(object)
    """An `ArrayChoice`: the file holds several arrays. `read` reads the one that is chosen."""
    dropped = Signal(str)
    """A sentence about data that were dropped, or not read, because another checkpoint has been opened."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.given: GivenData | None = None
        self._reading = ""

    @property
    def note(self) -> str:
        """A note for whatever shows the given data; empty if the data are the model's own."""
        return "" if self.given is None else self.given.note

    def read(self, opened: Opened | None, path: str) -> None:
        """Read ``path`` for ``opened``; the data in use stay until it has been read."""
        if opened is None:
            reason = "open a checkpoint first; data are read for the model that is open"
            self._tasks.fail(READING_DATA, BadInputError(f"{path}: {reason}"))
            return
        self._reading = path
        text = f"Reading {path}"
        self._tasks.begin(READING_DATA, lambda: given_examples.read_given(opened, path), self._take, text, 0)

    def use_model_data(self) -> None:
        """Put the given data aside, and stop reading others."""
        self._tasks.stop((READING_DATA,))
        self._use(None)

    def forget(self) -> None:
        """Drop the data, and those being read: another checkpoint has been opened."""
        names = [self._reading] if READING_DATA in self._tasks else [] if self.given is None else [self.given.name]
        self._tasks.stop((READING_DATA,))
        self.given = None
        for name in names:
            self.dropped.emit(f"{name} is no longer used: another checkpoint is open. Open the data again for it.")

    def _take(self, values: list[GivenData | ArrayChoice]) -> int:
        for value in values:
            if isinstance(value, ArrayChoice):
                self.choice_wanted.emit(value)
            else:
                self._use(value)
        return len(values)

    def _use(self, given: GivenData | None) -> None:
        if given is not self.given:
            self.given = given
            self.changed.emit()
