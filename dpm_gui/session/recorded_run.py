"""The recorded run: its spec, its recordings, and the samples that can replace its futures again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.values.runs import RunSpec
from dpm_gui.engine.runs import RecordingSpace
from dpm_gui.engine.values import FORWARD, REVERSE, SideColours, SideFrame
from dpm_gui.session.side_recording import PreviewRecording, SideRecording

SideRecordings = dict[str, SideRecording]
RunValue = SideFrame | SideColours | None
"""What a run yields; None for a step without a frame."""


class RecordedRun:
    """Holds the recordings of one run.

    While a run of many futures is recorded, the recordings of the samples that they branch from are also kept, if they
    were complete: sampling the whole chain again takes long. At most one such run is kept, at most as large as any
    recording.
    """

    def __init__(self) -> None:
        self.spec: RunSpec | None = None
        """The spec that is recorded; None before the first run of the open checkpoint."""
        self.sides: SideRecordings = empty_recordings(0)
        self._counted_sides: tuple[str, ...] = (FORWARD, REVERSE)
        self._samples: tuple[RunSpec, SideRecordings] | None = None
        self._branch_states = BranchStates()

    def forget(self, steps: int) -> None:
        """Drop everything; another checkpoint, with T = ``steps``, has been opened and not been run yet."""
        self.spec, self.sides, self._samples = None, empty_recordings(steps), None
        self._branch_states.forget()

    def begin(self, spec: RunSpec, recording_space: RecordingSpace, steps: int) -> NDArray[np.float32] | None:
        """Record a run of ``spec`` from now on; return the state that its futures start from, or None."""
        root = self._branch_states.find(spec, self.spec, self.sides[REVERSE])
        self._samples = self._samples_before(spec)
        self.spec, self.sides = spec, recordings_in(recording_space, steps)
        self._counted_sides = (FORWARD, REVERSE) if recording_space.preview is None else (REVERSE,)
        return root

    def restore_samples(self, spec: RunSpec) -> bool:
        """Put back the samples that the futures branched from, if ``spec`` is theirs; return whether it is."""
        if self._samples is None or self._samples[0] != spec:
            return False
        (self.spec, self.sides), self._samples = self._samples, None
        return True

    def take(self, value: RunValue) -> int:
        """Record a value of the run, whose frame has been stored; return the steps of progress that it counts for."""
        match value:
            case SideFrame(side, frame, preview, spread):
                self.sides[side].mark_stored(frame, preview=preview, spread=spread)
                return int(side in self._counted_sides)
            case SideColours(side, along):
                self.sides[side].along = along
        return 0

    def _samples_before(self, spec: RunSpec) -> tuple[RunSpec, SideRecordings] | None:
        """Return the samples that the futures of ``spec`` branch from, if they are recorded or kept, and complete."""
        if not spec.branches:
            return None
        samples = replace(spec, branches=())
        if self.spec == samples and all(side.complete for side in self.sides.values()):
            return samples, self.sides
        return self._samples if self._samples is not None and self._samples[0] == samples else None


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


def empty_recordings(steps: int) -> dict[str, SideRecording]:
    """Return empty recordings for a checkpoint that has not been run yet."""
    return {FORWARD: SideRecording(steps), REVERSE: SideRecording(steps)}


def recordings_in(recording_space: RecordingSpace, steps: int) -> dict[str, SideRecording]:
    """Return the recordings of a run of T = ``steps``, whose frames will be stored in ``recording_space``."""
    preview = (
        None
        if recording_space.preview is None
        else PreviewRecording(recording_space.preview.steps, recording_space.preview)
    )
    return {
        side: SideRecording(steps, store, top=store.steps, preview=preview if side == REVERSE else None)
        for side, store in recording_space.sides.items()
    }


def store_frames(values: Iterator[RunValue], recordings: Mapping[str, SideRecording]) -> Iterator[RunValue]:
    """Yield the values of a run after storing its frames: in this thread, so that a slow disk never blocks the window.

    Raises:
        OutputError: If the disk fails.
    """
    for value in values:
        if isinstance(value, SideFrame):
            recordings[value.side].store(value.frame, preview=value.preview)
        yield value
