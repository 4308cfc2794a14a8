"""Many points, drawn fast."""

from __future__ import annotations

from typing import cast

import numpy as np
import shiboken6
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPixmap, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dpm_gui.views.items.view_item import ViewItem, is_vector, pixel_ratio

OPACITY = 0.7
_FAR = 1e6
"""Pixels: beyond any screen, and small enough for Qt to round."""
_X, _Y, _SOURCE, _WIDTH, _HEIGHT, _SCALE_X, _SCALE_Y, _OPACITY = 0, 1, 2, 4, 5, 6, 7, 9
"""Columns of a `QPainter.PixmapFragment`, ten C doubles; 3 is the source's top and 8 the rotation, both 0."""


class CloudItem(ViewItem):
    """Up to some 50 000 small squares in the plane, in one colour or each in a colour of a table.

    On a screen every point is a stamp of whole device pixels, and one call draws all of them; in an SVG the squares
    of each colour are one path.
    """

    def __init__(self) -> None:
        super().__init__()
        self.points = np.empty((0, 2), np.float32)  # the points last set, ``[N, 2]``
        self._index: NDArray[np.uint8] | None = None
        self._table = np.array([[0, 0, 0, 255]], np.uint8)
        self._scale = 1.0
        self._fragments = np.empty((0, 10))
        self._stamps: tuple[int, QPixmap] | None = None

    @property
    def colours(self) -> NDArray[np.uint8]:
        """The colour of each point, ``[N, 4]``, without the common opacity."""
        return self._table[self._indices()]

    def set_points(self, xy: NDArray[np.float32]) -> None:
        """Show ``xy`` [N, 2], in data coordinates; points that are not finite are left out."""
        self.points = xy
        self.update()

    def set_colours(self, index: NDArray[np.uint8] | None, table: NDArray[np.uint8]) -> None:
        """Take point i's colour from row ``index[i]`` of ``table`` [K, 4] (K <= 256); without an index, from row 0.

        An index is ignored as long as it is shorter than the points are many.
        """
        self._index = index
        self._table = table
        self._stamps = None
        self.update()

    def set_size_scale(self, scale: float) -> None:
        """Make points ``scale`` times larger than 2 device pixels, or 3 if the device pixel ratio is 2."""
        self._scale = scale
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not len(self.points):
            return
        painter.save()
        if is_vector(painter):
            self._paint_squares(painter)
        else:
            self._paint_stamps(painter)
        painter.restore()

    def _indices(self) -> NDArray[np.uint8]:
        if self._index is None or len(self._index) < len(self.points):
            return np.zeros(len(self.points), np.uint8)
        return self._index[: len(self.points)]

    def _paint_stamps(self, painter: QPainter) -> None:
        world, device = painter.worldTransform(), painter.deviceTransform()
        side = max(1, round((1.0 + pixel_ratio(painter)) * self._scale))
        x, y = _mapped(device, self.points)
        fragments = self._fragments_of(len(x), side)
        np.floor(x - (side - 1) / 2, out=x)
        np.floor(y - (side - 1) / 2, out=y)
        fragments[:, _X] = x + side / 2
        fragments[:, _Y] = y + side / 2
        np.multiply(self._indices(), side, out=fragments[:, _SOURCE], dtype=np.float64)
        painter.setWorldTransform(device.inverted()[0] * world)
        first = cast(QPainter.PixmapFragment, shiboken6.wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment))
        painter.drawPixmapFragments(first, len(fragments), self._stamps_of(side))

    def _fragments_of(self, count: int, side: int) -> NDArray[np.float64]:
        if len(self._fragments) != count or self._fragments[0, _WIDTH] != side:
            self._fragments = np.zeros((count, 10))
            self._fragments[:, [_SCALE_X, _SCALE_Y, _OPACITY]] = 1.0
            self._fragments[:, [_WIDTH, _HEIGHT]] = side
        return self._fragments

    def _stamps_of(self, side: int) -> QPixmap:
        """Return a row of squares, one for each colour of the table; cached until the size changes."""
        if self._stamps is None or self._stamps[0] != side:
            image = QImage(side * len(self._table), side, QImage.Format.Format_ARGB32_Premultiplied)
            painter = QPainter(image)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            for number, colour in enumerate(self._qt_colours()):
                painter.fillRect(number * side, 0, side, side, colour)
            painter.end()
            self._stamps = side, QPixmap.fromImage(image)
        return self._stamps[1]

    def _qt_colours(self) -> list[QColor]:
        return [QColor(r, g, b, round(a * OPACITY)) for r, g, b, a in self._table.tolist()]

    def _paint_squares(self, painter: QPainter) -> None:
        world = painter.worldTransform()
        side = 2.0 * self._scale
        x, y = _mapped(world, self.points)
        corners = np.column_stack((x, y)) - side / 2
        shown = world.mapRect(self.boundingRect())
        low, high = (shown.left() - side, shown.top() - side), (shown.right(), shown.bottom())
        inside = ((corners > low) & (corners < high)).all(axis=1)
        indices = self._indices()
        colours = self._qt_colours()
        painter.resetTransform()
        painter.setPen(Qt.PenStyle.NoPen)
        for number in np.unique(indices[inside]):
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)
            for left, top in corners[inside & (indices == number)].tolist():
                path.addRect(left, top, side, side)
            painter.setBrush(colours[number])
            painter.drawPath(path)


def _mapped(transform: QTransform, points: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ``points`` [N, 2], mapped; points that are far away or not finite are placed far away."""
    x, y = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
    with np.errstate(invalid="ignore"):  # infinity times zero is NaN, which is left out as well
        mapped_x = transform.m11() * x + transform.m21() * y + transform.dx()
        mapped_y = transform.m12() * x + transform.m22() * y + transform.dy()
    for values in (mapped_x, mapped_y):
        np.fmax(np.fmin(values, _FAR, out=values), -_FAR, out=values)  # fmin prefers a number to NaN
    return mapped_x, mapped_y
