"""The recorded run: its spec, its recordings, and the samples that can replace its futures again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.values.runs import RunSpec
from dpm_gui.engine.remembering import RecalledPart
from dpm_gui.engine.run_parts import PartSpace, RecordingSpace
from dpm_gui.engine.shipped import ShippedPart
from dpm_gui.engine.values import FORWARD, REVERSE, SideColours, SideFrame
from dpm_gui.session.recorded_part import PreviewRecording, RecordedPart
from dpm_gui.session.recorded_values import PartKey, RunValue
from dpm_gui.session.side_recording import SideRecording

SideRecordings = dict[str, SideRecording]


class RecordedRun:
    """Holds the recordings of one run, whose number of states can be changed.

    While a run of many futures is recorded, the recordings of the samples that were on show before are also kept, if
    any part of them was complete: they are shown behind the futures, and sampling the whole chain again takes long. At
    most one such run is kept, at most as large as any recording.
    """

    def __init__(self) -> None:
        self.spec: RunSpec | None = None
        """The spec that is recorded; None before the first run of the open checkpoint."""
        self.sides: SideRecordings = empty_recordings(0)
        self._weights: Mapping[PartKey, int] = {}
        self._spaces: dict[PartKey, PartSpace] = {}
        self._samples: tuple[RunSpec, SideRecordings, dict[PartKey, PartSpace]] | None = None
        self._branch_states = BranchStates()

    @property
    def complete(self) -> bool:
        """Whether every frame of the states that are shown is recorded."""
        return all(side.complete for side in self.sides.values())

    @property
    def finished(self) -> bool:
        """Whether every frame of all parts is recorded, also of those that are not shown."""
        return all(side.finished for side in self.sides.values())

    @property
    def recorded(self) -> Mapping[str, int]:
        """How many states of each side are recorded from the first step to the last."""
        return {side: recording.recorded_parts[1] for side, recording in self.sides.items()}

    @property
    def memory(self) -> int:
        """Bytes of memory that the complete parts take."""
        return RecordingSpace(tuple(self._spaces[key] for key in self._complete_keys())).memory

    def forget(self, steps: int) -> None:
        """Drop everything; another checkpoint, with T = ``steps``, has been opened and not been run yet."""
        self.spec, self.sides, self._samples, self._spaces = None, empty_recordings(steps), None, {}
        self._branch_states.forget()

    def drop_data(self) -> None:
        """Drop the forward side: the data of the open model have been replaced.

        The states and samples of chains that start from noised examples are dropped as well, except those on show.
        """
        self._branch_states.forget_denoised()
        if self._samples is not None and self._samples[0].denoise_from is not None:
            self._samples = None
        if self._samples is not None:
            spec, sides, spaces = self._samples
            self._samples = spec, _without_forward(sides), _of_reverse(spaces)
        self.sides, self._spaces = _without_forward(self.sides), _of_reverse(self._spaces)

    def begin(self, spec: RunSpec, recording_space: RecordingSpace, steps: int) -> NDArray[np.float32] | None:
        """Record a run of ``spec`` from now on; return the state that its futures start from, or None."""
        root = self._branch_states.find(spec, self.spec, self.sides[REVERSE])
        self._samples = self._samples_before(spec)
        self.spec, self.sides, self._spaces = spec, empty_recordings(steps), {}
        self.extend(recording_space)
        return root

    def extend(self, recording_space: RecordingSpace) -> None:
        """Record further states of the run from now on, in place of parts that are not complete."""
        kept = self._complete_keys()
        self._weights = recording_space.weights
        self._spaces = {key: self._spaces[key] for key in kept}
        self._spaces |= {(space.side, space.states.start): space for space in recording_space.parts}
        self.sides = {side: self._extended(side, recording_space) for side in self.sides}

    def differs_in_count(self, spec: RunSpec) -> bool:
        """Return whether what is recorded, or is being recorded, belongs to ``spec`` apart from the count."""
        if self.spec is None or spec.count < 1 or not _same_states(self.spec, spec):
            return False
        return self.sides[REVERSE].shown_range is not None

    def show(self, spec: RunSpec) -> None:
        """Show as many states as ``spec``, which differs from the recorded one in that number alone."""
        if self.spec != spec:
            self.spec = spec
            self.sides = {side: recording.showing(spec.count) for side, recording in self.sides.items()}

    def restore_samples(self, spec: RunSpec) -> bool:
        """Put back the samples that the futures branched from, if ``spec`` is theirs; return whether it is."""
        if self._samples is None or not _same_states(self._samples[0], spec):
            return False
        (self.spec, self.sides, self._spaces), self._samples = self._samples, None
        return True

    @property
    def behind(self) -> SideRecording | None:
        """The reverse side of the samples that are kept while their futures are recorded, or None."""
        return None if self._samples is None else self._samples[1][REVERSE]

    def part(self, key: PartKey) -> RecordedPart:
        """Return the part with this side and first state."""
        return self.sides[key[0]].part(key[1])

    def take(self, value: RunValue) -> int:
        """Record a value of the run, whose frame has been stored; return the steps of progress that it counts for."""
        match value:
            case SideFrame(side, frame, preview, spread, first):
                self.part((side, first)).mark_stored(frame, preview=preview, spread=spread)
                return self._weights.get((side, first), 0)
            case RecalledPart(side, first, newest, source):
                self.part((side, first)).hold(source, newest)
                self._spaces.pop((side, first), None)
                return self._weights.get((side, first), 0) * (self.part((side, first)).top + 1)
            case SideColours(side, along, first):
                self.part((side, first)).along = along
            case ShippedPart(side, first, frames):
                self.part((side, first)).show_shipped(frames)
        return 0

    def _complete_keys(self) -> list[PartKey]:
        return [
            (side, part.first)
            for side, recording in self.sides.items()
            for part in recording.recorded_parts[0]
            if (side, part.first) in self._spaces
        ]

    def _extended(self, side: str, recording_space: RecordingSpace) -> SideRecording:
        """Return the recording of one side with the parts that are to come."""
        recording, spec = self.sides[side], self.spec
        new = [space for space in recording_space.parts if space.side == side]
        if spec is None or not new:
            return recording
        parts = [*recording.recorded_parts[0], *map(_part_in, new)]
        count = spec.reverse_count if side == REVERSE else spec.count
        return SideRecording.of_parts(recording.steps, parts, stop=new[-1].states.stop, count=count)

    def _samples_before(self, spec: RunSpec) -> tuple[RunSpec, SideRecordings, dict[PartKey, PartSpace]] | None:
        """Return the samples that were on show before the futures of ``spec``, if they are complete, or were kept.

        They may have another start: those of a state of the forward side branch from a denoised run, which is not on
        show.
        """
        if not spec.branches:
            return None
        if self.spec is None or self.spec.branches:
            kept = self._samples
            return kept if kept is not None and _same_but_for_start(kept[0], spec) else None
        complete = all(side.parts[0].complete for side in self.sides.values())
        return (self.spec, self.sides, self._spaces) if complete and _same_but_for_start(self.spec, spec) else None


class BranchStates:
    """Stores, for each spec with futures, the state they start from, if the run it belongs to was on show."""

    def __init__(self) -> None:
        self._known: dict[RunSpec, NDArray[np.float32]] = {}

    def find(self, spec: RunSpec, recorded: RunSpec | None, recording: SideRecording) -> NDArray[np.float32] | None:
        """Return the state ``[*shape]`` that the futures of ``spec`` start from, if it is or was on show, else None.

        ``recording`` is the reverse side of ``recorded``, the run on show.
        """
        if spec.branches and recorded == spec.without_branch():
            branch = spec.branches[-1]
            frame = recording.frame(branch.t)
            if frame is not None and 0 <= branch.index < len(frame.x):
                self._known[spec] = np.array(frame.x[branch.index])
        return self._known.get(spec)

    def forget(self) -> None:
        """Drop all states when another checkpoint has been opened."""
        self._known.clear()

    def forget_denoised(self) -> None:
        """Drop the states of chains that start from noised examples, which have been replaced."""
        self._known = {spec: state for spec, state in self._known.items() if spec.denoise_from is None}


def empty_recordings(steps: int) -> dict[str, SideRecording]:
    """Return empty recordings for a checkpoint that has not been run yet."""
    return {FORWARD: SideRecording(steps), REVERSE: SideRecording(steps)}


def _without_forward(sides: SideRecordings) -> SideRecordings:
    """Return ``sides`` with an empty forward side."""
    return {FORWARD: SideRecording(sides[FORWARD].steps), REVERSE: sides[REVERSE]}


def _of_reverse(spaces: Mapping[PartKey, PartSpace]) -> dict[PartKey, PartSpace]:
    return {key: space for key, space in spaces.items() if key[0] == REVERSE}


def _part_in(space: PartSpace) -> RecordedPart:
    """Return the part whose frames will be stored in ``space``."""
    preview = None if space.preview is None else PreviewRecording(space.preview.steps, space.preview)
    return RecordedPart(space.store.steps, space.store, first=space.states.start, preview=preview)


def _same_states(one: RunSpec, other: RunSpec) -> bool:
    """Return whether two specs are equal, or differ in the count alone and have no futures."""
    return one == other or (not one.branches and replace(one, count=other.count) == other)


def _same_but_for_start(one: RunSpec, other: RunSpec) -> bool:
    """Return whether two specs differ at most in where their chains start."""
    return replace(one, denoise_from=None, branches=()) == replace(other, denoise_from=None, branches=())
