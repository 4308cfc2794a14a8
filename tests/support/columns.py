"""Points of any number of columns for the tests of the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.formats.checkpoints import save
from core.values.checkpoints import DataInfo
from tests.support.window_values import make_checkpoint

NAMES = ("height", "a <b> & c", "x" * 60)
"""Names of three columns: a plain one, one that HTML would change, and one too long for an axis."""


def column_info(dimensions: int, columns: tuple[str, ...] = ()) -> DataInfo:
    return replace(make_checkpoint(shape=(dimensions,)).data, columns=columns)


def save_points(folder: Path, dimensions: int, columns: tuple[str, ...] = ()) -> str:
    """Write an untrained model of points of ``dimensions`` columns, and return its path."""
    checkpoint = make_checkpoint(shape=(dimensions,), data=column_info(dimensions, columns))
    path = folder / f"points{dimensions}.h5"
    save(checkpoint, path)
    return str(path)


def states(count: int, dimensions: int) -> NDArray[np.float32]:
    return np.random.default_rng(3).standard_normal((count, dimensions)).astype(np.float32)
