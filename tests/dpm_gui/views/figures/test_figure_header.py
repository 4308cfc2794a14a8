"""The row above a figure: in a narrow one the title makes room for the note."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import LIGHT
from dpm_gui.views.figures.figure_header import FigureHeader

NOTES = ("t = 300 · shipped recording in 40 of 1000 steps", "t = 300 · shipped recording", "t = 300")


def test_a_narrow_header_cuts_the_title_at_its_colon_and_says_less(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    header = FigureHeader("Reverse: p restores", "help", window)
    header.apply_palette(LIGHT, QFont())
    header.set_note(*NOTES)
    window.show()
    shown = []
    for width in (900, 298):
        header.resize(width, header.sizeHint().height())
        header.layout().activate()
        shown.append((header._title.shown_text(), header._note.shown_text() in NOTES, header.title, header.note))
    whole = ("Reverse: p restores", NOTES[0])
    assert shown == [("Reverse: p restores", True, *whole), ("Reverse", True, *whole)]
    assert header._note.toolTip() == NOTES[0]
