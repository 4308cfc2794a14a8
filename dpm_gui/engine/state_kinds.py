"""The kinds of states: points, sequences and images, each with its names, counts and units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.values.checkpoints import MAX_COLUMNS, Checkpoint, DataInfo, channels_of, pixels_of
from core.values.runs import DEFAULT_COUNT

GREY_RANGE = (0.0, 255.0)
PIXELS_AT_ONCE = 16 * 64 * 64
"""Most pixels of all images of a run of default size: 16 of 64x64, and fewer of larger ones."""
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class StateKind:
    """One kind of states.

    Attributes:
        name: "points", "sequences" or "images".
        default_count: Number of states in a run unless the user chooses another.
        fewest, most, step: Limits and increment of that number.
        spread: Measure of how far many states lie apart, and its unit.
        channels: 1 or 3 for images, 0 for other states.
    """

    name: str
    default_count: int
    fewest: int
    most: int
    step: int
    spread: tuple[str, str]
    channels: int = 0

    @property
    def is_points(self) -> bool:
        """Whether the states are points, which have a potential and a drift over their columns."""
        return self.name == POINTS.name

    @property
    def is_image(self) -> bool:
        """Whether the states are images."""
        return self.channels > 0

    @property
    def singular(self) -> str:
        """The name of a single state."""
        return self.name.removesuffix("s")

    def named(self, count: int) -> str:
        """The name of ``count`` states."""
        return self.singular if count == 1 else self.name


STD, ENTROPY = ("standard deviation", "data units"), ("entropy", "bits per dimension")
POINTS = StateKind("points", DEFAULT_COUNT, 100, 50_000, 1000, STD)
SEQUENCES = StateKind("sequences", 500, 100, 50_000, 100, ENTROPY)
IMAGES = StateKind("images", 16, 1, 400, 1, STD, channels=1)
"""Images so small that `PIXELS_AT_ONCE` does not limit their number."""


def state_kind_of(checkpoint: Checkpoint) -> StateKind:
    """Return the kind of the states of ``checkpoint``; the default count is lower for large images, in a full grid."""
    data, bits = checkpoint.data, checkpoint.kind == "binomial"
    if not data.is_image:
        return SEQUENCES if bits else POINTS
    channels = channels_of(data.shape)
    spread = ENTROPY if bits else STD
    if not bits and data.value_range == GREY_RANGE:
        spread = STD[0], "grey levels" if channels == 1 else "levels"
    most_at_once = max(1, min(IMAGES.default_count, PIXELS_AT_ONCE // pixels_of(data.shape)))
    default_count = math.isqrt(most_at_once) ** 2  # a full grid
    return replace(IMAGES, default_count=default_count, spread=spread, channels=channels)


def check_shown(checkpoint: Checkpoint, path: str) -> None:
    """Raise `BadCheckpointError` if the states of ``checkpoint``, read at ``path``, cannot be shown."""
    data = checkpoint.data
    if data.is_image:
        return
    shape = data.shape
    if checkpoint.kind == "binomial" and len(shape) != 1:
        raise BadCheckpointError(path, f"its data have shape {shape}; for bits, only rows (D,) and images can be shown")
    if checkpoint.kind == "gaussian" and (len(shape) != 1 or shape[0] > MAX_COLUMNS):
        known = f"points of up to {MAX_COLUMNS} columns, (D,), and images, (H, W) or (H, W, 3)"
        raise BadCheckpointError(path, f"its data have shape {shape}; only {known} can be shown")


def column_labels(data: DataInfo) -> tuple[str, ...]:
    """Return the names of the columns of points ``[N, D]``; columns without names are x₁ … x_D."""
    return data.columns or tuple(f"x{number}".translate(SUBSCRIPTS) for number in range(1, data.shape[0] + 1))


def shown_at_first(data: DataInfo) -> tuple[int, ...]:
    """Return the numbers of the columns of points that are shown at first: of the first two, or of the only one."""
    return (0,) if data.shape == (1,) else (0, 1)


def colours_along(checkpoint: Checkpoint, x0: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Return where points ``x0`` [N, D] lie along their data, ``[N]`` in [0, 1]; None for other states."""
    from core.data.registry import places_along

    return places_along(checkpoint.data, x0) if state_kind_of(checkpoint).is_points else None
