"""The grid over the plane on which ln r is drawn and strokes are painted, and a stroke of the soft brush under way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.values.arrays import read_only
from dpm_gui.paint.document.raster import Point, soft_segment

GRID_POINTS = 96
"""Points of the grid along each axis."""
GRID_HALF_WIDTH = 3.0
"""The outermost grid points lie at plus and minus so many standard deviations."""
EXTENT = (-GRID_HALF_WIDTH, GRID_HALF_WIDTH, -GRID_HALF_WIDTH, GRID_HALF_WIDTH)
CELL = 2.0 * GRID_HALF_WIDTH / (GRID_POINTS - 1)


class BrushStroke:
    """A stroke under way: how much of the brush each point of the grid has felt; crossings count once.

    Attributes:
        weight: ``[GRID_POINTS, GRID_POINTS]``, 0 … 1, row 0 at the least ordinate.
    """

    def __init__(self) -> None:
        self.weight = np.zeros((GRID_POINTS, GRID_POINTS), np.float32)
        self._last: Point | None = None

    def move(self, x: float, y: float, diameter: float) -> NDArray[np.float32]:
        """Continue to (``x``, ``y``) and return a copy of the weight; ``diameter`` too is in standard deviations."""
        place = (x + GRID_HALF_WIDTH) / CELL + 0.5, (y + GRID_HALF_WIDTH) / CELL + 0.5
        area, weight = soft_segment(self.weight.shape, self._last or place, place, diameter / CELL)
        self._last = place
        if not area.empty:
            self.weight[area.slices] = np.maximum(self.weight[area.slices], weight)
        return read_only(self.weight.copy())


def grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the grid's points, as a row ``[1, GRID_POINTS]`` and a column ``[GRID_POINTS, 1]``."""
    axis = np.linspace(-GRID_HALF_WIDTH, GRID_HALF_WIDTH, GRID_POINTS)
    return axis[None, :], axis[:, None]
