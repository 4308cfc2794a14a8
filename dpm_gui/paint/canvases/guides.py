"""What follows the pointer over the image: the loop of the lasso, and the straight line that Shift draws."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from dpm_gui.desktop.theme import Palette
from dpm_gui.paint.canvases.zoom import Zoom

Place = tuple[float, float]
"""x and y, in pixels of the image."""
MARGIN = 3
"""Pixels of the canvas around a line that it may cover."""


class Guides:
    """Lines in two colours, one of which is visible on any image.

    Attributes:
        loops: Whether the tool draws a loop.
        line_start: Returns where a straight line would begin, or None; it is drawn to the pointer while `straight`.
        straight: Whether a straight line is wanted, since Shift is held.
    """

    def __init__(self) -> None:
        self.loops = False
        self.line_start: Callable[[], Place | None] = lambda: None
        self.straight = False
        self._loop: list[Place] = []

    def begin_loop(self, place: Place) -> None:
        """Begin a loop at ``place``, if the tool draws one."""
        self._loop = [place] if self.loops else []

    def extend_loop(self, place: Place) -> None:
        """Lead the loop under way to ``place``."""
        if self._loop:
            self._loop.append(place)

    def end_loop(self) -> None:
        """Forget the loop."""
        self._loop = []

    def area(self, pointer: QPointF, zoom: Zoom) -> QRect:
        """Return the area of the canvas that the lines cover while the pointer is there."""
        lines = self._lines(pointer, zoom)
        area = QRect()
        for line in lines:
            area = area.united(line.boundingRect().toAlignedRect().adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        return area

    def draw(self, painter: QPainter, pointer: QPointF, zoom: Zoom, palette: Palette) -> None:
        """Draw the loop, and the straight line to the pointer."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in self._lines(pointer, zoom):
            for colour, style in ((palette.surface, Qt.PenStyle.SolidLine), (palette.ink, Qt.PenStyle.DashLine)):
                painter.setPen(QPen(QColor(colour), 1.5, style))
                painter.drawPolyline(line)

    def _lines(self, pointer: QPointF, zoom: Zoom) -> list[QPolygonF]:
        lines: list[QPolygonF] = []
        if len(self._loop) > 1:
            lines.append(QPolygonF([zoom.to_canvas(*place) for place in (*self._loop, self._loop[0])]))
        start = self.line_start() if self.straight and not self._loop else None
        if start is not None:
            lines.append(QPolygonF([zoom.to_canvas(*start), pointer]))
        return lines
