"""The dialog that enlarges the frame: how many pixels each side gains, and the size that comes of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from dpm_gui.desktop.appearance import without_icons
from dpm_gui.desktop.numbers import grouped
from dpm_gui.desktop.reasons import disable_if
from dpm_gui.views.widgets.boxes import WholeNumberBox, number_box

SIDES = ("left", "top", "right", "bottom")
PLACES = {"top": (0, 1), "left": (1, 0), "right": (1, 2), "bottom": (2, 1)}
"""Rows and columns of the boxes, around the size."""
PURPOSE = "The image stays where it is; the border around it is open, so that it is inpainted."
FIRST_SHARE = 4
"""The boxes step by this part of the shorter side."""


class EnlargeDialog(QDialog):
    """Asks for the pixels to add at each side of an image, and shows its size meanwhile."""

    asked = Signal(tuple)
    """Pixels to add at the left, top, right and bottom."""

    def __init__(self, size: tuple[int, int], most_pixels: int, parent: QWidget) -> None:
        """Ask about an image of ``size`` (height, width), which may have ``most_pixels`` afterwards."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Enlarge the frame")
        self._size = size
        self._most_pixels = most_pixels
        self._boxes = {side: self._box(side) for side in SIDES}
        self._result = QLabel(self)
        self._result.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = QFont(self._result.font())
        font.setBold(True)
        self._result.setFont(font)
        self._limit = QLabel(self)
        self._limit.setWordWrap(True)
        self._limit.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._limit.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # a second line moves nothing
        self._buttons = QDialogButtonBox(self)
        self._accept = self._buttons.addButton("Enlarge", QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        without_icons(self._buttons)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.asked.emit(self.margins))
        self._lay_out()
        self._show_size()
        self._boxes["left"].setFocus()
        self._boxes["left"].selectAll()

    @property
    def margins(self) -> tuple[int, ...]:
        """Pixels to add at the left, top, right and bottom."""
        return tuple(self._boxes[side].value() for side in SIDES)

    @property
    def size_text(self) -> str:
        """The size of the image now and afterwards."""
        return self._result.text()

    def _box(self, side: str) -> WholeNumberBox:
        across = self._size[0] if side in ("left", "right") else self._size[1]
        most = max(0, self._most_pixels // across - (self._size[1] if side in ("left", "right") else self._size[0]))
        step = max(1, min(self._size) // FIRST_SHARE)
        tip = f"Pixels to add at the {side}, at most {grouped(most)}"
        box = number_box(self, f"{side.capitalize()}, pixels", 0, most, tip, step)
        box.setKeyboardTracking(True)  # the size follows every digit
        box.setSuffix(" px")
        box.valueChanged.connect(self._show_size)
        return box

    def _lay_out(self) -> None:
        purpose = QLabel(PURPOSE, self)
        purpose.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for side, place in PLACES.items():
            pair = QVBoxLayout()
            pair.setSpacing(2)
            label = QLabel(f"&{side.capitalize()}", self)
            label.setBuddy(self._boxes[side])
            pair.addWidget(label)
            pair.addWidget(self._boxes[side])
            grid.addLayout(pair, *place)
        grid.addWidget(self._result, 1, 1)
        for column in range(3):
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(purpose)
        layout.addLayout(grid)
        layout.addWidget(self._limit)
        layout.addWidget(self._buttons)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * 64)

    def _show_size(self) -> None:
        left, top, right, bottom = self.margins
        height, width = self._size
        new_height, new_width = height + top + bottom, width + left + right
        pixels = new_height * new_width
        self._result.setText(f"{height} x {width}\n→ {new_height} x {new_width}")
        self._result.setToolTip("Height x width, pixels")
        limit = f"An image may have {grouped(self._most_pixels)} pixels at most"
        self._limit.setText(
            f"{limit}; this one would have {grouped(pixels)}. Add fewer."
            if pixels > self._most_pixels
            else f"{limit}. The time that inpainting takes grows with the open part."
        )
        disable_if(
            self._accept,
            "no pixel is added yet; give a number at one of the sides"
            if pixels == height * width
            else f"{limit}; add fewer"
            if pixels > self._most_pixels
            else "",
        )
