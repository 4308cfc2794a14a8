"""The Open button of the tool bar, which shows what there is to be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from core.runtime.assets import asset, is_shipped
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.views.widgets.flat_button import action_button

if TYPE_CHECKING:
    from dpm_gui.dialogs.open_panel import CardReader, OpenPanel


class OpenButton(QToolButton):
    """Shows the cards of the shipped models and of the files opened lately.

    Args:
        shipped: Where the shipped models are, for `core.runtime.assets.asset`.
        preferences: Hold the list of recent files.
        ask_for_file: Shows the dialog that chooses any other file.
        parent: Qt's owner.
    """

    chosen = Signal(str)
    """The path of the card that was chosen."""

    def __init__(
        self,
        shipped: Sequence[str],
        preferences: Preferences,
        ask_for_file: Callable[[], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._shipped, self._preferences, self._ask_for_file = shipped, preferences, ask_for_file
        self._reader: CardReader | None = None
        self.panel: OpenPanel | None = None
        self.setText("Open")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Open")
        self.setToolTip("The shipped models, and the files opened lately; Ctrl+O chooses any other file")
        self.clicked.connect(self.show_cards)

    def show_cards(self) -> None:
        """Show the cards under the button."""
        from dpm_gui.dialogs.open_panel import CardReader, OpenPanel  # imported when needed: the window appears sooner

        if self.panel is None:
            self._reader = CardReader(self)
            self.panel = OpenPanel(self._reader, self._ask_for_file, self)
            self.panel.chosen.connect(self.chosen)
        shipped = [str(asset(place)) for place in self._shipped if is_shipped(place)]
        recent = [path for path in self._preferences.recent_files if path not in shipped]
        self.panel.open_under(self, shipped, recent)

    def shut_down(self) -> None:
        """End the thread that reads the cards."""
        if self._reader is not None:
            self._reader.shut_down()


def other_button(actions: Sequence[QAction], parent: QWidget) -> QToolButton:
    """Return a button for what else can be opened: the first of ``actions`` at once, the others in its menu."""
    button = action_button(actions[0], parent, Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    menu = QMenu("Open data", button)
    menu.setToolTipsVisible(True)
    menu.addActions(list(actions[1:]))
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    return button
