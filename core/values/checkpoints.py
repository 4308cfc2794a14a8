"""Which data are pictures: grey ones ``(height, width)``, and RGB ones ``(height, width, 3)``, channels last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.values.measurements import Bound
from core.values.training import TrainingState

RGB = 3


def is_image(shape: tuple[int, ...]) -> bool:
    """Tell whether examples of ``shape`` are pictures."""
    return len(shape) == 2 or (len(shape) == 3 and shape[2] == RGB)


def channels_of(shape: tuple[int, ...]) -> int:
    """Return the numbers of one pixel: 3 of an RGB picture, else 1."""
    return RGB if len(shape) == 3 else 1


def pixels_of(shape: tuple[int, ...]) -> int:
    """Return the pixels of one picture."""
    return shape[0] * shape[1]


@dataclass(frozen=True, slots=True)
class DataInfo:
    """What a checkpoint says of its data.

    Attributes:
        name: Name of the data set; a known name is a source of fresh data, any other is its examples alone.
        shape: Shape of one example, without the leading axis.
        value_range: Least and greatest value in user's units.
        shift, scale: user's units = shift + scale * model units; broadcast against ``shape``, float64.
        examples: ``[N, *shape]``, N <= 512, user's units, float32, read-only.
        grey_level: Width of one grey level, user's units, where the data are pictures of such levels: uniform noise
            of that width belongs to their density (section 6 of the mathematics). None for continuous data.
    """

    name: str
    shape: tuple[int, ...]
    value_range: tuple[float, float]
    shift: NDArray[np.float64]
    scale: NDArray[np.float64]
    examples: NDArray[np.float32]
    grey_level: float | None = None

    @property
    def is_image(self) -> bool:
        """Whether an example is a picture (see `core.images`)."""
        return is_image(self.shape)

    def to_user(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map states ``[N, *shape]`` from model units to user's units."""
        return np.asarray(x.astype(np.float64) * self.scale + self.shift, dtype=np.float32)

    def to_model(self, x: NDArray[np.generic]) -> NDArray[np.float32]:
        """Map data ``[N, *shape]`` from user's units to model units."""
        if not np.any(self.shift) and np.all(self.scale == 1.0):
            return x.astype(np.float32)  # bits, at every step of a training
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
    """All of a checkpoint file, as numpy arrays and plain values (docs/checkpoint.md)."""

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
