"""The lines between docks, bars and the content are one pixel wide, in the colours of the theme."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.appearance import qt_palette
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.window.frame.hairlines import HairlineStatusBar, HairlineToolBar, paint_separators, separators
from tests.support.pixels import rgb


class Window(QMainWindow):
    """A window with both bars and two docks, one above the other."""

    def __init__(self) -> None:
        super().__init__()
        self.setPalette(qt_palette(LIGHT))
        self.setCentralWidget(QWidget(self))
        self.bar = HairlineToolBar("Tools", self)
        self.bar.addAction("Open")
        self.addToolBar(self.bar)
        self.setStatusBar(HairlineStatusBar(self))
        for name in ("above", "below"):
            dock = QDockWidget(name, self)
            dock.setObjectName(name)
            dock.setWidget(QWidget(dock))
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self.resize(600, 400)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    made.show()
    return made


def test_there_is_one_line_beside_the_docks_and_one_between_them(window: Window) -> None:
    across = [place for place in separators(window) if place.width() > place.height()]
    down = [place for place in separators(window) if place.width() < place.height()]
    assert len(across) == 1
    assert sum(place.height() for place in down) >= window.centralWidget().height() - 12


def test_no_line_is_left_where_the_docks_are_hidden(window: Window) -> None:
    for dock in window.findChildren(QDockWidget):
        dock.hide()
    assert separators(window) == []


def test_the_bars_have_a_line_towards_the_content_and_are_plain_otherwise(window: Window) -> None:
    bar = window.bar.grab().toImage()
    assert rgb(bar.pixelColor(300, bar.height() - 1)) == rgb(LIGHT.hairline)
    assert rgb(bar.pixelColor(300, bar.height() - 3)) == rgb(LIGHT.window)
    status = window.statusBar().grab().toImage()
    assert rgb(status.pixelColor(300, 0)) == rgb(LIGHT.hairline)


def test_a_separator_is_drawn_over_that_of_the_style(qtbot: QtBot) -> None:
    class Painted(Window):
        def event(self, event: QEvent) -> bool:
            handled = super().event(event)
            if event.type() == QEvent.Type.Paint:
                paint_separators(self)
            return handled

    painted = Painted()
    qtbot.addWidget(painted)
    painted.show()
    (place,) = [place for place in separators(painted) if place.width() > place.height()]
    image = painted.grab().toImage()
    column = [rgb(image.pixelColor(place.center().x(), y)) for y in range(place.top(), place.bottom() + 1)]
    assert column.count(rgb(LIGHT.hairline)) == 1
    assert set(column) <= {rgb(LIGHT.hairline), rgb(LIGHT.window)}
