"""The history of inpaintings in bounded memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from dpm_gui.paint.history.entries import Inpainting

MEGABYTE = 2**20
MOST_BYTES = 64 * MEGABYTE
MOST_ENTRIES = 100


class InpaintingHistory(QObject):
    """Holds finished inpaintings, the oldest first.

    Where they take more than ``most_bytes``, the samples of the oldest are dropped first (they can be drawn again), and
    then the oldest themselves. An array that several share is counted once.
    """

    changed = Signal()
    """Entries have been added, removed or have lost their samples."""
    dropped = Signal(str)
    """A sentence that names what has been dropped to stay within the memory."""

    def __init__(self, parent: QObject | None = None, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(parent)
        self._most_bytes = most_bytes
        self._entries: tuple[Inpainting, ...] = ()
        self._last = 0

    @property
    def entries(self) -> tuple[Inpainting, ...]:
        """All entries, the oldest first."""
        return self._entries

    @property
    def size(self) -> int:
        """The bytes of all arrays held."""
        return size_of(self._entries)

    def find(self, number: int | None) -> Inpainting | None:
        """Return the entry with this number, or None."""
        return next((each for each in self._entries if each.number == number), None)

    def add(self, entry: Inpainting) -> int:
        """Add ``entry`` and return its number; an equal one that is there takes its samples instead."""
        same = next((each for each in reversed(self._entries) if each.same_as(entry)), None)
        if same is not None:
            number = same.number
            self._replace(number, replace(same, summary=entry.summary))
        else:
            self._last = number = self._last + 1
            last = self._entries[-1] if self._entries else None
            image = last.image if last is not None and last.image.same_as(entry.image) else entry.image
            self._entries = (*self._entries, replace(entry, image=image, number=number))
        self._fit(number)
        self.changed.emit()
        return number

    def remove(self, numbers: Collection[int]) -> None:
        """Remove the entries with these numbers."""
        self._entries = tuple(each for each in self._entries if each.number not in numbers)
        self.changed.emit()

    def put_back(self, entries: Iterable[Inpainting]) -> None:
        """Put removed entries back in their places."""
        there = {each.number: each for each in (*entries, *self._entries)}
        self._entries = tuple(there[number] for number in sorted(there))
        self._fit(self._last)
        self.changed.emit()

    def clear(self) -> None:
        """Forget everything, and count from 1 again."""
        self._entries, self._last = (), 0
        self.changed.emit()

    def _fit(self, newest: int) -> None:
        """Drop what is too much: samples of the oldest first, then the oldest; of ``newest`` what is too much alone."""
        lost: dict[int, str] = {}
        for entry in sorted(self._entries, key=lambda each: (each.number != newest, each.number)):
            too_much = self.size if entry.number != newest else size_of([entry])
            if too_much > self._most_bytes and entry.summary is not None:
                lost[entry.number] = f"the samples of {entry.name}"
                self._replace(entry.number, entry.without_samples())
        for entry in sorted(self._entries, key=lambda each: (each.number != newest, each.number)):
            too_much = self.size if entry.number != newest else size_of([entry])
            if too_much > self._most_bytes or (len(self._entries) > MOST_ENTRIES and entry.number != newest):
                lost[entry.number] = entry.name
                self._replace(entry.number, None)
        if lost:
            limits = f"{self._most_bytes // MEGABYTE} MB, {MOST_ENTRIES} entries"
            self.dropped.emit(f"The history of inpaintings is full ({limits}): dropped {', '.join(lost.values())}")

    def _replace(self, number: int, entry: Inpainting | None) -> None:
        """Put ``entry`` in the place of another, or leave that out."""
        changed = ((entry if each.number == number else each) for each in self._entries)
        self._entries = tuple(each for each in changed if each is not None)


def size_of(entries: Iterable[Inpainting]) -> int:
    """Return the bytes of all arrays of ``entries``; one that several share counts once."""
    return sum({id(array): array.nbytes for each in entries for array in each.arrays()}.values())
