"""The sizes of the blocks in which states are computed (`core.sampling.blocks`); plain numbers, without torch."""

from __future__ import annotations

import math
from itertools import pairwise

VECTOR_EDGES = (100, 500, 1000, 2000)
"""Where blocks of points and sequences end. A layer's output for 2 000 stays in the processor's cache, which is a third
faster than 10 000 at once; a call for 100 takes little longer than for one."""
IMAGE_EDGES = (4, 16)
"""Where blocks of images end. Networks take as long for each image in 16 as in 64, and a third longer in 4."""
ENTRIES_AT_ONCE = 262_144
"""Limit for large states: the intermediate results of a network for images have many times their entries."""


def covering_count(shape: tuple[int, ...], count: int) -> int:
    """Return how many states are computed for the first ``count``: up to the end of a block."""
    return ends_of_blocks(shape, count)[-1]


def ends_of_blocks(shape: tuple[int, ...], count: int) -> list[int]:
    """Return the numbers of states at which blocks end, up to the first that is ``count`` or more.

    Blocks grow, so that few states are cheap. The entries of large states limit them to a power of two, which divides
    the blocks of images.
    """
    edges = IMAGE_EDGES if len(shape) > 1 else VECTOR_EDGES
    most = 1 << max(0, (ENTRIES_AT_ONCE // math.prod(shape)).bit_length() - 1)
    later = range(2 * edges[-1], count + edges[-1], edges[-1])
    ends = [end for begin, edge in pairwise([0, *edges, *later]) for end in (*range(begin + most, edge, most), edge)]
    return ends[: 1 + next(place for place, end in enumerate(ends) if end >= count)]
