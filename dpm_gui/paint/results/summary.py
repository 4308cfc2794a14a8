"""The summary of inpainted images that is shown: computed in the job, not while drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import MAX_LEVEL, DataInfo, to_levels
from core.values.inpainting import InpaintingFrame

LEAST_SAMPLES_FOR_STD = 2
"""The fewest samples that have a standard deviation."""


@dataclass(frozen=True, slots=True, eq=False)
class ResultSummary:
    """A frame with images, and all that is shown of them.

    Attributes:
        frame: The frame.
        levels: Its images as levels 0 … 255, ``[N, *shape]``.
        mean: Their mean, ``[*shape]``, user's units.
        mean_levels: The mean as levels.
        std: Their standard deviation, ``[H, W]``, user's units, see `std_of`; None for a single sample, as are the next
            two.
        std_levels: The standard deviation as levels, `MAX_LEVEL` where it is ``std_top``.
        std_top: The largest standard deviation, but at least one level: a smaller one is drawn like 0.
    """

    frame: InpaintingFrame
    levels: NDArray[np.uint8]
    mean: NDArray[np.floating]
    mean_levels: NDArray[np.uint8]
    std: NDArray[np.float64] | None
    std_levels: NDArray[np.uint8] | None
    std_top: float | None


def summarise(
    frame: InpaintingFrame, value_range: tuple[float, float], grey_level: float | None
) -> ResultSummary | None:
    """Return ``frame`` with its summary, units as for `to_levels`; None if it has no images."""
    if frame.images is None:
        return None
    mean: NDArray[Any] = frame.images.mean(axis=0)
    std, levels, top = None, None, None
    if len(frame.images) >= LEAST_SAMPLES_FOR_STD:
        std = std_of(frame.images)
        low, high = value_range
        top = max(float(std.max()), grey_level or (high - low) / MAX_LEVEL)
        levels = (std * (MAX_LEVEL / top)).astype(np.uint8)
    return ResultSummary(
        frame,
        to_levels(frame.images, value_range, grey_level),
        mean,
        to_levels(mean, value_range, grey_level),
        std,
        levels,
        top,
    )


def with_summaries(frames: Iterable[InpaintingFrame], data: DataInfo) -> Iterator[InpaintingFrame | ResultSummary]:
    """Yield ``frames``; those with images are replaced by their summaries."""
    for frame in frames:
        yield summarise(frame, data.value_range, data.grey_level) or frame


def std_of(images: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the standard deviation of each pixel of ``images`` [N, H, W] or [N, H, W, 3], ``[H, W]``.

    For an RGB image it is the root of the mean variance of the three colours.
    """
    variance = images.astype(np.float64).var(axis=0, ddof=1)
    if variance.ndim == 3:
        variance = variance.mean(axis=2)
    return np.asarray(np.sqrt(variance))
