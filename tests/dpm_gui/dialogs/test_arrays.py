"""The dialog that asks for one of several arrays: what it lists, and what is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.dialogs.arrays import ArrayDialog

SHAPES = {"labels": (12,), "images/train": (12, 28, 28), "images/test": (4, 28, 28), "scale": ()}
Show = Callable[[list[str]], ArrayDialog]


@pytest.fixture
def show(window: QWidget) -> Show:
    def begin(taken: list[str]) -> ArrayDialog:
        window.show()
        made = ArrayDialog(window, "/data/several.h5", SHAPES, taken.append)
        made.open()
        return made

    return begin


def test_every_array_is_listed_with_its_size_and_the_first_with_rows_is_chosen(show: Show) -> None:
    dialog = show([])
    listed = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert listed == [
        "labels   (12)",
        "images/train   (12 × 28 × 28)",
        "images/test   (4 × 28 × 28)",
        "scale   (one number)",
    ]
    assert dialog.list.currentRow() == 1
    (question,) = dialog.findChildren(QLabel)
    assert question.text() == "several.h5 holds several arrays. Which one are the data?"
    dialog.reject()


@pytest.mark.parametrize(
    ("keys", "taken"),
    [
        ([Qt.Key.Key_Return], ["images/train"]),
        ([Qt.Key.Key_Down, Qt.Key.Key_Return], ["images/test"]),
        ([Qt.Key.Key_Escape], []),
    ],
)
def test_return_takes_the_chosen_array_once_and_escape_none(
    show: Show, keys: list[Qt.Key], taken: list[str], qtbot: QtBot
) -> None:
    received: list[str] = []
    dialog = show(received)
    with qtbot.waitSignal(dialog.finished):
        for key in keys:
            QTest.keyClick(dialog.list, key)
    assert received == taken
