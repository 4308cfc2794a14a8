"""The density of points, as a smoothed histogram, and that of the prior, as circles."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from core.values.checkpoints import LEVELS, MAX_LEVEL
from dpm_gui.desktop.theme import Palette, mixed
from dpm_gui.views.items.view_item import CachedItem

CELL = 2.0
"""Side of a cell of the histogram, in pixels, within the limits on the number of cells."""
LEAST_CELLS, MOST_CELLS = 256, 320
"""Cells along the longer side of the region in view."""
WIDTH = 2.5
"""Standard deviation of the Gaussian that smooths it, in cells."""
REACH = 6
"""Cells on either side over which it smooths."""
FULL_DENSITY = 0.8
"""Share of the points per unit of area that is drawn opaque; the same at all steps, for comparison."""


class DensityItem(pg.ImageItem):
    """A smoothed histogram in the plane, in shades of one hue; opacity grows as the square root of the density."""

    def __init__(self) -> None:
        super().__init__(axisOrder="row-major", autoDownsample=False)
        self.setLevels((0, MAX_LEVEL))

    def set_colour(self, colour: str) -> None:
        hue = QColor(colour)
        table = np.empty((LEVELS, 4), np.uint8)
        table[:, :3] = hue.red(), hue.green(), hue.blue()
        table[:, 3] = np.arange(LEVELS)
        self.setLookupTable(table)

    def show_points(self, points: NDArray[np.float32], shown: QRectF, pixel: float) -> None:
        """Count ``points`` [N, 2] in cells over ``shown``, and smooth the counts; ``pixel`` is the size of a pixel."""
        longer = max(shown.width(), shown.height())
        side = max(min(CELL * pixel, longer / LEAST_CELLS), longer / MOST_CELLS)
        columns, rows = int(np.ceil(shown.width() / side)), int(np.ceil(shown.height() / side))
        # Cells are aligned with the origin, so that they do not move over the points while the view is panned.
        left, top = np.floor(shown.left() / side) * side, np.floor(shown.top() / side) * side
        columns, rows = columns + 1, rows + 1
        corner = left - REACH * side, top - REACH * side
        counts = smoothed(histogram(points, corner, side, (rows + 2 * REACH, columns + 2 * REACH)))
        strength = np.sqrt(counts / (max(1, len(points)) * side * side * FULL_DENSITY))
        shades = np.minimum(strength * (MAX_LEVEL), MAX_LEVEL).astype(np.uint8)
        self.setImage(shades, autoLevels=False, rect=QRectF(left, top, columns * side, rows * side))


def histogram(
    points: NDArray[np.float32], corner: tuple[float, float], side: float, shape: tuple[int, int]
) -> NDArray[np.int64]:
    """Return the number of ``points`` [N, 2] in each cell, ``[rows, columns]``, counted from ``corner``."""
    rows, columns = shape
    with np.errstate(invalid="ignore"):
        cells = np.floor((points - np.asarray(corner, np.float32)) / np.float32(side))
        inside = (cells >= 0).all(axis=1) & (cells[:, 0] < columns) & (cells[:, 1] < rows)
    place = cells[inside].astype(np.int64)
    return np.bincount(place[:, 1] * columns + place[:, 0], minlength=rows * columns).reshape(rows, columns)


def smoothed(counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return ``counts`` [rows, columns] smoothed by a Gaussian, without `REACH` cells at each edge."""
    weights = np.exp(-0.5 * (np.arange(-REACH, REACH + 1) / WIDTH) ** 2)
    weights = (weights / weights.sum()).astype(np.float32)
    rows, columns = (size - 2 * REACH for size in counts.shape)
    across: NDArray[np.float32] = np.zeros((counts.shape[0], columns), np.float32)
    found: NDArray[np.float32] = np.zeros((rows, columns), np.float32)
    single = counts.astype(np.float32)
    for place, weight in enumerate(weights):
        across += weight * single[:, place : place + columns]
    for place, weight in enumerate(weights):
        found += weight * across[place : place + rows]
    return found


RADII = (1.0, 2.0)
"""Standard deviations of the unit Gaussian."""


class PriorItem(CachedItem):
    """The unit Gaussian, as circles at one and two standard deviations."""

    def __init__(self) -> None:
        super().__init__()
        self._pen = QPen()

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._pen = QPen(QColor(mixed(palette.hairline, palette.muted, 0.35)), line_scale)
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        painter.setPen(self._pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for radius in RADII:
            painter.drawEllipse(to_pixels.mapRect(QRectF(-radius, -radius, 2 * radius, 2 * radius)))
