"""The layout of steps across the timeline, and the painting of its slider: track, frames, ticks and handle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.theme import Palette, text_size
from dpm_gui.engine.time_scale import TimeScale

EDGE = 32
"""Pixels left of t = 0 and right of t = T, so that what is centred on them fits."""
PREVIEW_SHARE = 0.4
"""Opacity of the stretch of a preview, beside that of a chain."""
HANDLE = 7
"""Radius of the handle in pixels."""

_FOCUS = HANDLE + 3.5
_BAND = 4
_TICK = 5
_RANGE, _RANGE_SHARE = 14, 0.16
"""Height of the range that is played, and its opacity."""
_ROOM = 12  # from the middle of the track to the texts above and below it


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The steps 0 … ``last`` laid out from left to right over ``width`` pixels, evenly unless there is a ``scale``.

    The ``view`` is the part that fills the width: where it begins and ends, 0.0 … 1.0.
    """

    width: int
    last: int
    scale: TimeScale | None = None
    view: tuple[float, float] = (0.0, 1.0)

    def x_of(self, t: float) -> float:
        """Return the horizontal position of step ``t``, in pixels."""
        if not self.last:
            return float(EDGE)
        place = t / self.last if self.scale is None else self.scale.place_of(t)
        return EDGE + (place - self.view[0]) / (self.view[1] - self.view[0]) * self._span

    def t_at(self, x: float) -> int:
        """Return the step in 0 … ``last`` nearest to a horizontal position."""
        place = self.place_at(x)
        t = round(place * self.last if self.scale is None else self.scale.position_at(place))
        return min(max(t, 0), self.last)

    def place_at(self, x: float) -> float:
        """Return the place at a horizontal position, 0.0 for t = 0 and 1.0 for T; others lie outside."""
        return self.view[0] + (x - EDGE) / self._span * (self.view[1] - self.view[0])

    def in_view(self, x: float) -> bool:
        """Return whether a horizontal position belongs to the part that fills the width."""
        return EDGE - 1 <= x <= self.width - EDGE + 1

    @property
    def ends(self) -> tuple[int, int]:
        """The first and the last step in view."""
        return self.t_at(EDGE), self.t_at(self.width - EDGE)

    @property
    def _span(self) -> int:
        return max(self.width - 2 * EDGE, 1)


@dataclass(frozen=True, slots=True)
class SliderState:
    """All that a slider shows.

    Attributes:
        axis: Position of each step.
        position: Step of the handle, 0.0 … T.
        available: First and last available frame, or None for none.
        recorded: First and last of them that are the run's own; the others are a preview's.
        preview: The step under the mouse, or None.
        focused: Whether it has the keyboard focus.
        enabled: Whether a step can be chosen.
        loop_range: First and last step of the range that is played, or None for all.
    """

    axis: TimeAxis
    position: float
    available: tuple[int, int] | None
    recorded: tuple[int, int] | None
    preview: int | None
    focused: bool
    enabled: bool
    loop_range: tuple[int, int] | None = None


def small_font(widget: QWidget) -> QFont:
    """Return the font of secondary text, one point smaller than the widget's."""
    font = QFont(widget.font())
    font.setPointSizeF(text_size(widget, -1))
    return font


def height_for(widget: QWidget) -> int:
    """Return the height that a slider with the font of ``widget`` needs."""
    return 2 * (QFontMetrics(small_font(widget)).height() + _ROOM)


def band_place(widget: QWidget) -> QRectF:
    """Return where the entropies are shown behind the track: above the texts, over the whole width."""
    return QRectF(0, 2, widget.width(), widget.height() / 2 + _ROOM - 4)


