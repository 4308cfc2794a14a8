"""The graphics items of a canvas of bits."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsRectItem

from core.values.checkpoints import LEVELS, MAX_LEVEL
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.items.view_item import CachedItem

PERIOD = 5
"""Columns between two rules: the period of the heartbeat."""


class BitImage(pg.ImageItem):
    """Values from 0 to 1, one cell each, without interpolation; the first row is at the top."""

    def __init__(self) -> None:
        super().__init__(axisOrder="row-major", autoDownsample=False)
        self.setLevels((0, MAX_LEVEL))

    def set_colours(self, zero: str, one: str) -> None:
        """Draw 0 in colour ``zero``, 1 in colour ``one``, and values between in shades between."""
        self.setLookupTable(shades(zero, one, np.linspace(0.0, 1.0, LEVELS)))

    def show_values(self, values: NDArray[np.float32], place: QRectF) -> None:
        """Show ``values`` [rows, columns] in ``place``, in data coordinates with y upwards."""
        shades = np.rint(np.clip(np.nan_to_num(values), 0.0, 1.0) * (MAX_LEVEL)).astype(np.uint8)
        # With y upwards the first row of an image is the lowest.
        self.setImage(shades[::-1], autoLevels=False, rect=place)


class RuleItem(CachedItem):
    """A light line after every fifth column."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = self._columns = 0
        self._pen = QPen()

    def set_size(self, rows: int, columns: int) -> None:
        """Set the number of rows and columns."""
        self._rows, self._columns = rows, columns
        self.redraw()

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._pen = QPen(QColor(palette.known), line_scale)
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(self._pen)
        for column in range(PERIOD, self._columns, PERIOD):
            painter.drawLine(to_pixels.map(QLineF(column + 0.5, -0.5, column + 0.5, -self._rows - 0.5)))


class RowMark(QGraphicsRectItem):
    """A frame around one row, of constant line width."""

    def __init__(self) -> None:
        super().__init__()
        self.setVisible(False)
        self.setBrush(Qt.BrushStyle.NoBrush)

    def apply_palette(self, colour: QColor, line_scale: float) -> None:
        pen = QPen(colour, 2.0 * line_scale)
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        self.setPen(pen)

    def set_row(self, place: QRectF | None) -> None:
        """Frame ``place``, in data coordinates; None hides the frame."""
        self.setVisible(place is not None)
        if place is not None:
            self.setRect(place)


def shades(zero: str, one: str, shares: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the RGB colours ``[..., 3]`` of ``shares`` [...], from ``zero`` at 0 to ``one`` at 1."""
    pair = QColor(zero), QColor(one)
    ends = np.array([(colour.red(), colour.green(), colour.blue()) for colour in pair], dtype=np.float64)
    share = np.clip(np.nan_to_num(shares.astype(np.float64)), 0.0, 1.0)[..., None]
    mixed: NDArray[np.uint8] = np.rint(ends[0] + share * (ends[1] - ends[0])).astype(np.uint8)
    return mixed
