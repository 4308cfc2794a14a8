"""A window with menus for the tests of the windows beside it."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

MENUS: dict[str, list[tuple[str, str]]] = {
    "&File": [("&Open…", "Ctrl+O"), ("&Save training…", "Ctrl+S"), ("Save && quit", "Ctrl+Q")],
    "&Run": [("&Stop", "Esc"), ("&Run again with a new seed", "Ctrl+R"), ("&Loop", "")],
    "&View": [("Drift &arrows", "3"), ("Full screen", "F11")],
}


class Window(QMainWindow):
    """A window with three menus; keeps what was triggered."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(900, 600)
        self.actions_by_text: dict[str, QAction] = {}
        self.triggered: list[str] = []
        for title, entries in MENUS.items():
            menu = self.menuBar().addMenu(title)
            for text, key in entries:
                action = menu.addAction(text)
                action.setShortcut(QKeySequence(key))
                name = text.replace("&&", "+").replace("&", "").replace("+", "&")
                action.triggered.connect(lambda _=False, name=name: self.triggered.append(name))
                self.actions_by_text[name] = action
            menu.addSeparator()

    @property
    def all_actions(self) -> list[QAction]:
        return list(self.actions_by_text.values())


def open_window(qtbot: QtBot) -> Window:
    """Return such a window, on show."""
    window = Window()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window
