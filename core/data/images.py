"""Pictures of whole grey levels 0 … 255 as data: the noise that makes them a density, and where they are drawn from."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.arrays import read_only
from core.values.checkpoints import LEVELS, MAX_EXAMPLES, DataInfo

GREY_LEVEL = 1.0
"""The width of one grey level, user's units."""
NOISE_VARIANCE = GREY_LEVEL**2 / 12.0
EXAMPLE_BYTES = 256 * 1024
"""What the examples of one checkpoint may take on disk."""
PROBED = 32
BLOCK = 2**16
MOMENT_DRAWS = 2048


def with_noise(
    images: NDArray[np.uint8] | NDArray[np.float32], rng: np.random.Generator, level: float = GREY_LEVEL
) -> NDArray[np.float32]:
    """Return ``images`` with uniform noise of one grey level on [0, level) added, float32.

    Bits on a lattice have no density; with this noise they do, and rounding down gives the pictures back. The noise
    is a multiple of 2^-16 of a level, which float32 adds to 255 exactly and never rounds up to the next level.
    """
    noise = rng.integers(0, 2**16, size=images.shape, dtype=np.uint16).astype(np.float32)
    noise *= level / 2**16
    noise += images
    return noise


class GreyLevelSource(ABC):
    """A source of pictures whose pixels are whole grey levels 0 … 255, and of their noisy kind for training.

    Attributes:
        name: What a checkpoint calls the data.
        shape: ``(H, W)`` or ``(H, W, 3)``.
        grey_level: The width of one grey level, user's units.
        value_range: Least and greatest level.
    """

    name: str
    shape: tuple[int, ...]
    grey_level: float = GREY_LEVEL
    value_range: tuple[float, float] = (0.0, LEVELS - 1.0)

    @property
    @abstractmethod
    def held_out(self) -> GreyLevelSource:
        """The part kept apart from training; of a formula, the formula itself."""

    @abstractmethod
    def images(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw ``[count, *shape]`` without noise, as they are in an 8-bit file."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``[count, *shape]``, grey levels with noise: user's units, in [0, 256)."""
        return with_noise(self.images(count, rng), rng, self.grey_level)

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:
        """Return mean and standard deviation of a pixel of the noisy training data, user's units.

        From a sample, unless the source knows better.
        """
        return noisy_moments(self.images(MOMENT_DRAWS, rng))

    def examples(self, most: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return pictures to show what the data are, ``most`` of them or as many as there are."""
        return self.images(most, rng)

    def info(self, rng: np.random.Generator) -> DataInfo:
        """Return units and examples of these data as a checkpoint carries them: scalar units, whole grey levels."""
        mean, deviation = self.moments(rng)
        examples = self.examples(_affordable(self.images(PROBED, rng)), rng).astype(np.float32)
        shift, scale = np.array(mean), np.array(deviation)
        return DataInfo(self.name, self.shape, self.value_range, shift, scale, read_only(examples), self.grey_level)


class StoredImages(GreyLevelSource):
    """Pictures as they are, drawn with replacement; those of another array are kept apart.

    Args:
        name: What a checkpoint calls the data.
        training: ``[N, *shape]``, uint8.
        held_out_data: ``[M, *shape]``, uint8, likewise; None for a part that is itself kept apart.
    """

    def __init__(self, name: str, training: NDArray[np.uint8], held_out_data: NDArray[np.uint8] | None = None) -> None:
        if not len(training) or (held_out_data is not None and not len(held_out_data)):
            raise BadInputError(f"{name}: there are no pictures")
        self.name = name
        self.shape = training.shape[1:]
        self.stored = training
        self._held_out = None if held_out_data is None else StoredImages(name, held_out_data)

    @property
    def held_out(self) -> GreyLevelSource:
        """The pictures kept apart."""
        return self if self._held_out is None else self._held_out

    def images(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw with replacement, or every picture once, shuffled, where ``count`` is their number."""
        total = len(self.stored)
        return self.stored[rng.permutation(total) if count == total else rng.integers(total, size=count)]

    def examples(self, most: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return ``most`` of the pictures, or all of them, none twice."""
        return self.stored[rng.permutation(len(self.stored))[:most]]

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:  # noqa: ARG002 - nothing is left to chance
        """Return mean and standard deviation over all the pictures, noise included."""
        return noisy_moments(self.stored)


def noisy_moments(*images: NDArray[np.uint8]) -> tuple[float, float]:
    """Return mean and standard deviation of a pixel of all ``images`` once the noise of a grey level is added.

    Raises:
        BadInputError: If all pixels are the same, which leaves nothing to learn.
    """
    counts = sum(_counts(part.reshape(-1)) for part in images)
    levels = np.arange(LEVELS)
    shares = counts / np.sum(counts)
    mean = float(shares @ levels)
    variance = float(shares @ np.square(levels - mean))
    if np.count_nonzero(shares) < 2:
        raise BadInputError(f"all pixels of all pictures are {mean:.0f}, so there is nothing to learn")
    return mean + GREY_LEVEL / 2.0, float(np.sqrt(variance + NOISE_VARIANCE))


def _counts(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many ``pixels`` have each level, by blocks: bincount takes eight bytes for one."""
    counts = np.zeros(LEVELS, dtype=np.int64)
    for start in range(0, len(pixels), BLOCK):
        counts += np.bincount(pixels[start : start + BLOCK], minlength=LEVELS)
    return counts


def _affordable(images: NDArray[np.uint8]) -> int:
    """Return how many pictures like these a checkpoint can carry as examples, at least 1."""
    packed = len(zlib.compress(images.tobytes())) / len(images)
    return int(max(1, min(MAX_EXAMPLES, EXAMPLE_BYTES / packed)))
