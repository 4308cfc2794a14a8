"""What stands below the canvases of a film: the entropy bounds as a strip, and a bar of t with a mark for each side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.time_slider_painter import TimeAxis, small_font

BAR_HEIGHT, STRIP_HEIGHT = 34, 36
HANDLE = 6
BAND_SHARE = 0.3
MOST_POINTS = 400
"""Steps of which the bounds are drawn: a film has few pixels."""


class FilmStrip(QWidget):
    """A strip and a bar, of which one may be left out; `show_positions` moves the marks."""

    def __init__(
        self,
        palette: Palette,
        last: int,
        *,
        scale: TimeScale | None = None,
        bar: bool = True,
        entropies: StepEntropies | None = None,
    ) -> None:
        """Lay out the steps 0 … ``last`` on ``scale``; without ``entropies`` there is no strip."""
        super().__init__()
        self._palette, self._last, self._scale, self._bar = palette, last, scale, bar
        self._bounds = None if entropies is None else _bounds(entropies)
        self._positions = (0.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_positions(self, forward: float, reverse: float) -> None:
        """Mark the position of both sides, 0.0 … T."""
        self._positions = forward, reverse
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, (BAR_HEIGHT if self._bar else 0) + (STRIP_HEIGHT if self._bounds is not None else 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._palette.surface))
        axis = TimeAxis(self.width(), self._last, self._scale)
        top = 0
        if self._bounds is not None:
            self._paint_strip(painter, axis, self._bounds)
            top = STRIP_HEIGHT
        if self._bar:
            self._paint_bar(painter, axis, top)
        painter.end()

    def _paint_strip(
        self, painter: QPainter, axis: TimeAxis, bounds: tuple[NDArray[np.int_], NDArray[np.float64]]
    ) -> None:
        steps, (lower, upper) = bounds
        height = STRIP_HEIGHT - 6

        def line(values: NDArray[np.float64]) -> list[QPointF]:
            return [QPointF(axis.x_of(t), 3 + height * (1 - y)) for t, y in zip(steps.tolist(), values, strict=True)]

        hue = QColor(self._palette.forward)
        band = QColor(hue)
        band.setAlphaF(BAND_SHARE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        painter.drawPolygon(QPolygonF([*line(upper), *line(lower)[::-1]]))
        painter.setPen(QPen(hue, 1.5))
        painter.drawPolyline(QPolygonF(line(upper)))
        painter.drawPolyline(QPolygonF(line(lower)))
        for x, colour in self._marks(axis):
            painter.fillRect(QRectF(x - 0.75, 0, 1.5, STRIP_HEIGHT), QColor(colour))

    def _paint_bar(self, painter: QPainter, axis: TimeAxis, top: int) -> None:
        palette, middle = self._palette, top + HANDLE + 3
        left, right = axis.x_of(0), axis.x_of(self._last)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(palette.hairline))
        painter.drawRoundedRect(QRectF(left, middle - 1.5, right - left, 3), 1.5, 1.5)
        painter.setFont(small_font(self))
        metrics = painter.fontMetrics()
        painter.setPen(QColor(palette.muted))
        for text, x in (("0 data", left), (f"{self._last} noise", right)):
            width = metrics.horizontalAdvance(text)
            place = min(max(x - width / 2, 0.0), self.width() - width)
            painter.drawText(QPointF(place, top + BAR_HEIGHT - metrics.descent() - 1), text)
        painter.setPen(Qt.PenStyle.NoPen)
        for x, colour in self._marks(axis):
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QPointF(x, middle), HANDLE, HANDLE)

    def _marks(self, axis: TimeAxis) -> list[tuple[float, str]]:
        """Return where the marks are, and their colours: one in ink if both sides are at one step."""
        forward, reverse = self._positions
        if forward == reverse:
            return [(axis.x_of(forward), self._palette.ink)]
        return [(axis.x_of(forward), self._palette.forward), (axis.x_of(reverse), self._palette.reverse)]


def _bounds(entropies: StepEntropies) -> tuple[NDArray[np.int_], NDArray[np.float64]]:
    """Return steps ``[n]`` and both bounds there, lower and upper, ``[2, n]``, 0.0 … 1.0."""
    last = len(entropies.upper)
    chosen = np.unique(np.linspace(0, last - 1, min(last, MOST_POINTS)).round().astype(int))
    values = np.stack([entropies.lower, entropies.upper]).astype(float)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    values = np.where(np.isfinite(values), values, low)[:, chosen]
    return chosen + 1, (values - low) / ((high - low) or 1.0)
