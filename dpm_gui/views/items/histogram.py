"""The density of points on a line, as a histogram, and that of the prior, as a curve."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from dpm_gui.desktop.theme import Palette, mixed
from dpm_gui.views.items.view_item import CachedItem, ViewItem

BIN = 0.1
"""Width of a bin where `HOME_WIDTH` is in view, standard deviations; a narrower view has narrower bins."""
HOME_WIDTH = 5.6
FILL = 0.35
CURVE_POINTS = 241


class HistogramItem(ViewItem):
    """A histogram of the abscissae of points, of area 1, above the horizontal axis."""

    def __init__(self) -> None:
        super().__init__()
        self._hue = QColor()
        self.edges = np.empty(0)
        """Edges of the bins, ``[B + 1]``."""
        self.heights = np.empty(0)
        """Density of each bin, ``[B]``, per unit of the axis."""

    def set_colour(self, colour: str) -> None:
        self._hue = QColor(colour)
        self.update()

    def show_points(self, points: NDArray[np.float32], shown: QRectF, pixel: float) -> None:
        """Count the abscissae of ``points`` [N, 2] in the bins that are in view."""
        self.edges, self.heights = density(points[:, 0], shown.left(), shown.right())
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not len(self.heights):
            return
        to_pixels = painter.worldTransform()
        x = np.repeat(self.edges, 2)
        y = np.concatenate(([0.0], np.repeat(self.heights, 2), [0.0]))
        steps = QPolygonF([to_pixels.map(QPointF(*place)) for place in zip(x.tolist(), y.tolist(), strict=True)])
        fill = QColor(self._hue)
        fill.setAlphaF(FILL)
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(fill)
        painter.setPen(QPen(self._hue, 1.0))
        painter.drawPolygon(steps)
        painter.restore()


def bin_width(shown: float) -> float:
    """Return the width of a bin where a width ``shown`` is in view: `BIN` times a power of two."""
    return float(BIN * 2.0 ** round(math.log2(max(shown, 1e-6) / HOME_WIDTH)))


def density(values: NDArray[np.float32], left: float, right: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the edges of bins over ``left`` … ``right``, ``[B + 1]``, and the density of ``values`` [N] in each.

    Bins are aligned with the origin, so that they do not move over the points while the view is panned. Values that
    are not finite, or lie outside, are counted in no bin.
    """
    width = bin_width(right - left)
    first, last = math.floor(left / width), math.ceil(right / width)
    with np.errstate(invalid="ignore"):
        bins = np.floor(values.astype(np.float64) / width) - first
        inside = bins[(bins >= 0) & (bins < last - first)].astype(np.int64)
    counts = np.bincount(inside, minlength=last - first)
    return np.arange(first, last + 1) * np.float64(width), counts / (max(1, len(values)) * width)


class PriorCurveItem(CachedItem):
    """The density of the unit Gaussian, as a curve."""

    def __init__(self) -> None:
        super().__init__()
        self._pen = QPen()

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._pen = QPen(QColor(mixed(palette.hairline, palette.muted, 0.7)), 1.5 * line_scale)
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        shown = self.boundingRect()
        x = np.linspace(shown.left(), shown.right(), CURVE_POINTS)
        y = np.exp(-0.5 * x**2) / math.sqrt(2.0 * math.pi)
        painter.setPen(self._pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline([to_pixels.map(QPointF(*place)) for place in zip(x.tolist(), y.tolist(), strict=True)])
