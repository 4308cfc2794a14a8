"""The numbers of the selected part of r(x), in boxes in which they are edited."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedWidget, QWidget

from dpm_gui.paint.potential.parts import PLACED, Number, Part, Stroke
from dpm_gui.views.widgets.boxes import DecimalBox, decimal_box

NOTHING_SELECTED = "Choose a part of the list to edit its numbers."
DECIMALS = 2


class PartNumbers(QStackedWidget):
    """Shows the numbers of one part, and asks for changes; it is as high with any part as with none."""

    change_asked = Signal(str, float)
    """The name of a number of the part on show, and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.boxes: dict[str, dict[str, DecimalBox]] = {}
        self._pages: dict[str, QWidget] = {}
        self._none = QLabel(NOTHING_SELECTED, self)
        self._none.setWordWrap(True)
        self.addWidget(self._none)
        for kind in (Stroke, *PLACED):
            self._pages[kind.kind] = self._page_of(kind.kind, kind.numbers)
            self.addWidget(self._pages[kind.kind])

    def show_part(self, part: Part | None) -> None:
        """Show the numbers of ``part``, or that none is selected."""
        if part is None:
            self.setCurrentWidget(self._none)
            return
        for name, box in self.boxes[part.kind].items():
            with QSignalBlocker(box):
                box.setValue(getattr(part, name))
        self.setCurrentWidget(self._pages[part.kind])

    def _page_of(self, kind: str, numbers: tuple[Number, ...]) -> QWidget:
        page = QWidget(self)
        layout = QGridLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(2)
        self.boxes[kind] = {}
        for column, number in enumerate(numbers):
            box = decimal_box(page, number.label, number.limits, number.step, number.unit, number.tip)
            box.setDecimals(0 if number.unit == "°" else DECIMALS)
            if number.unit == "°":
                box.setWrapping(True)
            box.valueChanged.connect(partial(self.change_asked.emit, number.name))
            label = QLabel(number.label, page)
            label.setBuddy(box)
            layout.addWidget(label, 0, column)
            layout.addWidget(box, 1, column)
            self.boxes[kind][number.name] = box
        for column in range(3):
            layout.setColumnStretch(column, 1)
        return page
