"""The legend of a plot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

LINE_LENGTH = 24.0
"""Length of the line sample beside each name, in pixels."""
_GAP = 8.0
_PADDING = 6.0


class Legend(QGraphicsItem):
    """Names beside samples of their lines, at the top left of the parent view."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[tuple[str, QPen]] = ()
        self._font = QFont()
        self._ink = QColor()
        self._surface = QColor()
        self._size = QRectF()
        self.setPos(QPointF(8.0, 4.0))
        self.setZValue(11)  # above the cursor, so that names stay readable

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self._rows]

    def apply_palette(self, rows: Sequence[tuple[str, QPen]], font: QFont, ink: QColor, surface: QColor) -> None:
        """Show ``rows`` of names and pens in ``ink`` on a translucent ``surface``."""
        self.prepareGeometryChange()
        self._rows, self._font, self._ink = rows, font, ink
        self._surface = QColor(surface)
        self._surface.setAlphaF(0.85)
        metrics = QFontMetricsF(font)
        width = max((metrics.horizontalAdvance(name) for name, _ in rows), default=0.0)
        height = len(rows) * metrics.height()
        self._size = QRectF(0.0, 0.0, LINE_LENGTH + _GAP + width + 2 * _PADDING, height + _PADDING)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._size

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self._size, self._surface)
        metrics = QFontMetricsF(self._font)
        painter.setFont(self._font)
        for number, (name, pen) in enumerate(self._rows):
            top = _PADDING / 2 + number * metrics.height()
            middle = round(top + metrics.height() / 2)
            painter.setPen(pen)
            painter.drawLine(QLineF(_PADDING, middle, _PADDING + LINE_LENGTH, middle))
            painter.setPen(self._ink)
            painter.drawText(QPointF(_PADDING + LINE_LENGTH + _GAP, top + metrics.ascent()), name)
