"""The session, the one owner of the open checkpoint, the running tasks and the recordings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Unpack

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.errors import BadInputError, DpmError
from core.values.measurements import Bound, Progress
from core.values.runs import RunSpec
from dpm_gui.desktop.numbers import grouped
from dpm_gui.engine import opening, run_parts, runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.run_parts import RecordingSpace
from dpm_gui.engine.state_kinds import POINTS, SEQUENCES, StateKind, state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE, CheckpointPreview, SideColours, SideFrame
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.session.figure_rows import COMPUTING_ROWS, ImageRowsBuilder
from dpm_gui.session.predictions import COMPUTING_DRIFT, PREDICTING, Drifts, Predictions
from dpm_gui.session.recorded_run import RecordedRun, RunValue, store_frames
from dpm_gui.session.shown_columns import ShownColumns
from dpm_gui.session.side_recording import ShownFrame, SideRecording
from dpm_gui.session.undo import SpecChanges, spec_change_command

PRELOADING, OPENING, RUNNING, MEASURING_BOUND = "preload", "open", "run", "bound"
FIELDS_OF_ANOTHER_RUN = {"seed", "count", "denoise_from"}
TASKS_OF_OPENED = (RUNNING, MEASURING_BOUND, COMPUTING_DRIFT, COMPUTING_ROWS, PREDICTING)


class Session(TaskOwner):
    """The open checkpoint, the spec to run, the running tasks and their results. Only `edit` changes the spec.

    Attributes:
        predictions: The results of `predict`.
        drifts: The results of `compute_drift`.
        columns: The columns of points on show; they are no part of the spec.
        image_rows: The results of `compute_figure` for images.
        undo_stack: The changes of the spec.
    """

    preview_read = Signal(object)
    """A `CheckpointPreview`, emitted only while nothing is open."""
    opened_changed = Signal(object)
    """The `Opened` that replaces what was open."""
    spec_changed = Signal(object)
    recording_replaced = Signal()
    count_changed = Signal()
    """The recordings show more or fewer of the same states."""
    frames_added = Signal(str)
    """The side that has new frames."""
    colours_changed = Signal(str)
    drift_changed = Signal()
    predictions_changed = Signal()
    """A prediction that `predict` requested has been computed."""
    figure_changed = Signal()
    """A part that `figure_ready` waits for has been computed."""
    bound_changed = Signal(object)
    """A `Bound`, or None if the open checkpoint has none."""
    run_started = Signal()
    run_ended = Signal(object)
    """None after a run that finished or was stopped, else the error."""

    purpose = RUNNING

    def __init__(self, spec: RunSpec, parent: QObject | None = None, *, count_chosen: bool = False) -> None:
        """Start with ``spec``; its count is kept for data of every kind if the user has chosen it."""
        super().__init__(parent, (PRELOADING, OPENING, *TASKS_OF_OPENED))
        self.predictions, self.image_rows = Predictions(self._tasks, self), ImageRowsBuilder(self._tasks, self)
        self.drifts, self.columns = Drifts(self._tasks, self), ShownColumns(self)
        self._spec = spec
        self._chosen_count = spec.count if count_chosen else None
        self._run = RecordedRun()
        self._in_view = True
        self._opened: Opened | None = None
        self._state_kind = POINTS
        self._bound: Bound | None = None
        self.undo_stack = QUndoStack(self)
        self.predictions.predictions_changed.connect(self.predictions_changed)
        self.drifts.changed.connect(self.drift_changed)
        for signal in (self.image_rows.changed, self.drifts.changed):
            signal.connect(self.figure_changed)

    @property
    def spec(self) -> RunSpec:
        """The spec to run."""
        return self._spec

    @property
    def opened(self) -> Opened | None:
        """The open checkpoint, once it can be run."""
        return self._opened

    @property
    def bound(self) -> Bound | None:
        """K of the open checkpoint, if it has been measured."""
        return self._bound

    def recording(self, side: str) -> SideRecording:
        """Return the recording of one side, "forward" or "reverse"."""
        return self._run.sides[side]

    @property
    def out_of_date(self) -> bool:
        """Whether the recordings belong to another spec than the present one."""
        return self._opened is not None and self._run.spec != self._spec

    @property
    def state_kind(self) -> StateKind:
        """The kind of the states; points before a checkpoint is open."""
        return self._state_kind

    @property
    def has_drift(self) -> bool:
        """Whether the states are points, whose drift is drawn as arrows."""
        return self._opened is not None and self._state_kind.is_points

    @property
    def figure_ready(self) -> bool:
        """Whether all parts of the paper's figure are computed, apart from the run itself."""
        if self._opened is not None and self._state_kind.is_image:
            return self.image_rows.rows is not None
        return not self.has_drift or self.drifts.at(self._run.sides[FORWARD].steps) is not None

    def open(self, path: str) -> None:
        """Open the checkpoint at ``path``; what was open stays until the new one has been checked."""
        text = f"Opening {path}"
        self._tasks.begin(
            OPENING, lambda: opening.open_checkpoint(path), self._take_checkpoint, text, 0, can_stop=False
        )

    def preload(self) -> None:
        """Import the engine in the background."""
        self._tasks.begin_silently(PRELOADING, opening.preload)

    def edit(self, **changes: Unpack[SpecChanges]) -> None:
        """Change entries of the spec, undoably, and run it: at once, or as soon as Watch is visible again.

        A new seed, count or start gives other states, so the branches are dropped unless ``changes`` set them.
        """
        if changes.keys() & FIELDS_OF_ANOTHER_RUN:
            changes.setdefault("branches", ())
        self._chosen_count = changes.get("count", self._chosen_count)
        spec = dataclasses.replace(self._spec, **changes)
        if spec != self._spec:
            self.undo_stack.push(spec_change_command(self._apply, self._spec, spec))

    def set_in_view(self, in_view: bool) -> None:
        """Tell the session whether Watch is visible; edits made while it is hidden run when it is shown."""
        self._in_view = in_view
        if in_view and self.out_of_date:
            self._run_if_outdated()

    def run(self) -> None:
        """Run the spec from the start."""
        opened, spec = self._opened, self._spec
        if opened is None:
            return
        try:
            recording_space = run_parts.recording_space(opened, spec, run_parts.parts_of(opened, spec))
        except DpmError as error:
            self._tasks.fail(RUNNING, error)
            return
        self._forget_run()
        root = self._run.begin(spec, recording_space, opened.checkpoint.steps)
        what = (opened, spec) if root is None else (opened, spec, root)
        self.recording_replaced.emit()
        state_kind = "futures" if spec.branches else self._state_kind.name
        text = f"Sampling {grouped(spec.reverse_count)} {state_kind}"
        self._record(recording_space, lambda: runs.run(*what), text)
        self.run_started.emit()

    def predict(self, mode: str, shown: Mapping[str, ShownFrame]) -> Mapping[str, ShownFrame]:
        """Return the cached predictions of kind ``mode`` for the frames ``shown``, by side; request the missing ones.

        Of several waiting requests only the newest is computed; `predictions_changed` is emitted when it is done.
        """
        known = {side: self.predictions.found(side, mode, each) for side, each in shown.items()}
        missing = {side: each for side, each in shown.items() if known[side] is None}
        if missing and self._opened is not None:
            self.predictions.ask(self._opened, mode, missing, self._spec)
        return {side: ShownFrame(frame, shown[side].preview) for side, frame in known.items() if frame is not None}

    def compute_figure(self) -> None:
        """Compute the parts of the paper's figure that the run lacks, unless they are computed or being computed.

        Raises:
            BadInputError: If the run has not finished, or shows many futures of one state.
        """
        if self._spec.branches:
            raise BadInputError("figure: the reverse shows many futures of one state; sample from noise first")
        if self._opened is not None and self._state_kind.is_image:
            self.image_rows.compute(self._opened, self._spec, self._run.sides)
        else:
            self.compute_drift()

    def compute_drift(self) -> None:
        """Compute the reverse drift of every step, unless it is computed or being computed."""
        if self._opened is not None and self.has_drift:
            self.drifts.compute(self._opened, self._spec.threads, self.columns.shown)

    def measure_bound(self) -> None:
        """Measure K on what `dpm_gui.engine.runs.measure_bound` chooses, and tell what it was."""
        opened, spec = self._opened, self._spec
        if opened is not None:
            steps, text = opened.checkpoint.steps, "Measuring K"
            self._tasks.begin(MEASURING_BOUND, lambda: runs.measure_bound(opened, spec), self._take_bound, text, steps)

    def stop(self) -> None:
        """Stop the running tasks; the frames recorded so far stay."""
        self._tasks.stop(TASKS_OF_OPENED)

    def shut_down(self) -> None:
        self.undo_stack.blockSignals(True)  # it emits signals when it is destroyed, after the window may be gone
        super().shut_down()

    def _apply(self, spec: RunSpec) -> None:
        self._spec = spec
        self.spec_changed.emit(spec)
        if self._in_view:
            self._run_if_outdated()

    def _run_if_outdated(self) -> None:
        """Run the spec. If states of it are recorded, or its samples were kept, show them and add what is missing."""
        restored = self._run.restore_samples(self._spec)
        if restored:
            self._tasks.stop((RUNNING,))
        elif not self._run.differs_in_count(self._spec) or not (self.running or self._run.recorded[REVERSE]):
            self.run()
            return
        self._forget_run()
        self._run.show(self._spec)
        (self.recording_replaced if restored else self.count_changed).emit()
        self.run_started.emit()
        for side in (FORWARD, REVERSE):
            self.colours_changed.emit(side)
            self.frames_added.emit(side)
        if self.running:  # the run goes on, and is extended at its end, unless nothing that it computes is needed
            self._stop_if_complete()
        elif self._run.complete:
            self.run_ended.emit(None)
        else:
            self._extend()

    def _extend(self) -> None:
        """Compute the states that the recorded run lacks."""
        opened, spec = self._opened, self._run.spec
        if opened is None or spec is None:
            return
        try:
            parts = run_parts.parts_of(opened, spec, self._run.recorded)
            recording_space = run_parts.recording_space(opened, spec, parts, self._run.memory)
        except DpmError as error:
            self._tasks.fail(RUNNING, error)
            return
        self._run.extend(recording_space)
        more = spec.count - min(self._run.recorded.values())
        text = f"Sampling {grouped(more)} more {self._state_kind.name}"
        self._record(recording_space, lambda: runs.run(opened, spec, None, parts), text)

    def _record(self, recording_space: RecordingSpace, work: Callable[[], Iterator[RunValue]], text: str) -> None:
        keys = [(space.side, space.states.start) for space in recording_space.parts]
        parts = {key: self._run.part(key) for key in keys}
        self._tasks.begin(RUNNING, lambda: store_frames(work(), parts), self._take_frames, text, recording_space.frames)

    def _stop_if_complete(self) -> None:
        """Stop the run if it computes only states that are no longer wanted."""
        if self._run.complete and not self._run.finished:
            self._tasks.stop((RUNNING,))

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        if purpose == RUNNING:
            if error is None and self._run.finished and not self._run.complete:  # more were asked for meanwhile
                self._extend()
                return
            self.run_ended.emit(error)
        super()._note_end(purpose, error)

    def _take_checkpoint(self, values: list[CheckpointPreview | Opened]) -> int:
        for value in values:
            if isinstance(value, Opened):
                self._replace(value)
            elif self._opened is None:
                self.preview_read.emit(value)
        return 0

    def _replace(self, opened: Opened) -> None:
        self._tasks.stop(TASKS_OF_OPENED)
        self.undo_stack.clear()
        self.drifts.forget()
        self.columns.reset(opened.checkpoint.data)
        self._opened, self._bound = opened, opened.checkpoint.bound
        self._adapt_spec(state_kind_of(opened.checkpoint))
        self._run.forget(opened.checkpoint.steps)
        self._forget_run()
        self.opened_changed.emit(opened)
        self.bound_changed.emit(self._bound)
        self.run()

    def _adapt_spec(self, state_kind: StateKind) -> None:
        """Start from noise, with the usual number of trajectories unless the user has set another that is possible."""
        default_counts = {POINTS.default_count, SEQUENCES.default_count, self._state_kind.default_count}
        count = self._spec.count
        self._state_kind = state_kind
        if (count in default_counts and count != self._chosen_count) or count > state_kind.most:
            count = state_kind.default_count
        spec = dataclasses.replace(self._spec, count=count, denoise_from=None, branches=())
        if spec != self._spec:
            self._spec = spec
            self.spec_changed.emit(spec)

    def _forget_run(self) -> None:
        self.predictions.forget()
        self.image_rows.forget()

    def _take_frames(self, values: list[RunValue]) -> int:
        done = sum(self._run.take(value) for value in values)
        for value in values:
            if isinstance(value, SideColours):
                self.colours_changed.emit(value.side)
        for side in dict.fromkeys(value.side for value in values if isinstance(value, SideFrame)):
            self.frames_added.emit(side)
        self._stop_if_complete()
        return done

    def _take_bound(self, values: list[Progress[Bound]]) -> int:
        for value in values:
            if value.result is not None:
                self._bound = value.result
                self.bound_changed.emit(value.result)
        return len(values)
