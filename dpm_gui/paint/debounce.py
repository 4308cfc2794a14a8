"""When what is painted or wished for is worked out: after a rest, and only for somebody who looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from core.values.runs import RunSpec

DEBOUNCE_MILLISECONDS = 250
"""How long after a stroke has ended it is answered: as long as nothing else happens."""


class Debounce(QTimer):
    """Says that it is time for a run, once nothing has happened for a while and what came out before is stale.

    Attributes:
        stale: Whether something has changed since the last run began.
    """

    due = Signal()

    def __init__(self, wanted: Callable[[], bool], busy: Callable[[], bool], seed: int, parent: QObject) -> None:
        """Wait only while ``wanted`` says so, and on for as long as somebody is ``busy``; ``seed`` is that in use."""
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
        """Something has changed."""
        self.stale = True
        self._wait()

    def note_spec(self, spec: RunSpec) -> None:
        """The session's spec has changed: of all that is in it the seed alone is taken from there."""
        if spec.seed != self._seed:
            self._seed = spec.seed
            self.note()

    def set_in_view(self, in_view: bool) -> None:
        """Say whether anybody looks: nothing is begun for nobody, and what is under way goes on."""
        self._in_view = in_view
        self._wait()

    def begun(self) -> None:
        """A run has begun, by itself or because a person asked for it."""
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
