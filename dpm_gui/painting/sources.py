"""Where pictures to be filled in come from: the examples of a checkpoint, and samples of its model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.values import DataInfo, Frame


class PictureSource:
    """Goes through the examples and the samples of one checkpoint."""

    def __init__(self, data: DataInfo) -> None:
        self._data = data
        self._example = 0
        self._sample = -1

    @property
    def example(self) -> NDArray[np.float32]:
        """The example it has come to, ``[*shape]``, user's units."""
        example: NDArray[np.float32] = self._data.examples[self._example]
        return example

    def go(self, step: int) -> NDArray[np.float32]:
        """Go some examples on or back, round and round."""
        self._example = (self._example + step) % len(self._data.examples)
        return self.example

    def next_sample(self, frame: Frame) -> NDArray[np.float32]:
        """Return the next of the samples in ``frame``, user's units; of pictures in whole grey levels."""
        self._sample = (self._sample + 1) % len(frame.x)
        picture: NDArray[np.float32] = self._data.to_user(frame.x[self._sample][None])[0]
        if self._data.grey_level is not None:
            picture = np.floor(picture).clip(*self._data.value_range)
        return picture


def framed(example: NDArray[Any]) -> NDArray[Any]:
    """Return an example as a picture: a sequence is one of a single row."""
    return example if example.ndim > 1 else example[None]
