"""A row of buttons for actions; those for which there is no room are in a menu at its end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from dpm_gui.desktop.theme import Palette, mixed
from dpm_gui.views.widgets.arrow_group import ArrowGroup
from dpm_gui.views.widgets.flat_button import action_button

_FONT_EVENTS = {QEvent.Type.FontChange, QEvent.Type.StyleChange}


class ButtonRow(QWidget):
    """Lays buttons out from left to right.

    Args:
        actions: What the buttons trigger.
        name: Name of the row for screen readers, and of its menu.
        parent: Qt's owner.
        spacing: Pixels between two buttons.
        places: The most buttons that are offered at once, whose room is kept; all of them if None.
        style: What the buttons show.
    """

    def __init__(
        self,
        actions: Sequence[QAction],
        name: str,
        parent: QWidget,
        *,
        spacing: int = 4,
        places: int | None = None,
        style: Qt.ToolButtonStyle = Qt.ToolButtonStyle.ToolButtonTextOnly,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._spacing = spacing
        self._places = len(actions) if places is None else places
        self._buttons = [action_button(action, self, style) for action in actions]
        self._offered = list(self._buttons)
        self._more = QToolButton(self)
        self._more.setText("»")
        self._more.setAutoRaise(True)
        self._more.setAccessibleName(f"More: {name.lower()}")
        self._more.setToolTip(f"More: {name.lower()}")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        menu.setToolTipsVisible(True)
        self._more.setMenu(menu)
        ArrowGroup(self, self.buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def buttons(self) -> list[QToolButton]:
        """All buttons, in the order in which the keyboard reaches them."""
        return [*self._buttons, self._more]

    def offer(self, actions: Collection[QAction]) -> None:
        """Show only buttons of ``actions``."""
        self._offered = [button for button in self._buttons if button.defaultAction() in actions]
        self._arrange()

    def sizeHint(self) -> QSize:
        widths = sorted(button.sizeHint().width() + self._spacing for button in self._buttons)
        return QSize(sum(widths[-self._places :]) - self._spacing, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._more.sizeHint().width(), self.sizeHint().width()), self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest or event.type() in _FONT_EVENTS:
            self.updateGeometry()
            self._arrange()
        return handled

    def _height(self) -> int:
        """Return the height of the highest button, offered or not, so that another choice moves nothing."""
        return max(button.sizeHint().height() for button in self.buttons)

    def _arrange(self) -> None:
        """Place the buttons that fit, and list the others in the menu."""
        widths = [button.sizeHint().width() for button in self._offered]
        shown = _fitting(widths, self._spacing, self._more.sizeHint().width(), self.width())
        x = 0
        for button, width in zip(self._offered[:shown], widths, strict=False):
            button.setGeometry(x, 0, width, self.height())
            x += width + self._spacing
        for button in self._buttons:
            button.setVisible(button in self._offered[:shown])
        left_out = self._offered[shown:]
        self._more.setGeometry(x, 0, self._more.sizeHint().width(), self.height())
        self._more.setVisible(bool(left_out))
        self._more.menu().clear()
        self._more.menu().addActions([button.defaultAction() for button in left_out])


def segment_style(palette: Palette) -> str:
    """Return the style sheet of a row of switches that looks like one control."""
    chosen = mixed(palette.hairline, palette.muted, 0.35)
    return f"""
        QToolButton {{ border: 1px solid {palette.outline}; border-radius: 0; padding: 3px 8px;
                       background: {palette.surface}; color: {palette.ink}; }}
        QToolButton:hover {{ background: {palette.hairline}; }}
        QToolButton:checked {{ background: {chosen}; color: {palette.ink}; }}
        QToolButton:disabled {{ color: {palette.muted}; }}
        QToolButton::menu-indicator {{ image: none; width: 0; }}
    """


def _fitting(widths: Sequence[int], spacing: int, more: int, room: int) -> int:
    """Return how many of the first buttons of ``widths`` fit; if not all do, ``more`` pixels are kept free."""
    if sum(widths) + spacing * (len(widths) - 1) <= room:
        return len(widths)
    room -= more
    for count, width in enumerate(widths):
        room -= width + spacing
        if room < 0:
            return count
    return len(widths)
