"""The one owner of what is open, running and recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.values import Bound, BoundProgress, DriftFrame, RunSpec
from dpm_gui import engine
from dpm_gui.engine import FORWARD, REVERSE, Opened, Preview, SideColours, SideFrame
from dpm_gui.jobs import Job, Jobs, Work
from dpm_gui.recording import Recording

WAKING, OPENING, RUNNING, DRIFTING, MEASURING = "wake", "open", "run", "drift", "bound"


@dataclass(frozen=True, slots=True)
class Activity:
    """What is being done, for the status bar.

    Attributes:
        text: What, in words.
        done, total: How far, in steps; ``total`` is 0 where nobody knows.
        seconds_left: An estimate, or None while there is nothing to go by.
        can_stop: Whether `Session.stop` ends it.
    """

    text: str
    done: int
    total: int
    seconds_left: float | None
    can_stop: bool


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

    def open(self, path: str) -> None:
        """Open the checkpoint at ``path``; what was open stays until the new one has proved sound."""
        self._start(OPENING, lambda: engine.open_checkpoint(path), self._take_checkpoint, f"Opening {path}", 0)

    def wake(self) -> None:
        """Have the engine imported, beside whatever else is being done."""
        if not self._ended:
            self._jobs.start(WAKING, engine.wake).start()

    def edit(self, **changes: int) -> None:
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
        self._recordings = _empty_recordings(steps)
        self.recording_replaced.emit()
        text = f"Sampling {spec.count:,} points".replace(",", "\N{NARROW NO-BREAK SPACE}")
        self._start(RUNNING, lambda: engine.run(opened, spec), self._take_frames, text, 2 * (steps + 1))
        self.run_started.emit()

    def compute_drift(self) -> None:
        """Compute the reverse drift of every step, unless that has been done or is under way."""
        opened, threads = self._opened, self._spec.threads
        if opened is None or DRIFTING in self._activities or len(self._drift) == opened.checkpoint.steps:
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
        clock = _Clock(text, total, can_stop=purpose != OPENING)
        job.produced.connect(lambda values: self._take(purpose, job, take, values, clock))
        job.done.connect(lambda: self._finish(purpose, job, None))
        job.failed.connect(lambda error: self._finish(purpose, job, error))
        self._tell(purpose, clock.after(0))
        job.start()

    def _take(
        self, purpose: str, job: Job, take: Callable[[list[object]], int], values: list[object], clock: _Clock
    ) -> None:
        if self._jobs.is_current(purpose, job):  # a queued signal outlives a job that was replaced
            self._tell(purpose, clock.after(take(values)))

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
        self._recordings = _empty_recordings(opened.checkpoint.steps)
        self.opened_changed.emit(opened)
        self.bound_changed.emit(self._bound)
        self.run()

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


class _Clock:
    """Counts the steps of one job and guesses the time that is left."""

    def __init__(self, text: str, total: int, *, can_stop: bool) -> None:
        self._text = text
        self._total = total
        self._can_stop = can_stop
        self._done = 0
        self._begin = monotonic()

    def after(self, more: int) -> Activity:
        """Return the activity after ``more`` further steps."""
        self._done += more
        left = (self._total - self._done) * (monotonic() - self._begin) / self._done if self._done else None
        return Activity(self._text, self._done, self._total, left, self._can_stop)
