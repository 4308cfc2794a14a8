"""The entropy bounds of each reverse step as a faint band on the axis of time, for the slider and for films."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from core.values.measurements import StepEntropies
from dpm_gui.desktop.numbers import MINUS, fixed
from dpm_gui.desktop.theme import scaled_to_text
from dpm_gui.views.timeline.time_slider_painter import EDGE, TimeAxis

CLIPPED_TEXT = f"\N{DOWNWARDS ARROW} {MINUS}\N{INFINITY} at t = 1"
"""What is said of the lower bound of the last step, which has no entropy of its own."""
BELOW = 0.08
"""Share of the range of values below the least one; a bound of minus infinity is drawn at its bottom."""
MOST_POINTS = 800
"""Most steps that are drawn: there are hardly more pixels."""
AREA_SHARE, BAND_SHARE, LINE_SHARE = 0.07, 0.16, 0.5
"""Opacity of what is below the band, of the band and of its edges behind the slider."""


@dataclass(frozen=True, slots=True, eq=False)
class EntropyBand:
    """Both bounds of the reverse steps t = 1 … T.

    Attributes:
        lower, upper: The bounds, ``[T]``, in bits per ``unit``; they may be minus infinity.
        unit: "dimension" or "pixel".
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    unit: str

    @classmethod
    def of(cls, entropies: StepEntropies, channels: int | None = None) -> EntropyBand:
        """Return the bounds in bits per dimension, or in bits per pixel of ``channels`` channels."""
        factor = 1 if channels is None else channels
        return cls(factor * entropies.lower, factor * entropies.upper, "dimension" if channels is None else "pixel")

    @property
    def clipped(self) -> bool:
        """Whether the lower bound of the first step is minus infinity."""
        return bool(np.isneginf(self.lower[:1]).any())

    def described(self, t: int) -> str:
        """Return what the bounds are at step ``t``, with their unit."""
        if not 1 <= t <= len(self.upper):
            return "t = 0 is the data: no step is taken yet"
        lower, upper = float(self.lower[t - 1]), float(self.upper[t - 1])
        bounds = f"at most {fixed(upper, 2)}" if np.isneginf(lower) else f"{fixed(lower, 2)} to {fixed(upper, 2)}"
        clipped = f"; lower bound {CLIPPED_TEXT}" if t == 1 and self.clipped else ""
        return f"Entropy of the reverse step at t = {t}: {bounds} bits per {self.unit}{clipped}"

    def lines(self, axis: TimeAxis, top: float, height: float) -> tuple[QPolygonF, QPolygonF]:
        """Return the lower and the upper bound of what is in view on ``axis``, scaled to a height in pixels."""
        first, last = axis.ends
        first, last = max(first - 1, 1), min(last + 1, len(self.upper))  # the lines go on beyond the view
        if first > last:
            return QPolygonF(), QPolygonF()
        steps = np.unique(np.linspace(first, last, min(last - first + 1, MOST_POINTS)).round().astype(int))
        values = np.stack([self.lower, self.upper])
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        extent = (high - low) or 1.0
        bottom = low - BELOW * extent
        shares = (np.where(np.isfinite(values), values, bottom)[:, steps - 1] - bottom) / (high - bottom)
        places = [axis.x_of(t) for t in steps.tolist()]
        lower, upper = (
            QPolygonF([QPointF(x, top + height * (1 - y)) for x, y in zip(places, line, strict=True)])
            for line in shares.tolist()
        )
        return lower, upper


def paint_band(painter: QPainter, lines: tuple[QPolygonF, QPolygonF], fill: QColor, line: QColor, width: float) -> None:
    """Paint the band between both ``lines``, and both as lines."""
    lower, upper = lines
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([*upper.toList(), *lower.toList()[::-1]]))
    painter.setPen(QPen(line, width))
    painter.drawPolyline(upper)
    painter.drawPolyline(lower)


class Sparkline:
    """The band behind the slider's track: a pixmap that is drawn once for each size, axis, font and palette."""

    def __init__(self) -> None:
        self.band: EntropyBand | None = None
        self._key: tuple[object, ...] = ()
        self._pixmap = QPixmap()

    def paint(self, painter: QPainter, widget: QWidget, axis: TimeAxis, place: QRectF, hue: str) -> None:
        """Paint the band at ``place`` on ``widget``, in the colour ``hue``."""
        if self.band is None or not axis.last or widget.size().isEmpty():
            return
        ratio = widget.devicePixelRatioF()
        width = scaled_to_text(widget, 100) / 100
        key = (self.band, axis, place.getRect(), hue, ratio, width, widget.height())
        if key != self._key:
            self._key, self._pixmap = key, QPixmap((widget.size().toSizeF() * ratio).toSize())
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            self._draw(self.band, axis, place, QColor(hue), width)
        painter.drawPixmap(0, 0, self._pixmap)

    def _draw(self, band: EntropyBand, axis: TimeAxis, place: QRectF, hue: QColor, width: float) -> None:
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(QRectF(EDGE, 0, axis.width - 2 * EDGE, place.bottom() + 1))
        fill, line = QColor(hue), QColor(hue)
        fill.setAlphaF(BAND_SHARE)
        line.setAlphaF(LINE_SHARE)
        lines = band.lines(axis, place.top(), place.height())
        if lines[0].isEmpty():
            painter.end()
            return
        area = QColor(hue)
        area.setAlphaF(AREA_SHARE)
        ends = [QPointF(lines[0].last().x(), place.bottom()), QPointF(lines[0].first().x(), place.bottom())]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(area)
        painter.drawPolygon(QPolygonF([*lines[0].toList(), *ends]))
        paint_band(painter, lines, fill, line, width)
        if band.clipped and axis.ends[0] <= 1:  # an arrow where the line goes out of sight
            tip = lines[0].first() + QPointF(0, 2 * width)
            side = 3 * width
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(line)
            painter.drawPolygon(QPolygonF([tip, tip + QPointF(-side, -side), tip + QPointF(side, -side)]))
        painter.end()
