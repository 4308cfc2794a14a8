"""Boxes for numbers: typed in any locale, they mean and show the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

import dpm_gui
from dpm_gui.desktop.icons import IconSet
from dpm_gui.paint.potential.panels.panel import PotentialPanel
from dpm_gui.views.widgets.boxes import DecimalBox, WholeNumberBox, decimal_box, number_box


@pytest.fixture(params=["C", "en_US", "de_DE", "fr_FR", "ar_EG"])
def locale(request: pytest.FixtureRequest) -> Iterator[str]:
    before = QLocale()
    QLocale.setDefault(QLocale(request.param))
    yield request.param
    QLocale.setDefault(before)


@pytest.fixture
def shown(locale: str, qtbot: QtBot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    return parent


@pytest.fixture
def whole(shown: QWidget) -> WholeNumberBox:
    box = number_box(shown, "Points", 100, 20_000, "")
    box.setGroupSeparatorShown(True)
    box.setValue(500)
    return box


@pytest.fixture
def decimal(shown: QWidget) -> DecimalBox:
    box = decimal_box(shown, "Brush", (0.1, 4.0), 0.1, " σ", "")
    box.setValue(1.0)
    return box


def enter(box: QSpinBox | QDoubleSpinBox, text: str) -> str:
    """Type ``text`` over what stands in the box, and return what stood there before Enter was pressed."""
    box.selectAll()
    if text.isascii():
        QTest.keyClicks(box, text)
    else:
        box.lineEdit().insert(text)
    typed = box.text()
    QTest.keyClick(box, Qt.Key.Key_Return)
    return typed


@pytest.mark.parametrize("text", ["0.3", "0,3", ".3", "0.3 σ", "0,3σ"])
def test_a_point_and_a_comma_mean_the_same_and_a_point_is_shown(decimal: DecimalBox, text: str) -> None:
    assert enter(decimal, text).startswith(text)
    assert (decimal.value(), decimal.text()) == (0.3, "0.30 σ")


def test_the_brush_of_paint_is_as_wide_as_typed(locale: str, qtbot: QtBot) -> None:
    panel = PotentialPanel(QAction("Run"), IconSet())
    qtbot.addWidget(panel)
    with qtbot.waitSignal(panel.brush_changed) as changed:
        enter(panel.diameter, "0.3")
    assert changed.args == [0.3, 4.0]


@pytest.mark.parametrize("text", ["10000", "10,000", "10.000", "10 000", "10'000"])
def test_marks_between_thousands_are_read_and_shown_in_one_way(whole: WholeNumberBox, text: str) -> None:
    assert enter(whole, text) == text
    assert (whole.value(), whole.text()) == (10_000, "10\u202f000")


def test_a_digit_taken_from_a_number_with_spaces_leaves_a_number(whole: WholeNumberBox) -> None:
    whole.setValue(10_000)
    whole.lineEdit().end(False)
    QTest.keyClick(whole, Qt.Key.Key_Backspace)
    QTest.keyClick(whole, Qt.Key.Key_Return)
    assert (whole.value(), whole.text()) == (1000, "1\u202f000")


def test_a_seed_is_shown_without_spaces(shown: QWidget) -> None:
    box = number_box(shown, "Seed", 0, 2**31 - 1, "")
    enter(box, "1,234,567")
    assert (box.value(), box.text()) == (1_234_567, "1234567")


@pytest.mark.parametrize("text", ["2.5", "10,50", "1e4", "abc", "", "1.000,000"])
def test_what_is_no_whole_number_stays_readable_and_changes_nothing(whole: WholeNumberBox, text: str) -> None:
    assert enter(whole, text) == (text or "500")  # an empty box shows what holds
    assert (whole.value(), whole.text()) == (500, "500")


@pytest.mark.parametrize("text", ["1.0.0", "1,0,0", "abc", "0 3", "1e-1"])
def test_what_is_no_number_stays_readable_and_changes_nothing(decimal: DecimalBox, text: str) -> None:
    assert enter(decimal, text) == f"{text} σ"
    assert (decimal.value(), decimal.text()) == (1.0, "1.00 σ")


def test_a_number_beyond_the_range_becomes_the_nearest_one(whole: WholeNumberBox, decimal: DecimalBox) -> None:
    for text, nearest in (("30000", 20_000), ("99", 100), ("999999999999", 20_000), ("-5", 100)):
        assert enter(whole, text) == text  # no key is dropped, which would leave another number
        assert whole.value() == nearest
    for text, nearest_decimal in (("0,01", 0.1), ("4.001", 4.0), ("9", 4.0)):
        enter(decimal, text)
        assert decimal.value() == nearest_decimal


def test_the_value_is_the_one_shown(decimal: DecimalBox) -> None:
    enter(decimal, "0.3333")
    assert (decimal.value(), decimal.text()) == (0.33, "0.33 σ")


def test_what_is_copied_from_the_status_bar_can_be_pasted(whole: WholeNumberBox) -> None:
    QGuiApplication.clipboard().setText(" 12\u202f500 ")
    whole.selectAll()
    whole.lineEdit().paste()
    QTest.keyClick(whole, Qt.Key.Key_Return)
    assert whole.value() == 12_500


def test_there_is_no_other_box_for_numbers_in_the_window() -> None:
    package = Path(dpm_gui.__file__).parent
    makers = ("SpinBox", "QIntValidator", "QDoubleValidator", "getInt(", "getDouble(")
    using = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any(maker in path.read_text(encoding="utf-8") for maker in makers)
    }
    assert using == {"desktop/appearance.py", "views/widgets/boxes.py"}  # the first names Qt's class for its colours
