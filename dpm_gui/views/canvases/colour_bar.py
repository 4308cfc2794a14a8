"""What the colours of a layer mean: a ramp between two labelled ends, on a line of its own below a canvas."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QStyleOptionGraphicsItem, QWidget

from dpm_gui.desktop.numbers import MINUS, rounded
from dpm_gui.desktop.theme import Palette

WIDEST_RAMP, NARROWEST_RAMP = 240.0, 32.0
ABOVE, BELOW, GAP = 6.0, 2.0, 6.0
"""Pixels above and below the line of text, and between a label and the ramp."""
STOPS = 33
USUAL_LABEL = f"{MINUS}0.000"
"""Room for each end's number, so that the ramp keeps its place when the numbers change."""


class ColourBar(pg.GraphicsWidget):
    """A ramp with zero in the middle, as high as a line of text; it keeps its place while it shows nothing.

    pyqtgraph's own `ColorBarItem` is a whole plot whose axis labels round numbers, and not the ends.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reach: float | None = None  # the value at the right end; None while nothing is shown
        self.marked: float | None = None  # the value that is marked
        self._unit = ""
        self._table = np.zeros((2, 3), np.uint8)
        self._font, self._text, self._ink, self._line = QFont(), QColor(), QColor(), QColor()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def apply_palette(self, palette: Palette, font: QFont, table: NDArray[np.uint8]) -> None:
        """Take the colours of ``palette``, and the ramp's from ``table`` [N, 3], RGB."""
        self._font, self._table = QFont(font), table
        self._text, self._ink, self._line = QColor(palette.muted), QColor(palette.ink), QColor(palette.hairline)
        height = round(QFontMetricsF(font).height() + ABOVE + BELOW)
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)
        self.update()

    def show_range(self, reach: float | None, unit: str = "") -> None:
        """Label the ends -``reach`` and ``reach``, and the right one with ``unit``; None shows nothing."""
        if (reach, unit) != (self.reach, self._unit):
            self.reach, self._unit = reach, unit
            self.update()

    def mark(self, value: float | None) -> None:
        """Mark ``value`` on the ramp, at an end if it lies beyond; None marks nothing."""
        if value != self.marked:
            self.marked = value
            self.update()

    @property
    def ramp(self) -> QRectF:
        """The place of the ramp, in the item's own pixels; empty without room for it."""
        metrics = QFontMetricsF(self._font)
        label = max(metrics.horizontalAdvance(text) for text in (USUAL_LABEL, *self._labels()))
        unit = metrics.horizontalAdvance(self._shown_unit(label))
        room = self.size().width() - 2 * (label + GAP) - unit
        width = min(room, WIDEST_RAMP)
        if width < NARROWEST_RAMP:
            return QRectF()
        left = (self.size().width() - width) / 2  # in the middle, if the unit has room beside it
        left = min(left, self.size().width() - width - label - GAP - unit)
        height = round(0.6 * metrics.height())
        return QRectF(round(left), round(ABOVE + (metrics.height() - height) / 2), round(width), height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        ramp = self.ramp
        if self.reach is None or ramp.isEmpty():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        gradient = QLinearGradient(ramp.topLeft(), ramp.topRight())
        for place in np.linspace(0.0, 1.0, STOPS):
            gradient.setColorAt(float(place), QColor(*self._table[round(place * (len(self._table) - 1))].tolist()))
        painter.fillRect(ramp, gradient)
        painter.setPen(QPen(self._line, 1.0))
        painter.drawRect(ramp)
        painter.setFont(self._font)
        painter.setPen(self._text)
        low, high = self._labels()
        label = max(painter.fontMetrics().horizontalAdvance(text) for text in (USUAL_LABEL, low, high))
        high += self._shown_unit(label)
        line = QRectF(0.0, ABOVE, ramp.left() - GAP, self.size().height() - ABOVE - BELOW)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, low)
        line.setLeft(ramp.right() + GAP)
        line.setRight(self.size().width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, high)
        if self.marked is not None and np.isfinite(self.marked):
            share = min(max(0.5 + 0.5 * self.marked / self.reach, 0.0), 1.0)
            x = ramp.left() + share * ramp.width()
            painter.setPen(QPen(self._ink, 2.0))
            painter.drawLine(QPointF(x, ramp.top() - 3.0), QPointF(x, ramp.bottom() + 3.0))

    def _labels(self) -> tuple[str, str]:
        text = "" if self.reach is None else rounded(self.reach)
        return f"{MINUS}{text}", text

    def _shown_unit(self, label: float) -> str:
        """Return the unit with a space before it, or nothing if a useful ramp leaves it no room."""
        unit = f" {self._unit}" if self._unit else ""
        width = QFontMetricsF(self._font).horizontalAdvance(unit)
        return unit if self.size().width() - 2 * (label + GAP) - width >= 2 * NARROWEST_RAMP else ""
