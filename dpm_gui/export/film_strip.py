"""What stands below the canvases of a film: the entropy bounds as a strip, and a bar of t with a mark for each side."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.entropy_band import EntropyBand, paint_band
from dpm_gui.views.timeline.time_slider_painter import TimeAxis, small_font

BAR_HEIGHT, STRIP_HEIGHT = 34, 36
HANDLE = 6
BAND_SHARE = 0.3


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
        self._band = None if entropies is None else EntropyBand.of(entropies)
        self._lines: tuple[TimeAxis, tuple[QPolygonF, QPolygonF]] | None = None
        self._positions = (0.0, 0.0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_positions(self, forward: float, reverse: float) -> None:
        """Mark the position of both sides, 0.0 … T."""
        self._positions = forward, reverse
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, (BAR_HEIGHT if self._bar else 0) + (STRIP_HEIGHT if self._band is not None else 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._palette.surface))
        axis = TimeAxis(self.width(), self._last, self._scale)
        top = 0
        if self._band is not None:
            self._paint_strip(painter, axis, self._band)
            top = STRIP_HEIGHT
        if self._bar:
            self._paint_bar(painter, axis, top)
        painter.end()

    def _paint_strip(self, painter: QPainter, axis: TimeAxis, band: EntropyBand) -> None:
        hue = QColor(self._palette.forward)
        fill = QColor(hue)
        fill.setAlphaF(BAND_SHARE)
        if self._lines is None or self._lines[0] != axis:  # it is that of all frames
            self._lines = axis, band.lines(axis, 3, STRIP_HEIGHT - 6)
        paint_band(painter, self._lines[1], fill, hue, 1.5)
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
