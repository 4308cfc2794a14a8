"""The delay between an edit in Paint and the run that it causes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from core.values.runs import RunSpec

DEBOUNCE_MILLISECONDS = 250
"""Time without edits after which a run starts."""


class Debounce(QTimer):
    """Emits `due` when a run should start: the results are stale, and nothing has changed for a while.

    Attributes:
        stale: Whether something has changed since the last run began.
    """

    due = Signal()

    def __init__(self, wanted: Callable[[], bool], busy: Callable[[], bool], seed: int, parent: QObject) -> None:
        """Start runs only while ``wanted`` returns True, and not while ``busy`` does; ``seed`` is the present seed."""
        super().__init__(parent)
        self.stale = True
        self._wanted = wanted
        self._busy = busy
        self._seed = seed
        self._in_view = False
        self.setSingleShot(True)
        self.setInterval(DEBOUNCE_MILLISECONDS)
        self.timeout.connect(self._check)

    def note(self) -> None:
        """Mark the results stale: something has changed."""
        self.stale = True
        self._wait()

    def note_spec(self, spec: RunSpec) -> None:
        """Mark the results stale if the seed of the session's ``spec`` has changed; Paint uses nothing else of it."""
        if spec.seed != self._seed:
            self._seed = spec.seed
            self.note()

    def set_in_view(self, in_view: bool) -> None:
        """Set whether Paint is visible: while it is hidden no run starts."""
        self._in_view = in_view
        self._wait()

    def begun(self) -> None:
        """Note that a run has begun, automatically or on request."""
        self.stop()
        self.stale = False

    def _wait(self) -> None:
        if self._is_due():
            self.start()

    def _check(self) -> None:
        if not self._is_due():
            return
        if self._busy():
            self.start()
        else:
            self.due.emit()

    def _is_due(self) -> bool:
        return self.stale and self._in_view and self._wanted()
