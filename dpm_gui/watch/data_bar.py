"""The line above the canvases that says which data of the user's are on show, and leads back to the model's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from dpm_gui.session.session import Session
from dpm_gui.views.widgets.flat_button import action_button
from dpm_gui.views.widgets.labels import ElidedLabel


class DataBar(QWidget):
    """Names the given data and what they were interpreted as; hidden while the data are the model's own."""

    def __init__(self, session: Session, model_data: QAction, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._text = ElidedLabel(self)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = action_button(model_data, self, Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 0)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        session.data_changed.connect(self._show)
        self._show()

    @property
    def text(self) -> str:
        """The text shown."""
        return self._text.text()

    def _show(self) -> None:
        given = self._session.given
        self.setVisible(given is not None)
        if given is not None:
            self._text.setText(f"Given data: {given.name} · {given.description}")
            self._text.setToolTip(given.sentence)
            self._text.setAccessibleName(given.sentence)
