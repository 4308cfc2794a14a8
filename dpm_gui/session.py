"""The one owner of what is open, running and recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.errors import BadInputError, DpmError
from core.values import Bound, BoundProgress, DriftFrame, Frame, RunSpec
from dpm_gui import engine
from dpm_gui.edits import Edit
from dpm_gui.engine import FORWARD, REVERSE, Opened, Preview, SideColours, SideFrame
from dpm_gui.looks import LOOKING, Looks
from dpm_gui.picture_rows import ROWING, PictureRows, RowsOfFigure
from dpm_gui.recording import Recording, Shown
from dpm_gui.roots import Roots
from dpm_gui.run_recordings import empty_recordings, kept, recordings_in
from dpm_gui.subjects import POINTS, SEQUENCES, Subject, subject_of
from dpm_gui.tasks import Tasks

WAKING, OPENING, RUNNING, DRIFTING, MEASURING = "wake", "open", "run", "drift", "bound"
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
        self._tasks = Tasks((WAKING, OPENING, *OF_WHAT_IS_OPEN), self)
        self._looks, self._rows = Looks(self._tasks, self), RowsOfFigure(self._tasks, self)
        self._spec = spec
        self._roots = Roots()
        self._opened: Opened | None = None
        self._subject: Subject = POINTS
        self._recordings = empty_recordings(0)
        self._counted: tuple[str, ...] = (FORWARD, REVERSE)
        self._drift: dict[int, DriftFrame] = {}
        self._bound: Bound | None = None
        self.undo_stack = QUndoStack(self)
        self._tasks.activity_changed.connect(self.activity_changed)
        self._tasks.ended.connect(self._note_end)
        self._looks.looked.connect(self.looked)
        for signal in (self._rows.changed, self.drift_changed):
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

    @property
    def rows(self) -> PictureRows | None:
        """The rows of the figure of pictures, once `compute_figure` has them."""
        return self._rows.rows

    @property
    def figure_ready(self) -> bool:
        """Whether all that belongs to the paper's figure of what is open is there, beside the run itself."""
        if self._opened is not None and self._opened.checkpoint.data.is_picture:
            return self.rows is not None
        return not self.has_drift or self.drift(self._recordings[FORWARD].steps) is not None

    def open(self, path: str) -> None:
        """Open the checkpoint at ``path``; what was open stays until the new one has proved sound."""
        text = f"Opening {path}"
        self._tasks.begin(OPENING, lambda: engine.open_checkpoint(path), self._take_checkpoint, text, 0, can_stop=False)

    def wake(self) -> None:
        """Have the engine imported, beside whatever else is being done."""
        self._tasks.begin_quietly(WAKING, engine.wake)

    def edit(self, **changes: Any) -> None:
        """Change entries of the spec, undoably, and run what it now says.

        Another seed, count or start is another run, whose states are others: it branches only where ``changes`` say so.
        """
        if changes.keys() & OF_ANOTHER_RUN:
            changes.setdefault("branches", ())
        spec = dataclasses.replace(self._spec, **changes)
        if spec != self._spec:
            self.undo_stack.push(Edit(self._apply, self._spec, spec))

    def run(self) -> None:
        """Run the spec on what is open, from the start."""
        opened, spec = self._opened, self._spec
        if opened is None:
            return
        try:
            rooms = engine.rooms(opened, spec)
        except DpmError as error:
            self._tasks.fail(RUNNING, error)
            return
        self._forget_run()
        root = self._roots.begin(spec, self._recordings[REVERSE])
        what = (opened, spec) if root is None else (opened, spec, root)
        self._recordings = recordings = recordings_in(rooms, opened.checkpoint.steps)
        self._counted = (FORWARD, REVERSE) if rooms.preview is None else (REVERSE,)
        self.recording_replaced.emit()
        subject = "futures" if spec.branches else self._subject.name
        text = f"Sampling {spec.reverse_count:,} {subject}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        self._tasks.begin(RUNNING, lambda: kept(engine.run(*what), recordings), self._take_frames, text, rooms.frames)
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
            self._rows.compute(self._opened, self._spec, self._recordings)
        else:
            self.compute_drift()

    def compute_drift(self) -> None:
        """Compute the reverse drift of every step, unless that has been done or is under way."""
        opened, threads = self._opened, self._spec.threads
        if (
            opened is None
            or not self.has_drift
            or DRIFTING in self._tasks
            or len(self._drift) == opened.checkpoint.steps
        ):
            return
        steps, text = opened.checkpoint.steps, "Computing the drift"
        self._tasks.begin(DRIFTING, lambda: engine.drift(opened, threads), self._take_drift, text, steps)

    def measure_bound(self) -> None:
        """Measure K of what is open on fresh data, as many as the spec has trajectories, or as suit pictures."""
        opened, spec = self._opened, self._spec
        if opened is not None:
            steps, text = opened.checkpoint.steps, "Measuring K"
            self._tasks.begin(MEASURING, lambda: engine.measure_bound(opened, spec), self._take_bound, text, steps)

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
        self.run()

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
        self._roots.forget()
        self._opened, self._drift, self._bound = opened, {}, opened.checkpoint.bound
        self._fit_spec(subject_of(opened.checkpoint))
        self._recordings = empty_recordings(opened.checkpoint.steps)
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
        sides: dict[str, None] = {}
        frames = 0
        for value in values:
            if isinstance(value, SideFrame):
                self._recordings[value.side].note(value.frame, preview=value.preview, spread=value.spread)
                sides[value.side] = None
                frames += value.side in self._counted
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
