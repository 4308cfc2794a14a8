"""What a person is told of what is masked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EMPTY = "Nothing is masked: paint over what is to be new (B), or take a ready-made mask."
ALL = "All is masked, so nothing is known: this is plain sampling."
EMPTY_ROW = "No place is free: there is nothing to fill in."
ALL_ROW = "All places are free, so nothing is known: this is plain sampling."


def note_on(mask: NDArray[np.bool_], start: int | None) -> str:
    """Return what to know about ``mask`` [H, W], of a single row for a sequence, when filling starts at ``start``."""
    row = len(mask) == 1
    if start is not None:
        return ""
    if not mask.any():
        return EMPTY_ROW if row else EMPTY
    if mask.all():
        return ALL_ROW if row else ALL
    return ""
