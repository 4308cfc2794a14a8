"""Docks stand above one another as far as they can be read, and the others are tabs of the lowest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import scaled_to_text
from dpm_gui.window.frame.dock_rows import LOWEST_DOCK, DockRows


class Window(QMainWindow):
    """A window with three docks."""

    def __init__(self) -> None:
        super().__init__()
        self.all = [QDockWidget(name, self) for name in ("entropies", "futures", "bound")]
        for dock in self.all:
            dock.setObjectName(dock.windowTitle())
            dock.setWidget(QLabel(dock.windowTitle(), dock))
        self.rows = DockRows(self)

    def arrange(self, rows: float) -> bool:
        """Arrange the docks in the room of so many ``rows``."""
        return self.rows.arrange("watch", self.all, round(rows * scaled_to_text(self, LOWEST_DOCK)))

    def tabs(self) -> list[set[str]]:
        """Return the docks that are tabs, each with all docks in the same place."""
        found = ({dock, *self.tabifiedDockWidgets(dock)} for dock in self.all if self.tabifiedDockWidgets(dock))
        return [{dock.windowTitle() for dock in group} for group in found]


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.resize(800, 900)
    for dock in made.all:
        made.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
    made.show()
    return made


def test_where_two_of_three_can_be_read_the_last_two_share_a_place(window: Window) -> None:
    assert window.arrange(2.5)
    assert window.tabs() == [{"futures", "bound"}] * 2
    assert not window.arrange(2.9)


def test_where_one_can_be_read_all_share_its_place_and_none_where_there_is_room(window: Window) -> None:
    assert window.arrange(0.5)
    assert window.tabs() == [{"entropies", "futures", "bound"}] * 3
    assert window.arrange(3.1)
    assert window.tabs() == []


def test_a_hidden_dock_takes_no_room(window: Window) -> None:
    window.all[1].hide()
    assert not window.arrange(2.5)
    assert window.all[1].isHidden()
