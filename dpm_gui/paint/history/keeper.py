"""Keeps what Paint has inpainted in a history, and brings it back undoably."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from dpm_gui.paint.history.entries import Inpainting
from dpm_gui.paint.history.history import InpaintingHistory
from dpm_gui.paint.inpainting.requests import PaintState
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.session.undo import ReplaceValueCommand

Value = TypeVar("Value")
Place = tuple[PaintState, int | None]
"""What is in Paint, and the number of the entry whose samples belong to it; None if there is none."""


class HistoryKeeper(QObject):
    """Adds each finished inpainting of a session to its history; its commands go on the undo stack of Paint.

    Attributes:
        history: The entries.
    """

    shown_changed = Signal(object)
    """The number of the entry whose samples are on show, or None."""

    def __init__(self, paint: PaintSession, parent: QObject) -> None:
        super().__init__(parent)
        self._paint = paint
        self._shown: int | None = None
        self.history = InpaintingHistory(self)
        paint.finished.connect(self._keep)
        paint.started.connect(partial(self._set_shown, None))
        paint.result_changed.connect(self._note_result)
        paint.document_loaded.connect(self._forget)

    @property
    def shown(self) -> int | None:
        """The number of the entry whose samples are on show, or None."""
        return self._shown

    def bring_back(self, number: int) -> None:
        """Bring back image, mask, options, seed and samples of an entry, undoably."""
        entry = self.history.find(number)
        if entry is None:
            return
        before, after = self._paint.state, entry.state
        if number == self._shown and before.same_as(after):
            return
        self._push(f"bring back inpainting {number}", self._apply, (before, self._shown), (after, number))

    def step(self, step: int) -> None:
        """Bring back the entry ``step`` after the one on show; where none is on show, the newest."""
        numbers = [each.number for each in self.history.entries]
        if not numbers:
            return
        place = len(numbers) - 1
        if self._shown in numbers:
            place = min(max(numbers.index(self._shown) + step, 0), place)
        self.bring_back(numbers[place])

    def remove(self, number: int) -> None:
        """Remove an entry, undoably; its samples are then drawn again when it is brought back."""
        self._remove_all([number], f"remove inpainting {number} from the history")

    def remove_shown(self) -> None:
        """Remove the entry whose samples are on show, undoably."""
        if self._shown is not None:
            self.remove(self._shown)

    def clear(self) -> None:
        """Remove all entries, undoably."""
        self._remove_all([each.number for each in self.history.entries], "clear the history of inpaintings")

    def _remove_all(self, numbers: list[int], text: str) -> None:
        gone = tuple(each.without_samples() for each in self.history.entries if each.number in numbers)
        none: tuple[Inpainting, ...] = ()
        if gone:
            self._push(text, self._apply_removal, (gone, none), (none, gone))

    def _push(self, text: str, apply: Callable[[Value], None], before: Value, after: Value) -> None:
        self._paint.document.undo_stack.push(ReplaceValueCommand(text, apply, before, after))

    def _apply_removal(self, change: tuple[tuple[Inpainting, ...], tuple[Inpainting, ...]]) -> None:
        there, gone = change
        if gone:
            numbers = [each.number for each in gone]
            self.history.remove(numbers)
            if self._shown in numbers:
                self._set_shown(None)
        else:
            self.history.put_back(there)

    def _apply(self, place: Place) -> None:
        state, number = place
        entry = self.history.find(number)
        summary = None if entry is None else entry.summary
        self._paint.take_state(state, summary)
        if summary is not None:
            self._set_shown(number)
        elif number is not None:
            self._paint.run()

    def _keep(self, entry: Inpainting) -> None:
        self._set_shown(self.history.add(entry))

    def _note_result(self, result: object) -> None:
        if result is None:
            self._set_shown(None)

    def _forget(self) -> None:
        self.history.clear()
        self._set_shown(None)

    def _set_shown(self, number: int | None) -> None:
        if number != self._shown:
            self._shown = number
            self.shown_changed.emit(number)
