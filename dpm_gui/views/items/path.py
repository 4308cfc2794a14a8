"""One trajectory, as a line through the plane."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import (
    QGraphicsEllipseItem,
    QGraphicsItem,
    QGraphicsPathItem,
    QStyleOptionGraphicsItem,
    QWidget,
)

from dpm_gui.desktop.theme import Palette
from dpm_gui.views.items.view_item import CachedItem

DOT = 5.0
"""Radius of the dot at the current place of the path, in pixels."""


FUTURE = 0.35
"""Opacity of the part of a path that is still to come."""


class PathItem(CachedItem):
    """A path, with a halo that sets it off from the points below, and a dot at one of its places.

    Its past is drawn solid, its future faint: up to the dot the path is past if it is ``ascending``, as that of the
    forward process; that of the reverse begins at its other end.
    """

    def __init__(self, *, ascending: bool = True) -> None:
        super().__init__()
        self._ascending = ascending
        self.places = np.empty((0, 2), np.float32)  # the path shown, ``[S, 2]``
        self._line = QColor()
        self._halo = QColor()
        self._scale = 1.0
        self.upto: int | None = None  # the place of the dot on the path
        self._past = QGraphicsPathItem(self)
        self._dot = PathDot(self)

    @property
    def dot(self) -> QPointF | None:
        """Position of the dot in data coordinates, or None while it is hidden."""
        return self._dot.pos() if self._dot.isVisible() else None

    def apply_palette(self, palette: Palette, dot: QColor, line_scale: float) -> None:
        self._line = QColor(palette.ink)
        self._halo = QColor(palette.surface)
        self._halo.setAlphaF(0.8)
        self._scale = line_scale
        pen = QPen(self._line, 1.6 * line_scale)
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._past.setPen(pen)
        self._dot.apply_palette(dot, self._halo, line_scale)
        self.redraw()

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw ``path`` [S, 2] with the dot at place ``upto``; None draws nothing. Only finite places are drawn."""
        places = np.empty((0, 2), np.float32) if path is None else path
        self.upto = upto
        if places is not self.places:
            self.places = places
            self.redraw()
        on_path = upto is not None and 0 <= upto < len(places) and bool(np.isfinite(places[upto]).all())
        if on_path:
            self._dot.setPos(QPointF(*places[upto].tolist()))
        self._dot.setVisible(on_path)
        self._past.setPath(self._past_path())

    @property
    def past(self) -> NDArray[np.float32]:
        """The finite places up to that of the dot, in the order of time, ``[S, 2]``; all without a dot."""
        if self.upto is None:
            found = self.places
        else:
            found = self.places[: self.upto + 1] if self._ascending else self.places[: self.upto - 1 : -1]
            if not self._ascending and self.upto == 0:
                found = self.places[::-1]
        return found[np.isfinite(found).all(axis=1)]

    def _past_path(self) -> QPainterPath:
        past = self.past.astype(np.float64)
        return pg.arrayToQPath(past[:, 0], past[:, 1]) if len(past) > 1 else QPainterPath()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        places = self.places[np.isfinite(self.places).all(axis=1)]
        if len(places) < 2:
            return
        path = QPainterPath()
        start, *others = (to_pixels.map(QPointF(*place)) for place in places.tolist())
        path.moveTo(start)
        for place in others:
            path.lineTo(place)
        future = QColor(self._line)
        future.setAlphaF(FUTURE)
        for colour, width in ((self._halo, 4.0), (future, 1.6)):
            pen = QPen(colour, width * self._scale)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.strokePath(path, pen)


class PathDot(QGraphicsEllipseItem):
    """A dot of the same size at any zoom; moving it does not redraw its path."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setVisible(False)

    def apply_palette(self, fill: QColor, rim: QColor, line_scale: float) -> None:
        radius = DOT * line_scale
        self.setRect(-radius, -radius, 2 * radius, 2 * radius)
        self.setBrush(fill)
        self.setPen(QPen(rim, 2.0 * line_scale))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.pen())
        painter.setBrush(self.brush())
        painter.drawEllipse(self.rect())
