"""A free loop drawn around points, and which points it encloses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dpm_gui.views.items.view_item import ViewItem

CELLS = 1024
"""Cells on each side of the grid in which a loop is filled; hands draw less precisely."""
LEAST_PLACES = 3
_FILL_ALPHA = 0.10


class LassoItem(ViewItem):
    """The loop that is being drawn, closed by a straight line, lightly filled."""

    def __init__(self) -> None:
        super().__init__()
        self._outline: list[QPointF] = []
        self._pen, self._brush = QPen(), QBrush()

    @property
    def outline(self) -> NDArray[np.float64]:
        """The places of the loop ``[V, 2]``, in data coordinates."""
        return np.array([place.toTuple() for place in self._outline], np.float64).reshape(-1, 2)

    def apply_palette(self, colour: QColor, line_scale: float) -> None:
        self._pen = QPen(colour, 1.5 * line_scale, Qt.PenStyle.DashLine)
        fill = QColor(colour)
        fill.setAlphaF(_FILL_ALPHA)
        self._brush = QBrush(fill)
        self.update()

    def extend(self, place: QPointF) -> None:
        """Draw the loop on to ``place``."""
        self._outline.append(place)
        self.update()

    def clear(self) -> None:
        """Draw no loop."""
        if self._outline:
            self._outline = []
            self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if len(self._outline) < 2:
            return
        painter.save()
        loop = painter.worldTransform().map(QPolygonF(self._outline))
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        painter.setBrush(self._brush)
        painter.drawPolygon(loop, Qt.FillRule.WindingFill)
        painter.restore()


def enclosed(places: NDArray[np.float32], outline: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of the ``places`` [N, 2] lie within the loop ``outline`` [V, 2], ``[N]``.

    The loop is closed by a straight line; what any of its turns encloses is inside. Qt fills it in a grid once, so that
    the time hardly depends on the number of points.
    """
    found = np.zeros(len(places), dtype=bool)
    if len(outline) < LEAST_PLACES or not len(places):
        return found
    low, high = outline.min(axis=0), outline.max(axis=0)
    if not (high > low).all():
        return found
    scale = CELLS / (high - low)
    with np.errstate(invalid="ignore"):
        cells = np.floor((places - low) * scale)
        near = ((cells >= 0) & (cells < CELLS)).all(axis=1)
    columns, rows = cells[near].astype(np.int64).T
    found[near] = _filled((outline - low) * scale)[rows, columns]
    return found


def _filled(outline: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cells of the grid the loop ``outline`` [V, 2] covers, ``[CELLS, CELLS]``."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    path.addPolygon(QPolygonF([QPointF(*place) for place in outline.tolist()]))
    path.closeSubpath()
    image = QImage(CELLS, CELLS, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.fillPath(path, Qt.GlobalColor.white)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(CELLS, CELLS) > 0
