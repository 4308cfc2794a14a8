"""Groups of buttons: one stop of Tab, arrows within, and no shortcut of the window meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.views.widgets.arrow_group import ArrowGroup
from dpm_gui.views.widgets.reading_order import reading_order
from tests.support.person import press


@pytest.fixture
def row(window: QWidget, qtbot: QtBot) -> list[QPushButton]:
    """Four buttons of one group before a field, in a window that has the keyboard."""
    layout, around = QHBoxLayout(window), QWidget(window)
    layout.addWidget(around)
    layout.addWidget(QLineEdit(window))
    inner = QHBoxLayout(around)
    buttons = [QPushButton(text, around) for text in "abcd"]
    for button in buttons:
        inner.addWidget(button)
    ArrowGroup(around, buttons)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return buttons


def focused() -> str:
    widget = QApplication.focusWidget()
    assert isinstance(widget, QPushButton)
    return widget.text()


def test_tab_reaches_one_button_of_the_group(row: list[QPushButton], window: QWidget) -> None:
    assert [type(each) for each in reading_order(window)] == [QPushButton, QLineEdit]
    assert reading_order(window)[0] is row[0]
    row[2].setCheckable(True)
    row[2].setChecked(True)
    assert reading_order(window)[0] is row[2]
    row[1].setFocus()
    assert reading_order(window)[0] is row[1]
    row[1].hide()
    assert reading_order(window)[0] is row[2]


def test_arrows_home_and_end_move_within_and_press_nothing(row: list[QPushButton]) -> None:
    pressed: list[str] = []
    for button in row:
        button.clicked.connect(lambda _on=False, button=button: pressed.append(button.text()))
    row[1].setEnabled(False)
    row[0].setFocus()
    went = []
    for key in ("Right", "Down", "Right", "Left", "Home", "End", "Up"):
        press(key)
        went.append(focused())
    assert went == ["c", "d", "a", "d", "a", "d", "c"]
    assert pressed == []


def test_an_arrow_in_the_group_is_no_shortcut_of_the_window(row: list[QPushButton], window: QWidget) -> None:
    stepped: list[bool] = []
    shortcut = QShortcut("Right", window)
    shortcut.activated.connect(lambda: stepped.append(True))
    row[0].setFocus()
    press("Right")
    assert (focused(), stepped) == ("b", [])
