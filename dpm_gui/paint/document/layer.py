"""A layer of numbers that can be painted on, and the undoing of strokes on it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.values.arrays import read_only
from dpm_gui.paint.document.raster import EMPTY_AREA, Area, tiles_of, whole_area
from dpm_gui.session.undo import ReplaceValueCommand

UNDO_LIMIT = 200
LARGE = 2**20
"""Entries from which on an array is not copied where another one can be shared."""
BAND = 2**16
"""Entries that are compared at once: few enough for the processor's cache."""
Parts = tuple[tuple[Area, NDArray[Any]], ...]
"""Places in a layer, and their values."""


class Layer(QObject):
    """An array ``[H, W, …]`` whose parts change undoably.

    A stroke is begun, changes the array any number of times, and is committed as one command on the stack. The array is
    divided into tiles: the command holds the values before and after in the smallest rectangle around the changes in
    each tile, so that a long thin stroke takes little memory and time.
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
        self._before: dict[Area, NDArray[Any]] | None = None  # the tiles that the stroke under way has touched

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

    def original(self, area: Area) -> NDArray[Any]:
        """Return a copy of the numbers in ``area`` as they were before the stroke under way.

        Raises:
            RuntimeError: If no stroke is under way.
        """
        if self._before is None:
            raise RuntimeError("no stroke is under way")
        found: NDArray[Any] = self._values[area.slices].copy()
        for tile, before in self._before.items():
            common = tile.common(area)
            if not common.empty:
                found[common.seen_from(area).slices] = before[common.seen_from(tile).slices]
        return found

    def reset(self, values: NDArray[Any]) -> None:
        """Replace the numbers by others of any shape, not undoably, and give up a stroke under way."""
        self._before = None
        self._values, self._shared = unchanging(values), True
        self.changed.emit(whole_area(self._values.shape))

    def begin(self) -> None:
        """Begin a stroke; a stroke under way is committed first."""
        if self.in_stroke:
            self.commit("stroke")
        self._before = {}

    def put(self, area: Area, values: NDArray[Any]) -> None:
        """Set ``area`` to ``values``, as part of the stroke under way."""
        if area.empty:
            return
        if self._before is not None:
            for tile in tiles_of(area, self._values.shape):
                if tile not in self._before:
                    self._before[tile] = self._values[tile.slices].copy()
        self._show(area, values)

    def commit(self, text: str) -> None:
        """End the stroke; if it has changed anything, push it on the undo stack, labelled ``text``."""
        if self._before is None:
            return
        touched, self._before = self._before, None
        before, after = [], []
        for tile, old in touched.items():
            area = changed_part(old, self._values[tile.slices])
            if not area.empty:
                place = Area(area.left + tile.left, area.top + tile.top, area.right + tile.left, area.bottom + tile.top)
                before.append((place, old[area.slices].copy()))
                after.append((place, self._values[place.slices].copy()))
        if before:
            self._stack.push(ReplaceValueCommand(text, self._restore, tuple(before), tuple(after)))

    @property
    def differs(self) -> bool:
        """Whether the stroke under way has changed anything."""
        tiles = {} if self._before is None else self._before
        return any(not np.array_equal(before, self._values[tile.slices]) for tile, before in tiles.items())

    def cancel(self) -> None:
        """Cancel the stroke under way and restore the numbers before it."""
        touched, self._before = self._before, None
        for tile, before in (touched or {}).items():
            self._show(tile, before)

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
        return ReplaceValueCommand(text, self.restore_whole, self.snapshot(), unchanging(values))

    def restore_whole(self, values: NDArray[Any]) -> None:
        """Set all numbers to ``values``, which nobody changes, as a replacement is done, undone or redone.

        A stroke under way is given up.
        """
        self._before = None
        self._values, self._shared = values, True
        self.changed.emit(whole_area(values.shape))
        self.committed.emit()

    def _restore(self, parts: Parts) -> None:
        """Set parts to their values as a stroke is done, undone or redone."""
        for area, values in parts:
            for tile, before in (self._before or {}).items():
                common = tile.common(area)
                if not common.empty:  # otherwise undoing the stroke under way would bring the old values back
                    before[common.seen_from(tile).slices] = values[common.seen_from(area).slices]
            if not np.array_equal(self._values[area.slices], values):  # just committed, they are there
                self._show(area, values)
        self.committed.emit()

    def _show(self, area: Area, values: NDArray[Any]) -> None:
        if self._shared:
            self._values, self._shared = self._values.copy(), False
        self._values[area.slices] = values
        self.changed.emit(area)


def unchanging(values: NDArray[Any]) -> NDArray[Any]:
    """Return ``values`` as a read-only array: a copy, unless it is so large that the caller must give it up."""
    return read_only(np.array(values) if values.size < LARGE else values.view())


def changed_part(one: NDArray[Any], other: NDArray[Any]) -> Area:
    """Return the smallest rectangle around the pixels in which two arrays ``[H, W, …]`` differ."""
    differs = one != other
    if one.dtype.kind == "f":
        differs &= ~(np.isnan(one) & np.isnan(other))
    pixels = differs.reshape(*differs.shape[:2], -1).any(axis=2)
    rows, columns = np.flatnonzero(pixels.any(axis=1)), np.flatnonzero(pixels.any(axis=0))
    if not rows.size:
        return EMPTY_AREA
    return Area(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays of one shape and type are equal, NaN counting as equal to NaN."""
    rows = max(1, BAND * len(one) // max(1, one.size))
    bands = (slice(top, top + rows) for top in range(0, len(one), rows))
    return all(_same_band(one[band], other[band]) for band in bands)  # where they differ, it is mostly seen soon


def _same_band(one: NDArray[Any], other: NDArray[Any]) -> bool:
    equal = one == other
    if one.dtype.kind == "f" and not equal.all():
        equal |= np.isnan(one) & np.isnan(other)
    return bool(equal.all())


def undo_stack(parent: QObject) -> QUndoStack:
    """Return an undo stack of at most `UNDO_LIMIT` strokes."""
    stack = QUndoStack(parent)
    stack.setUndoLimit(UNDO_LIMIT)
    return stack
