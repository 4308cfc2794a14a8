"""Rows of a form with a place beside each for a hint, or for the sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QWidget

NOTE_LETTERS = 30
"""Width of the place for a sentence, in letters."""


class NotedRows(QWidget):
    """Rows of a form: caption, fields, and beside them a hint or the sentence that says what is wrong.

    Attributes:
        notes: The labels of hints and sentences, by the names of their rows.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.notes: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(24, 16, 24, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)

    def add(self, name: str, text: str, *widgets: QWidget) -> None:
        """Add the row ``name`` of ``widgets``, with the caption ``text``."""
        place = self._grid.rowCount()
        fields = QHBoxLayout()
        fields.setSpacing(6)
        for widget in widgets:
            fields.addWidget(widget)
        fields.addStretch(1)
        note = QLabel(self)
        note.setWordWrap(True)
        note.setFixedWidth(self.fontMetrics().averageCharWidth() * NOTE_LETTERS)
        note.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # a second line moves nothing
        self.notes[name] = note
        self._grid.addWidget(caption(text, widgets[0]), place, 0)
        self._grid.addLayout(fields, place, 1)
        self._grid.addWidget(note, place, 2)

    def show_notes(self, hints: Mapping[str, str], problems: Mapping[str, str]) -> None:
        """Show in each row its problem, else its hint."""
        for name, note in self.notes.items():
            note.setText(problems.get(name, hints.get(name, "")))
            wrong = name in problems
            note.setForegroundRole(QPalette.ColorRole.WindowText if wrong else QPalette.ColorRole.PlaceholderText)
            font = QFont(self.font())
            font.setBold(wrong)
            note.setFont(font)


def caption(text: str, buddy: QWidget) -> QLabel:
    """Return a label with a mnemonic that leads to ``buddy``."""
    label = QLabel(text, buddy.parentWidget())
    label.setBuddy(buddy)
    return label
