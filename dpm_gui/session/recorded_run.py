"""The run that is recorded: what it was asked for, what came out so far, and the run it may give way to again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.values.runs import RunSpec
from dpm_gui.engine.runs import Rooms
from dpm_gui.engine.values import FORWARD, REVERSE, SideColours, SideFrame
from dpm_gui.session.side_recording import Preview, Recording

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


class Roots:
    """Knows, for each spec with futures, the state they begin from, where the run it belongs to was on show."""

    def __init__(self) -> None:
        self._known: dict[RunSpec, NDArray[np.float32]] = {}

    def find(self, spec: RunSpec, recorded: RunSpec | None, recording: Recording) -> NDArray[np.float32] | None:
        """Return the state ``[*shape]`` that futures of ``spec`` begin from, if it is or was on show, else None.

        ``recording`` is the reverse of ``recorded``, the run that is on show.
        """
        if spec.branches and recorded == spec.without_branch():
            branch = spec.branches[-1]
            frame = recording.frame(branch.t)
            if frame is not None and 0 <= branch.index < len(frame.x):
                self._known[spec] = np.array(frame.x[branch.index])
        return self._known.get(spec)

    def forget(self) -> None:
        """Drop them all: something else is open."""
        self._known.clear()


def empty_recordings(steps: int) -> dict[str, Recording]:
    """Return recordings of what has not been run yet."""
    return {FORWARD: Recording(steps), REVERSE: Recording(steps)}


def recordings_in(rooms: Rooms, steps: int) -> dict[str, Recording]:
    """Return the recordings of a run of T = ``steps``, whose frames will be kept in ``rooms``."""
    preview = None if rooms.preview is None else Preview(rooms.preview.steps, rooms.preview)
    return {
        side: Recording(steps, room, top=room.steps, preview=preview if side == REVERSE else None)
        for side, room in rooms.sides.items()
    }


def kept(values: Iterator[object], recordings: Mapping[str, Recording]) -> Iterator[object]:
    """Hand on the values of a run, its frames put where they are kept: a disk takes its time, and the window has none.

    Raises:
        OutputError: If the disk fails.
    """
    for value in values:
        if isinstance(value, SideFrame):
            recordings[value.side].keep(value.frame, preview=value.preview)
        yield value
