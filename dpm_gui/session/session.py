"""The session, the one owner of the open checkpoint, the running tasks and the recordings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Unpack

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.errors import BadInputError
from core.values.measurements import Bound, Progress
from core.values.runs import RunSpec
from dpm_gui.engine import given_examples, measuring, opening
from dpm_gui.engine.given_examples import DataFile, GivenData
from dpm_gui.engine.opening import NothingRemembered, Opened
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.state_kinds import POINTS, SEQUENCES, StateKind, state_kind_of
from dpm_gui.engine.values import FORWARD, CheckpointPreview
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.session.figure_rows import COMPUTING_ROWS, ImageRowsBuilder
from dpm_gui.session.given_data import READING_DATA, DataReader
from dpm_gui.session.predictions import COMPUTING_DRIFT, PREDICTING, Drifts, Predictions
from dpm_gui.session.runner import REMEMBERING, RUNNING, Runner
from dpm_gui.session.shown_columns import ShownColumns
from dpm_gui.session.side_recording import ShownFrame, SideRecording
from dpm_gui.session.undo import SpecChanges, spec_change_command

PRELOADING, OPENING, MEASURING_BOUND = "preload", "open", "bound"
FIELDS_OF_ANOTHER_RUN = {"seed", "count", "denoise_from"}
SECONDS_TO_REMEMBER = 0.5
TASKS_OF_OPENED = (READING_DATA, RUNNING, MEASURING_BOUND, COMPUTING_DRIFT, COMPUTING_ROWS, PREDICTING)


class Session(TaskOwner):
    """The open checkpoint, the spec to run, the running tasks and their results. Only `edit` changes the spec.

    Attributes:
        predictions: The results of `predict`.
        drifts: The results of `compute_drift`.
        columns: The columns of points on show; they are no part of the spec.
        image_rows: The results of `compute_figure` for images.
        data_reader: Reads the user's data, which take the place of the model's own, and puts them aside again.
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
    data_changed = Signal()
    """The data of the forward side are those of another file, or the model's own again."""
    bound_step = Signal(object)
    """The `StepTerms` of a step, while K is being measured."""
    bound_changed = Signal(object)
    """A `Bound`, or None if the open checkpoint has none."""
    run_started = Signal()
    run_ended = Signal(object)
    """None after a run that finished or was stopped, else the error."""

    purpose = RUNNING

    def __init__(
        self,
        spec: RunSpec,
        parent: QObject | None = None,
        *,
        count_chosen: bool = False,
        memory: RunMemory | None = None,
    ) -> None:
        """Start with ``spec``; its count is kept for data of every kind if the user has chosen it.

        Runs are remembered in ``memory``, if there is one.
        """
        super().__init__(parent, (PRELOADING, OPENING, *TASKS_OF_OPENED))
        self.predictions, self.image_rows = Predictions(self._tasks, self), ImageRowsBuilder(self._tasks, self)
        self.drifts, self.columns = Drifts(self._tasks, self), ShownColumns(self)
        self._runner, self.data_reader = Runner(self._tasks, self, memory), DataReader(self._tasks, self)
        self._memory, self._preload_later = memory, False
        self._spec = spec
        self._chosen_count = spec.count if count_chosen else None
        self._in_view = True
        self._opened: Opened | None = None
        self._state_kind = POINTS
        self._own_bound: Bound | None = None
        self._given_bound: Bound | None = None
        self.undo_stack = QUndoStack(self)
        for signal in (self._runner.recording_replaced, self._runner.count_changed):
            signal.connect(self._forget_predictions)
        for name in ("recording_replaced", "count_changed", "frames_added", "colours_changed", "run_started"):
            getattr(self._runner, name).connect(getattr(self, name))
        self.predictions.predictions_changed.connect(self.predictions_changed)
        self.drifts.changed.connect(self.drift_changed)
        self.data_reader.changed.connect(self._replace_data)
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
        """K of the open checkpoint, on the given data if it has been measured on them; None if it never was."""
        return self._own_bound if self._given_bound is None else self._given_bound

    @property
    def given(self) -> GivenData | None:
        """The user's data that the forward side starts from, or None if these are the model's own."""
        return self.data_reader.given

    def recording(self, side: str) -> SideRecording:
        """Return the recording of one side, "forward" or "reverse"."""
        return self._runner.recorded.sides[side]

    @property
    def run_behind(self) -> SideRecording | None:
        """The reverse side of the run that was on show before the futures, if it was complete and they are recorded."""
        return self._runner.recorded.behind

    @property
    def out_of_date(self) -> bool:
        """Whether the recordings belong to another spec than the present one."""
        return self._opened is not None and self._runner.recorded.spec != self._spec

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
        return not self.has_drift or self.drifts.at(self._runner.recorded.sides[FORWARD].steps) is not None

    def open(self, path: str) -> None:
        """Open the checkpoint at ``path``; what was open stays until the new one has been checked."""
        text, known = f"Opening {Path(path).name}", (self._memory, self._spec)
        self._tasks.begin(
            OPENING, lambda: opening.open_checkpoint(path, *known), self._take_checkpoint, text, 0, can_stop=False
        )

    def open_dropped(self, path: str) -> None:
        """Open what is at ``path``: a checkpoint, or else data for the one that is open."""
        known = self._memory, self._spec
        text, work = f"Opening {Path(path).name}", lambda: given_examples.open_dropped(path, *known)
        self._tasks.begin(OPENING, work, self._take_checkpoint, text, 0, can_stop=False)

    def open_data(self, path: str) -> None:
        """Read the data at ``path`` for the open checkpoint, and start the forward side from them."""
        self.data_reader.read(self._opened, path)

    def preload(self) -> None:
        """Import the engine in the background: at once, or as soon as a remembered run that needs none is shown."""
        self._preload_later = self._memory is not None
        if not self._preload_later:
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
        """Tell the session whether Watch is visible: while it is hidden, its run waits, and edits are not run."""
        self._in_view = in_view
        self.pause(not in_view)
        if in_view and self.out_of_date:
            self._runner.update(self._spec)

    def run(self) -> None:
        """Run the spec from the start."""
        self._runner.run(self._spec)

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
            self.image_rows.compute(self._opened, self._spec, self._runner.recorded.sides)
        else:
            self.compute_drift()

    def compute_drift(self) -> None:
        """Compute the reverse drift of every step, unless it is computed or being computed."""
        if self._opened is not None and self.has_drift:
            self.drifts.compute(self._opened, self._spec.threads, self.columns.shown)

    def measure_bound(self) -> None:
        """Measure K on the given data, or on what `dpm_gui.engine.measuring` chooses, and tell what it was."""
        opened, spec, given = self._opened, self._spec, self.given
        if opened is not None:
            what = (opened, spec) if given is None else (opened, spec, given.values)
            steps, text = opened.checkpoint.steps, "Measuring K"
            self._tasks.begin(MEASURING_BOUND, lambda: measuring.measure_bound(*what), self._take_bound, text, steps)

    def stop(self) -> None:
        """Stop the running tasks; the frames recorded so far stay."""
        self._tasks.stop(TASKS_OF_OPENED)

    def finish_writing(self) -> None:
        """Wait a moment for the end of the job that remembers the run; only large runs take longer, and are lost."""
        self._tasks.wait_for(REMEMBERING, SECONDS_TO_REMEMBER)

    def shut_down(self) -> None:
        self.undo_stack.blockSignals(True)  # it emits signals when it is destroyed, after the window may be gone
        super().shut_down()

    def _apply(self, spec: RunSpec) -> None:
        self._spec = spec
        self.spec_changed.emit(spec)
        if self._in_view:
            self._runner.update(self._spec)

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        if purpose == RUNNING:
            if error is None and self._runner.continue_if_more_is_wanted():
                return
            if error is None:
                self._runner.remember()
            self.run_ended.emit(error)
        if not self.running:
            self._preload_if_later()
        super()._note_end(purpose, error)

    def _preload_if_later(self) -> None:
        if self._preload_later:
            self._preload_later = False
            self._tasks.begin_silently(PRELOADING, opening.preload)

    def _take_checkpoint(self, values: list[NothingRemembered | CheckpointPreview | Opened | DataFile]) -> int:
        for value in values:
            if isinstance(value, Opened):
                self._replace(value)
            elif isinstance(value, DataFile):
                self.open_data(value.path)
            elif isinstance(value, NothingRemembered):
                self._preload_if_later()
            elif self._opened is None:
                self.preview_read.emit(value)
        return 0

    def _replace(self, opened: Opened) -> None:
        self.data_reader.forget()
        self._tasks.stop(TASKS_OF_OPENED)
        self.undo_stack.clear()
        self.drifts.forget()
        self.columns.reset(opened.checkpoint.data)
        self._opened, self._own_bound, self._given_bound = opened, opened.checkpoint.bound, None
        self._adapt_spec(state_kind_of(opened.checkpoint))
        self._runner.begin_with(opened)
        self._forget_predictions()
        self.opened_changed.emit(opened)
        self.data_changed.emit()
        self.bound_changed.emit(self.bound)
        if self._in_view:
            self.run()
            return
        self.recording_replaced.emit()  # what is recorded belongs to another checkpoint
        self._preload_if_later()

    def _replace_data(self) -> None:
        if self._opened is None:
            return
        self._tasks.stop((MEASURING_BOUND,))
        self._given_bound = None
        self.data_changed.emit()
        self.bound_changed.emit(self.bound)
        self._runner.replace_data(self._opened if self.given is None else self.given.opened, self._spec)
        if not self._in_view:
            self.pause(True)

    def count_for(self, state_kind: StateKind) -> int:
        """Return the number of trajectories of a run of ``state_kind``: the usual one unless another was chosen."""
        default_counts = {POINTS.default_count, SEQUENCES.default_count, self._state_kind.default_count}
        count = self._spec.count
        usual = count in default_counts and count != self._chosen_count
        return state_kind.default_count if usual or count > state_kind.most else count

    def _adapt_spec(self, state_kind: StateKind) -> None:
        """Start from noise, with the usual number of trajectories unless the user has set another that is possible."""
        count = self.count_for(state_kind)
        self._state_kind = state_kind
        spec = dataclasses.replace(self._spec, count=count, denoise_from=None, branches=())
        if spec != self._spec:
            self._spec = spec
            self.spec_changed.emit(spec)

    def _forget_predictions(self) -> None:
        self.predictions.forget()
        self.image_rows.forget()

    def _take_bound(self, values: list[Progress[Bound]]) -> int:
        for value in values:
            if value.step is not None:
                self.bound_step.emit(value.step)
            if value.result is not None:
                if self.given is None:
                    self._own_bound = value.result
                else:
                    self._given_bound = value.result
                self.bound_changed.emit(value.result)
        return len(values)
