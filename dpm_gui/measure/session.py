"""What has been measured of the open model, and the jobs that measure it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.values.measurements import Bound, Progress, StepTerms
from core.values.runs import RunSpec
from core.values.work import Crooks, Measured, Work
from dpm_gui.engine import measuring
from dpm_gui.engine.opening import Opened
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.session.session import Session

LIMIT, ENTROPIES, WORK, CROOKS = "limit", "entropies", "work", "crooks"
TEXTS = {
    LIMIT: "Measuring the limit of K",
    ENTROPIES: "Computing the true entropies",
    WORK: "Measuring the work of paths",
    CROOKS: "Measuring forward and reverse paths",
}
DEFAULT_PATHS = 1024
Measurement = Callable[[Opened, RunSpec, NDArray[np.floating] | None], Iterator[Progress[Any]]]
"""Measures the open model for a spec, on given data if there are any."""


class MeasureSession(TaskOwner):
    """Holds what has been measured of the open model; K itself is measured by the session of the window.

    All numbers are of the spec's seed. What another seed, other data or another checkpoint makes out of date is
    dropped.

    Attributes:
        steps: The terms of K found so far, by step, while K is being measured.
        limit, true_entropies, work, crooks: See `core.values.work.Measured`; None if not measured, or unknown.
    """

    changed = Signal(str)
    """What has changed: "bound", or one of the purposes."""

    purpose = WORK

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent, (LIMIT, ENTROPIES, WORK, CROOKS))
        self._session = session
        self._seed = session.spec.seed
        self.steps: dict[int, StepTerms] = {}
        self.limit: Bound | None = None
        self.true_entropies: NDArray[np.float64] | None = None
        self.work: Work | None = None
        self.crooks: Crooks | None = None
        session.opened_changed.connect(lambda _: self._forget())
        session.data_changed.connect(self._forget)
        session.spec_changed.connect(lambda spec: self._forget() if spec.seed != self._seed else None)
        session.bound_step.connect(self._take_step)
        session.bound_changed.connect(self._take_bound)

    @property
    def measured(self) -> Measured | None:
        """All that has been measured, or None without K."""
        bound = self._session.bound
        if bound is None:
            return None
        return Measured(bound, self.limit, self.true_entropies, self.work, self.crooks)

    def measure(self) -> None:
        """Measure K, its limit and the true entropies, as far as they are not known yet or of another seed."""
        self._session.measure_bound()
        self._begin(LIMIT, measuring.measure_limit)
        if self.true_entropies is None:
            self._begin(ENTROPIES, lambda opened, _, __: measuring.true_entropies(opened))

    def measure_work(self, paths: int = DEFAULT_PATHS) -> None:
        """Measure the work of ``paths`` paths from each point; the result grows."""
        self._begin(WORK, lambda opened, spec, given: measuring.measure_work(opened, spec, paths, given), counted=False)

    def measure_crooks(self) -> None:
        """Measure forward and reverse paths, if the density of x^1 is known."""
        self._begin(CROOKS, lambda opened, spec, _: measuring.measure_crooks(opened, spec), counted=False)

    def stop(self) -> None:
        self._tasks.stop((LIMIT, ENTROPIES, WORK, CROOKS))

    def _begin(self, name: str, measure: Measurement, *, counted: bool = True) -> None:
        """Begin ``measure`` for the purpose ``name``; ``counted`` if it reports once for each step of the chain."""
        opened, spec, given = self._session.opened, self._session.spec, self._session.given
        if opened is not None:
            values = None if given is None else given.values
            total = opened.checkpoint.steps if counted else 0
            self._tasks.begin(
                name,
                lambda: measure(opened, spec, values),
                lambda reports: self._take(name, reports),
                TEXTS[name],
                total,
            )

    def _take(self, name: str, reports: list[Progress[Any]]) -> int:
        results = [report.result for report in reports if report.result is not None]
        if results:
            setattr(self, {ENTROPIES: "true_entropies"}.get(name, name), results[-1])
            self.changed.emit(name)
        return len(reports)

    def _take_step(self, step: StepTerms) -> None:
        self.steps[step.t] = step
        self.changed.emit("bound")

    def _take_bound(self, bound: Bound | None) -> None:
        self.steps = {}
        self.changed.emit("bound")

    def _forget(self) -> None:
        """Drop what belongs to other data, another seed or another checkpoint."""
        self.stop()
        self._seed = self._session.spec.seed
        self.steps = {}
        self.limit = self.true_entropies = self.work = self.crooks = None
        for name in ("bound", LIMIT, ENTROPIES, WORK, CROOKS):
            self.changed.emit(name)
