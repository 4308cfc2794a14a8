"""Runs, predictions and measurements for the window.

Importing torch takes seconds, so every function here imports what it needs when it is called. The generators are meant
for the thread of a job.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from core.values.runs import SPACINGS, DriftFrame, Frame, RunSpec, Start, Strided
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.run_parts import Parts, parts_of, preview_steps
from dpm_gui.engine.state_kinds import colours_along
from dpm_gui.engine.values import FORWARD, REVERSE, Prediction, SideColours, SideFrame

PREVIEW_PARTS = 10
"""Parts into which the forward process is divided; one follows each move of the preview."""
PREVIEW_SPACING = SPACINGS[1]
"""Moves that are even in the signal: with them a preview resembles its chain most."""
X0_ESTIMATE, MEAN = "x0_estimate", "mean"
"""Predictions of the network at a step: E[x^0 | x^t], and f_mu(x^t, t)."""


def run(
    opened: Opened, spec: RunSpec, root: NDArray[np.float32] | None = None, parts: Parts | None = None
) -> Iterator[SideFrame | SideColours | None]:
    """Run the forward process, then the reverse chain, exactly as the engine's own generators do.

    If the reverse chain takes long, a preview of each part of it comes first, with parts of the forward process in
    between, so that both sides soon show something.

    Args:
        opened: The open checkpoint.
        spec: What to run.
        root: The state ``[*shape]`` that many futures start from, if it is known; otherwise None is yielded for each
            step that leads to it, so that the run can be stopped there.
        parts: The states to compute, one part after the other; those of `parts_of` by default.
    """
    from core.sampling.trajectories import reverse

    parts = parts_of(opened, spec) if parts is None else parts
    noising = _noising(opened, spec, parts[FORWARD])
    at_once = -(-opened.checkpoint.steps // PREVIEW_PARTS)
    ahead = _preview_before_a_shipped_part(opened, spec, parts[REVERSE])
    for move in () if ahead is None else _preview(opened, spec, root, ahead):
        yield move
        yield from islice(noising, at_once)
    for states in parts[REVERSE]:
        if states != ahead:
            for move in _preview(opened, spec, root, states):
                yield move
                yield from islice(noising, at_once)
        start = yield from _start(opened, spec, root, states)
        yield from noising
        for frame in reverse(opened.model, spec, start):
            yield from _side_frames(opened, REVERSE, frame, states.start, measure_spread=bool(spec.branches))
    yield from noising


def _preview_before_a_shipped_part(opened: Opened, spec: RunSpec, parts: Sequence[range]) -> range | None:
    """Return the part whose preview comes before the chains of another one, which are shown already; None for none."""
    if len(parts) < 2 or preview_steps(opened, spec, parts[0]) or not preview_steps(opened, spec, parts[1]):
        return None
    return parts[1]


def _preview(
    opened: Opened, spec: RunSpec, root: NDArray[np.float32] | None, states: range
) -> Iterator[SideFrame | None]:
    """Yield the frames of the strided chains ``states``, if they are long enough to need them."""
    from core.sampling.trajectories import reverse

    moves = preview_steps(opened, spec, states)
    if moves:
        start = yield from _start(opened, spec, root, states)
        for move in reverse(opened.model, spec, start, Strided(moves, PREVIEW_SPACING)):
            yield SideFrame(REVERSE, move, preview=True, first=states.start)


def _noising(opened: Opened, spec: RunSpec, parts: Sequence[range]) -> Iterator[SideFrame | SideColours]:
    from core.sampling.trajectories import forward

    for states in parts:
        for frame in forward(opened.model, spec, states):
            yield from _side_frames(opened, FORWARD, frame, states.start)


def _start(
    opened: Opened, spec: RunSpec, root: NDArray[np.float32] | None, states: range
) -> Generator[None, None, Start]:
    """Return the start of the reverse chains ``states``; yield None for each step that leads to it."""
    from core.sampling.starts import start_of

    steps = start_of(opened.model, spec, root=root, chains=states)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            start: Start = end.value
            return start
        yield None


def _side_frames(
    opened: Opened, side: str, frame: Frame, first: int, *, measure_spread: bool = False
) -> Iterator[SideFrame | SideColours]:
    from core.sampling.predictions import state_spread

    checkpoint = opened.checkpoint
    spread = state_spread(checkpoint.data, checkpoint.kind, frame.x) if measure_spread else None
    yield SideFrame(side, frame, spread=spread, first=first)
    if frame.t == 0:
        along = colours_along(opened.checkpoint, frame.x)
        if along is not None:
            yield SideColours(side, along, first)


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
