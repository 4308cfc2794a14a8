"""Runs inpainting requests one after the other, and holds the newest frame with images."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from core.values.inpainting import InpaintingFrame
from dpm_gui.engine import painting
from dpm_gui.engine.opening import Opened
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.history.entries import Inpainting, with_entry
from dpm_gui.paint.inpainting.requests import PaintState, request_of
from dpm_gui.paint.results.summary import ResultSummary, with_summaries

INPAINTING = "inpaint"


class InpaintRunner(TaskOwner):
    """Runs one request after the other and holds the newest frame with images."""

    started = Signal()
    """A run has begun; the present results belong to an earlier request."""
    result_changed = Signal(object)
    """An `InpaintingFrame` with images, or None once there are none."""
    stepped = Signal(int)
    """The chain has reached this step, without images to show."""
    finished = Signal(object)
    """The `Inpainting` of a run that has finished, for the history."""
    ended = Signal(object)
    """None after a run that finished or was stopped, else the error."""

    purpose = INPAINTING

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self.summary: ResultSummary | None = None  # the newest frame with its summary

    @property
    def result(self) -> InpaintingFrame | None:
        """The newest frame with images."""
        return None if self.summary is None else self.summary.frame

    def forget_result(self) -> None:
        """Stop the run and drop its result."""
        self.stop()
        self._show(None)

    def _inpaint(self, opened: Opened, state: PaintState, threads: int, *, row: bool) -> None:
        """Inpaint ``state`` from the start (see `request_of`); a run under way is stopped."""
        steps = state.options.start or opened.checkpoint.steps
        self.started.emit()
        data = opened.checkpoint.data

        def work() -> Iterator[InpaintingFrame | ResultSummary | Inpainting]:
            request = request_of(state, threads, row=row)  # a large image takes a while to be checked
            return with_entry(with_summaries(painting.inpaint(opened, request), data), state)

        self._tasks.begin(self.purpose, work, self._take_values, "Inpainting", steps + 1)

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        self.ended.emit(error)
        super()._note_end(purpose, error)

    def _take_values(self, values: list[InpaintingFrame | ResultSummary | Inpainting]) -> int:
        steps = [value for value in values if not isinstance(value, Inpainting)]
        shown = [value for value in steps if isinstance(value, ResultSummary)]
        if shown:
            self._show(shown[-1])
        if steps and isinstance(steps[-1], InpaintingFrame):
            self.stepped.emit(steps[-1].t)
        for value in values:
            if isinstance(value, Inpainting):
                self.finished.emit(value)
        pauses = sum(isinstance(value, InpaintingFrame) and value.pause for value in steps)
        return len(steps) - pauses - sum(each.frame.preview for each in shown)

    def _show(self, shown: ResultSummary | None) -> None:
        self.summary = shown
        self.result_changed.emit(self.result)
