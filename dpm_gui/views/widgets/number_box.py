"""What all boxes for a number have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox


def prepare(box: QSpinBox | QDoubleSpinBox, name: str, tip: str) -> None:
    """Name ``box``, and have what is typed count when it is finished: Enter gives the keyboard back."""
    box.setKeyboardTracking(False)  # else it would count at every digit
    box.lineEdit().returnPressed.connect(box.clearFocus)  # the window's keys, Space and digits, are keys again
    box.setAccessibleName(name)
    box.setToolTip(tip)
