"""A wish over the plane, and the reverse runs that heed it."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.values.measurements import NATS_PER_BIT
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.desktop.numbers import grouped
from dpm_gui.engine import painting
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.debounce import Debounce
from dpm_gui.paint.potential.files import SavedPotential
from dpm_gui.paint.potential.shapes import PAINTED, DrawnPotential, posterior
from dpm_gui.paint.potential.soft_field import SoftField
from dpm_gui.session.session import Session
from dpm_gui.session.undo import ReplaceValueCommand

SAMPLING_POSTERIOR = "wish"
COUNT = 2000


class PotentialSession(TaskOwner):
    """Holds what is wished for, undoably, and runs the reverse under it; the newest wish alone is heeded."""

    options_changed = Signal()
    changed = Signal()
    """Something else is wished for."""
    started = Signal()
    frames_added = Signal()
    """A frame has come, the newest in `frames`."""
    ended = Signal(object)
    """None, or the error that ended a run."""

    purpose = SAMPLING_POSTERIOR

    def __init__(self, session: Session, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._stack = stack
        self._potential = DrawnPotential()
        self._placing = False
        self.weighted = True
        self.automatic = True
        self.count = COUNT
        self.frames: dict[int, PosteriorFrame] = {}
        self.field = SoftField(stack, self)
        self._debounce = Debounce(
            wanted=lambda: self.automatic and self.available,
            busy=lambda: self.field.layer.in_stroke or self._placing,
            seed=session.spec.seed,
            parent=self,
        )
        self._debounce.due.connect(self.run)
        self.field.layer.changed.connect(self.changed)
        self.field.layer.committed.connect(self._debounce.note)
        session.spec_changed.connect(self._debounce.note_spec)

    @property
    def potential(self) -> DrawnPotential:
        """What is wished for."""
        return self._potential

    @property
    def available(self) -> bool:
        """Whether points in the plane are open."""
        return self._session.has_drift

    @property
    def steps(self) -> int:
        """T of what is open."""
        opened = self._session.opened
        return 1 if opened is None else opened.checkpoint.steps

    @property
    def spec(self) -> RunSpec:
        """What is run."""
        asked = posterior(self._potential, self.field.log_r, self.weighted)
        return dataclasses.replace(self._session.spec, count=self.count, posterior=asked)

    @property
    def acceptance(self) -> float | None:
        """log2 of the share of the model's samples that the wish would accept, as estimated at t = 0; bits."""
        frame = self.frames.get(0)
        if frame is None or frame.log_probability is None:
            return None
        return (frame.log_probability + self._potential.offset()) / NATS_PER_BIT

    def edit(self, potential: DrawnPotential) -> None:
        """Wish for something else, undoably."""
        self._placing = False
        if potential != self._potential:
            self._stack.push(ReplaceValueCommand("wish", self._apply, self._potential, potential))

    def show(self, potential: DrawnPotential) -> None:
        """Wish for something else while the pointer is down: `edit` follows, and nothing is run until then."""
        self._placing = True
        self._potential = potential
        self.changed.emit()

    @property
    def saved(self) -> SavedPotential:
        """All of what is wished for."""
        seed = self._session.spec.seed
        return SavedPotential(self._potential, self.field.layer.values.copy(), self.weighted, self.count, seed)

    def take(self, saved: SavedPotential) -> None:
        """Wish for what a file holds, undoably."""
        self._session.edit(seed=saved.seed)
        self.set_options(weighted=saved.weighted, count=saved.count)
        self.field.layer.replace(saved.painted, "open a wish")
        self.edit(saved.potential)

    def clear(self) -> None:
        """Wish for nothing."""
        if self._potential.kind != PAINTED:
            self.edit(dataclasses.replace(self._potential, kind=PAINTED))
        if self.field.painted:
            self.field.clear()

    def set_options(
        self, *, weighted: bool | None = None, count: int | None = None, automatic: bool | None = None
    ) -> None:
        """Change whether there are weights, how many points, and whether it runs by itself; None stays as it is."""
        self.weighted = self.weighted if weighted is None else weighted
        self.count = self.count if count is None else count
        self.automatic = self.automatic if automatic is None else automatic
        self.options_changed.emit()
        self._debounce.note()

    def set_in_view(self, in_view: bool) -> None:
        """Say whether anybody looks."""
        self._debounce.set_in_view(in_view)

    def follow(self) -> None:
        """Begin anew with what the session has opened."""
        self.stop()
        self.frames = {}
        self._potential, self._placing = DrawnPotential(), False
        self.field.layer.reset(self.field.layer.values * 0)
        self._debounce.note()
        self.changed.emit()

    def run(self) -> None:
        """Run the reverse under the wish, from the start."""
        opened = self._session.opened
        if opened is None or not self.available:
            return
        self._debounce.begun()
        spec = self.spec
        self.frames = {}
        self.started.emit()
        what = f"Sampling {grouped(self.count)} points"
        self._tasks.begin(
            self.purpose, lambda: painting.sample_posterior(opened, spec), self._take, what, self.steps + 1
        )

    def stop(self) -> None:
        """Stop what is under way; what is there stays."""
        self._debounce.stop()
        super().stop()

    def shut_down(self) -> None:
        self._debounce.stop()
        super().shut_down()

    def _apply(self, potential: DrawnPotential) -> None:
        self._potential = potential
        self.changed.emit()
        self._debounce.note()

    def _take(self, frames: list[PosteriorFrame]) -> int:
        self.frames |= {frame.t: frame for frame in frames}
        self.frames_added.emit()
        return len(frames)

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        self.ended.emit(error)
        super()._note_end(purpose, error)
