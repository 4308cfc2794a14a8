"""Opening checkpoints, and importing the engine beside the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import Checkpoint
from core.values.measurements import StepEntropies
from dpm_gui.engine.state_kinds import check_shown, colours_along
from dpm_gui.engine.values import CheckpointPreview

if TYPE_CHECKING:
    from core.model import DiffusionModel


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


def preload() -> Iterator[object]:
    """Import everything a run needs; takes seconds the first time, and is meant for the thread of a job."""
    # The reader of checkpoints first: the loader of libraries takes one at a time, and h5py's would wait for torch's.
    import core.formats.checkpoints
    from core.runtime.devices import load_torch_library

    load_torch_library()
    import core.model
    import core.sampling.trajectories  # noqa: F401 - imported for later

    yield from ()


def open_checkpoint(path: str) -> Iterator[CheckpointPreview | Opened]:
    """Read ``path``: a preview first, then the model.

    Raises:
        BadCheckpointError: If it is not a sound checkpoint, or its data are neither points in the plane nor rows of
            bits nor pictures.
    """
    from core.formats.checkpoints import load

    checkpoint = load(path)
    check_shown(checkpoint, path)
    yield CheckpointPreview(
        path, checkpoint, colours_along(checkpoint, checkpoint.data.to_model(checkpoint.data.examples))
    )

    from core.model import model_from
    from core.processes.schedules import alpha_bars

    model = model_from(checkpoint, path)
    yield Opened(path, checkpoint, model, model.process.entropies(), alpha_bars(checkpoint.betas))
