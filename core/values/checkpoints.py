"""The contents of a checkpoint: process, network, data and training; and which data are images.

Images are grey, ``(height, width)``, or RGB, ``(height, width, 3)``, channels last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import printable
from core.values.measurements import Bound
from core.values.training import TrainingState

RGB = 3
LEVELS = 256
MAX_LEVEL = LEVELS - 1
MAX_EXAMPLES = 512
"""The most examples in a checkpoint."""
FORMULA_NAMES = frozenset({"swiss_roll", "heartbeat", "dead_leaves"})
"""Names of the data that a formula draws; `core.data.registry` has their sources."""
MAX_COLUMNS = 64
"""The most columns of points that have names and can be shown."""
MAX_COLUMN_NAME = 64
"""The longest name of a column, characters."""
ROUNDING = 2.0**-12
"""Share of a level by which rounding to float32 may bring a whole level below itself."""
COARSEST_STEP = 1e-3
"""The largest step between neighbouring numbers in user's units, in standard deviations."""
FLOAT32_STEP = 2.0**29
"""The step between neighbouring numbers in float32, in steps of float64."""


def is_image(shape: tuple[int, ...]) -> bool:
    """Tell whether examples of ``shape`` are images."""
    return len(shape) == 2 or (len(shape) == 3 and shape[2] == RGB)


def channels_of(shape: tuple[int, ...]) -> int:
    """Return the numbers of one pixel: 3 for an RGB image, else 1."""
    return RGB if len(shape) == 3 else 1


def pixels_of(shape: tuple[int, ...]) -> int:
    """Return the number of pixels of one image."""
    return shape[0] * shape[1]


def dimensions(shape: tuple[int, ...]) -> str:
    """Return the dimensions of points of ``shape`` in words, such as "2 dimensions"."""
    return "1 dimension" if shape == (1,) else f"{' x '.join(map(str, shape))} dimensions"


def to_levels(
    values: NDArray[np.generic], value_range: tuple[float, float], grey_level: float | None
) -> NDArray[np.uint8]:
    """Return ``values`` as levels 0 … 255, clipped; infinities become the nearest level and NaN becomes 0.

    Args:
        values: Of any shape, user's units.
        value_range: Least and greatest value.
        grey_level: Width of one grey level, or None; values are rounded down to grey levels, and else to nearest.
    """
    width, half = level_width(value_range, grey_level)
    shift = np.float32(half or ROUNDING)
    levels = (np.asarray(values, np.float32) - np.float32(value_range[0])) * np.float32(1.0 / width) + shift
    return np.asarray(np.fmin(np.fmax(levels, 0), MAX_LEVEL), np.uint8)  # fmax prefers a number to NaN


def from_levels(levels: ArrayLike, value_range: tuple[float, float]) -> NDArray[np.float32]:
    """Return levels 0 … 255 in user's units, float32, of the same shape."""
    low, high = value_range
    return (np.float32(low) + np.asarray(levels, np.float32) * np.float32((high - low) / MAX_LEVEL)).astype(np.float32)


def level_width(value_range: tuple[float, float], grey_level: float | None) -> tuple[float, float]:
    """Return the width of one of 256 levels, user's units, and the offset to add before rounding down.

    The offset is `ROUNDING` for grey levels, where rounding down removes the noise, and else 0.5, which rounds to
    nearest.
    """
    low, high = value_range
    width = (high - low + grey_level) / LEVELS if grey_level else (high - low) / MAX_LEVEL
    return width or 1.0, ROUNDING if grey_level else 0.5


