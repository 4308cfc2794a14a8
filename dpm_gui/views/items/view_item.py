"""Base classes of items that cover a whole plot."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

_VECTOR_ENGINES = {QPaintEngine.Type.SVG, QPaintEngine.Type.Pdf, QPaintEngine.Type.Picture}


class ViewItem(pg.GraphicsObject):
    """An item in data coordinates, as large as the region in view; new data do not change its bounds."""

    def __init__(self) -> None:
        super().__init__()
        self._view_rect: QRectF | None = None

    def boundingRect(self) -> QRectF:
        if self._view_rect is None:
            self._view_rect = self.viewRect() or QRectF()
        return self._view_rect

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()
        self._view_rect = None
        super().viewTransformChanged()


class CachedItem(ViewItem):
    """An item that seldom changes; its pixels are cached, so that items moving above or below it cost little.

    Qt's own cache of an item is redrawn at every paint if the device pixel ratio is 2 (Qt 6.11).
    """

    def __init__(self) -> None:
        super().__init__()
        self._cache: tuple[QTransform, QRect, float, QPixmap] | None = None

    def redraw(self) -> None:
        """Drop the cache; the item is drawn anew at the next paint."""
        self._cache = None
        self.update()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        """Subclasses: draw in pixels; ``to_pixels`` maps data coordinates to pixels."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        world = painter.worldTransform()
        ratio = pixel_ratio(painter)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_vector(painter):
            self.draw(painter, world)
        else:
            place = world.mapRect(self.boundingRect()).toAlignedRect()
            if not (place.size() * ratio).isEmpty():  # of a view without a size there are no pixels to draw on
                painter.drawPixmap(place.topLeft(), self._pixmap(world, place, ratio))
        painter.restore()

    def _pixmap(self, world: QTransform, place: QRect, ratio: float) -> QPixmap:
        if self._cache is None or self._cache[:3] != (world, place, ratio):
            pixmap = new_pixmap(place.size(), ratio)
            inner = QPainter(pixmap)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.translate(-QPointF(place.topLeft()))
            self.draw(inner, world)
            inner.end()
            self._cache = world, place, ratio, pixmap
        return self._cache[3]


def new_pixmap(size: QSize, ratio: float) -> QPixmap:
    """Return a transparent pixmap of ``size``, with ``ratio`` device pixels to one of these."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap


def pixel_ratio(painter: QPainter) -> float:
    """Return the number of device pixels to one of the painter's, computed from its transforms.

    The ratio that a device reports is wrong here: a widget drawn into an image reports that of its screen.
    """
    world, device = painter.worldTransform(), painter.deviceTransform()
    return (_horizontal_scale(device) / _horizontal_scale(world)) if _horizontal_scale(world) else 1.0


def _horizontal_scale(transform: QTransform) -> float:
    return math.hypot(transform.m11(), transform.m12())


def is_vector(painter: QPainter) -> bool:
    """Return whether ``painter`` makes a vector drawing."""
    return painter.paintEngine().type() in _VECTOR_ENGINES
