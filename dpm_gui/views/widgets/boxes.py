"""Boxes for a number, which takes effect once typing is finished, and for a choice."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TypeVar

from PySide6.QtCore import QLocale
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSpinBox, QWidget

from dpm_gui.desktop.numbers import decimal_number, grouped, whole_number

Number = TypeVar("Number", int, float)


class WholeNumberBox(QSpinBox):
    """A box for a whole number, which reads and shows it alike in every locale.

    While somebody types, any text may stand there, since a dropped key would change the number. Once typing is
    finished, a number beyond the range becomes the nearest one in it, and what is no number gives way to the value
    before.
    """

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return _state(self._number(text), self.minimum(), self.maximum()), text, position

    def fixup(self, text: str) -> str:
        number = self._number(text)
        return text if number is None else self.textFromValue(min(max(number, self.minimum()), self.maximum()))

    def valueFromText(self, text: str) -> int:
        number = self._number(text)
        return self.value() if number is None else number

    def textFromValue(self, value: int) -> str:
        return grouped(value) if self.isGroupSeparatorShown() else str(value)

    def _number(self, text: str) -> int | None:
        return whole_number(_without_unit(text, self.suffix()))


class CountBox(WholeNumberBox):
    """A box for the number of states, whose arrows go from one full square grid to the next where there are images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.by_squares = False  # whether the arrows go to 1, 4, 9, 16 …

    def stepBy(self, steps: int) -> None:
        if not self.by_squares:
            super().stepBy(steps)
            return
        value = self.value()
        side = math.isqrt(value) if steps > 0 else math.isqrt(value - 1) + 1  # of the largest square on this side
        self.setValue(max(side + steps, 1) ** 2)


class DecimalBox(QDoubleSpinBox):
    """A box like `WholeNumberBox` for a number with decimals: after a point or a comma typed, after a point shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLocale(QLocale.c())  # of how a number is shown

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        return _state(self._number(text), self.minimum(), self.maximum()), text, position

    def fixup(self, text: str) -> str:
        number = self._number(text)
        return text if number is None else self.textFromValue(min(max(number, self.minimum()), self.maximum()))

    def valueFromText(self, text: str) -> float:
        number = self._number(text)
        return self.value() if number is None else round(number, self.decimals())

    def _number(self, text: str) -> float | None:
        return decimal_number(_without_unit(text, self.suffix()))


def count_box(parent: QWidget, least: int, most: int) -> CountBox:
    """Return a box for a number of states from ``least`` to ``most``."""
    box = CountBox(parent)
    box.setRange(least, most)
    _prepare(box, "", "")
    return box


def number_box(parent: QWidget, name: str, least: int, most: int, tip: str, step: int = 1) -> WholeNumberBox:
    """Return a box for a whole number from ``least`` to ``most``; ``name`` is its accessible name."""
    box = WholeNumberBox(parent)
    box.setRange(least, most)
    box.setSingleStep(step)
    _prepare(box, name, tip)
    return box


def decimal_box(
    parent: QWidget, name: str, limits: tuple[float, float], step: float, unit: str, tip: str
) -> DecimalBox:
    """Return a box for a number within ``limits``, followed by its ``unit``."""
    box = DecimalBox(parent)
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


def _state(number: Number | None, least: Number, most: Number) -> QValidator.State:
    fits = number is not None and least <= number <= most
    return QValidator.State.Acceptable if fits else QValidator.State.Intermediate


def _without_unit(text: str, suffix: str) -> str:
    return text.removesuffix(suffix).strip().removesuffix(suffix.strip())
