"""The pane that explains a figure: where it opens, how it is closed, and its colours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.views.widgets.popover import Popover

FRAME = 2
"""Pixels: the frame that the offscreen platform puts even around a pane."""


@pytest.fixture
def popover(qtbot: QtBot) -> Iterator[Popover]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = Popover("<p>Two sentences. And a <i>formula</i>.</p>", parent)
    made.apply_palette(LIGHT)
    yield made
    made.close()


def test_a_pane_opens_with_its_top_right_where_it_is_asked_for(popover: Popover) -> None:
    popover.open_at(QPoint(600, 100))
    assert popover.isVisible()
    assert (popover.x() + popover.width(), popover.y()) == pytest.approx((600, 100), abs=FRAME)


@pytest.mark.parametrize("corner", [QPoint(-300, -50), QPoint(5000, 5000), QPoint(20, 790)])
def test_a_pane_stays_on_the_screen(popover: Popover, corner: QPoint) -> None:
    popover.open_at(corner)
    assert popover.screen().availableGeometry().adjusted(0, 0, FRAME, FRAME).contains(popover.geometry())


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_key_closes_a_pane(popover: Popover, key: Qt.Key) -> None:
    popover.open_at(QPoint(600, 100))
    QTest.keyClick(popover, key)
    assert not popover.isVisible()


def test_a_pane_has_the_colours_of_the_palette(popover: Popover) -> None:
    popover.apply_palette(DARK)
    popover.open_at(QPoint(600, 100))
    assert popover.grab().toImage().pixelColor(8, 8) == QColor(DARK.surface)
