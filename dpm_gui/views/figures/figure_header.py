"""The row above a figure: its title, a note, and the "?" that explains it."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFont, QPalette, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QToolButton, QWidget

from dpm_gui.desktop.theme import LIGHT, Palette, scaled_to_text, text_size
from dpm_gui.views.widgets.labels import ElidedLabel
from dpm_gui.views.widgets.popover import Popover

_BUTTON = 22
_LARGEST_TITLE = 0.42
"""Largest share of the width that a title with a colon takes before it is cut there."""


class FigureHeader(QWidget):
    """A title on the left, a note and a "?" on the right, and below them a line that is shown if it has text.

    In a narrow figure the title is cut at its colon, so that there is room for the note.
    """

    def __init__(self, title: str, help_text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._help_text = help_text
        self._popover: Popover | None = None
        self._palette = LIGHT
        self._title = ElidedLabel(self)
        self._whole_title = title
        self._title.setText(title)
        self._note = ElidedLabel(self)
        self._note.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._readout = ElidedLabel(self)
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._readout.hide()
        self.help_button = QToolButton(self)
        self.help_button.setText("?")
        self.help_button.setFixedSize(_BUTTON, _BUTTON)
        self.help_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.help_button.setToolTip("What this shows")
        self.help_button.setAccessibleName(f"What {title} shows")
        self.help_button.clicked.connect(self.show_help)
        layout = QGridLayout(self)
        layout.setContentsMargins(14, 6, 6, 4)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(0)
        layout.addWidget(self._title, 0, 0)
        layout.addWidget(self._note, 0, 1)
        layout.addWidget(self.help_button, 0, 2)
        layout.addWidget(self._readout, 1, 0, 1, 3)
        layout.setColumnStretch(1, 1)

    @property
    def title(self) -> str:
        return self._whole_title

    @property
    def note(self) -> str:
        return self._note.text()

    @property
    def readout(self) -> str:
        return self._readout.text()

    def set_note(self, text: str, *shorter: str) -> None:
        """Show ``text``, or the first of ``shorter`` for which there is room; the tool tip has all of it."""
        if text != self._note.text():
            self._note.set_texts(text, *shorter)
            self._note.setToolTip(text)

    def set_readout(self, text: str, *shorter: str) -> None:
        """Show ``text``, or the first of ``shorter`` for which there is room; an empty text takes no line."""
        if text != self._readout.text():
            self._readout.set_texts(text, *shorter)
            self._readout.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten_title()

    def _shorten_title(self) -> None:
        """Cut the title at its colon if it would take too much of the width."""
        whole = self._whole_title
        wide = self._title.fontMetrics().horizontalAdvance(whole) > _LARGEST_TITLE * self.width()
        self._title.setText(whole.partition(":")[0] if wide else whole)

    def show_help(self) -> None:
        """Open the explanation below the button."""
        if self._popover is None:
            self._popover = Popover(self._help_text, self)
        self._popover.apply_palette(self._palette)
        corner = self.help_button.mapToGlobal(QPoint(self.help_button.width(), self.help_button.height() + 4))
        self._popover.open_at(corner)

    def apply_palette(self, palette: Palette, font: QFont) -> None:
        """Apply the colours of ``palette``, and text sizes that follow ``font``."""
        self._palette = palette
        colours = QPalette(self.palette())
        colours.setColor(QPalette.ColorRole.Window, QColor(palette.surface))
        self.setPalette(colours)
        quiet = QFont(font)
        # Digits of equal width, if the font has them, so that changing numbers do not move the text.
        quiet.setFeature(QFont.Tag("tnum"), 1)
        bold = QFont(font)
        bold.setPointSizeF(text_size(self, 1.0))
        bold.setWeight(QFont.Weight.DemiBold)
        for label, label_font, colour in (
            (self._title, bold, palette.ink),
            (self._note, quiet, palette.muted),
            (self._readout, quiet, palette.muted),
        ):
            label.setFont(label_font)
            colours = QPalette(colours)
            colours.setColor(QPalette.ColorRole.WindowText, QColor(colour))
            label.setPalette(colours)
        self._shorten_title()
        self.help_button.setStyleSheet(f"""
            QToolButton {{ border: 1px solid {palette.outline}; border-radius: {scaled_to_text(self, _BUTTON) // 2}px;
                           background: transparent; color: {palette.muted}; }}
            QToolButton:hover, QToolButton:pressed {{ color: {palette.ink}; border-color: {palette.muted}; }}
        """)
