"""A layer of numbers that can be painted on, and the undoing of strokes on it."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.values.arrays import read_only
from dpm_gui.paint.document.raster import EMPTY_AREA, Area, whole_area
from dpm_gui.session.undo import ReplaceValueCommand

UNDO_LIMIT = 200


class Layer(QObject):
    """An array ``[H, W, …]`` whose parts change undoably.

    A stroke is begun, changes the array any number of times, and is committed as one command on the stack. The command
    holds the values before and after in the smallest rectangle around all its changes.
    """

    changed = Signal(object)
    """The `Area` that has changed."""
    committed = Signal()
    """A stroke has been committed, undone or redone."""

    def __init__(self, values: NDArray[Any], stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._values = np.array(values)
        self._shared = False
        self._stack = stack
        self._before: NDArray[Any] | None = None
        self._touched = EMPTY_AREA

    @property
    def values(self) -> NDArray[Any]:
        """A read-only view of the numbers; `put` changes them."""
        return read_only(self._values.view())

    def snapshot(self) -> NDArray[Any]:
        """Return the numbers as they are now, read-only; they are copied only when a change follows."""
        self._shared = True
        return self.values

    @property
    def in_stroke(self) -> bool:
        """Whether a stroke has begun and not ended."""
        return self._before is not None

    @property
    def before(self) -> NDArray[Any]:
        """The numbers before the stroke under way."""
        if self._before is None:
            raise RuntimeError("no stroke is under way")
        return self._before

    def reset(self, values: NDArray[Any]) -> None:
        """Replace the numbers by others of any shape, not undoably, and give up a stroke under way."""
        self._before, self._touched = None, EMPTY_AREA
        self._values, self._shared = np.array(values), False
        self.changed.emit(whole_area(self._values.shape))

    def begin(self) -> None:
        """Begin a stroke; a stroke under way is committed first."""
        if self.in_stroke:
            self.commit("stroke")
        self._before, self._touched = self._values.copy(), EMPTY_AREA

    def put(self, area: Area, values: NDArray[Any]) -> None:
        """Set ``area`` to ``values``, as part of the stroke under way."""
        if area.empty:
            return
        self._unshare()
        self._values[area.slices] = values
        self._touched = self._touched.joined(area)
        self.changed.emit(area)

    def commit(self, text: str) -> None:
        """End the stroke; if it has changed anything, push it on the undo stack, labelled ``text``."""
        if self._before is None:
            return
        before, area = self._before[self._touched.slices].copy(), self._touched
        after = self._values[area.slices].copy()
        self._before, self._touched = None, EMPTY_AREA
        if not area.empty and not _same(before, after):
            self._stack.push(ReplaceValueCommand(text, partial(self.restore, area), before, after))

    @property
    def differs(self) -> bool:
        """Whether the stroke under way has changed anything."""
        part = self._touched.slices
        return self._before is not None and not np.array_equal(self._before[part], self._values[part])

    def cancel(self) -> None:
        """Cancel the stroke under way and restore the numbers before it."""
        if self._before is not None:
            before, area = self._before[self._touched.slices], self._touched
            self._before, self._touched = None, EMPTY_AREA
            self._show(area, before)

    def replace(self, values: NDArray[Any], text: str) -> None:
        """Replace all numbers, as one stroke labelled ``text``, if that changes anything."""
        command = self.replacement(values, text)
        if command is not None:
            self._stack.push(command)

    def replacement(self, values: NDArray[Any], text: str) -> QUndoCommand | None:
        """Return the command that replaces all numbers by others of any shape; None if that changes nothing.

        A stroke under way is committed.
        """
        self.commit("stroke")
        if values.shape == self._values.shape and _same(self._values, values):
            return None
        return ReplaceValueCommand(text, self.restore_whole, self._values.copy(), np.array(values))

    def restore_whole(self, values: NDArray[Any]) -> None:
        """Set all numbers to ``values``, of any shape, as a replacement is done, undone or redone.

        A stroke under way on an array of another shape is given up.
        """
        if values.shape == self._values.shape and values.dtype == self._values.dtype:
            self.restore(whole_area(values.shape), values)
            return
        self.reset(values)
        self.committed.emit()

    def _show(self, area: Area, values: NDArray[Any]) -> None:
        if not area.empty:
            self._unshare()
            self._values[area.slices] = values
            self.changed.emit(area)

    def _unshare(self) -> None:
        """Copy the numbers if a snapshot shares them."""
        if self._shared:
            self._values, self._shared = self._values.copy(), False

    def restore(self, area: Area, values: NDArray[Any]) -> None:
        """Set ``area`` to ``values`` as a stroke is done, undone or redone."""
        if self._before is not None:  # otherwise undoing the stroke under way would bring the old values back
            self._before[area.slices] = values
        self._show(area, values)
        self.committed.emit()


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays of one shape and type are equal, NaN counting as equal to NaN."""
    equal = one == other
    if one.dtype.kind == "f":
        equal |= np.isnan(one) & np.isnan(other)
    return bool(equal.all())


def undo_stack(parent: QObject) -> QUndoStack:
    """Return an undo stack of at most `UNDO_LIMIT` strokes."""
    stack = QUndoStack(parent)
    stack.setUndoLimit(UNDO_LIMIT)
    return stack
