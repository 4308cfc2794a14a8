"""The ring around what has the keyboard: around all kinds of controls alike, and only where keys have led there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.appearance import qt_palette
from dpm_gui.desktop.focus_ring import OWN_RING, FocusRing, FocusRings
from dpm_gui.desktop.theme import LIGHT
from tests.support.pixels import rgb

KINDS = (QPushButton, QToolButton, QCheckBox, QComboBox, QLineEdit)


@pytest.fixture
def controls(qapp: QApplication, qtbot: QtBot) -> Iterator[list[QWidget]]:
    """Controls below each other in a window that has the keyboard; the last one draws its focus by itself."""
    rings = FocusRings(qapp)
    window = QWidget()
    window.setPalette(qt_palette(LIGHT))
    qtbot.addWidget(window)
    made: list[QWidget] = [kind(window) for kind in (*KINDS, QPushButton)]
    made[-1].setProperty(OWN_RING, True)
    column = QVBoxLayout(window)
    for each in made:
        each.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column.addWidget(each)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    rings.deleteLater()


def ring_of(control: QWidget) -> FocusRing | None:
    (*_, ring) = [None, *(each for each in control.findChildren(FocusRing) if each.isVisible())]
    return ring


def tab(control: QWidget) -> None:
    QTest.keyClick(control.window().windowHandle(), Qt.Key.Key_Tab)


def test_tab_takes_the_ring_from_control_to_control(controls: list[QWidget]) -> None:
    controls[-1].setFocus()
    for control in controls[:-1]:
        tab(control)
        assert control.hasFocus()
        assert ring_of(control) is not None
        assert [each for each in controls if ring_of(each) is not None] == [control]
        colour = control.grab().toImage().pixelColor(control.width() // 2, 0)
        assert (colour.red(), colour.green(), colour.blue()) == rgb(LIGHT.forward)


def test_a_click_takes_the_ring_away(controls: list[QWidget]) -> None:
    controls[0].setFocus()
    tab(controls[0])
    assert ring_of(controls[1]) is not None
    window = controls[0].window().windowHandle()
    button, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(window, button, plain, controls[4].geometry().center())
    assert controls[4].hasFocus()
    assert ring_of(controls[4]) is None


def test_what_draws_its_focus_by_itself_gets_no_second_ring(controls: list[QWidget]) -> None:
    controls[-2].setFocus()
    tab(controls[-2])
    assert controls[-1].hasFocus()
    assert ring_of(controls[-1]) is None


def test_the_ring_follows_its_control_and_goes_with_it(controls: list[QWidget]) -> None:
    controls[0].setFocus()
    tab(controls[0])
    controls[1].resize(77, 33)
    assert ring_of(controls[1]).size() == controls[1].size()
    controls[1].deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    controls[2].setFocus()
    tab(controls[2])
    assert ring_of(controls[3]) is not None
