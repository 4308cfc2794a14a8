"""Shortens a list of steps to few that still fail: delta debugging, after Zeller and Hildebrandt 2002."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Step = TypeVar("Step")


def shortened(steps: Sequence[Step], fails: Callable[[list[Step]], bool], most_tries: int = 200) -> list[Step]:
    """Return few of ``steps``, in their order, with which ``fails`` is still true.

    Args:
        steps: Steps that fail.
        fails: Tries some of them.
        most_tries: After so many tries the shortest list so far is returned.
    """
    kept, parts, tries = list(steps), 2, 0
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        for start in range(0, len(kept), size):
            tries += 1
            if tries > most_tries:
                return kept
            rest = kept[:start] + kept[start + size :]
            if fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                return kept
            parts = min(2 * parts, len(kept))
    return kept
