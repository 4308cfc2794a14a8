"""Filling in, as a job: the newest request alone is heeded, and what came of it last is kept."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from core.filling_values import FillFrame, FillRequest
from dpm_gui import engine
from dpm_gui.engine import Opened
from dpm_gui.painting.digest import Digest, digested
from dpm_gui.tasks import Tasks

FILLING = "fill"


class Filler(QObject):
    """Runs requests, one after the other, and holds the newest frame that shows pictures."""

    started = Signal()
    """A run has begun: the results that are there are of another request."""
    result_changed = Signal(object)
    """A `FillFrame` with pictures, or None where there are none any more."""
    stepped = Signal(int)
    """The chain has come to this step, without pictures to show for it."""
    ended = Signal(object)
    """None after a run that came to its end or was stopped, else the error."""
    activity_changed = Signal(object)
    """An `Activity`, or None."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = Tasks((FILLING,), self)
        self._digest: Digest | None = None
        self._tasks.activity_changed.connect(self.activity_changed)
        self._tasks.ended.connect(lambda _purpose, error: self.ended.emit(error))

    @property
    def result(self) -> FillFrame | None:
        """The newest frame that shows pictures."""
        return None if self._digest is None else self._digest.frame

    @property
    def digest(self) -> Digest | None:
        """What is shown of it."""
        return self._digest

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return FILLING in self._tasks

    def begin(self, opened: Opened, request: FillRequest) -> None:
        """Fill in ``request`` from the start; what was being filled in is stopped."""
        steps = request.start or opened.checkpoint.steps
        self.started.emit()
        data = opened.checkpoint.data

        def work() -> Iterator[object]:
            return digested(engine.fill(opened, request), data)

        self._tasks.begin(FILLING, work, self._take, "Filling in", steps + 1)

    def stop(self) -> None:
        """Stop what is under way; what is there stays."""
        self._tasks.stop((FILLING,))

    def clear(self) -> None:
        """Stop what is under way, and forget what came of it."""
        self.stop()
        self._show(None)

    def shut_down(self) -> None:
        """End every thread; nothing is told and nothing begins any more."""
        self.blockSignals(True)
        self._tasks.shut_down()

    def _take(self, values: list[object]) -> int:
        shown = [value for value in values if isinstance(value, Digest)]
        if shown:
            self._show(shown[-1])
        if values and isinstance(values[-1], FillFrame):
            self.stepped.emit(values[-1].t)
        pauses = sum(isinstance(value, FillFrame) and value.pause for value in values)
        return len(values) - pauses - sum(each.frame.preview for each in shown)

    def _show(self, shown: Digest | None) -> None:
        self._digest = shown
        self.result_changed.emit(self.result)
