"""The one owner of what is open, running and recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.errors import BadInputError, DpmError
from core.values.measurements import Bound, BoundProgress
from core.values.runs import DriftFrame, Frame, RunSpec
from dpm_gui.engine import measuring, opening, runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import POINTS, SEQUENCES, Subject, subject_of
from dpm_gui.engine.values import FORWARD, REVERSE, Preview, SideColours, SideFrame
from dpm_gui.jobs.tasks import Tasks
from dpm_gui.session.figure_rows import ROWING, PictureRows, RowsOfFigure
from dpm_gui.session.predictions import DRIFTING, LOOKING, Drifts, Looks
from dpm_gui.session.recorded_run import RecordedRun, kept
from dpm_gui.session.side_recording import Recording, Shown
from dpm_gui.session.undo import change_of_spec

PRELOADING, OPENING, RUNNING, MEASURING = "preload", "open", "run", "bound"
OF_ANOTHER_RUN = {"seed", "count", "denoise_from"}
OF_WHAT_IS_OPEN = (RUNNING, MEASURING, DRIFTING, ROWING, LOOKING)


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
    looked = Signal()
    """What `look` asked for is there."""
    figure_changed = Signal()
    """More of what `figure_ready` waits for is there."""
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
        self._tasks = Tasks((PRELOADING, OPENING, *OF_WHAT_IS_OPEN), self)
        self._looks, self._rows = Looks(self._tasks, self), RowsOfFigure(self._tasks, self)
        self._drifts = Drifts(self._tasks, self)
        self._spec = spec
        self._run = RecordedRun()
        self._in_view = True
        self._opened: Opened | None = None
        self._subject: Subject = POINTS
        self._bound: Bound | None = None
        self.undo_stack = QUndoStack(self)
        self._tasks.activity_changed.connect(self.activity_changed)
        self._tasks.ended.connect(self._note_end)
        self._looks.looked.connect(self.looked)
        self._drifts.changed.connect(self.drift_changed)
        for signal in (self._rows.changed, self._drifts.changed):
            signal.connect(self.figure_changed)

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
        return RUNNING in self._tasks

    def recording(self, side: str) -> Recording:
        """Return what came out on one side, "forward" or "reverse"."""
        return self._run.sides[side]

    @property
    def out_of_date(self) -> bool:
        """Whether what came out is of another spec than the present one."""
        return self._opened is not None and self._run.spec != self._spec

    def drift(self, t: int) -> DriftFrame | None:
        """Return the drift of the kernel at step ``t`` if it has been computed; step 0 shows that of step 1."""
        return self._drifts.at(t)

    @property
    def drifts(self) -> Mapping[int, DriftFrame]:
        """Every drift that has been computed, by step."""
        return self._drifts.found

    @property
    def has_drift(self) -> bool:
        """Whether what is open lies in the plane, where drifts are arrows."""
        return self._opened is not None and self._subject == POINTS

    @property
    def rows(self) -> PictureRows | None:
        """The rows of the figure of pictures, once `compute_figure` has them."""
        return self._rows.rows

    @property
    def figure_ready(self) -> bool:
        """Whether all that belongs to the paper's figure of what is open is there, beside the run itself."""
        if self._opened is not None and self._opened.checkpoint.data.is_picture:
            return self.rows is not None
        return not self.has_drift or self.drift(self._run.sides[FORWARD].steps) is not None

    def open(self, path: str) -> None:
        """Open the checkpoint at ``path``; what was open stays until the new one has proved sound."""
        text = f"Opening {path}"
        self._tasks.begin(
            OPENING, lambda: opening.open_checkpoint(path), self._take_checkpoint, text, 0, can_stop=False
        )

    def preload(self) -> None:
        """Have the engine imported, beside whatever else is being done."""
        self._tasks.begin_quietly(PRELOADING, opening.preload)

    def edit(self, **changes: Any) -> None:
        """Change entries of the spec, undoably, and run what it now says, at once or when somebody looks again.

        Another seed, count or start is another run, whose states are others: it branches only where ``changes`` say so.
        """
        if changes.keys() & OF_ANOTHER_RUN:
            changes.setdefault("branches", ())
        spec = dataclasses.replace(self._spec, **changes)
        if spec != self._spec:
            self.undo_stack.push(change_of_spec(self._apply, self._spec, spec))

    def set_in_view(self, in_view: bool) -> None:
        """Say whether anybody looks at what comes out: for nobody an edit is not run, but as soon as somebody looks."""
        self._in_view = in_view
        if in_view and self.out_of_date:
            self._catch_up()

    def run(self) -> None:
        """Run the spec on what is open, from the start."""
        opened, spec = self._opened, self._spec
        if opened is None:
            return
        try:
            rooms = runs.rooms(opened, spec)
        except DpmError as error:
            self._tasks.fail(RUNNING, error)
            return
        self._forget_run()
        root = self._run.begin(spec, rooms, opened.checkpoint.steps)
        what = (opened, spec) if root is None else (opened, spec, root)
        recordings = self._run.sides
        self.recording_replaced.emit()
        subject = "futures" if spec.branches else self._subject.name
        text = f"Sampling {spec.reverse_count:,} {subject}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        self._tasks.begin(RUNNING, lambda: kept(runs.run(*what), recordings), self._take_frames, text, rooms.frames)
        self.run_started.emit()

    def look(self, way: str, shown: Mapping[str, Shown]) -> Mapping[str, Shown]:
        """Return what the frames ``shown`` look like in one ``way``, by side; what is not known yet is computed.

        Of several wishes that wait the newest alone is answered; `looked` tells when.
        """
        known = {side: self._looks.found(side, way, each) for side, each in shown.items()}
        missing = {side: each for side, each in shown.items() if known[side] is None}
        if missing and self._opened is not None:
            self._looks.ask(self._opened, way, missing, self._spec)
        return {side: Shown(frame, shown[side].preview) for side, frame in known.items() if frame is not None}

    def newest_look(self, side: str, way: str) -> Frame | None:
        """Return the newest answer that `look` has had for ``side``, of whichever step, if there is one."""
        return self._looks.newest(side, way)

    def compute_figure(self) -> None:
        """Compute what belongs to the paper's figure beside the run itself, unless it is there or under way.

        Raises:
            BadInputError: If the run has not come to its end, or shows many futures of one state.
        """
        if self._spec.branches:
            raise BadInputError("figure: the reverse shows many futures of one state; sample from noise first")
        if self._opened is not None and self._opened.checkpoint.data.is_picture:
            self._rows.compute(self._opened, self._spec, self._run.sides)
        else:
            self.compute_drift()

    def compute_drift(self) -> None:
        """Compute the reverse drift of every step, unless that has been done or is under way."""
        if self._opened is not None and self.has_drift:
            self._drifts.compute(self._opened, self._spec.threads)

    def measure_bound(self) -> None:
        """Measure K of what is open on fresh data, as many as the spec has trajectories, or as suit pictures."""
        opened, spec = self._opened, self._spec
        if opened is not None:
            steps, text = opened.checkpoint.steps, "Measuring K"
            self._tasks.begin(MEASURING, lambda: measuring.measure_bound(opened, spec), self._take_bound, text, steps)

    def stop(self) -> None:
        """Stop what is running; the frames that are there stay."""
        self._tasks.stop(OF_WHAT_IS_OPEN)

    def shut_down(self) -> None:
        """End every thread; nothing is told and nothing begins any more, even if a field still hands in its value."""
        self.blockSignals(True)
        self.undo_stack.blockSignals(True)  # it would tell of its end, when the window may be gone
        self._tasks.shut_down()

    def _apply(self, spec: RunSpec) -> None:
        self._spec = spec
        self.spec_changed.emit(spec)
        if self._in_view:
            self._catch_up()

    def _catch_up(self) -> None:
        """Run the spec; where all that would come out has been kept, tell of it as of a run that takes no time."""
        if not self._run.bring_back(self._spec):
            self.run()
            return
        self._tasks.stop((RUNNING,))
        self._forget_run()
        self.recording_replaced.emit()
        self.run_started.emit()
        for side in (FORWARD, REVERSE):
            self.colours_changed.emit(side)
            self.frames_added.emit(side)
        self.run_ended.emit(None)

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        if purpose == RUNNING:
            self.run_ended.emit(error)
        if error is not None:
            self.failed.emit(error)

    def _take_checkpoint(self, values: list[object]) -> int:
        for value in values:
            if isinstance(value, Preview) and self._opened is None:
                self.preview_read.emit(value)
            elif isinstance(value, Opened):
                self._replace(value)
        return 0

    def _replace(self, opened: Opened) -> None:
        self._tasks.stop(OF_WHAT_IS_OPEN)
        self.undo_stack.clear()
        self._drifts.forget()
        self._opened, self._bound = opened, opened.checkpoint.bound
        self._fit_spec(subject_of(opened.checkpoint))
        self._run.forget(opened.checkpoint.steps)
        self._forget_run()
        self.opened_changed.emit(opened)
        self.bound_changed.emit(self._bound)
        self.run()

    def _fit_spec(self, subject: Subject) -> None:
        """Run as many trajectories as is usual, unless a person has chosen another number that can be; from noise."""
        usual = {POINTS.usual, SEQUENCES.usual, self._subject.usual}
        count = self._spec.count
        self._subject = subject
        if count in usual or count > subject.most:
            count = subject.usual
        spec = dataclasses.replace(self._spec, count=count, denoise_from=None, branches=())
        if spec != self._spec:
            self._spec = spec
            self.spec_changed.emit(spec)

    def _forget_run(self) -> None:
        self._looks.forget()
        self._rows.forget()

    def _take_frames(self, values: list[object]) -> int:
        done = sum(self._run.take(value) for value in values)
        for value in values:
            if isinstance(value, SideColours):
                self.colours_changed.emit(value.side)
        for side in dict.fromkeys(value.side for value in values if isinstance(value, SideFrame)):
            self.frames_added.emit(side)
        return done

    def _take_bound(self, values: list[object]) -> int:
        for value in values:
            if isinstance(value, BoundProgress) and value.bound is not None:
                self._bound = value.bound
                self.bound_changed.emit(value.bound)
        return len(values)
