"""Boxes for a number, which takes effect once typing is finished, and for a choice."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QWidget


def number_box(parent: QWidget, name: str, least: int, most: int, tip: str, step: int = 1) -> QSpinBox:
    """Return a box for a whole number from ``least`` to ``most``; ``name`` is its accessible name."""
    box = QSpinBox(parent)
    box.setRange(least, most)
    box.setSingleStep(step)
    _prepare(box, name, tip)
    return box


def decimal_box(
    parent: QWidget, name: str, limits: tuple[float, float], step: float, unit: str, tip: str
) -> QDoubleSpinBox:
    """Return a box for a number within ``limits``, followed by its ``unit``."""
    box = QDoubleSpinBox(parent)
    box.setRange(*limits)
    box.setSingleStep(step)
    box.setSuffix(unit)
    _prepare(box, name, tip)
    return box


def choice_box(parent: QWidget, name: str, texts: Iterable[str]) -> QComboBox:
    """Return a box to choose one of ``texts``."""
    box = QComboBox(parent)
    box.addItems(list(texts))
    box.setAccessibleName(name)
    return box


def _prepare(box: QSpinBox | QDoubleSpinBox, name: str, tip: str) -> None:
    box.setKeyboardTracking(False)  # otherwise every digit would take effect
    box.lineEdit().returnPressed.connect(box.clearFocus)  # so that Space and digits are shortcuts of the window again
    box.setAccessibleName(name)
    box.setToolTip(tip)
