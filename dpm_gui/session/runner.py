"""Runs the spec: begins and extends what is recorded, and tells what has changed."""

from __future__ import annotations

import weakref
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import DpmError
from core.values.runs import RunSpec
from dpm_gui.desktop.numbers import grouped
from dpm_gui.engine import run_parts, runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.remembering import RecalledPart, RunMemory
from dpm_gui.engine.run_parts import Parts, RecordingSpace
from dpm_gui.engine.shipped import ShippedPart
from dpm_gui.engine.state_kinds import StateKind, state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE, SideColours, SideFrame
from dpm_gui.jobs.tasks import Tasks
from dpm_gui.session.recorded_part import RecordedPart
from dpm_gui.session.recorded_run import RecordedRun
from dpm_gui.session.recorded_values import PartKey, RunValue, recorded_values, whole_run

RUNNING, REMEMBERING, CHECKING = "run", "remember", "check"


class Runner(QObject):
    """Runs specs on the open checkpoint, one at a time, and records them.

    Attributes:
        recorded: What is recorded.
    """

    recording_replaced = Signal()
    count_changed = Signal()
    """The recordings show more or fewer of the same states."""
    frames_added = Signal(str)
    """The side that has new frames."""
    colours_changed = Signal(str)
    run_started = Signal()

    def __init__(self, tasks: Tasks, parent: QObject, memory: RunMemory | None = None) -> None:
        super().__init__(parent)
        self.recorded = RecordedRun()
        self._tasks, self._memory = tasks, memory
        self._opened: Opened | None = None

    @property
    def running(self) -> bool:
        """Whether a run is being computed."""
        return RUNNING in self._tasks

    def begin_with(self, opened: Opened) -> None:
        """Drop what is recorded; from now on ``opened`` is run."""
        self._tasks.stop((REMEMBERING, CHECKING))
        self._opened = opened
        self.recorded.forget(opened.checkpoint.steps)

    def replace_data(self, opened: Opened, spec: RunSpec) -> None:
        """Run ``opened``, whose data alone differ from those of the model so far; chains from noise are kept."""
        self._opened = opened
        self.recorded.drop_data()
        if spec.denoise_from is not None or self.recorded.spec != spec:
            self.run(spec)
            return
        if not self._extend():
            return
        self.recording_replaced.emit()
        self.run_started.emit()
        if self.recorded.sides[REVERSE].shown_range is not None:
            self.colours_changed.emit(REVERSE)
            self.frames_added.emit(REVERSE)

    def run(self, spec: RunSpec) -> None:
        """Run ``spec`` from the start."""
        opened = self._opened
        if opened is None:
            return
        try:
            parts = run_parts.parts_of(opened, spec)
            recording_space = run_parts.recording_space(opened, spec, parts)
        except DpmError as error:
            self._tasks.fail(RUNNING, error)
            return
        self._tasks.stop((CHECKING,))
        root = self.recorded.begin(spec, recording_space, opened.checkpoint.steps)
        self.recording_replaced.emit()
        name = "futures" if spec.branches else state_kind_of(opened.checkpoint).named(spec.reverse_count)
        text = f"Sampling {grouped(spec.reverse_count)} {name}"
        self._record(recording_space, parts, root, text)
        self.run_started.emit()

    def update(self, spec: RunSpec) -> None:
        """Run ``spec``. If states of it are recorded, or its samples were kept, show them and add what is missing."""
        restored = self.recorded.restore_samples(spec)
        if restored:
            self._tasks.stop((RUNNING,))
        elif not self.recorded.differs_in_count(spec) or not (self.running or self.recorded.recorded[REVERSE]):
            self.run(spec)
            return
        self.recorded.show(spec)
        (self.recording_replaced if restored else self.count_changed).emit()
        self.run_started.emit()
        self._tell_recorded()
        if self.running:  # the run goes on, and is extended at its end, unless nothing that it computes is needed
            self._stop_if_complete()
        elif self.recorded.complete:
            self._tasks.fail(RUNNING, None)
        else:
            self._extend()

    def continue_if_more_is_wanted(self) -> bool:
        """Compute the states that were asked for during a run that has just ended; return whether there are any."""
        more = self.recorded.finished and not self.recorded.complete
        if more:
            self._extend()
        return more

    def _tell_recorded(self) -> None:
        for side in (FORWARD, REVERSE):
            self.colours_changed.emit(side)
            self.frames_added.emit(side)

    def _extend(self) -> bool:
        """Compute the states that the recorded run lacks; return whether that can be done."""
        opened, spec = self._opened, self.recorded.spec
        if opened is None or spec is None:
            return False
        try:
            parts = run_parts.parts_of(opened, spec, self.recorded.recorded)
            recording_space = run_parts.recording_space(opened, spec, parts, self.recorded.memory)
        except DpmError as error:
            self._tasks.fail(RUNNING, error)
            return False
        self.recorded.extend(recording_space)
        text = self._what_is_missing(spec, state_kind_of(opened.checkpoint))
        self._record(recording_space, parts, None, text)
        return True

    def _what_is_missing(self, spec: RunSpec, kind: StateKind) -> str:
        recorded = self.recorded.recorded
        missing = spec.reverse_count - recorded[REVERSE]
        if missing <= 0:
            missing = spec.count - recorded[FORWARD]
            return f"Noising {grouped(missing)} {kind.named(missing)}"
        name = "futures" if spec.branches else kind.named(missing)
        return f"Sampling {grouped(missing)} {'more ' if recorded[REVERSE] else ''}{name}"

    def remember(self) -> None:
        """Remember the states whose frames are all recorded, in the background, if they can be computed again."""
        opened, spec = self._opened, self.recorded.spec
        if self._memory is None or opened is None or spec is None or not opened.sha256 or spec.branches:
            return
        if all(self.recorded.recorded.values()):
            run = whole_run(opened, spec, self.recorded.sides)
            self._tasks.begin_silently(REMEMBERING, partial(self._memory.remember, run))

    def _record(
        self, recording_space: RecordingSpace, parts: Parts, root: NDArray[np.float32] | None, text: str
    ) -> None:
        """Record ``parts`` of the run: those that are remembered, then the others, which are computed."""
        opened, spec, memory = self._opened, self.recorded.spec, self._memory
        if opened is None or spec is None:
            return
        self._tasks.stop((REMEMBERING,))
        keys = [(space.side, space.states.start) for space in recording_space.parts]
        # Weak: what a later run replaces is gone at once, and not only when the thread of this one has ended.
        recorded: weakref.WeakValueDictionary[PartKey, RecordedPart] = weakref.WeakValueDictionary()
        recorded.update({key: self.recorded.part(key) for key in keys})
        missing = partial(runs.run, opened, spec, root)
        remembered = None if memory is None or not opened.sha256 else partial(memory.recall, opened.sha256, spec)
        work = partial(recorded_values, parts, recorded, missing, remembered)
        self._tasks.begin(RUNNING, work, self._take_frames, text, recording_space.frames)

    def _take_frames(self, values: list[RunValue]) -> int:
        before = self.recorded.recorded[REVERSE]
        done = sum(self.recorded.take(value) for value in values)
        for value in values:
            if isinstance(value, SideColours):
                self.colours_changed.emit(value.side)
        for side in dict.fromkeys(
            value.side for value in values if isinstance(value, SideFrame | RecalledPart | ShippedPart)
        ):
            self.frames_added.emit(side)
        if any(isinstance(value, RecalledPart) for value in values):
            self._check()
        if before < self.recorded.recorded[REVERSE] and not self.recorded.finished:
            self.remember()  # the others take long, and nobody may wait for them
        self._stop_if_complete()
        return done

    def _check(self) -> None:
        """Read all of the remembered run that is on show in the background; if it is damaged, compute it."""
        opened, spec, memory = self._opened, self.recorded.spec, self._memory
        if opened is not None and spec is not None and memory is not None:
            work = partial(memory.check, opened.sha256, spec)
            self._tasks.begin(CHECKING, work, partial(self._take_check, spec), "Reading a remembered run", 0)

    def _take_check(self, spec: RunSpec, sound: list[bool]) -> int:
        if not all(sound) and self.recorded.spec == spec:
            self.run(spec)
        return len(sound)

    def _stop_if_complete(self) -> None:
        """Stop the run if it computes only states that are no longer wanted."""
        if self.recorded.complete and not self.recorded.finished:
            self._tasks.stop((RUNNING,))
