"""Random crops of large pictures as data, and the parts of those pictures that are kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.images import GreyLevelSource, noisy_moments
from core.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Field:
    """A part of one picture, in which crops lie: ``pixels`` [height, width] or [height, width, 3], uint8."""

    pixels: NDArray[np.uint8]

    def places(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return how many places there are, down and across, for a crop of ``size``."""
        return max(0, self.pixels.shape[0] - size[0] + 1), max(0, self.pixels.shape[1] - size[1] + 1)


class Crops(GreyLevelSource):
    """Random crops of fixed size, each place of each field as likely as any other.

    Args:
        name: What a checkpoint calls the data.
        fields: Where crops lie, all grey or all RGB.
        size: ``(height, width)`` of a crop.
        mirrored: Whether a crop is mirrored left to right half of the time.
        held_out_data: Where those lie that are kept apart from training; none for a part that is itself kept apart.

    Raises:
        BadInputError: If no crop of that size fits, or none into what is kept apart.
    """

    def __init__(
        self,
        name: str,
        fields: Sequence[Field],
        size: tuple[int, int],
        *,
        mirrored: bool = False,
        held_out_data: Sequence[Field] = (),
    ) -> None:
        self.name = name
        self._fields = [field for field in fields if min(field.places(size))]
        if not self._fields:
            raise BadInputError(f"{name}: crops of {size[0]} x {size[1]} pixels do not fit in")
        self.shape = (*size, *self._fields[0].pixels.shape[2:])
        self._mirrored = mirrored
        self._windows = [_windows(field.pixels, size) for field in self._fields]
        self._ends = np.cumsum([np.prod(windows.shape[:2], dtype=np.int64) for windows in self._windows])
        self._held_out = Crops(name, held_out_data, size, mirrored=mirrored) if held_out_data else None

    @property
    def held_out(self) -> GreyLevelSource:
        """Crops from the part kept apart, which no training crop touches."""
        return self if self._held_out is None else self._held_out

    def images(self, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Draw ``[count, *shape]``."""
        place = rng.integers(self._ends[-1], size=count)
        chosen = np.searchsorted(self._ends, place, side="right")
        crops = np.empty((count, *self.shape), dtype=np.uint8)
        for index, windows in enumerate(self._windows):
            mine = np.flatnonzero(chosen == index)
            crops[mine] = windows[np.divmod(self._ends[index] - 1 - place[mine], windows.shape[1])]
        if self._mirrored:
            flipped = rng.random(count) < 0.5
            crops[flipped] = crops[flipped, :, ::-1]
        return crops

    def tiles(self) -> NDArray[np.uint8]:
        """Return as many crops as fit in beside each other, ``[N, *shape]``, none of which shows what another shows."""
        height, width = self.shape[:2]
        return np.concatenate([windows[::height, ::width].reshape(-1, *self.shape) for windows in self._windows])

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:  # noqa: ARG002 - nothing is left to chance
        """Return mean and standard deviation over the pixels of all fields, noise included."""
        return noisy_moments(*(field.pixels for field in self._fields))


def _windows(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return all crops of ``size`` in ``pixels``, ``[down, across, *crop]``: a view, which takes no memory."""
    windows = np.lib.stride_tricks.sliding_window_view(pixels, size, axis=(0, 1))
    return np.moveaxis(windows, 2, -1) if pixels.ndim == 3 else windows


def split_by_columns(image: NDArray[np.uint8], share: float) -> tuple[Field, Field]:
    """Return all of ``image`` but a ``share`` of its width on the right, and that share, to be kept apart."""
    border = image.shape[1] - round(share * image.shape[1])
    return Field(image[:, :border]), Field(image[:, border:])


def without_corner(image: NDArray[np.uint8], corner: int, size: tuple[int, int]) -> tuple[list[Field], Field]:
    """Return fields for all crops of ``size`` that do not touch the square at the bottom right, and that square.

    The fields share pixels but no place of a crop: every crop outside the corner lies in exactly one of them.
    """
    height, width = image.shape[:2]
    above = Field(image[: height - corner])
    beside = Field(image[height - corner - size[0] + 1 :, : width - corner])
    return [above, beside], Field(image[height - corner :, width - corner :])
