"""A group of controls that Tab reaches as one: the arrow keys move within it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from shiboken6 import isValid

STEPS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}
ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}


class ArrowGroup(QObject):
    """Moves the keyboard focus among the buttons of ``row`` with the arrow keys, Home and End.

    Tab reaches the button that had the focus last, else the one that is checked, else the first. A button can be
    pressed only by its own keys: an arrow moves to the next one and triggers nothing.

    Args:
        row: What contains the buttons, and owns the group.
        buttons: In the order in which the arrows go through them; those that are hidden or disabled are left out.
    """

    def __init__(self, row: QWidget, buttons: Sequence[QAbstractButton]) -> None:
        super().__init__(row)
        self._buttons = list(buttons)
        self._last: QAbstractButton | None = None
        for button in buttons:
            button.installEventFilter(self)

    @property
    def stop(self) -> QAbstractButton | None:
        """The button that Tab reaches, None if there is none to be reached."""
        reached = self.reached
        chosen = [each for each in reached if each.isChecked()]
        candidates = [self._last, *chosen, *reached]
        return next((each for each in candidates if each in reached), None)

    def contains(self, widget: QWidget) -> bool:
        return widget in self._buttons

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QAbstractButton):
            self._last = watched
        if isinstance(event, QKeyEvent) and event.key() in {*STEPS, *ENDS} and not _modified(event):
            if event.type() == QEvent.Type.ShortcutOverride:  # else the key would be a shortcut of the window
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._move(watched, Qt.Key(event.key()))
                return True
        return False

    @property
    def reached(self) -> list[QAbstractButton]:
        """The buttons that the arrows lead to now."""
        return [each for each in self._buttons if isValid(each) and each.isVisible() and each.isEnabled()]

    def _move(self, start: QObject, key: Qt.Key) -> None:
        reached = self.reached
        if start in reached:
            place = ENDS[key] if key in ENDS else (reached.index(start) + STEPS[key]) % len(reached)
            reached[place].setFocus(Qt.FocusReason.ShortcutFocusReason)  # of the keys, so that the focus shows


def group_of(widget: QWidget) -> ArrowGroup | None:
    """Return the group that ``widget`` belongs to, or None."""
    around = widget.parentWidget()
    if around is None or not isinstance(widget, QAbstractButton):
        return None
    groups = around.findChildren(ArrowGroup, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return next((group for group in groups if group.contains(widget)), None)


def _modified(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)
