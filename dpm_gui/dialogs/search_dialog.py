"""What the list of shortcuts and the command palette share: a field to type in narrows a list down."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLabel, QLineEdit, QWidget


class SearchDialog(QDialog):
    """A dialog with a search field, a list, and words in place of the list where nothing is found."""

    def __init__(
        self, parent: QWidget | None, title: str, hint: str, kind: Qt.WindowType = Qt.WindowType.Dialog
    ) -> None:
        """``hint`` stands in the field while that is empty."""
        super().__init__(parent, kind)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._search = QLineEdit(self)
        self._search.setPlaceholderText(hint)
        self._search.setAccessibleName(hint)
        self._search.textChanged.connect(self.narrow)
        self._search.installEventFilter(self)
        self._nothing = QLabel(self)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._nothing.hide()

    def narrow(self, typed: str) -> None:
        """Show the rows alone that ``typed`` fits."""
        raise NotImplementedError

    def take_key(self, key: int) -> bool:
        """Do what a key in the search field is for, other than typing; tell whether it is for anything."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self.take_key(event.key()) or super().eventFilter(watched, event)
        return super().eventFilter(watched, event)

    def show_found(self, rows: QAbstractItemView, any_found: bool, otherwise: str) -> None:
        """Show ``rows``, or say ``otherwise`` where none is left."""
        rows.setVisible(any_found)
        self._nothing.setVisible(not any_found)
        self._nothing.setText(otherwise)
