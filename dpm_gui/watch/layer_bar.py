"""The row of buttons beneath the canvases: the layers, and the starts of the reverse."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from dpm_gui.views.widgets.flat_button import action_button
from dpm_gui.watch.commands import LAYERS
from dpm_gui.window.actions import Actions

TEXT = Qt.ToolButtonStyle.ToolButtonTextOnly
STARTS = {"branch": "Resample ×64", "denoise": "Noise, denoise", "from_noise": "Pure noise"}
"""Short texts of the buttons; menus and screen readers use the full texts of the commands."""


class LayerBar(QWidget):
    """Buttons for the layers of the open checkpoint and for the starts of the reverse."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions = actions
        self._layers = {name: action_button(actions[name], self, TEXT) for name in LAYERS}
        self._starts = [action_button(actions[name], self, TEXT) for name in STARTS]
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(4)
        for button in self._layers.values():
            row.addWidget(button)
        row.addStretch(1)
        for name, button in zip(STARTS, self._starts, strict=True):
            actions[name].setIconText(STARTS[name])
            row.addWidget(button)

    @property
    def buttons(self) -> list[QToolButton]:
        """All buttons, in the order in which the keyboard reaches them."""
        return [*self._layers.values(), *self._starts]

    def offer(self, names: Collection[str]) -> None:
        """Offer the layers ``names`` only; layers of other canvases use the same keys."""
        for name, button in self._layers.items():
            self._actions[name].setVisible(name in names)
            self._actions.allow(name, name in names, "the open checkpoint has no such layer")
            button.setVisible(name in names)
