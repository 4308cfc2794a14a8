"""Read-only arrays, and checks that arrays hold real numbers."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError

NUMBERS = "biuf"
"""Kinds of real numbers, by numpy's letters: bool, signed and unsigned integers, floating point."""
Array = TypeVar("Array", bound=NDArray[np.generic])


def read_only(values: Array) -> Array:
    """Make ``values`` read-only and return it; pass a view where the owner of the array still writes to it."""
    values.setflags(write=False)
    return values


def check_numbers(values: NDArray[np.generic], name: str, kinds: str = NUMBERS) -> None:
    """Raise `BadInputError` unless ``values``, called ``name``, are real numbers of these ``kinds``."""
    if values.dtype.kind not in kinds:
        raise BadInputError(f"{name}: it holds {values.dtype}, where real numbers are wanted")


def check_finite(values: NDArray[np.generic], name: str) -> None:
    """Raise `BadInputError` unless ``values``, called ``name``, are finite real numbers; it names the first bad one."""
    check_numbers(values, name)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        place = tuple(int(index) for index in bad[0])
        raise BadInputError(f"{name}: entry {place} is {values[place]}, which is not finite")
