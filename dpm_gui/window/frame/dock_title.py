"""The title of a dock, whose text and buttons grow with the text of the window, as the style's own do not."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.widgets.flat_button import FlatButton, flat_style
from dpm_gui.views.widgets.labels import ElidedLabel

SIDE, ICON = 20, 14
"""Sides of the buttons and of their icons, in pixels at usual text."""


class DockTitle(QWidget):
    """Names ``dock`` and lets it float or close; a drag and a double click work as on any title."""

    def __init__(self, dock: QDockWidget, icons: IconSet) -> None:
        super().__init__(dock)
        self._icons = icons
        title = ElidedLabel(self)
        title.setText(dock.windowTitle())
        name = dock.windowTitle()
        self._float = FlatButton(f"Float {name}", "Make this a window of its own, or put it back", self)
        self._close = FlatButton(f"Close {name}", "Close this; the menu Window brings it back", self)
        self._float.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self._close.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 4, 2)
        row.setSpacing(0)
        row.addWidget(title, 1)
        for button in (self._float, self._close):
            button.setFixedSize(SIDE, SIDE)
            button.setIconSize(QSize(ICON, ICON))
            row.addWidget(button)

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self.setStyleSheet(flat_style(palette))
        self._float.setIcon(self._icons.icon("copy", palette.muted))
        self._close.setIcon(self._icons.icon("x", palette.muted))
