"""What the slider of the timeline shows, and tells screen readers: steps, frames, entropies, the range played."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from dpm_gui.desktop.numbers import fixed
from dpm_gui.desktop.theme import LIGHT, Palette
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.entropy_band import EntropyBand, Sparkline
from dpm_gui.views.timeline.time_slider_painter import (
    SliderState,
    TimeAxis,
    band_place,
    height_for,
    paint_slider,
)

SPOKEN = 500
"""Least milliseconds between two changes of t that screen readers are told."""


class TimeTrack(QAbstractSlider):
    """Shows the step set by `set_t`, and everything else that it is told; it reacts to no mouse and no key."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = LIGHT
        self._t = 0
        self._position = 0.0
        self._scale: TimeScale | None = None
        self._signal: Sequence[float] = ()
        self._sparkline = Sparkline()
        self._available: tuple[int, int] | None = None
        self._recorded: tuple[int, int] | None = None
        self._dragged_to: int | None = None
        self._range: tuple[int, int] | None = None
        self._range_from: int | None = None
        self._view = (0.0, 1.0)
        self._hovered: int | None = None
        self._spoken = QTimer(self)
        self._spoken.setSingleShot(True)
        self._spoken.timeout.connect(self._tell)
        self.setOrientation(Qt.Orientation.Horizontal)
        with QSignalBlocker(self):
            self.setRange(0, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName("Step t")

    @property
    def axis(self) -> TimeAxis:
        """The position of each step, in this widget's pixels."""
        return TimeAxis(self.width(), self.maximum(), self._scale, self._view)

    def value(self) -> int:
        """Return the current step. Qt's own value, which screen readers are told, follows at most twice a second."""
        return self._t

    def set_last(self, last: int) -> None:
        """Set T; steps are even again, all of them in view, and signal and entropies are dropped."""
        self._scale, self._range_from = None, None
        self._set_view((0.0, 1.0))
        with QSignalBlocker(self):
            self.setRange(0, last)
        self._t, self._position = min(self._t, last), min(self._position, float(last))
        if self._dragged_to is not None:
            self._dragged_to = min(self._dragged_to, last)
        self._available = self._recorded = self._sparkline.band = None
        self._signal = ()
        self._tell()
        self.update()

    def set_signal(self, signal: Sequence[float]) -> None:
        """Set the share of the signal, 0.0 … 1.0, at t = 0 … T."""
        self._signal = signal
        self._tell()

    def show_entropies(self, band: EntropyBand | None) -> None:
        """Show the entropy bounds of each reverse step behind the track; None for none."""
        self._sparkline.band = band
        self.update()

    def set_scale(self, scale: TimeScale | None) -> None:
        """Lay the steps out on ``scale``; None for evenly."""
        self._scale = scale
        self._set_view((0.0, 1.0))
        self.update()

    def set_range_played(self, steps: tuple[int, int] | None) -> None:
        """Show the range that is played, its first and last step; None for all."""
        if steps != self._range:
            self._range = steps
            self.update()

    def set_t(self, t: int) -> None:
        """Move to step ``t``."""
        t = min(max(t, 0), self.maximum())
        if t != self._t:
            self._t = t
            if not self._spoken.isActive():
                self._tell()
        self.set_position(float(t))

    def set_position(self, position: float) -> None:
        """Draw the handle between two steps; ``t`` does not change."""
        if position != self._position:
            self._position = position
            self.update()

    def set_available(self, first: int, last: int, recorded: tuple[int, int] | None = None) -> None:
        """Mark the available frames, ``first`` … ``last``; none if ``last`` is smaller.

        Those ``recorded`` are the run's own, and all if that is None; the others are a preview's, and paler.
        """
        self._available = (first, last) if first <= last else None
        self._recorded = self._available if recorded is None else recorded
        self.update()

    def set_palette(self, palette: Palette) -> None:
        self._palette = palette
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, height_for(self))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        dragged = self._dragged_to
        state = SliderState(
            axis=self.axis,
            position=self._position if dragged is None else float(dragged),
            available=self._available,
            recorded=self._recorded,
            preview=self._hovered if dragged is None else dragged,
            focused=self.hasFocus(),
            enabled=self.isEnabled() and self.maximum() > 0,
            loop_range=self._range_dragged or self._range,
        )
        paint_slider(self, state, self._palette, self._paint_entropies)

    def _paint_entropies(self, painter: QPainter) -> None:
        self._sparkline.paint(painter, self, self.axis, band_place(self), self._palette.forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        """Tell the entropy bounds of the step under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._sparkline.band is not None:
            text = self._sparkline.band.described(self.axis.t_at(event.pos().x()))
            QToolTip.showText(event.globalPos(), f"{text}.\nAll of them are drawn behind the track.", self)
            return True
        return super().event(event)

    @property
    def value_text(self) -> str:
        """The current step in words, such as "t = 17 of 40, log signal-to-noise -1.2"."""
        text = f"t = {self._t} of {self.maximum()}"
        if self._t == 0:
            return f"{text}, data"
        if self._t >= len(self._signal):
            return text
        signal = float(self._signal[self._t])
        ratio = -math.inf if signal <= 0 else math.inf if signal >= 1 else math.log(signal) - math.log1p(-signal)
        return f"{text}, log signal-to-noise {fixed(ratio, 1)}"

    @property
    def _range_dragged(self) -> tuple[int, int] | None:
        """The range being dragged with Shift, None if it is empty."""
        if self._range_from is None or self._hovered is None or self._hovered == self._range_from:
            return None
        return min(self._range_from, self._hovered), max(self._range_from, self._hovered)

    def _set_view(self, view: tuple[float, float]) -> None:
        self._view = view
        self.update()

    def _tell(self) -> None:
        """Tell screen readers the current step, and what changes soon after only after a while."""
        self.setAccessibleDescription(self.value_text)
        if super().value() != self._t:
            with QSignalBlocker(self):
                self.setValue(self._t)
            self._spoken.start(SPOKEN)

    def _hover(self, x: float) -> None:
        hovered = self.axis.t_at(x) if self.maximum() else None
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()
