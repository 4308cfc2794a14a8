"""Makes the recordings that the shipped checkpoints bring: ``python -m tools.recordings [MODEL…]``, `make recordings`.

Each holds the window's default run of its checkpoint, 16 images or 4 large ones, at `MOVES` steps and those of the
thumbnails, rounded so that all together take less than 6 MB. The chains have the models' full number of steps: an hour
of one core. To be made again whenever a checkpoint in assets/ changes; a test compares them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.registry import places_along
from core.formats import checkpoints
from core.formats.recordings import shipped_runs
from core.formats.recordings.cache import sha256_of
from core.formats.recordings.run_files import SIDES, RunFacts
from core.formats.recordings.shipped_runs import ShippedRun
from core.model import DiffusionModel, model_from
from core.posterior.large_images import takes_any_size
from core.processes.schedules import alpha_bars
from core.runtime.assets import shipped_models
from core.sampling.strided import chosen_steps
from core.sampling.trajectories import forward, reverse
from core.values.checkpoints import Checkpoint
from core.values.runs import PREVIEW_STEPS, SPACINGS, Frame, RunSpec, preview_moves
from dpm_gui.engine.state_kinds import state_kind_of

FOLDER = Path("assets/recordings")
MOVES, FEW_MOVES = PREVIEW_STEPS, 20
"""Steps besides those of the thumbnails; fewer where four images have more than `ENTRIES` entries."""
THUMBNAILS = 10
"""Thumbnails in a window of usual width, less one: they are even in t."""
IMAGES, LARGE_IMAGES = 16, 4
"""Images in a recording: the first one or two blocks of them."""
ENTRIES = IMAGES * 32 * 32
"""Most entries of `IMAGES` images; of larger ones there are `LARGE_IMAGES`."""
POINT = 1 / 64
"""To what points are rounded, in standard deviations of the data: a pixel or two."""
NOISE = 0.7
"""To what images are rounded, in standard deviations of the noise in them."""
LEVELS = 3.0
"""To how many grey levels images without noise are rounded: 1.5 up or down."""


def main() -> None:
    """Make the recordings of the models named, or of all shipped ones, and remove those of older checkpoints."""
    FOLDER.mkdir(exist_ok=True)
    for name in sys.argv[1:] or shipped_models():
        path = shipped_models()[name]
        checkpoint, model = checkpoints.read(path), model_from(checkpoints.read(path), str(path))
        spec = replace(RunSpec(threads=1), count=count_of(checkpoint))
        sides = {SIDES[0]: forward(model, spec), SIDES[1]: reverse(model, spec)}
        run = recording_of(sha256_of(path), checkpoint, model, {side: sides[side] for side in SIDES})
        print(write(name, run), flush=True)


def write(name: str, run: ShippedRun) -> Path:
    """Write the recording of the model ``name``, in place of those of earlier checkpoints of this name."""
    target = FOLDER / shipped_runs.file_name(name, run.sha256)
    for old in FOLDER.glob(f"{name}.*{shipped_runs.SUFFIX}"):
        old.unlink()
    shipped_runs.write(target, run)
    return target


def count_of(checkpoint: Checkpoint) -> int:
    """Return the number of states in a recording."""
    kind = state_kind_of(checkpoint)
    if not kind.is_image:
        return kind.default_count
    return IMAGES if IMAGES * math.prod(checkpoint.data.shape) <= ENTRIES else LARGE_IMAGES


def steps_of(model: DiffusionModel) -> tuple[int, ...]:
    """Return the steps of the frames, descending: all, if they are few."""
    last = model.steps
    if not preview_moves(last):
        return tuple(range(last, -1, -1))
    entries = LARGE_IMAGES * math.prod(model.data.shape)
    between = chosen_steps(model.process, MOVES if entries <= ENTRIES else FEW_MOVES, SPACINGS[1])
    return tuple(sorted({*between, *(round(last * part / THUMBNAILS) for part in range(THUMBNAILS + 1))}, reverse=True))


def recording_of(
    sha256: str, checkpoint: Checkpoint, model: DiffusionModel, sides: dict[str, Iterator[Frame]]
) -> ShippedRun:
    """Return the recording of the frames of ``sides``, those of the steps that are recorded."""
    steps = steps_of(model)
    states = {side: _states(frames, steps) for side, frames in sides.items()}
    along = {
        side: places_along(checkpoint.data, x[-1]) if state_kind_of(checkpoint).is_points else None
        for side, x in states.items()
    }
    facts = RunFacts(
        checkpoint.kind,
        checkpoint.data.shape,
        dict.fromkeys(SIDES, model.steps),
        {side: x.shape[1] for side, x in states.items()},
        model.process.entropies(),
        takes_any_size(model),
        {side: np.empty(0, np.float32) if places is None else places for side, places in along.items()},
    )
    sizes = dict.fromkeys(SIDES, sizes_of(checkpoint, steps))
    return ShippedRun(sha256, RunSpec().seed, facts, steps, states, sizes)


def sizes_of(checkpoint: Checkpoint, steps: Iterable[int]) -> NDArray[np.float32]:
    """Return to what states are rounded at each of ``steps``, in model units."""
    if checkpoint.kind == "binomial":
        return np.array([1.0 for _ in steps], np.float32)
    if not checkpoint.data.is_image:
        return np.array([POINT for _ in steps], np.float32)
    least = LEVELS / float(np.mean(checkpoint.data.scale))
    noise = np.sqrt(1.0 - alpha_bars(checkpoint.betas))
    return np.array([max(least, NOISE * noise[t]) for t in steps], np.float32)


def _states(frames: Iterator[Frame], steps: tuple[int, ...]) -> NDArray[np.float32]:
    found = {frame.t: frame.x for frame in frames if frame.t in steps}
    return np.stack([found[t] for t in steps])


if __name__ == "__main__":
    main()
