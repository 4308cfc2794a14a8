"""Blocks of states that are computed together, so that a sample does not depend on how many are drawn.

The last bits of a row of a matrix product or of a convolution depend on the number of rows, and the random numbers of a
row on how many are drawn at once. States are therefore computed in blocks whose sizes do not depend on the count. Each
block has random numbers of its own and is always computed at its full size; only the rows that are wanted are returned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.runtime.devices import torch_generator
from core.sampling.block_sizes import ENTRIES_AT_ONCE, ends_of_blocks

STATES_AT_ONCE = 4096
"""Most states that measurements and weighted particles compute at once, for the same reason."""


@dataclass(frozen=True, slots=True)
class Block:
    """States that are computed together.

    Attributes:
        index: Number of the block, from 0; it selects the block's random numbers.
        begin: Number of its first state, from 0.
        size: Number of states that are computed.
        wanted: The states that are wanted, counted from ``begin``.
    """

    index: int
    begin: int
    size: int
    wanted: slice

    def generator(self, seed: int, stream: str) -> torch.Generator:
        """Return the generator of the block's random numbers in ``stream`` under ``seed``."""
        return torch_generator(seed, stream, self.index)


def blocks_of(shape: tuple[int, ...], wanted: range) -> list[Block]:
    """Return the blocks in which the states of ``shape`` whose numbers are ``wanted`` are computed.

    Raises:
        BadInputError: If ``wanted`` is empty or its numbers are not consecutive.
    """
    if not wanted or wanted.step != 1 or wanted.start < 0:
        raise BadInputError(f"states {wanted.start} to {wanted.stop - 1}: they are not consecutive numbers from 0 on")
    ends = ends_of_blocks(shape, wanted.stop)
    blocks = []
    for index, (begin, end) in enumerate(pairwise([0, *ends])):
        if end > wanted.start:
            rows = slice(max(wanted.start - begin, 0), min(wanted.stop, end) - begin)
            blocks.append(Block(index, begin, end - begin, rows))
    return blocks


def chunk_size(shape: tuple[int, ...]) -> int:
    """Return how many states of ``shape`` measurements and weighted particles compute at once; fewer large ones."""
    return max(1, min(STATES_AT_ONCE, ENTRIES_AT_ONCE // math.prod(shape)))


def chunk_sizes(shape: tuple[int, ...], count: int) -> list[int]:
    """Return the sizes of the chunks in which measurements compute ``count`` states of ``shape``."""
    size = chunk_size(shape)
    return [min(size, count - begin) for begin in range(0, count, size)]


def split(states: NDArray[np.float32], blocks: Sequence[Block]) -> Iterator[Tensor]:
    """Yield copies of the wanted ``states`` [N, *shape], a whole block at a time; other rows repeat the first state."""
    begin = 0
    for block in blocks:
        rows = block.wanted.stop - block.wanted.start
        part = torch.tensor(states[begin : begin + rows])
        begin += rows
        if rows < block.size:
            before = part[:1].expand(block.wanted.start, *part.shape[1:])
            after = part[:1].expand(block.size - block.wanted.stop, *part.shape[1:])
            part = torch.cat([before, part, after])
        yield part


def joined(parts: Sequence[Tensor], blocks: Sequence[Block]) -> Tensor:
    """Return the wanted states ``[N, *shape]`` of computed ``parts``, one for each of ``blocks``."""
    if len(parts) == 1 and len(parts[0]) == blocks[0].wanted.stop - blocks[0].wanted.start:
        return parts[0]
    return torch.cat([part[block.wanted] for part, block in zip(parts, blocks, strict=True)])
