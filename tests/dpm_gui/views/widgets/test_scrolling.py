"""Panes at the side of a page."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.views.widgets.scrolling import LARGEST_SIDE_SHARE, SidePane


def test_a_side_pane_grows_with_the_text_but_leaves_most_of_the_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    pane = SidePane(QLabel("Strength", window), 200, window)
    widths = []
    for points in (9.0, 13.0, 60.0):
        font = QFont(pane.font())
        font.setPointSizeF(points)
        pane.setFont(font)
        widths.append(pane.width())
    assert widths[0] == 200
    assert widths[0] < widths[1] < widths[2] == round(LARGEST_SIDE_SHARE * pane.screen().availableSize().width())
