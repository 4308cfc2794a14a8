"""ln r on a grid over the plane, painted with a soft brush that attracts or repels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoStack

from dpm_gui.paint.document.layer import Layer
from dpm_gui.paint.document.raster import Point, soft_segment

GRID_POINTS = 96
"""Points of the grid along each axis."""
GRID_HALF_WIDTH = 3.0
"""The outermost grid points lie at plus and minus so many standard deviations."""
EXTENT = (-GRID_HALF_WIDTH, GRID_HALF_WIDTH, -GRID_HALF_WIDTH, GRID_HALF_WIDTH)
CELL = 2.0 * GRID_HALF_WIDTH / (GRID_POINTS - 1)
MOST_NATS = 12.0
"""The largest absolute value of the painted ln r, nats."""


class SoftField(QObject):
    """A grid of ln r, ``[GRID_POINTS, GRID_POINTS]``, row 0 at the least ordinate; strokes add to it."""

    def __init__(self, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layer = Layer(np.zeros((GRID_POINTS, GRID_POINTS), np.float32), stack, self)
        self._weight = np.zeros((GRID_POINTS, GRID_POINTS), np.float32)
        self._last: Point | None = None
        self._amount = 0.0

    @property
    def log_r(self) -> NDArray[np.float32]:
        """The painted ln r, shifted so that r is at most 1 and can be read as an acceptance probability."""
        painted: NDArray[np.float32] = self.layer.values
        return np.asarray(painted - max(float(painted.max()), 0.0), np.float32)

    @property
    def painted(self) -> bool:
        """Whether r differs from 1 anywhere."""
        return bool(self.layer.values.any())

    def press(self, x: float, y: float, diameter: float, amount: float) -> None:
        """Begin a stroke at (``x``, ``y``) that adds ``amount`` nats at its centre; crossings add once."""
        self.release()
        self.layer.begin()
        self._weight[:] = 0.0
        self._last, self._amount = None, amount
        self.move(x, y, diameter)

    def move(self, x: float, y: float, diameter: float) -> None:
        """Continue the stroke to (``x``, ``y``); ``diameter`` too is in standard deviations."""
        if not self.layer.in_stroke:
            return
        place = (x + GRID_HALF_WIDTH) / CELL + 0.5, (y + GRID_HALF_WIDTH) / CELL + 0.5
        area, weight = soft_segment(self._weight.shape, self._last or place, place, diameter / CELL)
        self._last = place
        if area.empty:
            return
        reached = np.maximum(self._weight[area.slices], weight)
        self._weight[area.slices] = reached
        values = self.layer.before[area.slices] + np.float32(self._amount) * reached
        self.layer.put(area, values.clip(-MOST_NATS, MOST_NATS))

    def release(self) -> None:
        """End the stroke."""
        if self.layer.in_stroke:
            self.layer.commit("attract" if self._amount > 0 else "repel")

    def clear(self) -> None:
        """Set r = 1 everywhere, undoably."""
        self.layer.replace(np.zeros((GRID_POINTS, GRID_POINTS), np.float32), "clear")


def grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of the grid's points, ``[GRID_POINTS]`` each."""
    axis = np.linspace(-GRID_HALF_WIDTH, GRID_HALF_WIDTH, GRID_POINTS)
    return axis, axis
