"""Images of whole grey levels 0 … 255 as data: their sources, and the noise that gives them a density."""

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
"""The most that the examples of one checkpoint may take on disk."""
HELD_OUT_BYTES = 1024 * 1024
"""The same for its held-out examples; more, since the standard error of K falls with their number."""
FEWEST_HELD_OUT = 4
PROBED = 32
BLOCK = 2**16
MOMENT_DRAWS = 2048


def with_noise(
    images: NDArray[np.uint8] | NDArray[np.floating], rng: np.random.Generator, level: float = GREY_LEVEL
) -> NDArray[np.float32]:
    """Return ``images`` with uniform noise of one grey level on [0, level) added, float32.

    Values on a lattice have no density; with this noise they have one, and rounding down restores the images. The noise
    is a multiple of 2^-16 of a level, which float32 adds to 255 exactly and never rounds up to the next level.
    """
    noise = rng.integers(0, 2**16, size=images.shape, dtype=np.uint16).astype(np.float32)
    noise *= level / 2**16
    noise += images
    return noise


class GreyLevelSource(ABC):
    """A source of images whose pixels are whole grey levels 0 … 255; for training, noise is added to them.

    Attributes:
        name: Name of the data in a checkpoint.
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
        """The held-out images, which training never sees; for a formula, the formula itself."""

    @abstractmethod
    def images(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw ``[count, *shape]``, uint8, without noise, as in an 8-bit file."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``[count, *shape]``, float32, grey levels with noise: user's units, in [0, 256)."""
        return with_noise(self.images(count, rng), rng, self.grey_level)

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:
        """Return mean and standard deviation of a pixel of the noisy training data, user's units.

        Estimated from a sample here; sources that know them exactly override this.
        """
        return noisy_moments(self.images(MOMENT_DRAWS, rng))

    def examples(self, most: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return images to show as examples, ``most`` of them or as many as there are, uint8."""
        return self.images(most, rng)

    def info(self, rng: np.random.Generator) -> DataInfo:
        """Return the units (scalars) and examples (whole grey levels) that a checkpoint holds of these data."""
        mean, deviation = self.moments(rng)
        examples = self.examples(_affordable(self.images(PROBED, rng), EXAMPLE_BYTES), rng).astype(np.float32)
        shift, scale = np.array(mean), np.array(deviation)
        return DataInfo(self.name, self.shape, self.value_range, shift, scale, read_only(examples), self.grey_level)


class StoredImages(GreyLevelSource):
    """Stored images, drawn with replacement, with another array of held-out ones.

    Args:
        name: Name of the data in a checkpoint.
        training: ``[N, *shape]``, uint8.
        held_out_data: ``[M, *shape]``, uint8; None for a source that is itself held out.

    Raises:
        BadInputError: If either array is empty.
    """

    def __init__(self, name: str, training: NDArray[np.uint8], held_out_data: NDArray[np.uint8] | None = None) -> None:
        if not len(training) or (held_out_data is not None and not len(held_out_data)):
            raise BadInputError(f"{name}: there are no images")
        self.name = name
        self.shape = training.shape[1:]
        self.stored = training
        self._held_out = None if held_out_data is None else StoredImages(name, held_out_data)

    @property
    def held_out(self) -> GreyLevelSource:
        """The held-out images."""
        return self if self._held_out is None else self._held_out

    def images(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw ``[count, *shape]`` with replacement; if ``count`` is the number of images, every one once, shuffled."""
        total = len(self.stored)
        return self.stored[rng.permutation(total) if count == total else rng.integers(total, size=count)]

    def __len__(self) -> int:
        return len(self.stored)

    def rows(self, indices: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
        """Return the images with these numbers, with noise, user's units."""
        return with_noise(self.stored[indices], rng, self.grey_level)

    def distinct(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw images without replacement, ``count`` of them or all if they are fewer, with noise, user's units."""
        return with_noise(self.examples(count, rng), rng, self.grey_level)

    def examples(self, most: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Return ``most`` different images, or all of them."""
        return self.stored[rng.permutation(len(self.stored))[:most]]

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:  # noqa: ARG002 - computed exactly
        """Return mean and standard deviation of a pixel over all images, noise included, user's units."""
        return noisy_moments(self.stored)


def noisy_moments(*images: NDArray[np.uint8]) -> tuple[float, float]:
    """Return mean and standard deviation of a pixel over all ``images`` once noise of one grey level is added.

    Raises:
        BadInputError: If all pixels are equal, which leaves nothing to learn.
    """
    counts = sum(_counts(part.reshape(-1)) for part in images)
    levels = np.arange(LEVELS)
    shares = counts / np.sum(counts)
    mean = float(shares @ levels)
    variance = float(shares @ np.square(levels - mean))
    if np.count_nonzero(shares) < 2:
        raise BadInputError(f"all pixels of all images are {mean:.0f}, so there is nothing to learn")
    return mean + GREY_LEVEL / 2.0, float(np.sqrt(variance + NOISE_VARIANCE))


def _counts(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the ``pixels`` of each level, block by block, since bincount takes eight bytes a pixel."""
    counts = np.zeros(LEVELS, dtype=np.int64)
    for start in range(0, len(pixels), BLOCK):
        counts += np.bincount(pixels[start : start + BLOCK], minlength=LEVELS)
    return counts


def held_out_examples(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return as many of the held-out ``images`` [N, *shape] as a checkpoint holds, whole grey levels, read-only."""
    most = max(FEWEST_HELD_OUT, _affordable(images[:PROBED], HELD_OUT_BYTES))
    return read_only(images[:most].astype(np.float32))


def _affordable(images: NDArray[np.uint8], most_bytes: int) -> int:
    """Return how many images like these take at most ``most_bytes`` in a checkpoint: 1 … `MAX_EXAMPLES`."""
    packed = len(zlib.compress(images.tobytes())) / len(images)
    return int(max(1, min(MAX_EXAMPLES, most_bytes / packed)))
