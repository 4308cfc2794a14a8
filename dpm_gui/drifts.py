"""The reverse drift on a grid over the plane, for every step: computed when somebody looks, once for each model."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from core.values import DriftFrame
from dpm_gui import engine
from dpm_gui.engine import Opened
from dpm_gui.tasks import Tasks

DRIFTING = "drift"


class Drifts(QObject):
    """Has the drift computed, and holds what has come so far."""

    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._found: dict[int, DriftFrame] = {}

    @property
    def found(self) -> Mapping[int, DriftFrame]:
        """What has been computed, by step."""
        return self._found

    def at(self, t: int) -> DriftFrame | None:
        """Return the drift of the kernel at step ``t`` if it has been computed; step 0 shows that of step 1."""
        return self._found.get(max(t, 1))

    def forget(self) -> None:
        """Drop all of it: something else is open."""
        self._found = {}

    def compute(self, opened: Opened, threads: int) -> None:
        """Have the drift of every step computed, unless that has been done or is under way."""
        steps = opened.checkpoint.steps
        if DRIFTING not in self._tasks and len(self._found) < steps:
            self._tasks.begin(DRIFTING, lambda: engine.drift(opened, threads), self._take, "Computing the drift", steps)

    def _take(self, values: list[object]) -> int:
        self._found |= {value.t: value for value in values if isinstance(value, DriftFrame)}
        self.changed.emit()
        return len(values)
