"""The drift, as arrows on a grid."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from core.values.runs import DriftFrame
from dpm_gui.views.items.view_item import CachedItem

LONGEST_ARROW = 1.1
"""Greatest length of long arrows, in cells of the grid."""
LONG_PERCENTILE = 95
"""Percentile of the lengths that counts as long."""
FACTORS = tuple(digit * 10.0**power for power in range(-3, 5) for digit in (1, 2, 5))
HEAD_LENGTH = 6.0
"""Length of an arrowhead in pixels, at most half of the arrow."""
_HEAD_WIDTH = 0.38


class DriftItem(CachedItem):
    """The drift as arrows, all scaled by one round `factor`, so that they are visible and do not overlap."""

    def __init__(self) -> None:
        super().__init__()
        self._tails = np.empty((0, 2))
        self._tips = np.empty((0, 2))
        self.factor = 1.0  # the factor that multiplies the lengths of the arrows
        self._colour = QColor()
        self._scale = 1.0

    @property
    def arrows(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The tails and tips shown, ``[G, 2]`` each, in data coordinates."""
        return self._tails, self._tips

    def apply_palette(self, colour: QColor, line_scale: float) -> None:
        self._colour = colour
        self._scale = line_scale
        self.redraw()

    def show_drift(self, frame: DriftFrame | None, height: float = 0.0) -> None:
        """Draw ``frame.drift`` at ``frame.x``, over one column at the ordinate ``height``; None draws nothing."""
        if frame is None:
            self._tails = self._tips = np.empty((0, 2))
        else:
            self.factor = factor(frame)
            tails = frame.x.astype(np.float64)
            tips = tails + self.factor * frame.drift
            if tails.shape[1] == 1:
                tails, tips = (np.column_stack((x, np.full(len(x), height))) for x in (tails, tips))
            self._tails, self._tips = tails, tips
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        if not len(self._tails):
            return
        shafts, heads = QPainterPath(), QPainterPath()
        for tail, tip in zip(self._tails.tolist(), self._tips.tolist(), strict=True):
            _add_arrow(
                shafts, heads, to_pixels.map(QPointF(*tail)), to_pixels.map(QPointF(*tip)), HEAD_LENGTH * self._scale
            )
        painter.setPen(QPen(self._colour, 1.2 * self._scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(shafts)
        painter.fillPath(heads, self._colour)


def factor(frame: DriftFrame) -> float:
    """Return the largest round factor at which long arrows are at most about one cell of the grid long."""
    lengths = np.linalg.norm(frame.drift.astype(np.float64), axis=1)
    long = float(np.percentile(lengths[np.isfinite(lengths)], LONG_PERCENTILE)) if np.isfinite(lengths).any() else 0.0
    if long == 0.0 or len(frame.x) < 2:
        return 1.0
    extent = np.ptp(frame.x, axis=0).astype(np.float64)
    cell = float((max(extent.prod(), 1e-12) / len(frame.x)) ** (1.0 / len(extent)))
    fitting = [value for value in FACTORS if value * long <= LONGEST_ARROW * cell]
    return max(fitting, default=FACTORS[0])


def _add_arrow(shafts: QPainterPath, heads: QPainterPath, tail: QPointF, tip: QPointF, head: float) -> None:
    """Add an arrow, in pixels, to both paths, unless it is too short to have a direction."""
    along = tip - tail
    length = float(np.hypot(along.x(), along.y()))
    if not 0.5 < length < 1e5:
        return
    along /= length
    across = QPointF(-along.y(), along.x())
    head = min(head, length / 2)
    neck = tip - along * head
    shafts.moveTo(tail)
    shafts.lineTo(neck)
    heads.addPolygon(QPolygonF([tip, neck + across * head * _HEAD_WIDTH, neck - across * head * _HEAD_WIDTH]))
    heads.closeSubpath()
