"""The title of a dock: it grows with the text, and its buttons float and close the dock."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import DARK, scale_icons
from dpm_gui.window.frame.dock_title import SIDE, DockTitle


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def dock(window: QMainWindow) -> QDockWidget:
    made = QDockWidget("Bound K", window)
    title = DockTitle(made, IconSet())
    title.set_palette(DARK)
    made.setTitleBarWidget(title)
    made.setWidget(QWidget())
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, made)
    window.show()
    return made


def button(dock: QDockWidget, name: str) -> QAbstractButton:
    (found,) = [each for each in dock.findChildren(QAbstractButton) if each.accessibleName() == f"{name} Bound K"]
    return found


def test_its_buttons_float_and_close_the_dock(window: QMainWindow, dock: QDockWidget) -> None:
    for floats in (True, False):
        button(dock, "Float").click()
        assert dock.isFloating() is floats
    button(dock, "Close").click()
    assert dock.isHidden()


def test_its_buttons_grow_with_the_text_of_the_window(window: QMainWindow, dock: QDockWidget) -> None:
    scale_icons(window)
    assert button(dock, "Close").width() == SIDE
    font = window.font()
    font.setPixelSize(24)
    window.setFont(font)
    scale_icons(window)
    assert button(dock, "Close").width() == 2 * SIDE
