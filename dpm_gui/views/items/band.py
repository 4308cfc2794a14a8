"""Two curves and the band between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from dpm_gui.views.items.view_item import CachedItem

OPACITY = 0.14


class BandItem(CachedItem):
    """An upper curve, a dashed lower one, and a light band between; cached, so that a cursor moves cheaply."""

    def __init__(self) -> None:
        super().__init__()
        self._x, self._upper, self._lower = (np.empty(0) for _ in range(3))
        self.pens = QPen(), QPen()  # the pens of the upper and the lower curve
        self._fill = QColor()

    @property
    def curves(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The arrays drawn: x, upper, lower."""
        return self._x, self._upper, self._lower

    def apply_palette(self, colour: QColor, line_scale: float) -> None:
        upper = QPen(colour, 2.0 * line_scale)
        upper.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        lower = QPen(upper)
        lower.setDashPattern([3.0, 2.0])
        lower.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.pens = upper, lower
        self._fill = QColor(colour)
        self._fill.setAlphaF(OPACITY)
        self.redraw()

    def set_curves(self, x: NDArray[np.float64], upper: NDArray[np.float64], lower: NDArray[np.float64]) -> None:
        """Draw both curves over ``x``, all finite and of one length."""
        self._x, self._upper, self._lower = x, upper, lower
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        if not len(self._x):
            return
        upper, lower = _pixels(to_pixels, self._x, self._upper), _pixels(to_pixels, self._x, self._lower)
        band = QPainterPath()
        band.addPolygon(QPolygonF([*upper, *reversed(lower)]))
        painter.fillPath(band, self._fill)
        for points, pen in zip((upper, lower), self.pens, strict=True):
            painter.setPen(pen)
            painter.drawPolyline(points)


def _pixels(to_pixels: QTransform, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[QPointF]:
    return [to_pixels.map(QPointF(*place)) for place in zip(x.tolist(), y.tolist(), strict=True)]
