"""Contours of a grid, and a tint where its values are high."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform

from dpm_gui.desktop.theme import Palette
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.items.view_item import CachedItem

CONTOUR_LEVELS = tuple(math.log(share) for share in (0.9, 0.5, 0.1, 0.01))
"""ln r of the contours."""
TINT = 0.30


class PotentialItem(CachedItem):
    """A potential over the plane: its contours, and a tint that is strongest where r is 1."""

    def __init__(self) -> None:
        super().__init__()
        self._colour = QColor()
        self._scale = 1.0
        self._log_r: NDArray[np.float32] | None = None
        self._extent = (-1.0, 1.0, -1.0, 1.0)
        self._lines: NDArray[np.float64] | None = None

    @property
    def lines(self) -> NDArray[np.float64]:
        """The contours on show: ``[L, 4]``, from x, y to x, y, data coordinates.

        They are computed on demand, because most of the fields of a stroke are never drawn.
        """
        if self._lines is None:
            varies = self._log_r is not None and float(np.ptp(self._log_r)) > 0.0
            found = contours(self._log_r, CONTOUR_LEVELS, self._extent) if self._log_r is not None and varies else None
            self._lines = np.empty((0, 4)) if found is None else found
        return self._lines

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._colour = QColor(palette.known)
        self._scale = line_scale
        self.redraw()

    def show_field(self, log_r: NDArray[np.float32] | None, extent: tuple[float, float, float, float]) -> None:
        """Show ln r ``[H, W]``, greatest value 0, with its corner points at ``extent``, or nothing for None."""
        self._log_r, self._extent, self._lines = log_r, extent, None
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        if self._log_r is None or not len(self.lines):
            return
        left, right, bottom, top = self._extent
        half_x = (right - left) / (self._log_r.shape[1] - 1) / 2.0
        half_y = (top - bottom) / (self._log_r.shape[0] - 1) / 2.0
        place = QRectF(QPointF(left - half_x, top + half_y), QPointF(right + half_x, bottom - half_y))
        painter.drawImage(to_pixels.mapRect(place.normalized()), self._tint())
        painter.setPen(QPen(self._colour, 1.5 * self._scale))
        painter.drawLines(_mapped(self.lines, to_pixels))

    def _tint(self) -> QImage:
        """Return an image of r, with the largest y at the top."""
        log_r = np.zeros((1, 1), np.float32) if self._log_r is None else self._log_r
        r = np.exp(log_r[::-1])
        # r below the last contour gets no tint, which would cover the whole plane
        return tinted(np.where(r < math.exp(CONTOUR_LEVELS[-1]), 0.0, r) * TINT, self._colour)


class OutlineItem(CachedItem):
    """Lines that mark one part of a potential, with a halo that sets them off from points and contours."""

    def __init__(self) -> None:
        super().__init__()
        self._ink, self._halo, self._scale = QColor(), QColor(), 1.0
        self.lines: NDArray[np.float64] = np.empty((0, 4))  # ``[L, 4]``, from x, y to x, y, data coordinates

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._ink, self._halo, self._scale = QColor(palette.ink), QColor(palette.surface), line_scale
        self._halo.setAlphaF(0.8)
        self.redraw()

    def show_lines(self, lines: NDArray[np.float64] | None) -> None:
        """Show ``lines`` [L, 4], or none."""
        self.lines = np.empty((0, 4)) if lines is None else lines
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        for colour, width in ((self._halo, 4.0), (self._ink, 2.0)):
            pen = QPen(colour, width * self._scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLines(_mapped(self.lines, to_pixels))


def _mapped(lines: NDArray[np.float64], to_pixels: QTransform) -> list[QLineF]:
    return [QLineF(to_pixels.map(QPointF(a, b)), to_pixels.map(QPointF(c, d))) for a, b, c, d in lines.tolist()]


def contours(
    values: NDArray[np.floating], levels: Sequence[float], extent: tuple[float, float, float, float]
) -> NDArray[np.float64]:
    """Return the contours of ``values`` [H, W] at ``levels``, ``[L, 4]``: from x, y to x, y.

    They are found by marching triangles: each square of the grid is cut into two triangles, in which a contour is
    straight and unambiguous.
    """
    left, right, bottom, top = extent
    height, width = values.shape
    x, y = np.meshgrid(np.linspace(left, right, width), np.linspace(bottom, top, height))
    points = np.stack([x, y, values.astype(np.float64)], axis=-1)
    a, b, c, d = points[:-1, :-1], points[:-1, 1:], points[1:, :-1], points[1:, 1:]
    triangles = np.concatenate([np.stack([a, b, d], 2).reshape(-1, 3, 3), np.stack([a, d, c], 2).reshape(-1, 3, 3)])
    found = [_lines(triangles, level) for level in levels]
    return np.concatenate(found) if found else np.empty((0, 4))


def _lines(triangles: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return the contours ``[L, 4]`` in ``triangles`` [N, 3 corners, (x, y, value)] at one level."""
    above = triangles[:, :, 2] >= level
    cut = (above.any(1)) & (~above.all(1))
    triangles, above = triangles[cut], above[cut]
    # the one corner on its side of the level
    alone = np.where(above.sum(1) == 1, above.argmax(1), (~above).argmax(1))
    rows = np.arange(len(triangles))
    tip = triangles[rows, alone]
    ends = []
    for step in (1, 2):
        other = triangles[rows, (alone + step) % 3]
        share = (level - tip[:, 2]) / (other[:, 2] - tip[:, 2])
        ends.append(tip[:, :2] + share[:, None] * (other[:, :2] - tip[:, :2]))
    return np.concatenate(ends, axis=1)
