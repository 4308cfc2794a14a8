"""The network's predictions and drifts, computed on demand; predictions are cached for the newest steps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from core.values.runs import DriftFrame, Frame, RunSpec
from dpm_gui.engine import runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import Prediction
from dpm_gui.jobs.tasks import Tasks
from dpm_gui.session.side_recording import ShownFrame

PREDICTING = "predict"
PredictionKey = tuple[str, str, bool, int, int]
"""Side, mode, whether it is of a preview, step and number of states."""
CACHED_PREDICTIONS = 16
"""Number of newest predictions that are cached, so that recent steps can be shown again at once."""


class Predictions(QObject):
    """Computes one prediction at a time. Of the requests that wait, only the newest is kept."""

    predictions_changed = Signal()
    """A prediction has been computed."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._answers: OrderedDict[PredictionKey, Frame] = OrderedDict()
        self._running: set[PredictionKey] = set()
        self._waiting: tuple[Opened, str, Mapping[str, ShownFrame], RunSpec] | None = None
        tasks.ended.connect(self._note_end)

    def found(self, side: str, mode: str, shown: ShownFrame) -> Frame | None:
        """Return the prediction of kind ``mode`` for the frame ``shown`` of ``side``, or None if it is not cached."""
        return self._answers.get(_key(side, mode, shown))

    def newest(self, side: str, mode: str) -> Frame | None:
        """Return the newest prediction of kind ``mode`` for ``side``, at any step, or None."""
        return next((frame for key, frame in reversed(self._answers.items()) if key[:2] == (side, mode)), None)

    def ask(self, opened: Opened, mode: str, wanted: Mapping[str, ShownFrame], spec: RunSpec) -> None:
        """Request predictions for the frames ``wanted``, by side; they start when the present computation ends."""
        keys = {_key(side, mode, shown) for side, shown in wanted.items()}
        self._waiting = None if keys <= self._running else (opened, mode, wanted, spec)
        if not self._running:
            self._begin()

    def forget(self) -> None:
        """Drop all predictions and requests before other frames come."""
        self._answers.clear()
        self._waiting = None
        self._tasks.stop((PREDICTING,))

    def _begin(self) -> None:
        if self._waiting is None:
            return
        (opened, mode, wanted, spec), self._waiting = self._waiting, None
        self._running = {_key(side, mode, shown) for side, shown in wanted.items()}
        predict = Prediction(mode, {side: shown.frame for side, shown in wanted.items()})

        def take(values: list[Prediction]) -> int:
            for value in values:
                self._cache(wanted, value)
            return len(values)

        what = "the x⁰ estimate" if mode == runs.X0_ESTIMATE else "the mean of the next step"
        self._tasks.begin(PREDICTING, lambda: runs.predict(opened, predict, spec), take, f"Computing {what}", 0)

    def _cache(self, wanted: Mapping[str, ShownFrame], found: Prediction) -> None:
        for side, frame in found.frames.items():
            self._answers[_key(side, found.mode, wanted[side])] = frame
        while len(self._answers) > CACHED_PREDICTIONS:
            self._answers.popitem(last=False)
        self.predictions_changed.emit()

    def _note_end(self, purpose: str, _error: Exception | None) -> None:
        if purpose == PREDICTING:
            self._running = set()
            self._begin()


def _key(side: str, mode: str, shown: ShownFrame) -> PredictionKey:
    return side, mode, shown.preview, shown.frame.t, len(shown.frame.x)


COMPUTING_DRIFT = "drift"


class Drifts(QObject):
    """Computes the drift of every step over some columns and holds the drifts computed so far."""

    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.found: dict[int, DriftFrame] = {}  # the drifts computed so far, by step
        self._columns: tuple[int, ...] = ()

    def at(self, t: int) -> DriftFrame | None:
        """Return the drift of the kernel at step ``t``, or None if it is not computed; step 0 shows that of step 1."""
        return self.found.get(max(t, 1))

    def forget(self) -> None:
        """Drop all drifts when another checkpoint has been opened."""
        self.found = {}

    def compute(self, opened: Opened, threads: int, columns: tuple[int, ...]) -> None:
        """Start computing the drift of every step over ``columns``, unless it is computed or being computed.

        The drifts over other columns are dropped.
        """
        if columns != self._columns:
            self._tasks.stop((COMPUTING_DRIFT,))
            self.found, self._columns = {}, columns
        steps = opened.checkpoint.steps
        if COMPUTING_DRIFT not in self._tasks and len(self.found) < steps:
            self._tasks.begin(
                COMPUTING_DRIFT, lambda: runs.drift(opened, threads, columns), self._take, "Computing the drift", steps
            )

    def _take(self, values: list[DriftFrame]) -> int:
        self.found |= {value.t: value for value in values}
        self.changed.emit()
        return len(values)
