"""What the states of a checkpoint are, points, sequences or pictures, and the words and numbers that go with each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.values.checkpoints import Checkpoint, channels_of, pixels_of
from core.values.runs import DEFAULT_COUNT

GREY_RANGE = (0.0, 255.0)
PIXELS_AT_ONCE = 64 * 32 * 32
"""Pixels of all the pictures that are run unless a person asks for others: 64 of 32x32, 16 of 64x64."""


@dataclass(frozen=True, slots=True)
class StateKind:
    """One kind of states.

    Attributes:
        name: "points", "sequences" or "pictures", as one speaks of them.
        default_count: How many are run unless a person chose another number.
        fewest, most, step: What can be chosen, and by how much an arrow changes it.
        spread: What is measured to say how far many of them lie apart, and its unit.
        channels: 1 or 3 of pictures, 0 of others.
    """

    name: str
    default_count: int
    fewest: int
    most: int
    step: int
    spread: tuple[str, str]
    channels: int = 0

    @property
    def in_plane(self) -> bool:
        """Whether they are points, for which there is a potential and a drift in the plane."""
        return self.name == POINTS.name

    @property
    def is_image(self) -> bool:
        """Whether they are pictures."""
        return self.channels > 0

    @property
    def singular(self) -> str:
        """One of them, as one speaks of it."""
        return self.name.removesuffix("s")


STD, ENTROPY = ("standard deviation", "data units"), ("entropy", "bits per dimension")
POINTS = StateKind("points", DEFAULT_COUNT, 100, 50_000, 1000, STD)
SEQUENCES = StateKind("sequences", 500, 100, 50_000, 100, ENTROPY)
IMAGES = StateKind("pictures", 64, 1, 400, 8, STD, channels=1)
"""Of pictures so small that `PIXELS_AT_ONCE` does not tell."""


def state_kind_of(checkpoint: Checkpoint) -> StateKind:
    """Return what the states of ``checkpoint`` are; of large pictures fewer are run."""
    data, bits = checkpoint.data, checkpoint.kind == "binomial"
    if not data.is_image:
        return SEQUENCES if bits else POINTS
    channels = channels_of(data.shape)
    spread = ENTROPY if bits else STD
    if not bits and data.value_range == GREY_RANGE:
        spread = STD[0], "grey levels" if channels == 1 else "levels"
    default_count = max(1, min(IMAGES.default_count, PIXELS_AT_ONCE // pixels_of(data.shape)))
    return replace(IMAGES, default_count=default_count, spread=spread, channels=channels)


def check_shown(checkpoint: Checkpoint, path: str) -> None:
    """Raise `BadCheckpointError` if the states of ``checkpoint``, read at ``path``, cannot be shown."""
    data = checkpoint.data
    if data.is_image:
        return
    shape = data.shape
    if checkpoint.kind == "binomial" and len(shape) != 1:
        raise BadCheckpointError(path, f"its data have shape {shape}; of bits, rows (D,) and pictures can be shown")
    if checkpoint.kind == "gaussian" and shape != (2,):
        known = "points in the plane, (2,), and pictures, (H, W) or (H, W, 3)"
        raise BadCheckpointError(path, f"its data have shape {shape}; what can be shown are {known}")


def colours_along(checkpoint: Checkpoint, x0: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return where points ``x0`` [N, 2] lie along their data, ``[N]`` in [0, 1]; None for other states."""
    from core.data.registry import places_along

    return places_along(checkpoint.data, x0) if state_kind_of(checkpoint).in_plane else None
