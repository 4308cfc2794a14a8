"""The one owner of what is open, running and recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.errors import DpmError
from core.values import Bound, BoundProgress, DriftFrame, RunSpec
from dpm_gui import engine
from dpm_gui.activities import Activity, Clock
from dpm_gui.engine import FORWARD, REVERSE, Opened, Preview, SideColours, SideFrame
from dpm_gui.jobs import Job, Jobs, Work
from dpm_gui.recording import Recording

WAKING, OPENING, RUNNING, DRIFTING, MEASURING = "wake", "open", "run", "drift", "bound"


class Session(QObject):
    """What is open, what to run, what is running and what came out. `edit` is the one door to change the spec."""

    preview_read = Signal(object)
    """A `Preview`, told only while nothing is open."""
    opened_changed = Signal(object)
    """An `Opened` has taken the place of what was open."""
    spec_changed = Signal(object)
    recording_replaced = Signal()
    frames_added = Signal(str)
    """Frames have come for the side that is named."""
    colours_changed = Signal(str)
    drift_changed = Signal()
    bound_changed = Signal(object)
    """A `Bound`, or None if there is none for what is open."""
    run_started = Signal()
    run_ended = Signal(object)
    """None after a run that came to its end or was stopped, else the error."""
    activity_changed = Signal(object)
    """An `Activity`, or None when nothing is being done."""
    failed = Signal(object)
    """An exception, whatever was being done."""

    def __init__(self, spec: RunSpec, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = Jobs(self)
        self._activities: dict[str, Activity] = {}
        self._spec = spec
        self._opened: Opened | None = None
        self._recordings = _empty_recordings(0)
        self._drift: dict[int, DriftFrame] = {}
        self._bound: Bound | None = None
        self._ended = False
        self.undo_stack = QUndoStack(self)

    @property
    def spec(self) -> RunSpec:
        """What to run."""
        return self._spec

    @property
    def opened(self) -> Opened | None:
        """What is open, once it can be run."""
        return self._opened

    @property
    def bound(self) -> Bound | None:
        """K of what is open, if it has been measured."""
        return self._bound

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return RUNNING in self._activities

    def recording(self, side: str) -> Recording:
        """Return what came out on one side, "forward" or "reverse"."""
        return self._recordings[side]

    def drift(self, t: int) -> DriftFrame | None:
        """Return the drift of the kernel at step ``t`` if it has been computed; step 0 shows that of step 1."""
        return self._drift.get(max(t, 1))

    @property
    def drifts(self) -> Mapping[int, DriftFrame]:
        """Every drift that has been computed, by step."""
        return self._drift

    @property
    def has_drift(self) -> bool:
        """Whether what is open lies in the plane, where drifts are arrows."""
        return self._opened is not None and self._opened.checkpoint.data.shape == (2,)

    def open(self, path: str) -> None:
        """Open the checkpoint at ``path``; what was open stays until the new one has proved sound."""
        self._start(OPENING, lambda: engine.open_checkpoint(path), self._take_checkpoint, f"Opening {path}", 0)

    def wake(self) -> None:
        """Have the engine imported, beside whatever else is being done."""
        if not self._ended:
            self._jobs.start(WAKING, engine.wake).start()

    def edit(self, **changes: Any) -> None:
        """Change entries of the spec, undoably, and run what it now says."""
        spec = dataclasses.replace(self._spec, **changes)
        if spec != self._spec:
            self.undo_stack.push(_Edit(self._apply, self._spec, spec))

    def run(self) -> None:
        """Run the spec on what is open, from the start."""
        opened, spec = self._opened, self._spec
        if opened is None:
            return
        steps = opened.checkpoint.steps
        try:
            rooms = engine.rooms(opened, spec)
        except DpmError as error:
            self._jobs.cancel(RUNNING)
            self._end(RUNNING, error)
            return
        self._recordings = {side: Recording(steps, room) for side, room in rooms.items()}
        self.recording_replaced.emit()
        what = "sequences" if opened.checkpoint.kind == "binomial" else "points"
        text = f"Sampling {spec.count:,} {what}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        self._start(RUNNING, lambda: engine.run(opened, spec), self._take_frames, text, 2 * (steps + 1))
        self.run_started.emit()

    def compute_drift(self) -> None:
        """Compute the reverse drift of every step, unless that has been done or is under way."""
        opened, threads = self._opened, self._spec.threads
        if (
            opened is None
            or not self.has_drift
            or DRIFTING in self._activities
            or len(self._drift) == opened.checkpoint.steps
        ):
            return
        steps = opened.checkpoint.steps
        self._start(DRIFTING, lambda: engine.drift(opened, threads), self._take_drift, "Computing the drift", steps)

    def measure_bound(self) -> None:
        """Measure K of what is open on fresh data, as many as the spec has trajectories."""
        opened, spec = self._opened, self._spec
        if opened is not None:
            steps = opened.checkpoint.steps
            self._start(MEASURING, lambda: engine.measure_bound(opened, spec), self._take_bound, "Measuring K", steps)

    def stop(self) -> None:
        """Stop what is running; the frames that are there stay."""
        for purpose in (RUNNING, MEASURING, DRIFTING):
            if self._jobs.cancel(purpose):
                self._end(purpose, None)

    def shut_down(self) -> None:
        """End every thread; nothing is told and nothing begins any more, even if a field still hands in its value."""
        self._ended = True
        self.blockSignals(True)
        self.undo_stack.blockSignals(True)  # it would tell of its end, when the window may be gone
        self._jobs.shut_down()

    def _apply(self, spec: RunSpec) -> None:
        self._spec = spec
        self.spec_changed.emit(spec)
        self.run()

    def _start(self, purpose: str, work: Work, take: Callable[[list[object]], int], text: str, total: int) -> None:
        if self._ended:
            return
        job = self._jobs.start(purpose, work)
        clock = Clock(text, total, can_stop=purpose != OPENING)
        job.produced.connect(lambda values: self._take(purpose, job, take, values, clock))
        job.done.connect(lambda: self._finish(purpose, job, None))
        job.failed.connect(lambda error: self._finish(purpose, job, error))
        self._tell(purpose, clock.after(0))
        job.start()

    def _take(
        self, purpose: str, job: Job, take: Callable[[list[object]], int], values: list[object], clock: Clock
    ) -> None:
        if not self._jobs.is_current(purpose, job):  # a queued signal outlives a job that was replaced
            return
        try:
            self._tell(purpose, clock.after(take(values)))
        except DpmError as error:  # the disk that frames are kept on has failed
            self._jobs.cancel(purpose)
            self._end(purpose, error)

    def _finish(self, purpose: str, job: Job, error: Exception | None) -> None:
        if self._jobs.is_current(purpose, job):
            self._jobs.end(purpose)
            self._end(purpose, error)

    def _end(self, purpose: str, error: Exception | None) -> None:
        self._tell(purpose, None)
        if purpose == RUNNING:
            self.run_ended.emit(error)
        if error is not None:
            self.failed.emit(error)

    def _tell(self, purpose: str, activity: Activity | None) -> None:
        if activity is None:
            self._activities.pop(purpose, None)
        else:
            self._activities[purpose] = activity
        order = (WAKING, OPENING, RUNNING, MEASURING, DRIFTING)
        shown = next((self._activities[name] for name in order if name in self._activities), None)
        self.activity_changed.emit(shown)

    def _take_checkpoint(self, values: list[object]) -> int:
        for value in values:
            if isinstance(value, Preview) and self._opened is None:
                self.preview_read.emit(value)
            elif isinstance(value, Opened):
                self._replace(value)
        return 0

    def _replace(self, opened: Opened) -> None:
        for purpose in (RUNNING, DRIFTING, MEASURING):
            if self._jobs.cancel(purpose):
                self._end(purpose, None)
        self.undo_stack.clear()
        self._opened, self._drift, self._bound = opened, {}, opened.checkpoint.bound
        self._take_usual_count(opened.checkpoint.kind)
        self._recordings = _empty_recordings(opened.checkpoint.steps)
        self.opened_changed.emit(opened)
        self.bound_changed.emit(self._bound)
        self.run()

    def _take_usual_count(self, kind: str) -> None:
        """Run as many trajectories as is usual for ``kind``, unless a person has chosen another number."""
        if self._spec.count in engine.COUNTS.values() and self._spec.count != engine.COUNTS[kind]:
            self._spec = dataclasses.replace(self._spec, count=engine.COUNTS[kind])
            self.spec_changed.emit(self._spec)

    def _take_frames(self, values: list[object]) -> int:
        sides: dict[str, None] = {}
        frames = 0
        for value in values:
            if isinstance(value, SideFrame):
                self._recordings[value.side].add(value.frame)
                sides[value.side] = None
                frames += 1
            elif isinstance(value, SideColours):
                self._recordings[value.side].along = value.along
                self.colours_changed.emit(value.side)
        for side in sides:
            self.frames_added.emit(side)
        return frames

    def _take_drift(self, values: list[object]) -> int:
        self._drift |= {value.t: value for value in values if isinstance(value, DriftFrame)}
        self.drift_changed.emit()
        return len(values)

    def _take_bound(self, values: list[object]) -> int:
        for value in values:
            if isinstance(value, BoundProgress) and value.bound is not None:
                self._bound = value.bound
                self.bound_changed.emit(value.bound)
        return len(values)


def _empty_recordings(steps: int) -> dict[str, Recording]:
    return {FORWARD: Recording(steps), REVERSE: Recording(steps)}


class _Edit(QUndoCommand):
    """One change of the spec; undone by putting the spec before it back."""

    def __init__(self, apply: Callable[[RunSpec], None], before: RunSpec, after: RunSpec) -> None:
        super().__init__("change of seed" if before.seed != after.seed else "change of count")
        self._apply = apply
        self._before = before
        self._after = after

    def redo(self) -> None:
        self._apply(self._after)

    def undo(self) -> None:
        self._apply(self._before)
