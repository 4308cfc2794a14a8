"""The parts in which a run is computed and recorded: which states come first, and where their frames are stored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from core.values.runs import RunSpec, preview_moves
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE

if TYPE_CHECKING:
    from core.formats.recordings.recording import TrajectoryRecording

Parts = Mapping[str, Sequence[range]]
"""Numbers of states by side, in the parts in which they are computed."""
IMAGE_PARTS = (16, 64, 256)
"""Numbers of images at which parts of a run end: the first are few, so that they are soon there."""


@dataclass(frozen=True, slots=True)
class PartSpace:
    """Storage for the frames of some states of one side.

    Attributes:
        side: "forward" or "reverse".
        states: The numbers of the states.
        store: The recording of their frames.
        preview: The recording of the `preview_steps` + 1 frames of their preview, numbered from 0; None without one.
    """

    side: str
    states: range
    store: TrajectoryRecording
    preview: TrajectoryRecording | None = None


@dataclass(frozen=True, slots=True)
class RecordingSpace:
    """Storage for the frames that a run computes.

    Attributes:
        parts: Its parts, in the order in which they are computed, the forward side first.
    """

    parts: tuple[PartSpace, ...]

    @property
    def memory(self) -> int:
        """Bytes of memory that all of it takes."""
        stores = (store for part in self.parts for store in (part.store, part.preview) if store is not None)
        return sum(store.memory for store in stores)

    @property
    def weights(self) -> Mapping[tuple[str, int], int]:
        """What one frame of each part counts for in the progress, by side and first state.

        It is 1 for the first part and more for larger ones. With a preview, only frames of the reverse count, which
        take the time.
        """
        counted = [part for part in self.parts if part.side == REVERSE or not self._has_preview]
        return {
            (part.side, part.states.start): max(1, round(len(part.states) / len(counted[0].states))) for part in counted
        }

    @property
    def frames(self) -> int:
        """Number of frames to come, each with its weight."""
        weights = self.weights
        return sum(
            weights.get((part.side, part.states.start), 0) * (store.steps + 1)
            for part in self.parts
            for store in (part.store, part.preview)
            if store is not None
        )

    @property
    def _has_preview(self) -> bool:
        return any(part.preview is not None for part in self.parts)


def denoising_start(opened: Opened, spec: RunSpec) -> int:
    """Return the step at which the reverse chain of ``spec`` starts.

    Raises:
        BadInputError: If no run can satisfy the spec, or it names a step that the model does not have.
    """
    return spec.start_step(opened.checkpoint.steps)


def preview_steps(opened: Opened, spec: RunSpec, states: range) -> int:
    """Return the number of moves of the preview of some ``states`` of a run.

    It is 0 if the run is so short that it needs none, or if a shipped recording shows them.
    """
    if not opened.checkpoint.data.is_image or (opened.shipped is not None and opened.shipped.covers_part(spec, states)):
        return 0
    return preview_moves(denoising_start(opened, spec))


def parts_of(opened: Opened, spec: RunSpec, recorded: Mapping[str, int] | None = None) -> Parts:
    """Return the numbers of the states to compute on each side, a part at a time.

    Whole blocks are computed, since the surplus costs nothing and is there when more states are wanted. Images come in
    parts: those of the shipped recording and 16 first, then the rest up to 64, up to 256 and so on.

    Args:
        opened: The open checkpoint.
        spec: What to run.
        recorded: How many states of each side there are already.

    Raises:
        BadInputError: If no run can satisfy the spec.
    """
    from core.sampling.block_sizes import covering_count

    denoising_start(opened, spec)  # checks the spec
    data, recorded = opened.checkpoint.data, recorded or {FORWARD: 0, REVERSE: 0}
    count = covering_count(data.shape, spec.count)
    first, last = recorded[REVERSE], spec.reverse_count if spec.branches else count
    edges = [first]
    if data.is_image and not spec.branches:  # the spread of futures is that of all
        shipped = opened.shipped
        known = () if shipped is None or not shipped.covers(spec) else (shipped.count,)
        edges += [edge for edge in sorted({*IMAGE_PARTS, *known}) if first < edge < last]
    forward = [range(recorded[FORWARD], count)] if recorded[FORWARD] < count else []
    reverse = [range(*edge) for edge in pairwise([*edges, last])] if first < last else []
    return {FORWARD: forward, REVERSE: reverse}


def recording_space(opened: Opened, spec: RunSpec, parts: Parts, memory: int = 0) -> RecordingSpace:
    """Return storage for the frames of the states ``parts`` of a run: in memory if a side fits there, else on disk.

    Both sides and the preview share `DEFAULT_CAP` of the recordings, less the ``memory`` of the run that is in use.

    Raises:
        BadInputError: If there is too little memory, or no run can satisfy the spec.
        OutputError: If there is too little space on disk.
    """
    from core.formats.recordings.recording import DEFAULT_CAP, STORED_AS, make

    checkpoint = opened.checkpoint
    moves = {states.start: preview_steps(opened, spec, states) for states in parts[REVERSE]}
    state = checkpoint.data.shape, checkpoint.kind
    state_bytes = math.prod(checkpoint.data.shape) * STORED_AS[checkpoint.kind].itemsize
    steps = {FORWARD: checkpoint.steps, REVERSE: denoising_start(opened, spec)}
    counts = {side: sum(map(len, ranges)) for side, ranges in parts.items()}
    free = max(0, DEFAULT_CAP - memory)
    previewed = [(moves[states.start] + 1) * len(states) for states in parts[REVERSE] if moves[states.start]]
    preview_bytes = sum(previewed) * state_bytes
    preview_cap = preview_bytes if preview_bytes <= free // 4 else 0
    cap = (free - preview_cap) // 2
    made = []
    for side, ranges in parts.items():
        in_memory = (steps[side] + 1) * counts[side] * state_bytes <= cap
        for states in ranges:
            store = make(steps[side], len(states), *state, cap=cap if in_memory else 0)
            move_count = moves[states.start] if side == REVERSE else 0
            preview = make(move_count, len(states), *state, cap=preview_cap) if move_count else None
            made.append(PartSpace(side, states, store, preview))
    return RecordingSpace(tuple(made))
