"""The dialog that asks which of the arrays in a file is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from core.errors import printable
from dpm_gui.desktop.appearance import without_icons

ROWS = 12
COLUMNS = 48
"""Height and width of the list, in lines and characters."""


class ArrayDialog(QDialog):
    """A list of arrays with their sizes; a double click or Return takes one, Escape none."""

    def __init__(
        self, window: QWidget, path: str, shapes: Mapping[str, tuple[int, ...]], take: Callable[[str], object]
    ) -> None:
        """List the arrays of the file at ``path``, their ``shapes`` by their names; ``take`` gets the chosen name."""
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Choose an array")
        question = QLabel(f"{printable(Path(path).name)} holds several arrays. Which one are the data?", self)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Arrays")
        self.list.setSizeAdjustPolicy(QListWidget.SizeAdjustPolicy.AdjustToContents)
        for name, shape in shapes.items():
            size = " × ".join(map(str, shape)) or "one number"
            item = QListWidgetItem(f"{printable(name)}   ({size})", self.list)
            item.setData(Qt.ItemDataRole.UserRole, name)
        with_rows = (row for row, shape in enumerate(shapes.values()) if len(shape) > 1)
        self.list.setCurrentRow(next(with_rows, 0))
        metrics = self.list.fontMetrics()
        height = metrics.height() * (min(ROWS, len(shapes)) + 2)
        self.list.setMinimumSize(metrics.averageCharWidth() * COLUMNS, height)
        self.list.itemActivated.connect(self.accept)
        open_ = QDialogButtonBox.StandardButton.Open
        buttons = without_icons(QDialogButtonBox(open_ | QDialogButtonBox.StandardButton.Cancel, self))
        buttons.button(open_).setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: take(self.list.currentItem().data(Qt.ItemDataRole.UserRole)))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addWidget(question)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)
        self.list.setFocus()
