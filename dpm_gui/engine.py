"""The one door from the window to the engine.

Importing torch takes seconds, so every function here imports what it needs when it is called. All of them are
generators and meant for the thread of a job.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.filling_values import FillFrame, FillRequest
from core.values import BoundProgress, Checkpoint, DriftFrame, Frame, PosteriorFrame, RunSpec, StepEntropies
from dpm_gui.engine_values import FORWARD, REVERSE, Look, Preview, SideColours, SideFrame
from dpm_gui.subjects import POINTS, check_shown, subject_of

if TYPE_CHECKING:
    from core.model import DiffusionModel
    from core.recording import Recording

__all__ = ["FORWARD", "REVERSE", "Look", "Opened", "Preview", "Rooms", "SideColours", "SideFrame"]

PREVIEW_STEPS, LONG = 50, 100
"""Moves of a preview, and steps of pictures beyond which there is one."""
FILL_LOOKS = 20
"""How often on the way what is being filled in is shown."""
CLEARER_THAN_PREVIEW = 0.4
"""Share of the steps from which on down a guess is no step back from the preview."""
FLOAT = 4
"""Bytes of one number of a state."""
SHARES = 10
"""Moves of a preview between which the forward side comes, a part at a time."""
GUESS, MEAN = "guess", "mean"
"""Ways to look at a step that ask the network: E[x^0 | x^t], and f_mu(x^t, t)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that can be run.

    Attributes:
        path: Where it was read.
        checkpoint: All it holds.
        model: The engine's model, for the engine alone.
        entropies: The bounds of every step's entropy.
        alpha_bars: Signal left, ``[T + 1]``.
    """

    path: str
    checkpoint: Checkpoint
    model: DiffusionModel
    entropies: StepEntropies
    alpha_bars: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rooms:
    """Room for the frames of both sides of a run, and of the preview if there will be one.

    Attributes:
        sides: By side.
        preview: For `preview_steps` + 1 frames, numbered from 0.
    """

    sides: Mapping[str, Recording]
    preview: Recording | None

    @property
    def frames(self) -> int:
        """How many frames will come; where there is a preview, those of the reverse alone, which take the time."""
        counted = self.sides.values() if self.preview is None else (self.preview, self.sides[REVERSE])
        return sum(room.steps + 1 for room in counted)


def wake() -> Iterator[object]:
    """Import all that a run needs."""
    from core import waking

    waking.wake()
    yield from ()


def open_checkpoint(path: str) -> Iterator[Preview | Opened]:
    """Read ``path``: a preview first, then the model.

    Raises:
        BadCheckpointError: If it is not a sound checkpoint, or its data are neither points in the plane nor rows of
            bits nor pictures.
    """
    from core.checkpoint import load

    checkpoint = load(path)
    check_shown(checkpoint, path)
    yield Preview(path, checkpoint, _along(checkpoint, checkpoint.data.to_model(checkpoint.data.examples)))

    from core.model import model_from
    from core.schedules import alpha_bars

    model = model_from(checkpoint, path)
    yield Opened(path, checkpoint, model, model.process.entropies(), alpha_bars(checkpoint.betas))


def start_of(opened: Opened, spec: RunSpec) -> int:
    """Return the step at which the reverse of ``spec`` starts.

    Raises:
        BadInputError: If the spec names what is no step of the model.
    """
    from core.branching import top_of

    return top_of(opened.model, spec)


def preview_steps(opened: Opened, spec: RunSpec) -> int:
    """Return the moves of the preview of a run, 0 where the run is short enough to do without."""
    pictures = opened.checkpoint.data.is_picture
    return PREVIEW_STEPS if pictures and start_of(opened, spec) > LONG else 0


def rooms(opened: Opened, spec: RunSpec) -> Rooms:
    """Return room for the frames of a run: in memory up to `core.recording`'s cap, else on disk.

    Raises:
        BadInputError: If there is not the memory, or the spec asks for what no run can do.
        OutputError: If there is not the room on disk.
    """
    from core.recording import DEFAULT_CAP, make

    checkpoint, preview = opened.checkpoint, preview_steps(opened, spec)
    of_one = checkpoint.data.shape, checkpoint.kind
    there, back = (max(count, 1) for count in (spec.count, spec.reverse_count))  # what cannot be is the run's to refuse
    few = min(DEFAULT_CAP // 4, FLOAT * (preview + 1) * back * math.prod(checkpoint.data.shape)) if preview else 0
    cap = (DEFAULT_CAP - few) // 2
    sizes = {FORWARD: (checkpoint.steps, there), REVERSE: (start_of(opened, spec), back)}
    sides = {side: make(*size, *of_one, cap=cap) for side, size in sizes.items()}
    return Rooms(sides, make(preview, back, *of_one, cap=few) if preview else None)


def run(
    opened: Opened, spec: RunSpec, root: NDArray[np.float32] | None = None
) -> Iterator[SideFrame | SideColours | None]:
    """Walk the forward process, then the reverse, exactly as the engine's own generators do.

    Where the reverse takes long a preview of it comes first, the forward side in between, so that there is soon
    something to see on both. ``root`` is the state [*shape] that many futures begin from, where it is known; the walk
    to it is else silent: None for each step, so that it can be stopped.
    """
    from core.branching import futures, root_in, walk_to_root
    from core.trajectories import forward, reverse, reverse_from

    start, there = start_of(opened, spec), forward(opened.model, spec)
    noised = None
    if spec.branches:
        for frame in () if root is not None else walk_to_root(opened.model, spec):
            yield None
            root = root_in(frame, spec)
        noised = np.repeat(np.asarray(root)[None], spec.reverse_count, axis=0)
    elif spec.denoise_from is not None:
        for frame in islice(there, start + 1):
            yield from _told(opened, FORWARD, frame)
            noised = frame.x
    if preview_steps(opened, spec):
        at_once = -(-opened.checkpoint.steps // SHARES)
        for move in _preview(opened, spec, noised, start):
            yield SideFrame(REVERSE, move, preview=True)
            for frame in islice(there, at_once):
                yield from _told(opened, FORWARD, frame)
    for frame in there:
        yield from _told(opened, FORWARD, frame)
    back = reverse(opened.model, spec) if noised is None else reverse_from(opened.model, noised, start, spec)
    for frame in futures(opened.model, spec, root) if spec.branches else back:
        yield from _told(opened, REVERSE, frame, apart=bool(spec.branches))


def _preview(opened: Opened, spec: RunSpec, noised: NDArray[np.float32] | None, start: int) -> Iterator[Frame]:
    """Walk back in few steps, from noise or from states at step ``start``."""
    from core.strided import strided, strided_from

    if noised is None:
        return strided(opened.model, spec, PREVIEW_STEPS)
    return strided_from(opened.model, noised, start, spec, PREVIEW_STEPS)


def _told(opened: Opened, side: str, frame: Frame, *, apart: bool = False) -> Iterator[SideFrame | SideColours]:
    from core.branching import spread_of

    checkpoint = opened.checkpoint
    yield SideFrame(side, frame, spread=spread_of(checkpoint.data, checkpoint.kind, frame.x) if apart else None)
    if frame.t == 0:
        along = _along(opened.checkpoint, frame.x)
        if along is not None:
            yield SideColours(side, along)


def look(opened: Opened, wanted: Look, spec: RunSpec) -> Iterator[Look]:
    """Turn the frames ``wanted`` into what the model makes of them; frame 0, the data, stays as it is."""
    from core.denoising import next_means
    from core.trajectories import guesses, prepare

    prepare(spec)
    turned = guesses if wanted.way == GUESS else next_means
    yield Look(wanted.way, {side: next(turned(opened.model, [frame])) for side, frame in wanted.frames.items()})


def denoised(opened: Opened, noised: Frame, spec: RunSpec) -> Iterator[Frame]:
    """Walk from ``noised`` states back to the data."""
    from core.trajectories import reverse_from

    yield from reverse_from(opened.model, noised.x, noised.t, spec)


def samples(opened: Opened, spec: RunSpec) -> Iterator[Frame]:
    """Walk from noise back to the data, whatever else ``spec`` says."""
    from core.trajectories import reverse

    yield from reverse(opened.model, replace(spec, denoise_from=None))


def fill(opened: Opened, request: FillRequest) -> Iterator[FillFrame]:
    """Fill in ``request``: by fewer steps first, where that is worth it, then by the model's own chain."""
    from core import filling

    clear = float(opened.checkpoint.steps)
    for frame in filling.preview(opened.model, request):
        clear = CLEARER_THAN_PREVIEW * (request.start or opened.checkpoint.steps)
        yield frame
    for frame in filling.fill(opened.model, request, looks=FILL_LOOKS, pauses=True):
        yield frame if frame.t <= clear else replace(frame, pictures=None)


