"""One layer of numbers that can be painted on, and how a stroke on it is undone."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.values.arrays import read_only
from dpm_gui.paint.document.raster import EMPTY_AREA, Area, whole_area
from dpm_gui.session.undo import ReplaceValueCommand

UNDO_LIMIT = 200


class Layer(QObject):
    """An array ``[H, W, …]`` that changes a part at a time, each change undoable.

    A stroke is begun, changes the array as often as it likes, and is committed: one command on the stack, which holds
    what stood in the least rectangle around all its changes, before and after.
    """

    changed = Signal(object)
    """The `Area` that has changed."""
    committed = Signal()
    """A stroke has come to its end, or one was taken back or done again."""

    def __init__(self, values: NDArray[Any], stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values = np.array(values)
        self._stack = stack
        self._before: NDArray[Any] | None = None
        self._touched = EMPTY_AREA

    @property
    def values(self) -> NDArray[Any]:
        """The numbers, to be read; `put` changes them."""
        return read_only(self._values.view())

    @property
    def in_stroke(self) -> bool:
        """Whether a stroke has begun and not come to its end."""
        return self._before is not None

    @property
    def before(self) -> NDArray[Any]:
        """What stood there before the stroke that is under way."""
        if self._before is None:
            raise RuntimeError("no stroke is under way")
        return self._before

    def reset(self, values: NDArray[Any]) -> None:
        """Start anew with other numbers, of any shape. The stack knows nothing of it; clear it."""
        self._before, self._touched = None, EMPTY_AREA
        self._values = np.array(values)
        self.changed.emit(whole_area(self._values.shape))

    def begin(self) -> None:
        """Begin a stroke; one that is under way is committed."""
        if self.in_stroke:
            self.commit("stroke")
        self._before, self._touched = self._values.copy(), EMPTY_AREA

    def put(self, area: Area, values: NDArray[Any]) -> None:
        """Have ``values`` stand in ``area``, as part of the stroke that is under way."""
        if area.empty:
            return
        self._values[area.slices] = values
        self._touched = self._touched.joined(area)
        self.changed.emit(area)

    def commit(self, text: str) -> None:
        """End the stroke, called ``text`` where it is undone, if it has changed anything."""
        if self._before is None:
            return
        before, area = self._before[self._touched.slices].copy(), self._touched
        after = self._values[area.slices].copy()
        self._before, self._touched = None, EMPTY_AREA
        if not area.empty and not _same(before, after):
            self._stack.push(ReplaceValueCommand(text, partial(self.restore, area), before, after))

    @property
    def differs(self) -> bool:
        """Whether the stroke that is under way has changed anything."""
        part = self._touched.slices
        return self._before is not None and not np.array_equal(self._before[part], self._values[part])

    def cancel(self) -> None:
        """Take the stroke that is under way back, as if it had never begun."""
        if self._before is not None:
            before, area = self._before[self._touched.slices], self._touched
            self._before, self._touched = None, EMPTY_AREA
            self._show(area, before)

    def replace(self, values: NDArray[Any], text: str) -> None:
        """Have other numbers stand in all of it, as one stroke called ``text``, if that changes anything."""
        self.commit("stroke")
        after = np.empty_like(self._values)
        after[...] = values
        if not _same(self._values, after):
            restore = partial(self.restore, whole_area(after.shape))
            self._stack.push(ReplaceValueCommand(text, restore, self._values.copy(), after))

    def _show(self, area: Area, values: NDArray[Any]) -> None:
        if not area.empty:
            self._values[area.slices] = values
            self.changed.emit(area)

    def restore(self, area: Area, values: NDArray[Any]) -> None:
        """Have ``values`` stand in ``area`` again: a stroke is done, taken back or done again."""
        if self._before is not None:  # else the stroke under way would bring back what is taken back
            self._before[area.slices] = values
        self._show(area, values)
        self.committed.emit()


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Tell whether two arrays of one shape and type hold the same; what is no number is the same as itself."""
    equal = one == other
    if one.dtype.kind == "f":
        equal |= np.isnan(one) & np.isnan(other)
    return bool(equal.all())


def undo_stack(parent: QObject) -> QUndoStack:
    """Return a stack that takes back as many strokes as anyone remembers."""
    stack = QUndoStack(parent)
    stack.setUndoLimit(UNDO_LIMIT)
    return stack
