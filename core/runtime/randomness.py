"""Generators of random numbers, each made from a seed and the name of its stream."""

from __future__ import annotations

import zlib

import numpy as np
import torch


def numpy_generator(seed: int, stream: str, index: int = 0) -> np.random.Generator:
    """Return the generator of ``stream`` under ``seed``; streams of one seed are independent of each other.

    Args:
        seed: The seed of the run, not negative.
        stream: Name of the purpose of the numbers, such as ``"data"``.
        index: Number of the batch or step, for streams that start again at each.
    """
    return np.random.default_rng(_sequence(seed, stream, index))


def torch_generator(seed: int, stream: str, index: int = 0) -> torch.Generator:
    """Return torch's counterpart of `numpy_generator`, on the CPU."""
    state = _sequence(seed, stream, index).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def _sequence(seed: int, stream: str, index: int) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, zlib.crc32(stream.encode()), index])
