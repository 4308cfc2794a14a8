"""The session of a potential over the plane, and of the reverse runs under it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.values.measurements import NATS_PER_BIT
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.desktop.numbers import grouped
from dpm_gui.engine import painting
from dpm_gui.engine.values import ParticleColours
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.debounce import Debounce
from dpm_gui.paint.potential.document import PotentialDocument
from dpm_gui.paint.potential.files import SavedPotential
from dpm_gui.paint.potential.plane_potential import posterior
from dpm_gui.session.session import Session

SAMPLING_POSTERIOR = "posterior"
COUNT = 2000


class PotentialSession(TaskOwner):
    """Samples under the potential of its `document`; only the newest potential is run."""

    options_changed = Signal()
    started = Signal()
    frames_added = Signal()
    """A frame has been added to `frames`, or the `colours` are known."""
    ended = Signal(object)
    """None after a run that finished or was stopped, else the error."""

    purpose = SAMPLING_POSTERIOR

    def __init__(self, session: Session, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.document = PotentialDocument(stack, self)
        self.weighted = True
        self.automatic = True
        self.count = COUNT
        self.frames: dict[int, PosteriorFrame] = {}
        self.colours: Mapping[int, NDArray[np.float32]] = {}  # of each step's points (`ParticleColours`), after a run
        self._offset = 0.0  # of the potential that is run
        self._debounce = Debounce(
            wanted=lambda: self.automatic and self.available,
            busy=lambda: self.document.in_draft,
            seed=session.spec.seed,
            parent=self,
        )
        self._debounce.due.connect(self.run)
        self.document.committed.connect(self._debounce.note)
        session.spec_changed.connect(self._debounce.note_spec)
        session.columns.changed.connect(self._act_on_columns)

    @property
    def available(self) -> bool:
        """Whether the open checkpoint has points of two columns or more."""
        return self._session.has_drift and len(self._session.columns.shown) == 2

    @property
    def steps(self) -> int:
        """T of the open checkpoint; 1 if none is open."""
        opened = self._session.opened
        return 1 if opened is None else opened.checkpoint.steps

    @property
    def spec(self) -> RunSpec:
        """The spec of a run."""
        opened, columns = self._session.opened, self._session.columns.shown
        dimensions = 2 if opened is None else opened.checkpoint.data.shape[0]
        asked = posterior(self.document.potential, self.weighted, columns, dimensions)
        return dataclasses.replace(self._session.spec, count=self.count, posterior=asked)

    @property
    def acceptance(self) -> float | None:
        """log2 of the share of the model's samples that r accepts, estimated at t = 0; bits."""
        frame = self.frames.get(0)
        if frame is None or frame.log_probability is None:
            return None
        return (frame.log_probability + self._offset) / NATS_PER_BIT

    @property
    def acceptance_error(self) -> float | None:
        """The standard error of `acceptance`, bits."""
        frame = self.frames.get(0)
        return None if frame is None or frame.standard_error is None else frame.standard_error / NATS_PER_BIT

    @property
    def saved(self) -> SavedPotential:
        """The potential and the options, to be saved."""
        return SavedPotential(self.document.potential, self.weighted, self.count, self._session.spec.seed)

    def take(self, saved: SavedPotential) -> None:
        """Load the potential and options of a file, undoably."""
        self._session.edit(seed=saved.seed)
        self.set_options(weighted=saved.weighted, count=saved.count)
        self.document.edit(saved.potential, "open potential")

    def set_options(
        self, *, weighted: bool | None = None, count: int | None = None, automatic: bool | None = None
    ) -> None:
        """Change whether particles are weighted, the number of points and the automatic runs; None changes nothing."""
        self.weighted = self.weighted if weighted is None else weighted
        self.count = self.count if count is None else count
        self.automatic = self.automatic if automatic is None else automatic
        self.options_changed.emit()
        self._debounce.note()

    def set_in_view(self, in_view: bool) -> None:
        """Set whether Paint is visible: while it is hidden no run starts, and a run under way waits."""
        self.pause(not in_view)
        self._debounce.set_in_view(in_view)

    def follow(self) -> None:
        """Reset the potential for the checkpoint that the session has opened."""
        self.stop()
        self.frames, self.colours = {}, {}
        self.document.reset()

    def run(self) -> None:
        """Sample under the potential, from the start."""
        opened = self._session.opened
        if opened is None or not self.available:
            return
        self._debounce.begun()
        spec, self._offset = self.spec, self.document.potential.offset()
        self.frames, self.colours = {}, {}
        self.started.emit()
        what = f"Sampling {grouped(self.count)} points"
        self._tasks.begin(
            self.purpose, lambda: painting.sample_posterior(opened, spec), self._take, what, self.steps + 1
        )

    def stop(self) -> None:
        """Stop the run; the frames so far stay."""
        self._debounce.stop()
        super().stop()

    def shut_down(self) -> None:
        self._debounce.stop()
        super().shut_down()

    def _act_on_columns(self) -> None:
        """Let the potential act on the columns that are now on show; r = 1 acts on none."""
        if self.available and not self.document.potential.is_one:
            self._debounce.note()

    def _take(self, values: list[PosteriorFrame | ParticleColours]) -> int:
        for value in values:
            if isinstance(value, ParticleColours):
                self.colours = value.along
            else:
                self.frames[value.t] = value
        self.frames_added.emit()
        return sum(isinstance(value, PosteriorFrame) for value in values)

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        self.ended.emit(error)
        super()._note_end(purpose, error)