def paint_slider(widget: QWidget, state: SliderState, palette: Palette, behind: Callable[[QPainter], object]) -> None:
    """Paint the slider on the whole of ``widget``, over what ``behind`` paints."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(small_font(widget))
    middle = widget.height() / 2
    behind(painter)
    _paint_track(painter, state, palette, middle)
    if state.loop_range is not None:
        _paint_range(painter, state.axis, state.loop_range, palette, middle)
    _paint_ticks(painter, state, palette, middle)
    if state.enabled:
        if state.preview is not None:
            _paint_preview(painter, state.axis, state.preview, palette, middle)
        if state.axis.in_view(state.axis.x_of(state.position)):
            _paint_handle(painter, state, palette, middle)
    painter.end()


def _paint_track(painter: QPainter, state: SliderState, palette: Palette, middle: float) -> None:
    axis = state.axis
    left, right = float(EDGE), float(axis.width - EDGE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(palette.hairline))
    painter.drawRoundedRect(QRectF(left, middle - 1, right - left, 2), 1, 1)
    if state.available is not None and axis.last:
        for steps, share in ((state.available, PREVIEW_SHARE), (state.recorded, 1.0)):
            if steps is not None:
                _paint_band(painter, axis, steps, palette, middle, share)


def _paint_band(
    painter: QPainter, axis: TimeAxis, steps: tuple[int, int], palette: Palette, middle: float, share: float
) -> None:
    first, last = (_clipped(axis, axis.x_of(t)) for t in steps)
    band = QColor(palette.muted)
    band.setAlphaF(share)
    painter.setBrush(band)
    painter.drawRoundedRect(QRectF(first - 2, middle - _BAND / 2, last - first + 4, _BAND), 2, 2)


def _paint_range(painter: QPainter, axis: TimeAxis, steps: tuple[int, int], palette: Palette, middle: float) -> None:
    """Paint the range that is played: a pale band around the track, and a bar at each of its ends in view."""
    ends = [axis.x_of(t) for t in steps]
    first, last = (_clipped(axis, x) for x in ends)
    band = QColor(palette.ink)
    band.setAlphaF(_RANGE_SHARE)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(band)
    painter.drawRect(QRectF(first, middle - _RANGE / 2, last - first, _RANGE))
    for x in ends:
        if axis.in_view(x):
            painter.fillRect(QRectF(round(x) - 1, middle - _RANGE / 2, 2, _RANGE), QColor(palette.ink))


def _clipped(axis: TimeAxis, x: float) -> float:
    return min(max(x, float(EDGE)), float(axis.width - EDGE))


def _paint_ticks(painter: QPainter, state: SliderState, palette: Palette, middle: float) -> None:
    if not state.axis.last:
        return
    muted = QColor(palette.muted)
    first, last = state.axis.ends
    ticks = [(0.0, "0 data"), (state.axis.last / 2, "T/2"), (float(state.axis.last), "T noise")]
    if state.axis.view != (0.0, 1.0):  # the ends in view have no names of their own
        ticks = [(float(first), f"t = {first}" if first else "0 data"), (float(last), f"t = {last}")]
    for t, label in ticks:
        x = round(state.axis.x_of(t))
        painter.fillRect(QRectF(x, middle + _ROOM - _TICK, 1, _TICK), muted)
        painter.setPen(muted)
        _centred_text(painter, label, x, middle + _ROOM, state.axis.width)


def _paint_preview(painter: QPainter, axis: TimeAxis, t: int, palette: Palette, middle: float) -> None:
    x = axis.x_of(t)
    painter.fillRect(QRectF(round(x), middle - _ROOM, 1, _ROOM + _BAND / 2), QColor(palette.muted))
    painter.setPen(QColor(palette.ink))
    _centred_text(painter, f"t = {t}", x, middle - _ROOM - painter.fontMetrics().height(), axis.width)


def _paint_handle(painter: QPainter, state: SliderState, palette: Palette, middle: float) -> None:
    centre = QPointF(state.axis.x_of(state.position), middle)
    painter.setBrush(QColor(palette.window))  # a gap between the handle and the track
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(centre, HANDLE + 2, HANDLE + 2)
    painter.setBrush(QColor(palette.ink))
    painter.drawEllipse(centre, HANDLE, HANDLE)
    if state.focused:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.ink), 1.5))
        painter.drawEllipse(centre, _FOCUS, _FOCUS)


def _centred_text(painter: QPainter, text: str, x: float, top: float, width: int) -> None:
    """Draw ``text`` centred on ``x``, moved inward at the ends of the widget."""
    room = painter.fontMetrics().horizontalAdvance(text)
    left = min(max(x - room / 2, 0), width - room)
    painter.drawText(QRectF(left, top, room + 1, painter.fontMetrics().height()), Qt.AlignmentFlag.AlignLeft, text)
