"""Made-up frames for the tests of recordings, and what it is to come back unchanged."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.values.runs import Frame

STEPS, COUNT, SHAPE = 6, 30, (2, 3)


def numbers(t: int, shape: tuple[int, ...] = (COUNT, *SHAPE)) -> Frame:
    """Return a frame of numbers, awkward ones among them."""
    x = np.random.default_rng(t).standard_normal(shape).astype(np.float32)
    x.flat[:4] = (np.inf, -0.0, np.float32(1e-45), np.nan)
    return Frame(t, x)


def some_bits(t: int) -> Frame:
    return Frame(t, (np.random.default_rng(t).random((COUNT, *SHAPE)) < 0.5).astype(np.float32))


def same(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
