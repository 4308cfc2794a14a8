"""Opens checkpoints, and imports the engine in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import Checkpoint
from core.values.measurements import StepEntropies
from core.values.runs import RunSpec
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.state_kinds import check_shown, colours_along
from dpm_gui.engine.values import CheckpointPreview

if TYPE_CHECKING:
    from core.model import DiffusionModel


class LazyModel:
    """The engine's model of a checkpoint, built when it is first asked for, which may take seconds; in jobs only."""

    def __init__(self, build: Callable[[], DiffusionModel]) -> None:
        """Call ``build`` when the model is needed."""
        self._build = build
        self._built: DiffusionModel | None = None
        self._lock = threading.Lock()

    def get(self) -> DiffusionModel:
        """Return the model; any thread may call this."""
        with self._lock:
            if self._built is None:
                self._built = self._build()
            return self._built


@dataclass(frozen=True, slots=True)
class Opened:
    """A checkpoint that can be run.

    Attributes:
        path: File that it was read from.
        checkpoint: Its content.
        lazy_model: The engine's model, used by this package alone.
        alpha_bars: Signal left at each step, ``[T + 1]``.
        entropies: Entropy bounds of every reverse step, bits per dimension (section 2.6).
        takes_any_size: Whether the model inpaints images of any size.
        sha256: The SHA-256 of the file; empty if no run of it is remembered, as of one whose data are others.
    """

    path: str
    checkpoint: Checkpoint
    lazy_model: LazyModel
    alpha_bars: NDArray[np.float64]
    entropies: StepEntropies
    takes_any_size: bool
    sha256: str = ""

    @property
    def model(self) -> DiffusionModel:
        """The engine's model; it is built at the first call, so call this in the thread of a job."""
        return self.lazy_model.get()


class NothingRemembered:
    """No run of the file that is being opened is remembered, so the engine will be needed at once."""


def preload() -> Iterator[object]:
    """Import everything that a run needs; takes seconds the first time, so call it in the thread of a job."""
    # The reader of checkpoints first: libraries load one at a time, and h5py's would wait for torch's.
    import core.formats.checkpoints
    from core.runtime.devices import load_torch_library

    load_torch_library()
    import core.model
    import core.sampling.trajectories  # noqa: F401 - imported for later

    yield from ()


def open_checkpoint(
    path: str, memory: RunMemory | None = None, spec: RunSpec | None = None
) -> Iterator[NothingRemembered | CheckpointPreview | Opened]:
    """Read ``path`` and yield a preview first, then the model.

    If ``memory`` holds a run of ``spec``, whatever its count, the checkpoint is yielded without its model, which is
    built when it is needed. Such a file has been read before, so it is read without the child process that tries
    other files first.

    Raises:
        BadCheckpointError: If it is not a valid checkpoint, or its data can be shown neither as points nor as rows of
            bits nor as images.
    """
    from core.formats import checkpoints
    from core.processes.schedules import alpha_bars

    sha256 = "" if memory is None else memory.sha256_of(path)
    facts = None if memory is None or spec is None else memory.facts_of(sha256, spec)
    if memory is not None and facts is None:
        yield NothingRemembered()
    checkpoint = checkpoints.load(path) if facts is None else checkpoints.read(path)
    check_shown(checkpoint, path)
    signal = alpha_bars(checkpoint.betas)
    if facts is not None and facts.fit(checkpoint):
        lazy_model = LazyModel(lambda: _model_of(checkpoint, path))
        yield Opened(path, checkpoint, lazy_model, signal, facts.entropies, facts.takes_any_size, sha256)
        return
    yield CheckpointPreview(
        path, checkpoint, colours_along(checkpoint, checkpoint.data.to_model(checkpoint.data.examples))
    )

    from core.posterior.large_images import takes_any_size

    model = _model_of(checkpoint, path)
    entropies, any_size = model.process.entropies(), takes_any_size(model)
    yield Opened(path, checkpoint, LazyModel(lambda: model), signal, entropies, any_size, sha256)


def _model_of(checkpoint: Checkpoint, path: str) -> DiffusionModel:
    from core.model import model_from

    return model_from(checkpoint, path)
