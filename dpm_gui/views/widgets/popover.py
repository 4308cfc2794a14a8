"""A pop-up pane with a short text."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from dpm_gui.desktop.theme import Palette

WIDTH_IN_LETTERS = 46


class Popover(QFrame):
    """A pane over the window; a click elsewhere, Escape or Return closes it."""

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setAccessibleName("Explanation")
        self._text = QLabel(text, self)
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setFixedWidth(WIDTH_IN_LETTERS * self.fontMetrics().averageCharWidth())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.addWidget(self._text)

    @property
    def text(self) -> str:
        return self._text.text()

    def apply_palette(self, palette: Palette) -> None:
        self.setStyleSheet(f"""
            #popover {{ background: {palette.surface}; border: 1px solid {palette.hairline}; }}
            #popover QLabel {{ color: {palette.ink}; background: transparent; }}
        """)

    def open_at(self, corner: QPoint) -> None:
        """Show it with its top right at ``corner`` (screen coordinates), or as near as the screen allows."""
        self.adjustSize()
        place = corner - QPoint(self.width(), 0)
        free = self.screen().availableGeometry()
        x = max(free.left(), min(place.x(), free.right() - self.width()))
        y = max(free.top(), min(place.y(), free.bottom() - self.height()))
        self.move(x, y)
        self.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close()
        else:
            super().keyPressEvent(event)  # closes it at Escape
