"""Flat buttons: for an action, for the timeline, and one that opens a menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolButton, QWidget

from dpm_gui.desktop.theme import Palette

SIDE = 32
_ICON = 20
_CHEVRON = 12
_KEYS = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)


def action_button(
    action: QAction,
    parent: QWidget,
    style: Qt.ToolButtonStyle = Qt.ToolButtonStyle.ToolButtonIconOnly,
    *,
    flat: bool = True,
) -> QToolButton:
    """Return a button that triggers ``action``, in the given ``style``, with a frame unless ``flat``."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setAccessibleName(action.text())
    button.setAutoRaise(flat)
    button.setToolButtonStyle(style)
    return button


class FlatButton(QToolButton):
    """A button without a frame. A click does not move the focus; if Tab has focused it, Space and Return press it."""

    def __init__(self, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(_ICON, _ICON))
        self.setMinimumSize(SIDE, SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.describe(name, tip)

    def describe(self, name: str, tip: str) -> None:
        """Set its accessible name and its tool tip."""
        self.setAccessibleName(name)
        self.setToolTip(tip)

    def event(self, event: QEvent) -> bool:
        """Keep Space and Return from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS[1:] and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


class FlatMenuButton(FlatButton):
    """A flat button that opens its menu at once, marked by a chevron at its right end."""

    def __init__(self, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(name, tip, parent)
        self._chevron = QIcon()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def set_chevron(self, chevron: QIcon) -> None:
        self._chevron = chevron
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        place = QRect(self.width() - _CHEVRON - 6, (self.height() - _CHEVRON) // 2, _CHEVRON, _CHEVRON)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self._chevron.paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode)
        painter.end()


def flat_style(palette: Palette) -> str:
    """Return the style sheet of flat buttons on the window's background."""
    return f"""
        FlatButton, FlatMenuButton {{ border: 1px solid transparent; border-radius: 6px; background: transparent;
                                      color: {palette.ink}; }}
        FlatMenuButton {{ padding-left: 6px; padding-right: 20px; }}
        FlatButton:hover, FlatButton:pressed, FlatMenuButton:hover, FlatMenuButton:open {{
            background: {palette.hairline}; }}
        FlatButton:checked {{ border-color: {palette.hairline}; background: {palette.surface}; }}
        FlatButton:disabled, FlatMenuButton:disabled {{ color: {palette.muted}; }}
        FlatMenuButton::menu-indicator {{ image: none; width: 0; }}
    """
