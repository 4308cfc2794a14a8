"""The one door from the window to the engine.

Importing torch takes seconds, so every function here imports what it needs when it is called. All of them are
generators and meant for the thread of a job.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.values import DEFAULT_COUNT, BoundProgress, Checkpoint, DriftFrame, Frame, RunSpec, StepEntropies

if TYPE_CHECKING:
    from core.model import DiffusionModel
    from core.recording import Recording

FORWARD, REVERSE = "forward", "reverse"
COUNTS = {"gaussian": DEFAULT_COUNT, "binomial": 500}
"""Trajectories of a run unless a person chose otherwise, by kind of process: of rows, fewer can be looked at."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A checkpoint that has been read, before torch is there to run it.

    Attributes:
        path: Where it was read.
        checkpoint: All it holds.
        along: Colours of its examples, ``[N]`` in [0, 1], if they lie in the plane.
    """

    path: str
    checkpoint: Checkpoint
    along: NDArray[np.float32] | None


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
class SideFrame:
    """One frame of a run, and the side it belongs to."""

    side: str
    frame: Frame


@dataclass(frozen=True, slots=True)
class SideColours:
    """Where the points of one side come from along their data, ``[N]`` in [0, 1]."""

    side: str
    along: NDArray[np.float32]


def wake() -> Iterator[object]:
    """Import all that a run needs."""
    from core import waking

    waking.wake()
    yield from ()


def open_checkpoint(path: str) -> Iterator[Preview | Opened]:
    """Read ``path``: a preview first, then the model.

    Raises:
        BadCheckpointError: If it is not a sound checkpoint, or its data are neither in the plane nor rows of bits.
    """
    from core.checkpoint import load

    checkpoint = load(path)
    _check_shown(checkpoint, path)
    yield Preview(path, checkpoint, _along(checkpoint, checkpoint.data.to_model(checkpoint.data.examples)))

    from core.model import model_from
    from core.schedules import alpha_bars

    model = model_from(checkpoint, path)
    yield Opened(path, checkpoint, model, model.process.entropies(), alpha_bars(checkpoint.betas))


def rooms(opened: Opened, spec: RunSpec) -> dict[str, Recording]:
    """Return room for the frames of both sides of a run: in memory up to `core.recording`'s cap, else on disk.

    Raises:
        BadInputError: If there is not the memory.
        OutputError: If there is not the room on disk.
    """
    from core.recording import DEFAULT_CAP, make

    checkpoint = opened.checkpoint
    count = max(spec.count, 1)  # a number that cannot be is the run's to refuse
    shape = checkpoint.steps, count, checkpoint.data.shape, checkpoint.kind
    return {side: make(*shape, cap=DEFAULT_CAP // 2) for side in (FORWARD, REVERSE)}


def run(opened: Opened, spec: RunSpec) -> Iterator[SideFrame | SideColours]:
    """Walk the forward process, then the reverse, exactly as the engine's own generators do."""
    from core.trajectories import forward, reverse

    for side, frames in ((FORWARD, forward(opened.model, spec)), (REVERSE, reverse(opened.model, spec))):
        for frame in frames:
            yield SideFrame(side, frame)
            if frame.t == 0:
                along = _along(opened.checkpoint, frame.x)
                if along is not None:
                    yield SideColours(side, along)


def drift(opened: Opened, threads: int) -> Iterator[DriftFrame]:
    """Tabulate the reverse drift on a grid, for every step."""
    from core.trajectories import drift_field

    yield from drift_field(opened.model, threads)


def measure_bound(opened: Opened, spec: RunSpec) -> Iterator[BoundProgress]:
    """Measure K on fresh data."""
    from core.bounds import measure_bound as measure

    yield from measure(opened.model, spec)


def _check_shown(checkpoint: Checkpoint, path: str) -> None:
    shape = checkpoint.data.shape
    if checkpoint.kind == "binomial" and len(shape) != 1:
        raise BadCheckpointError(path, f"its data have shape {shape}; of bits, rows (D,) can be shown")
    if checkpoint.kind == "gaussian" and shape != (2,):
        raise BadCheckpointError(path, f"its data have shape {shape}; what can be shown are points in the plane, (2,)")


def _along(checkpoint: Checkpoint, x0: NDArray[np.float32]) -> NDArray[np.float32] | None:
    from core.datasets import places_along

    return places_along(checkpoint.data, x0) if checkpoint.data.shape == (2,) else None
