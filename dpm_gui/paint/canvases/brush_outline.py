"""The outline of a round brush under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from dpm_gui.desktop.theme import Palette

RING = 2
LEAST_RADIUS = 1.5
"""Pixels of the canvas; a smaller circle could not be seen."""


class BrushOutline:
    """A circle in two colours, one of which is visible on any image.

    Attributes:
        diameter: Of the brush, in pixels of the image or units of the plane; None if the tool has no outline.
    """

    def __init__(self) -> None:
        self.diameter: float | None = None

    def area(self, position: QPointF, scale: float) -> QRect:
        """Return the area it covers around ``position`` in the canvas; ``scale`` is canvas pixels per unit."""
        if self.diameter is None:
            return QRect()
        return self._circle(position, scale).adjusted(-RING, -RING, RING, RING).toAlignedRect()

    def draw(self, painter: QPainter, position: QPointF, scale: float, palette: Palette) -> None:
        """Draw the outline, if the tool has one."""
        if self.diameter is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = self._circle(position, scale)
        for colour, grown in ((palette.surface, 0.5), (palette.ink, -0.5)):
            painter.setPen(QPen(QColor(colour), 1.0))
            painter.drawEllipse(circle.adjusted(-grown, -grown, grown, grown))

    def _circle(self, position: QPointF, scale: float) -> QRectF:
        radius = max(0.5 * (self.diameter or 1.0) * scale, LEAST_RADIUS)
        return QRectF(position.x() - radius, position.y() - radius, 2 * radius, 2 * radius)
