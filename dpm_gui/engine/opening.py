"""Opens checkpoints, reads what a list shows of them, and imports the engine in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.values.checkpoints import Checkpoint, channels_of, dimensions, to_levels
from core.values.measurements import StepEntropies
from core.values.runs import RunSpec
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.shipped import ShippedStart
from dpm_gui.engine.state_kinds import check_shown, colours_along
from dpm_gui.engine.values import CheckpointPreview, ModelCard

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


CARD_SIDE = 96
"""Pixels of a card's drawing of points, on each side."""
CARD_IMAGES = 4
CARD_EXTENT = 2.2
"""Half of the drawing's width, in standard deviations."""


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
        shipped: The runs whose first states a shipped recording shows until they are computed, or None.
    """

    path: str
    checkpoint: Checkpoint
    lazy_model: LazyModel
    alpha_bars: NDArray[np.float64]
    entropies: StepEntropies
    takes_any_size: bool
    sha256: str = ""
    shipped: ShippedStart | None = None

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

    If ``memory`` holds a run of ``spec``, whatever its count, or a shipped recording of it, the checkpoint is yielded
    without its model, which is built when it is needed. Such a file has been read before, so it is read without the
    child process that tries other files first.

    Raises:
        BadCheckpointError: If it is not a valid checkpoint, or its data can be shown neither as points nor as rows of
            bits nor as images.
    """
    from core.formats import checkpoints
    from core.processes.schedules import alpha_bars

    sha256 = "" if memory is None else memory.sha256_of(path)
    facts = None if memory is None or spec is None else memory.facts_of(sha256, spec)
    found = None if memory is None else memory.shipped_facts(sha256, spec or RunSpec())
    shipped = None if found is None else found[1]
    if facts is None and found is not None and spec is not None:
        facts = found[0]
    if memory is not None and facts is None:
        yield NothingRemembered()
    checkpoint = checkpoints.load(path) if facts is None else checkpoints.read(path)
    check_shown(checkpoint, path)
    signal = alpha_bars(checkpoint.betas)
    if facts is not None and facts.fit(checkpoint):
        lazy_model = LazyModel(lambda: _model_of(checkpoint, path))
        yield Opened(path, checkpoint, lazy_model, signal, facts.entropies, facts.takes_any_size, sha256, shipped)
        return
    yield CheckpointPreview(
        path, checkpoint, colours_along(checkpoint, checkpoint.data.to_model(checkpoint.data.examples))
    )

    from core.posterior.large_images import takes_any_size

    model = _model_of(checkpoint, path)
    entropies, any_size = model.process.entropies(), takes_any_size(model)
    yield Opened(path, checkpoint, LazyModel(lambda: model), signal, entropies, any_size, sha256, shipped)


def _model_of(checkpoint: Checkpoint, path: str) -> DiffusionModel:
    from core.runtime.devices import load_torch_library

    load_torch_library()
    from core.model import model_from

    return model_from(checkpoint, path)


def read_cards(trusted: Iterable[str], others: Iterable[str]) -> Iterator[ModelCard]:
    """Read the card of each checkpoint, without the engine; ``others`` are first read in a child process."""
    from core.formats.checkpoints import load, read
    from core.formats.sandbox import FileSandbox

    for path in trusted:
        yield _card(path, read(path))
    with FileSandbox() as sandbox:
        for path in others:
            try:
                yield _card(path, load(path, sandbox))
            except BadCheckpointError as error:
                missing = isinstance(error.__cause__, FileNotFoundError)
                yield ModelCard(path, Path(path).name, "is no longer there" if missing else "cannot be read")


def _card(path: str, checkpoint: Checkpoint) -> ModelCard:
    data, shape = checkpoint.data, checkpoint.data.shape
    if data.is_image:
        channels = "grey" if channels_of(shape) == 1 else "colour"
        line = f"{channels} images, {shape[0]} × {shape[1]}, T = {checkpoint.steps}"
        levels = to_levels(data.examples[:CARD_IMAGES], data.value_range, data.grey_level)
        return ModelCard(path, checkpoint.title, line, levels=_in_a_square(levels))
    if checkpoint.kind == "binomial":
        rows = data.examples.reshape(len(data.examples), -1)
        size = rows.shape[1]
        ink = rows[:size].astype(np.float32)
        return ModelCard(path, checkpoint.title, f"sequences of {size} bits, T = {checkpoint.steps}", ink=ink)
    line = f"points in {dimensions(shape)}, T = {checkpoint.steps}"
    return ModelCard(path, checkpoint.title, line, ink=_drawn(data.to_model(data.examples)))


def _in_a_square(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the first four images side by side, two a row; of fewer the first alone."""
    if len(levels) < CARD_IMAGES:
        first: NDArray[np.uint8] = levels[0]
        return first
    return np.concatenate([np.concatenate([*levels[row : row + 2]], axis=1) for row in (0, 2)], axis=0)


def _drawn(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a drawing of the first two columns of ``points`` [N, D], of the only one over its number."""
    flat = points.reshape(len(points), -1)
    across = flat[:, 0]
    up = flat[:, 1] if flat.shape[1] > 1 else np.linspace(-CARD_EXTENT, CARD_EXTENT, len(flat), dtype=np.float32)
    ink = np.zeros((CARD_SIDE, CARD_SIDE), np.float32)
    places = [(CARD_SIDE * (each / (2 * CARD_EXTENT) + 0.5)).astype(int) for each in (-up, across)]
    row, column = (np.clip(each, 0, CARD_SIDE - 2) for each in places)
    for down in (0, 1):
        for right in (0, 1):
            ink[row + down, column + right] = 1.0
    return ink
