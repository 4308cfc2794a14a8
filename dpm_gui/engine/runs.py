"""Runs, what is predicted and measured of them, as the window asks for them.

Importing torch takes seconds, so every function here imports what it needs when it is called. All of them are
generators and meant for the thread of a job.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.values.measurements import BoundProgress
from core.values.runs import DriftFrame, Frame, RunSpec, Start, Strided, preview_moves
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import colours_along
from dpm_gui.engine.values import FORWARD, REVERSE, Prediction, SideColours, SideFrame

if TYPE_CHECKING:
    from core.formats.recordings.recording import TrajectoryRecording

BYTES_PER_FLOAT = 4
"""Bytes of one number of a state."""
PREVIEW_PARTS = 10
"""Moves of a preview between which the forward side comes, a part at a time."""
X0_ESTIMATE, MEAN = "x0_estimate", "mean"
"""Ways to look at a step that ask the network: E[x^0 | x^t], and f_mu(x^t, t)."""


@dataclass(frozen=True, slots=True)
class RecordingSpace:
    """Room for the frames of both sides of a run, and of the preview if there will be one.

    Attributes:
        sides: By side.
        preview: For `preview_steps` + 1 frames, numbered from 0.
    """

    sides: Mapping[str, TrajectoryRecording]
    preview: TrajectoryRecording | None

    @property
    def frames(self) -> int:
        """How many frames will come; where there is a preview, those of the reverse alone, which take the time."""
        counted = self.sides.values() if self.preview is None else (self.preview, self.sides[REVERSE])
        return sum(store.steps + 1 for store in counted)


def denoising_start(opened: Opened, spec: RunSpec) -> int:
    """Return the step at which the reverse of ``spec`` starts.

    Raises:
        BadInputError: If the spec asks for what no run can do, or names what is no step of the model.
    """
    from core.sampling.starts import start_step

    return start_step(opened.model, spec)


def preview_steps(opened: Opened, spec: RunSpec) -> int:
    """Return the moves of the preview of a run, 0 where the run is short enough to do without."""
    return preview_moves(denoising_start(opened, spec)) if opened.checkpoint.data.is_image else 0


def recording_space(opened: Opened, spec: RunSpec) -> RecordingSpace:
    """Return store for the frames of a run: in memory up to `core.formats.recordings.recording`'s cap, else on disk.

    Raises:
        BadInputError: If there is not the memory, or the spec asks for what no run can do.
        OutputError: If there is not the room on disk.
    """
    from core.formats.recordings.recording import DEFAULT_CAP, make

    checkpoint, preview = opened.checkpoint, preview_steps(opened, spec)
    of_one = checkpoint.data.shape, checkpoint.kind
    start, back = denoising_start(opened, spec), spec.reverse_count
    few = (
        min(DEFAULT_CAP // 4, BYTES_PER_FLOAT * (preview + 1) * back * math.prod(checkpoint.data.shape))
        if preview
        else 0
    )
    cap = (DEFAULT_CAP - few) // 2
    sizes = {FORWARD: (checkpoint.steps, spec.count), REVERSE: (start, back)}
    sides = {side: make(*size, *of_one, cap=cap) for side, size in sizes.items()}
    return RecordingSpace(sides, make(preview, back, *of_one, cap=few) if preview else None)


def run(
    opened: Opened, spec: RunSpec, root: NDArray[np.float32] | None = None
) -> Iterator[SideFrame | SideColours | None]:
    """Run the forward process, then the reverse, exactly as the engine's own generators do.

    Where the reverse takes long a preview of it comes first, the forward side in between, so that there is soon
    something to see on both. ``root`` is the state [*shape] that many futures start from, where it is known; else the
    steps on the way to it are None, so that the run can be stopped there.
    """
    from core.sampling.trajectories import forward, reverse

    noising = forward(opened.model, spec)
    start = yield from _start(opened, spec, noising, root)
    moves = preview_steps(opened, spec)
    if moves:
        at_once = -(-opened.checkpoint.steps // PREVIEW_PARTS)
        # The preview of futures is no part of them: it draws the numbers of any chains from given states.
        preview_start = start if start.x is None else replace(start, stream=f"reverse from {start.t}")
        for move in reverse(opened.model, spec, preview_start, Strided(moves)):
            yield SideFrame(REVERSE, move, preview=True)
            for frame in islice(noising, at_once):
                yield from _side_frames(opened, FORWARD, frame)
    for frame in noising:
        yield from _side_frames(opened, FORWARD, frame)
    for frame in reverse(opened.model, spec, start):
        yield from _side_frames(opened, REVERSE, frame, apart=bool(spec.branches))


def _start(
    opened: Opened, spec: RunSpec, noising: Iterator[Frame], root: NDArray[np.float32] | None
) -> Generator[SideFrame | SideColours | None, None, Start]:
    """Find where the reverse starts, and show the frames on the way to it that are those of the forward side."""
    from core.sampling.starts import start_of

    on_the_way = start_of(opened.model, spec, noising, root)
    while True:
        try:
            frame = next(on_the_way)
        except StopIteration as end:
            start: Start = end.value
            return start
        if spec.branches:
            yield None
        else:
            yield from _side_frames(opened, FORWARD, frame)


def _side_frames(opened: Opened, side: str, frame: Frame, *, apart: bool = False) -> Iterator[SideFrame | SideColours]:
    from core.sampling.predictions import state_spread

    checkpoint = opened.checkpoint
    yield SideFrame(side, frame, spread=state_spread(checkpoint.data, checkpoint.kind, frame.x) if apart else None)
    if frame.t == 0:
        along = colours_along(opened.checkpoint, frame.x)
        if along is not None:
            yield SideColours(side, along)


def predict(opened: Opened, wanted: Prediction, spec: RunSpec) -> Iterator[Prediction]:
    """Turn the frames ``wanted`` into what the model makes of them; frame 0, the data, stays as it is."""
    from core.sampling.predictions import next_means, x0_estimates
    from core.sampling.trajectories import prepare

    prepare(spec)
    turned = x0_estimates if wanted.mode == X0_ESTIMATE else next_means
    yield Prediction(wanted.mode, {side: next(turned(opened.model, [frame])) for side, frame in wanted.frames.items()})


def reverse_frames(opened: Opened, spec: RunSpec, noised: Frame | None = None) -> Iterator[Frame]:
    """Compute the reverse from ``noised`` states, or from noise, whatever ``spec`` says of where it starts."""
    from core.sampling.starts import from_states
    from core.sampling.trajectories import reverse

    start = None if noised is None else from_states(opened.model, noised.x, noised.t)
    yield from reverse(opened.model, spec, start)


def drift(opened: Opened, threads: int) -> Iterator[DriftFrame]:
    """Tabulate the reverse drift on a grid, for every step."""
    from core.sampling.predictions import drift_field

    yield from drift_field(opened.model, threads)


def measure_bound(opened: Opened, spec: RunSpec) -> Iterator[BoundProgress]:
    """Measure K on fresh data: as many as are run, of images as many as is usual."""
    from core.measurement.bound import default_count
    from core.measurement.bound import measure_bound as measure

    data = opened.checkpoint.data
    count = default_count(data) if data.is_image else spec.count
    yield from measure(opened.model, replace(spec, count=count, denoise_from=None))
