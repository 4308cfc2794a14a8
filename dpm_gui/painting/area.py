"""Rectangles of whole pixels, half open like numpy's slices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """The pixels from ``left`` and ``top`` up to, but not with, ``right`` and ``bottom``; it may be empty."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def empty(self) -> bool:
        """Whether no pixel lies in it."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, for an array ``[H, W, …]``."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def within(self, shape: tuple[int, ...]) -> Area:
        """Return the part that lies in an array of ``shape`` [H, W, …]."""
        height, width = shape[:2]
        left, top = min(max(self.left, 0), width), min(max(self.top, 0), height)
        return Area(left, top, max(left, min(self.right, width)), max(top, min(self.bottom, height)))

    def joined(self, other: Area) -> Area:
        """Return the least area that holds both."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


NOWHERE = Area(0, 0, 0, 0)


def all_of(shape: tuple[int, ...]) -> Area:
    """Return the area of an array of ``shape`` [H, W, …]."""
    return Area(0, 0, shape[1], shape[0])
