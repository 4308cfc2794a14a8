"""The slider of the timeline by mouse, wheel and keys: it asks for another step, a range, or another view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from dpm_gui.views.figures.panned_plot import NOTCH
from dpm_gui.views.timeline.time_track import TimeTrack

_TEN = 10
ZOOM = 1.25
"""Factor of one notch of the wheel."""
LEAST_IN_VIEW = 4
"""Fewest steps to which the axis can be zoomed, if they are even on it."""


class TimeSlider(TimeTrack):
    """Shows the step set by `set_t` and asks for another; only `set_t` moves it for good.

    While it is dragged, the handle follows the mouse. Moves that arrive faster than they are handled are merged into
    one request, for the newest step; the release always asks for the step under the mouse.
    """

    seek_asked = Signal(int)
    step_asked = Signal(int)
    home_asked = Signal()
    end_asked = Signal()
    drag_started = Signal()
    """The handle is held from now on; playback should pause."""
    drag_ended = Signal()
    range_asked = Signal(object)
    """First and last step of the range to play, dragged with Shift; None to play all."""
    view_changed = Signal(tuple)
    """The part of the axis that fills the width: where it begins and ends, 0.0 … 1.0."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turned = 0.0
        self._pending = QTimer(self)
        self._pending.setSingleShot(True)
        self._pending.setInterval(0)
        self._pending.timeout.connect(self._ask_for_newest)
        self._asked: int | None = None
        self.valueChanged.connect(self.seek_asked)  # only assistive technology sets the value with signals enabled

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.maximum() == 0:
            event.ignore()
            return
        if event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._range_from = self.axis.t_at(event.position().x())
            return
        self._dragged_to = self.axis.t_at(event.position().x())
        self._asked = None
        self.drag_started.emit()
        self._ask_for_newest()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(event.position().x())
        if self._range_from is not None and not event.buttons() & Qt.MouseButton.LeftButton:
            self._range_from = None
        if self._dragged_to is None:
            return
        if not event.buttons() & Qt.MouseButton.LeftButton:  # the release was missed, as under a dialog
            self._end_drag()
            return
        self._dragged_to = self.axis.t_at(event.position().x())
        if not self._pending.isActive():
            self._pending.start()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hover(event.position().x())
        steps, self._range_from = self._range_dragged, None
        if steps is not None:
            self.range_asked.emit(steps)
            self.update()
        elif event.button() == Qt.MouseButton.LeftButton and self._dragged_to is not None:
            self._dragged_to = self.axis.t_at(event.position().x())
            self._end_drag()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole axis again, and play all of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._set_view((0.0, 1.0))
            self.range_asked.emit(None)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._clears(event):
            event.accept()  # before the window's own command of Esc
            return True
        return super().event(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._range_from = None
        if self._dragged_to is not None:
            self._end_drag()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of a slider that no shortcut of the window has taken."""
        if self._clears(event):
            self._range_from = None
            self.range_asked.emit(None)
            return
        shift = Qt.KeyboardModifier.ShiftModifier
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        action = self._action_for_key(Qt.Key(event.key()), modifiers == shift)
        if action is None or modifiers not in (Qt.KeyboardModifier.NoModifier, shift):
            event.ignore()
        else:
            action()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ask for one step on for each notch up; with Ctrl, zoom the axis around the pointer."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(event.angleDelta().y() / NOTCH, event.position().x())
            event.accept()
            return
        self._turned += event.angleDelta().y()
        steps = int(self._turned / NOTCH)
        self._turned -= steps * NOTCH
        if steps:
            self.step_asked.emit(steps)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def _action_for_key(self, key: Qt.Key, shifted: bool) -> Callable[[], None] | None:
        step = _TEN if shifted else 1
        page = max(_TEN, self.maximum() // _TEN)
        steps = {
            Qt.Key.Key_Right: step,
            Qt.Key.Key_Up: step,
            Qt.Key.Key_Left: -step,
            Qt.Key.Key_Down: -step,
            Qt.Key.Key_PageUp: page,
            Qt.Key.Key_PageDown: -page,
        }
        if key in steps:
            return lambda: self.step_asked.emit(steps[key])
        return {Qt.Key.Key_Home: self.home_asked.emit, Qt.Key.Key_End: self.end_asked.emit}.get(key)

    def _clears(self, event: QKeyEvent) -> bool:
        """Return whether a key takes the range away."""
        ranged = self._range is not None or self._range_from is not None
        return ranged and event.key() == Qt.Key.Key_Escape and not event.modifiers()

    def _zoom(self, notches: float, x: float) -> None:
        if not self.maximum():
            return
        left, right = self._view
        width = min(max((right - left) / ZOOM**notches, min(LEAST_IN_VIEW / self.maximum(), 1.0)), 1.0)
        place = min(max(self.axis.place_at(x), left), right)
        left = place - (place - left) * width / (right - left)
        left = min(max(left, 0.0), 1.0 - width)
        self._set_view((left, left + width))

    def _set_view(self, view: tuple[float, float]) -> None:
        if view != self._view:
            super()._set_view(view)
            self.view_changed.emit(view)

    def _end_drag(self) -> None:
        self._pending.stop()
        if self._dragged_to != self.value():
            self._asked = None
        self._ask_for_newest()
        self._dragged_to = None
        self.drag_ended.emit()
        self.update()

    def _ask_for_newest(self) -> None:
        if self._dragged_to is not None and self._dragged_to != self._asked:
            self._asked = self._dragged_to
            self.seek_asked.emit(self._dragged_to)
