"""One entry of the history of inpaintings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from core.values.inpainting import InpaintingFrame
from dpm_gui.paint.history.packing import PackedArray
from dpm_gui.paint.inpainting.options import InpaintOptions
from dpm_gui.paint.inpainting.requests import PaintState
from dpm_gui.paint.results.summary import ResultSummary

THUMBNAIL = 128
"""Longest side of a thumbnail, pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Inpainting:
    """A finished inpainting: all that it takes to show it again.

    Attributes:
        image, openness: The image and its mask, as `PaintState` has them.
        options: The options of inpainting.
        seed: Seed of all randomness.
        summary: The samples and what is shown of them; None where they have been dropped.
        thumbnail: Levels ``[H, W]`` or ``[H, W, 3]``: the first sample in little, or all of them if they are sequences.
        finished: When it was finished, local time.
        number: Its number in the history, counted from 1; 0 before it is there.
    """

    image: PackedArray
    openness: PackedArray
    options: InpaintOptions
    seed: int
    summary: ResultSummary | None
    thumbnail: NDArray[np.uint8]
    finished: datetime
    number: int = 0

    @property
    def state(self) -> PaintState:
        """What was inpainted, and how."""
        return PaintState(self.image.unpacked(), self.openness.unpacked(), self.options, self.seed)

    @property
    def name(self) -> str:
        """Its name in sentences."""
        return f"inpainting {self.number} (seed {self.seed})"

    def same_as(self, other: Inpainting) -> bool:
        """Return whether both are of equal images, masks, options and seeds, so that their samples are equal, too."""
        return (
            (self.options, self.seed) == (other.options, other.seed)
            and self.openness.same_as(other.openness)
            and self.image.same_as(other.image)
        )

    def arrays(self) -> Iterator[NDArray[np.generic]]:
        """Yield the arrays that it holds; others may share them."""
        yield from (self.image.data, self.openness.data, self.thumbnail)
        if self.summary is not None:
            summary = self.summary
            held = (summary.levels, summary.mean, summary.mean_levels, summary.std, summary.std_levels)
            yield from (array for array in (summary.frame.images, *held) if array is not None)

    def without_samples(self) -> Inpainting:
        """Return a copy that holds no samples."""
        return replace(self, summary=None)


def with_entry(
    values: Iterable[InpaintingFrame | ResultSummary], state: PaintState
) -> Iterator[InpaintingFrame | ResultSummary | Inpainting]:
    """Yield ``values``, and after the results of ``state`` their entry of the history; this belongs in a job."""
    for value in values:
        yield value
        if isinstance(value, ResultSummary) and value.frame.final:
            yield entry_of(state, value)


def entry_of(state: PaintState, summary: ResultSummary) -> Inpainting:
    """Return the entry of a finished inpainting."""
    levels = summary.levels if summary.levels.ndim == 2 else summary.levels[0]
    step = max(1, math.ceil(max(levels.shape[:2]) / THUMBNAIL))
    return Inpainting(
        PackedArray.of(state.image),
        PackedArray.of(state.openness),
        state.options,
        state.seed,
        summary,
        np.ascontiguousarray(levels[::step, ::step]),
        datetime.now(),  # noqa: DTZ005 - a time of day for the user
    )
