"""What is shown of the pictures that fill something in: computed where they come from, not where they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import DataInfo
from core.values.inpainting import FillFrame
from dpm_gui.paint.document.levels import TOP, to_levels

SEPARATE = 2
"""So many samples have a spread to be shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Digest:
    """A frame with pictures, and all that is shown of them.

    Attributes:
        frame: The frame.
        levels: Its pictures as levels 0 … 255, ``[N, *shape]``.
        mean: Their mean, ``[*shape]``, user's units.
        mean_levels: The same as levels.
        spread: Their standard deviation, see `spread_of`; None of a single one, as are the next two.
        spread_levels: The same as levels, `TOP` where it is ``spread_top``.
        spread_top: The greatest of it, or a level where that is more: what is less than a level is nothing, and is to
            look like it.
    """

    frame: FillFrame
    levels: NDArray[np.uint8]
    mean: NDArray[np.floating]
    mean_levels: NDArray[np.uint8]
    spread: NDArray[np.float64] | None
    spread_levels: NDArray[np.uint8] | None
    spread_top: float | None


def digest(frame: FillFrame, value_range: tuple[float, float], grey_level: float | None) -> Digest | None:
    """Return what is shown of ``frame``, units as for `to_levels`; None where it shows nothing."""
    if frame.pictures is None:
        return None
    mean: NDArray[Any] = frame.pictures.mean(axis=0)
    spread, levels, top = None, None, None
    if len(frame.pictures) >= SEPARATE:
        spread = spread_of(frame.pictures)
        low, high = value_range
        top = max(float(spread.max()), grey_level or (high - low) / TOP)
        levels = (spread * (TOP / top)).astype(np.uint8)
    return Digest(
        frame,
        to_levels(frame.pictures, value_range, grey_level),
        mean,
        to_levels(mean, value_range, grey_level),
        spread,
        levels,
        top,
    )


def digested(frames: Iterable[FillFrame], data: DataInfo) -> Iterator[FillFrame | Digest]:
    """Pass ``frames`` on, those with pictures with all that is shown of them."""
    for frame in frames:
        yield digest(frame, data.value_range, data.grey_level) or frame


def spread_of(pictures: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the standard deviation of each pixel of ``pictures`` [N, H, W] or [N, H, W, 3], ``[H, W]``.

    Of an RGB picture it is the root of the mean variance of the three colours.
    """
    variance = pictures.astype(np.float64).var(axis=0, ddof=1)
    if variance.ndim == 3:
        variance = variance.mean(axis=2)
    return np.asarray(np.sqrt(variance))
