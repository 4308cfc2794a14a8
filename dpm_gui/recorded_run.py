"""The run that is recorded: what it was asked for, what came out so far, and the run it may give way to again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.values import RunSpec
from dpm_gui.engine import FORWARD, REVERSE, Rooms, SideColours, SideFrame
from dpm_gui.recording import Recording
from dpm_gui.roots import Roots
from dpm_gui.run_recordings import empty_recordings, recordings_in

Sides = dict[str, Recording]


class RecordedRun:
    """Holds the recordings of one run.

    While it is one of many futures, the recordings of the samples they come from are kept beside it, if these were
    all there: to walk the whole chain again takes long. They are as large as any recording may be, and one at most.
    """

    def __init__(self) -> None:
        self.spec: RunSpec | None = None
        """What is recorded; None before the first run of what is open."""
        self.sides: Sides = empty_recordings(0)
        self._counted: tuple[str, ...] = (FORWARD, REVERSE)
        self._samples: tuple[RunSpec, Sides] | None = None
        self._roots = Roots()

    def forget(self, steps: int) -> None:
        """Something else is open, of so many ``steps``, and has not been run yet."""
        self.spec, self.sides, self._samples = None, empty_recordings(steps), None
        self._roots.forget()

    def begin(self, spec: RunSpec, rooms: Rooms, steps: int) -> NDArray[np.float32] | None:
        """Record a run of ``spec`` from now on; return the state that its futures begin from, where it is known."""
        root = self._roots.find(spec, self.spec, self.sides[REVERSE])
        self._samples = self._samples_of(spec)
        self.spec, self.sides = spec, recordings_in(rooms, steps)
        self._counted = (FORWARD, REVERSE) if rooms.preview is None else (REVERSE,)
        return root

    def bring_back(self, spec: RunSpec) -> bool:
        """Have the samples that many futures came from recorded again, if ``spec`` is theirs; tell whether it is."""
        if self._samples is None or self._samples[0] != spec:
            return False
        (self.spec, self.sides), self._samples = self._samples, None
        return True

    def take(self, value: object) -> int:
        """Take in a value of the run, a frame of which has been kept; return how many steps of the work it was."""
        if isinstance(value, SideFrame):
            self.sides[value.side].note(value.frame, preview=value.preview, spread=value.spread)
            return int(value.side in self._counted)
        if isinstance(value, SideColours):
            self.sides[value.side].along = value.along
        return 0

    def _samples_of(self, spec: RunSpec) -> tuple[RunSpec, Sides] | None:
        """Return the samples that the futures of ``spec`` come from, if they are recorded or kept, and complete."""
        if not spec.branches:
            return None
        samples = replace(spec, branches=())
        if self.spec == samples and all(side.complete for side in self.sides.values()):
            return samples, self.sides
        return self._samples if self._samples is not None and self._samples[0] == samples else None
