"""What is being done, how far it is, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True, slots=True)
class Activity:
    """What is being done, for the status bar.

    Attributes:
        text: What, in words.
        done, total: How far, in steps; ``total`` is 0 where nobody knows.
        seconds_left: An estimate, or None while there is nothing to go by.
        can_stop: Whether `Session.stop` ends it.
    """

    text: str
    done: int
    total: int
    seconds_left: float | None
    can_stop: bool


class Clock:
    """Counts the steps of one job and guesses the time that is left."""

    def __init__(self, text: str, total: int, *, can_stop: bool) -> None:
        self._text = text
        self._total = total
        self._can_stop = can_stop
        self._done = 0
        self._begin = monotonic()

    def after(self, more: int) -> Activity:
        """Return the activity after ``more`` further steps."""
        self._done += more
        known = 0 < self._done <= self._total
        left = (self._total - self._done) * (monotonic() - self._begin) / self._done if known else None
        return Activity(self._text, self._done, self._total, left, self._can_stop)
