"""Where a reverse walk branches: numbers alone, which the window may speak of before torch is there."""

from __future__ import annotations

from dataclasses import dataclass

FUTURES = 64
"""How many futures a state has unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One state of a reverse walk, from which it is walked again and again.

    Attributes:
        t: Step of the state, 1 … T.
        index: Number of the trajectory that the state belongs to, from 0 on.
        count: Number of futures.
    """

    t: int
    index: int
    count: int = FUTURES
