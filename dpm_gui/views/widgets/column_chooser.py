"""Chooses the two columns of points that are on show."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.views.widgets.boxes import choice_box
from dpm_gui.views.widgets.flat_button import FlatButton, flat_style

LONGEST_NAME = 32
"""Characters of a name in a box; longer names are shown whole in its tool tip."""
ROWS = 24
AXES = (("x", "Column along the horizontal axis"), ("y", "Column along the vertical axis"))


class ColumnChooser(ColouredWidget):
    """A box for the column of each axis, and a button that swaps both; hidden unless there are more than two."""

    chosen = Signal(tuple)
    """Numbers of the columns of the horizontal and the vertical axis; always two different ones."""

    def __init__(self, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._columns: tuple[int, ...] = (0, 1)
        self.boxes = tuple(choice_box(self, tip, ()) for _, tip in AXES)
        self.swap = FlatButton("Swap the columns", "Swap the columns of both axes", self)
        self.swap.clicked.connect(lambda: self.chosen.emit(self._columns[::-1]))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 16, 0)
        row.setSpacing(8)
        labels = [QLabel(axis, self) for axis, _ in AXES]
        for label, box in zip(labels, self.boxes, strict=True):
            label.setBuddy(box)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMaxVisibleItems(ROWS)
        for widget in (labels[0], self.boxes[0], self.swap, labels[1], self.boxes[1]):
            row.addWidget(widget)
        row.addStretch(1)
        for axis, box in enumerate(self.boxes):
            box.activated.connect(lambda column, axis=axis: self._choose(axis, column))
        self.hide()

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """The controls, in the order in which the keyboard reaches them."""
        return self.boxes[0], self.swap, self.boxes[1]

    def offer(self, names: Sequence[str], columns: tuple[int, ...]) -> None:
        """Offer the columns called ``names``, and show the choice ``columns``."""
        for box in self.boxes:
            box.clear()
            box.addItems([shortened(name, LONGEST_NAME) for name in names])
            for number, name in enumerate(names):
                box.setItemData(number, escape(name), Qt.ItemDataRole.ToolTipRole)
        self.show_columns(columns)
        self.setVisible(len(names) > 2)

    def show_columns(self, columns: tuple[int, ...]) -> None:
        """Show the choice ``columns``."""
        self._columns = columns
        for (_, tip), box, column in zip(AXES, self.boxes, columns, strict=False):
            box.setCurrentIndex(column)
            box.setToolTip(f"{tip}: {box.itemData(column, Qt.ItemDataRole.ToolTipRole)}")

    def apply_palette(self) -> None:
        self.setStyleSheet(flat_style(self._palette))
        self.swap.setIcon(self._icons.icon("arrow-left-right", self._palette.ink))

    def _choose(self, axis: int, column: int) -> None:
        """Show ``column`` along ``axis``; if the other axis has it, that one takes this one's."""
        mine, other = self._columns[axis], self._columns[1 - axis]
        pair = [column, mine if column == other else other]
        self.chosen.emit(tuple(pair if axis == 0 else pair[::-1]))


def shortened(name: str, most: int) -> str:
    """Return ``name``, elided to at most ``most`` characters."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