def wish(opened: Opened, spec: RunSpec) -> Iterator[PosteriorFrame]:
    """Walk back under ``spec.posterior``; the last frame's points are as many as weights ask for."""
    from core.posterior import equally_weighted, reverse_under

    for frame in reverse_under(opened.model, spec):
        if frame.t == 0 and frame.log_probability is not None:
            frame = replace(frame, x=equally_weighted(frame, spec.count, spec.seed))
        yield frame


def takes_any_size(opened: Opened) -> bool:
    """Tell whether pictures of any size can be filled in."""
    from core.windows import takes_any_size as takes

    return takes(opened.model)


def check_fits(opened: Opened, request: FillRequest) -> None:
    """Raise `BadInputError` unless ``request`` can be for what is open."""
    from core.filling import model_for

    model_for(opened.model, request.picture.shape)


def save_request(request: FillRequest, path: str) -> None:
    """Write ``request`` to one file; it takes long, so have it done in a job."""
    from core import filling_files

    filling_files.save_request(request, path)


def load_request(path: str) -> Iterator[FillRequest]:
    """Read the request in the file at ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these.
    """
    from core import filling_files

    yield filling_files.load_request(path)


def drift(opened: Opened, threads: int) -> Iterator[DriftFrame]:
    """Tabulate the reverse drift on a grid, for every step."""
    from core.trajectories import drift_field

    yield from drift_field(opened.model, threads)


def measure_bound(opened: Opened, spec: RunSpec) -> Iterator[BoundProgress]:
    """Measure K on fresh data: as many as are run, of pictures as many as is usual."""
    from core.bounds import measure_bound as measure
    from core.bounds import usual_count

    data = opened.checkpoint.data
    count = usual_count(data) if data.is_picture else spec.count
    yield from measure(opened.model, replace(spec, count=count, denoise_from=None))


def _along(checkpoint: Checkpoint, x0: NDArray[np.float32]) -> NDArray[np.float32] | None:
    from core.datasets import places_along

    return places_along(checkpoint.data, x0) if subject_of(checkpoint) == POINTS else None
