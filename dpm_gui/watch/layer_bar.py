"""The row beneath the canvases: the layers under both, and the starts of the reverse under its canvas."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.views.widgets.button_row import ButtonRow, segment_style
from dpm_gui.watch.commands import LAYERS
from dpm_gui.window.actions import Actions

STARTS = {"branch": "Resample ×64", "denoise": "Noise, denoise", "from_noise": "Pure noise"}
SHORT_NAMES = STARTS | {"prior": "Prior"}
"""Short texts of the buttons; menus and screen readers use the full texts of the commands."""
MOST_LAYERS = 5
"""Layers that a canvas of any kind has at most."""


class LayerBar(ColouredWidget):
    """One control for the layers of the open checkpoint, and buttons for the starts of the reverse."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = actions
        for name, text in SHORT_NAMES.items():
            actions[name].setIconText(text)
        layers = [actions[name] for name in LAYERS]
        self._layers = ButtonRow(layers, "Layers", self, spacing=-1, places=MOST_LAYERS)  # borders coincide
        self._starts = ButtonRow([actions[name] for name in STARTS], "Start of the reverse", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(16)
        row.addWidget(self._layers, alignment=Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        row.addWidget(self._starts, alignment=Qt.AlignmentFlag.AlignVCenter)

    @property
    def buttons(self) -> list[QToolButton]:
        """All buttons, in the order in which the keyboard reaches them."""
        return [*self._layers.buttons, *self._starts.buttons]

    def apply_palette(self) -> None:
        self._layers.setStyleSheet(segment_style(self._palette))

    def offer(self, names: Collection[str]) -> None:
        """Offer the layers ``names`` only; layers of other canvases use the same keys."""
        for name in LAYERS:
            self._actions[name].setVisible(name in names)
            self._actions.allow(name, name in names, "the open checkpoint has no such layer")
        self._layers.offer([self._actions[name] for name in names])
