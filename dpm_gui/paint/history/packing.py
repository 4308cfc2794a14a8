"""Arrays of images and masks in little memory, without loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.values.arrays import read_only


@dataclass(frozen=True, slots=True, eq=False)
class PackedArray:
    """An array in a bit an entry where all are 0 or 1, in a byte where all are whole levels, and else as it is.

    Attributes:
        data: What is stored.
        shape: Shape of the array.
        dtype: Type of the array.
    """

    data: NDArray[Any]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, values: NDArray[Any]) -> PackedArray:
        """Pack ``values``; they are copied."""
        with np.errstate(invalid="ignore"):  # NaN becomes some level, which then differs
            levels = values.astype(np.uint8)
        if not np.array_equal(levels, values):
            data: NDArray[Any] = values.copy()
        elif levels.size and levels.max() > 1:
            data = levels
        else:
            data = np.packbits(levels)
        return cls(read_only(data), values.shape, values.dtype)

    def unpacked(self) -> NDArray[Any]:
        """Return the array, read-only."""
        data = self.data
        if data.shape != self.shape:
            data = np.unpackbits(data, count=int(np.prod(self.shape))).reshape(self.shape)
        return read_only(data.astype(self.dtype))

    def same_as(self, other: PackedArray) -> bool:
        """Return whether both hold equal arrays, NaN counting as equal to NaN."""
        if (self.shape, self.dtype, self.data.dtype) != (other.shape, other.dtype, other.data.dtype):
            return False
        return self.data is other.data or np.array_equal(self.data, other.data, equal_nan=self.data.dtype.kind == "f")
