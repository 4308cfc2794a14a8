"""Opens checkpoints, and imports the engine in the background."""

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
        path: File that it was read from.
        checkpoint: Its content.
        model: The engine's model, used by this package alone.
        entropies: Entropy bounds of every reverse step, bits per dimension (section 2.6).
        alpha_bars: Signal left at each step, ``[T + 1]``.
    """

    path: str
    checkpoint: Checkpoint
    model: DiffusionModel
    entropies: StepEntropies
    alpha_bars: NDArray[np.float64]


def preload() -> Iterator[object]:
    """Import everything that a run needs; takes seconds the first time, so call it in the thread of a job."""
    # The reader of checkpoints first: libraries load one at a time, and h5py's would wait for torch's.
    import core.formats.checkpoints
    from core.runtime.devices import load_torch_library

    load_torch_library()
    import core.model
    import core.sampling.trajectories  # noqa: F401 - imported for later

    yield from ()


def open_checkpoint(path: str) -> Iterator[CheckpointPreview | Opened]:
    """Read ``path`` and yield a preview first, then the model.

    Raises:
        BadCheckpointError: If it is not a valid checkpoint, or its data can be shown neither as points nor as rows of
            bits nor as images.
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
