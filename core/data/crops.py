"""Random crops of large images as data, and the held-out parts of those images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.data.images import GreyLevelSource, noisy_moments
from core.errors import BadInputError

Field = NDArray[np.uint8]
"""A part of one image from which crops are taken, ``[height, width]`` or ``[height, width, 3]``."""


class Crops(GreyLevelSource):
    """Random crops of fixed size, uniform over all positions in all fields.

    Args:
        name: Name of the data in a checkpoint.
        fields: Parts of images from which crops are taken, all grey or all RGB.
        size: ``(height, width)`` of a crop.
        mirrored: Whether half of the crops, at random, are mirrored left to right.
        held_out_data: Parts from which held-out crops are taken; empty for a source that is itself held out.

    Raises:
        BadInputError: If no crop of that size fits into the fields, or none into the held-out parts.
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
        self._fields = [field for field in fields if field.shape[0] >= size[0] and field.shape[1] >= size[1]]
        if not self._fields:
            raise BadInputError(f"{name}: crops of {size[0]} x {size[1]} pixels do not fit into its images")
        self.shape = (*size, *self._fields[0].shape[2:])
        self._mirrored = mirrored
        self._windows = [_windows(field, size) for field in self._fields]
        self._ends = np.cumsum([np.prod(windows.shape[:2], dtype=np.int64) for windows in self._windows])
        self._held_out = Crops(name, held_out_data, size, mirrored=mirrored) if held_out_data else None

    @property
    def held_out(self) -> GreyLevelSource:
        """Crops of the held-out parts, which no training crop overlaps."""
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
        """Return as many crops as fit side by side without overlap, ``[N, *shape]``, uint8."""
        height, width = self.shape[:2]
        return np.concatenate([windows[::height, ::width].reshape(-1, *self.shape) for windows in self._windows])

    def moments(self, rng: np.random.Generator) -> tuple[float, float]:  # noqa: ARG002 - computed exactly
        """Return mean and standard deviation of a pixel over all fields, noise included, user's units."""
        return noisy_moments(*self._fields)


def _windows(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return all crops of ``size`` in ``pixels``, ``[down, across, *crop]``, as a view that takes no memory."""
    windows = np.lib.stride_tricks.sliding_window_view(pixels, size, axis=(0, 1))
    return np.moveaxis(windows, 2, -1) if pixels.ndim == 3 else windows


def split_by_columns(image: NDArray[np.uint8], share: float) -> tuple[Field, Field]:
    """Split ``image`` into a left part for training and a right part, a ``share`` of its width, to be held out."""
    border = image.shape[1] - round(share * image.shape[1])
    return image[:, :border], image[:, border:]


def without_corner(image: NDArray[np.uint8], corner: int, size: tuple[int, int]) -> tuple[list[Field], Field]:
    """Return fields for all crops of ``size`` that do not overlap the square at the bottom right, and that square.

    The fields share pixels but no position of a crop: every crop outside the corner lies in exactly one field.
    """
    height, width = image.shape[:2]
    above = image[: height - corner]
    beside = image[height - corner - size[0] + 1 :, : width - corner]
    return [above, beside], image[height - corner :, width - corner :]
