"""Which part of user data a network learns from, which part says when it is best, and which part is held out.

The held-out part takes no part in any choice, so that K measured on it is that of fresh data (decision 15).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.crops import Field
from core.runtime.devices import numpy_generator
from core.values.checkpoints import MAX_EXAMPLES

SPLIT_SEED = 0
SHARE = 0.1
"""Share of many examples that is held out, and share that is for validation."""
FEW_HELD_OUT, FEW_VALIDATION = 100, 60
"""Numbers up to which larger shares are taken: a quarter is held out and a sixth is for validation."""
ENOUGH = 10
"""Held-out examples for which up to a third of the data is taken: fewer hardly have a standard error."""
OLDER_MAX_HELD_OUT = 1000
FEWEST_TILES = 10


@dataclass(frozen=True, slots=True)
class Split:
    """Indices of the three parts of a data set, each sorted; ``validation`` is empty if there is none."""

    training: NDArray[np.int64]
    validation: NDArray[np.int64]
    held_out: NDArray[np.int64]


def split_indices(count: int, *, older: bool = False) -> Split:
    """Return the parts of ``count`` examples; equal arguments give equal parts.

    Args:
        count: Number of examples, 10 or more.
        older: Whether to split as earlier versions did: a tenth is held out, and nothing is for validation.
    """
    order = numpy_generator(SPLIT_SEED, "kept apart").permutation(count)
    if older:
        held_out, validation = min(OLDER_MAX_HELD_OUT, max(2, round(SHARE * count))), 0
    else:
        held_out = _part(count, max(min(count // 4, FEW_HELD_OUT), min(count // 3, ENOUGH)))
        validation = validation_count(count)
    parts = np.split(order, [held_out, held_out + validation])
    held_out_indices, validation_indices, training = (np.sort(part) for part in parts)
    return Split(training, validation_indices, held_out_indices)


def validation_count(count: int) -> int:
    """Return how many of ``count`` examples are for validation."""
    return _part(count, min(count // 6, FEW_VALIDATION))


def _part(count: int, least: int) -> int:
    return min(MAX_EXAMPLES, max(round(SHARE * count), least))


def split_columns(
    image: NDArray[np.uint8], side: int, images: int, *, older: bool = False
) -> tuple[Field, Field | None, Field]:
    """Split ``image`` into columns: for training on the left, for validation, and held out on the right.

    The held-out part is a tenth of the width, or up to a quarter until ten crops fit into the parts of all images; the
    part for validation is a tenth, and None where training would be left with less than half of the width. Both take at
    least one crop.

    Args:
        image: ``[height, width]`` or ``[height, width, 3]``, at least ``side`` high and twice as wide.
        side: Side of a crop, pixels.
        images: Number of images that are cut into crops.
        older: Whether to split as earlier versions did: a tenth is held out, and nothing is for validation.
    """
    height, width = image.shape[:2]
    tenth = max(round(SHARE * width), side)
    if older:
        return image[:, : width - tenth], None, image[:, width - tenth :]
    across = -(-FEWEST_TILES // (images * (height // side)))
    held_out = max(tenth, min(across * side, width // 4))
    border = width - held_out
    if border - tenth < max(side, width // 2):
        return image[:, :border], None, image[:, border:]
    return image[:, : border - tenth], image[:, border - tenth : border], image[:, border:]
