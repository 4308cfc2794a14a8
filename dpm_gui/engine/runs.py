"""Runs, predictions and measurements for the window.

Importing torch takes seconds, so every function here imports what it needs when it is called. The generators are meant
for the thread of a job.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.values.measurements import Bound, Progress
from core.values.runs import DriftFrame, Frame, RunSpec, Start, Strided, preview_moves
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import colours_along
from dpm_gui.engine.values import FORWARD, REVERSE, Prediction, SideColours, SideFrame

if TYPE_CHECKING:
    from core.formats.recordings.recording import TrajectoryRecording

BYTES_PER_FLOAT = 4
"""Bytes of one number of a state."""
PREVIEW_PARTS = 10
"""Parts into which the forward process is divided; one follows each move of the preview."""
X0_ESTIMATE, MEAN = "x0_estimate", "mean"
"""Predictions of the network at a step: E[x^0 | x^t], and f_mu(x^t, t)."""


@dataclass(frozen=True, slots=True)
class RecordingSpace:
    """Storage for the frames of both sides of a run, and of its preview if it has one.

    Attributes:
        sides: The recording of each side.
        preview: The recording of `preview_steps` + 1 frames, numbered from 0; None without a preview.
    """

    sides: Mapping[str, TrajectoryRecording]
    preview: TrajectoryRecording | None

    @property
    def frames(self) -> int:
        """Number of frames to come; with a preview only those of the reverse process, which take the time."""
        counted = self.sides.values() if self.preview is None else (self.preview, self.sides[REVERSE])
        return sum(store.steps + 1 for store in counted)


def denoising_start(opened: Opened, spec: RunSpec) -> int:
    """Return the step at which the reverse chain of ``spec`` starts.

    Raises:
        BadInputError: If no run can satisfy the spec, or it names a step that the model does not have.
    """
    from core.sampling.starts import start_step

    return start_step(opened.model, spec)


def preview_steps(opened: Opened, spec: RunSpec) -> int:
    """Return the number of moves of the preview of a run; 0 if the run is so short that it needs none."""
    return preview_moves(denoising_start(opened, spec)) if opened.checkpoint.data.is_image else 0


def recording_space(opened: Opened, spec: RunSpec) -> RecordingSpace:
    """Return storage for the frames of a run: in memory up to `DEFAULT_CAP` of the recordings, else on disk.

    Raises:
        BadInputError: If there is too little memory, or no run can satisfy the spec.
        OutputError: If there is too little space on disk.
    """
    from core.formats.recordings.recording import DEFAULT_CAP, make

    checkpoint, preview = opened.checkpoint, preview_steps(opened, spec)
    state = checkpoint.data.shape, checkpoint.kind
    start, reverse_count = denoising_start(opened, spec), spec.reverse_count
    preview_cap = (
        min(DEFAULT_CAP // 4, BYTES_PER_FLOAT * (preview + 1) * reverse_count * math.prod(checkpoint.data.shape))
        if preview
        else 0
    )
    cap = (DEFAULT_CAP - preview_cap) // 2
    sizes = {FORWARD: (checkpoint.steps, spec.count), REVERSE: (start, reverse_count)}
    sides = {side: make(*size, *state, cap=cap) for side, size in sizes.items()}
    return RecordingSpace(sides, make(preview, reverse_count, *state, cap=preview_cap) if preview else None)


def run(
    opened: Opened, spec: RunSpec, root: NDArray[np.float32] | None = None
) -> Iterator[SideFrame | SideColours | None]:
    """Run the forward process, then the reverse chain, exactly as the engine's own generators do.

    If the reverse chain takes long, a preview of it comes first, with parts of the forward process in between, so that
    both sides soon show something. ``root`` is the state [*shape] that many futures start from, if it is known;
    otherwise None is yielded for each step that leads to it, so that the run can be stopped there.
    """
    from core.sampling.trajectories import forward, reverse

    noising = forward(opened.model, spec)
    start = yield from _start(opened, spec, noising, root)
    moves = preview_steps(opened, spec)
    if moves:
        at_once = -(-opened.checkpoint.steps // PREVIEW_PARTS)
        # The preview of futures is not part of them: it uses the random numbers of any chain from given states.
        preview_start = start if start.x is None else replace(start, stream=f"reverse from {start.t}")
        for move in reverse(opened.model, spec, preview_start, Strided(moves)):
            yield SideFrame(REVERSE, move, preview=True)
            for frame in islice(noising, at_once):
                yield from _side_frames(opened, FORWARD, frame)
    for frame in noising:
        yield from _side_frames(opened, FORWARD, frame)
    for frame in reverse(opened.model, spec, start):
        yield from _side_frames(opened, REVERSE, frame, measure_spread=bool(spec.branches))


def _start(
    opened: Opened, spec: RunSpec, noising: Iterator[Frame], root: NDArray[np.float32] | None
) -> Generator[SideFrame | SideColours | None, None, Start]:
    """Return the start of the reverse chain; yield the forward frames that lead to it, or None for futures."""
    from core.sampling.starts import start_of

    steps = start_of(opened.model, spec, noising, root)
    while True:
        try:
            frame = next(steps)
        except StopIteration as end:
            start: Start = end.value
            return start
        if spec.branches:
            yield None
        else:
            yield from _side_frames(opened, FORWARD, frame)


def _side_frames(
    opened: Opened, side: str, frame: Frame, *, measure_spread: bool = False
) -> Iterator[SideFrame | SideColours]:
    from core.sampling.predictions import state_spread

    checkpoint = opened.checkpoint
    yield SideFrame(
        side, frame, spread=state_spread(checkpoint.data, checkpoint.kind, frame.x) if measure_spread else None
    )
    if frame.t == 0:
        along = colours_along(opened.checkpoint, frame.x)
        if along is not None:
            yield SideColours(side, along)


def predict(opened: Opened, wanted: Prediction, spec: RunSpec) -> Iterator[Prediction]:
    """Yield the predictions of the model for the frames ``wanted``; frame 0, the data, stays as it is."""
    from core.sampling.predictions import next_means, x0_estimates
    from core.sampling.trajectories import prepare

    prepare(spec)
    predicted = x0_estimates if wanted.mode == X0_ESTIMATE else next_means
    yield Prediction(
        wanted.mode, {side: next(predicted(opened.model, [frame])) for side, frame in wanted.frames.items()}
    )


def reverse_frames(opened: Opened, spec: RunSpec, noised: Frame | None = None) -> Iterator[Frame]:
    """Run the reverse chain from ``noised`` states, or from noise; the start in ``spec`` is ignored."""
    from core.sampling.starts import from_states
    from core.sampling.trajectories import reverse

    start = None if noised is None else from_states(opened.model, noised.x, noised.t)
    yield from reverse(opened.model, spec, start)


def drift(opened: Opened, threads: int, columns: tuple[int, ...]) -> Iterator[DriftFrame]:
    """Compute the reverse drift f_mu(x, t) - x on a grid over ``columns``, for every step (figure 1)."""
    from core.sampling.predictions import drift_field

    yield from drift_field(opened.model, threads, columns)


def measure_bound(opened: Opened, spec: RunSpec) -> Iterator[Progress[Bound]]:
    """Measure K (section 2.4) on held-out examples in the file, on images, or on as many draws as ``spec`` runs."""
    from core.measurement.bound import measure_bound as measure
    from core.measurement.examples import default_count

    data = opened.checkpoint.data
    count = default_count(data) if data.is_image or data.held_out is not None else spec.count
    yield from measure(opened.model, replace(spec, count=count, denoise_from=None))
