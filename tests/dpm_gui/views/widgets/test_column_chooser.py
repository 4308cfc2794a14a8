"""The two boxes in which the columns on show are chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.icons import IconSet
from dpm_gui.views.widgets.column_chooser import LONGEST_NAME, ColumnChooser
from tests.support.columns import NAMES


@pytest.fixture
def chooser(window: QWidget) -> ColumnChooser:
    made = ColumnChooser(IconSet(), window)
    made.apply_palette()
    window.show()
    made.offer((*NAMES, "last"), (0, 1))
    return made


def choose(box: QComboBox, column: int) -> None:
    """Choose as a person does."""
    box.setCurrentIndex(column)
    box.activated.emit(column)


def test_two_columns_or_fewer_leave_nothing_to_choose(chooser: ColumnChooser) -> None:
    assert chooser.isVisible()
    for names in (("a",), ("a", "b"), ()):
        chooser.offer(names, tuple(range(len(names))))
        assert not chooser.isVisible()
    chooser.offer(NAMES, (0, 1))
    assert chooser.isVisible()


def test_the_names_are_offered_as_they_are_and_long_ones_elided(chooser: ColumnChooser) -> None:
    for box in chooser.boxes:
        texts = [box.itemText(number) for number in range(box.count())]
        assert texts == ["height", "a <b> & c", "x" * (LONGEST_NAME - 1) + "…", "last"]
        tips = [box.itemData(number, Qt.ItemDataRole.ToolTipRole) for number in range(3)]
        assert tips == ["height", "a &lt;b&gt; &amp; c", "x" * 60]  # a tool tip is taken for HTML


def test_a_choice_is_told_and_the_other_axis_keeps_its_column(chooser: ColumnChooser, qtbot: QtBot) -> None:
    with qtbot.waitSignal(chooser.chosen) as received:
        choose(chooser.boxes[0], 3)
    assert received.args == [(3, 1)]
    chooser.show_columns((3, 1))
    with qtbot.waitSignal(chooser.chosen) as received:
        choose(chooser.boxes[1], 2)
    assert received.args == [(3, 2)]


@pytest.mark.parametrize(("axis", "column"), [(0, 1), (1, 0)])
def test_the_column_of_the_other_axis_swaps_both(chooser: ColumnChooser, qtbot: QtBot, axis: int, column: int) -> None:
    with qtbot.waitSignal(chooser.chosen) as received:
        choose(chooser.boxes[axis], column)
    assert received.args == [(1, 0)]


def test_the_button_swaps_both(chooser: ColumnChooser, qtbot: QtBot) -> None:
    chooser.show_columns((2, 0))
    with qtbot.waitSignal(chooser.chosen) as received:
        QTest.mouseClick(chooser.swap, Qt.MouseButton.LeftButton)
    assert received.args == [(0, 2)]


def test_showing_a_choice_tells_nothing(chooser: ColumnChooser, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(chooser.chosen):
        chooser.show_columns((2, 3))
    assert [box.currentIndex() for box in chooser.boxes] == [2, 3]
    assert chooser.boxes[0].toolTip().startswith("Column along the horizontal axis: xxx")
