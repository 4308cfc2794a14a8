"""The quiet circles of the prior."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem

from dpm_gui.desktop.theme import Palette, mixed
from dpm_gui.views.items.view_item import CachedItem

RADII = (1.0, 2.0)
"""Standard deviations of the unit Gaussian."""


class PriorItem(CachedItem):
    """The unit Gaussian, as circles at one and two standard deviations."""

    def __init__(self, parent: QGraphicsItem | None = None) -> None:
        super().__init__(parent)
        self._pen = QPen()

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._pen = QPen(QColor(mixed(palette.hairline, palette.muted, 0.35)), line_scale)
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        painter.setPen(self._pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for radius in RADII:
            painter.drawEllipse(to_pixels.mapRect(QRectF(-radius, -radius, 2 * radius, 2 * radius)))