def column_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Return ``texts`` as names of columns: one line each, at most `MAX_COLUMN_NAME` characters, none of them empty.

    More than `MAX_COLUMNS` columns have no names.
    """
    if len(texts) > MAX_COLUMNS:
        return ()
    return tuple(_column_name(text, number) for number, text in enumerate(texts, start=1))


def _column_name(text: str, number: int) -> str:
    name = " ".join(printable(text).split()) or f"column {number}"
    return name if len(name) <= MAX_COLUMN_NAME else f"{name[: MAX_COLUMN_NAME - 1]}…"


def user_type(shift: NDArray[np.float64], scale: NDArray[np.float64]) -> type[np.float32 | np.float64]:
    """Return the type of data in user's units with this ``shift`` and ``scale``.

    It is float64 if float32 would round data near ``shift`` by more than a share of `COARSEST_STEP` of ``scale``, as it
    would coordinates in metres or seconds since 1970; else float32.
    """
    steps = np.spacing(np.abs(shift) + scale) * FLOAT32_STEP
    return np.float64 if bool((steps > COARSEST_STEP * scale).any()) else np.float32


WHOLE, CROPS, RESIZED = "whole", "crops", "resized"
"""How images of files become examples: as they are, cut into crops, or with their middle square resized."""


@dataclass(frozen=True, slots=True)
class FileScale:
    """How the files that a model of images was trained on were brought to grey levels; later ones are treated alike.

    Attributes:
        range: The values in the files that became the least and the greatest level.
        channel_order: Whether the channels came "first" or "last".
        fit: How their images became examples: "whole", "crops" or "resized".
    """

    range: tuple[float, float]
    channel_order: str = "last"
    fit: str = WHOLE


@dataclass(frozen=True, slots=True)
class DataInfo:
    """A checkpoint's description of its data.

    Attributes:
        name: Name of the data set. If it is known, new data can be drawn; otherwise only the examples are available.
        shape: Shape of one example, without the leading axis.
        value_range: Least and greatest value in user's units.
        shift, scale: user's units = shift + scale * model units; broadcast against ``shape``, float64.
        examples: ``[N, *shape]``, N <= `MAX_EXAMPLES`, user's units, of `user_type`, read-only.
        grey_level: Width of one grey level, user's units, if the data are images of whole grey levels: uniform noise of
            that width is part of their density (section 6 of the mathematics). None for other data.
        columns: Names of the columns of points, as `column_names` makes them; empty if they have none.
        held_out: ``[M, *shape]``, M <= `MAX_EXAMPLES`, like ``examples``: data that took no part in training, on which
            K is measured. None for data that can be drawn anew, and in files of an earlier version.
        file_scale: How the user's image files were brought to grey levels; None for other data, and in files of an
            earlier version.
    """

    name: str
    shape: tuple[int, ...]
    value_range: tuple[float, float]
    shift: NDArray[np.float64]
    scale: NDArray[np.float64]
    examples: NDArray[np.floating]
    grey_level: float | None = None
    columns: tuple[str, ...] = ()
    held_out: NDArray[np.floating] | None = None
    file_scale: FileScale | None = None

    @property
    def is_image(self) -> bool:
        """Whether an example is an image."""
        return is_image(self.shape)

    @property
    def is_formula(self) -> bool:
        """Whether a formula draws the data; then K is measured on fresh draws, and no examples are held out."""
        return self.name in FORMULA_NAMES and self.held_out is None

    @property
    def user_type(self) -> type[np.float32 | np.float64]:
        """The type of data in user's units: float32, or float64 for data so far from zero that float32 rounds them."""
        return user_type(self.shift, self.scale)

    def to_user(self, x: NDArray[np.float32]) -> NDArray[np.floating]:
        """Map states ``[N, *shape]`` from model units to user's units, of `user_type`."""
        return np.asarray(x.astype(np.float64) * self.scale + self.shift, dtype=self.user_type)

    def to_model(self, x: NDArray[np.generic]) -> NDArray[np.float32]:
        """Map data ``[N, *shape]`` from user's units to model units."""
        if not np.any(self.shift) and np.all(self.scale == 1.0):
            return x.astype(np.float32)  # bits: a short cut for every training step
        return np.asarray((x.astype(np.float64) - self.shift) / self.scale, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """A network as a checkpoint holds it: its kind, its configuration and its parameters by name."""

    kind: str
    config: Mapping[str, object]
    weights: Mapping[str, NDArray[np.generic]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "config", MappingProxyType(dict(self.config)))
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole of a checkpoint file, as numpy arrays and plain values (docs/checkpoint.md)."""

    title: str
    created: str
    licence: str
    kind: str
    betas: NDArray[np.float64]
    network: NetworkInfo
    data: DataInfo
    training: TrainingState | None = None
    bound: Bound | None = None

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.betas)
