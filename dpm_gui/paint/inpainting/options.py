"""How what is painted is filled in: plain values that a panel changes and a session runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.values.inpainting import USUAL_BACK_AND_FORTH

PATH, HELD_AT_X0 = "path", "x0"
COUNTS = (1, 16)
MOST_BACK_AND_FORTH = 20
PARTICLES = (16, 4096)
WAYS = {
    PATH: "Known {noun} follow their own noised path q(xᵗ | x⁰), drawn anew for each sample, "
    "so that at every step they are as noisy as the rest.",
    HELD_AT_X0: "Known {noun} stand at x⁰ itself from the first step on: r is a delta there at every t, "
    "as in the paper; the rest sees them sharper than anything it was trained on.",
}
"""What each way to hold known pixels does, in a sentence."""
BACK_AND_FORTH = (
    "Parts of the way are taken back by q's own steps and walked again, so that new {noun} and known ones agree."
)
PLAIN = "The paper's kernels: quick, but not draws from the posterior p(x) r(x)."
WEIGHTED = (
    "Weighted particles, resampled when few carry the weight: the posterior itself as their number grows; "
    "the effective sample size says how many of them count."
)


@dataclass(frozen=True, slots=True)
class FillOptions:
    """How to fill in.

    Attributes:
        count: Samples, 1 … 16.
        held: "path" or "x0", see `WAYS`.
        back_and_forth: How often each step is taken back and walked again; without weights alone.
        weighted: Whether the samples are drawn from weighted particles.
        particles: Number of those.
        start: Step at which the picture as it is painted is noised and finished; None is T, from noise.
        automatic: Whether a stroke is followed by a run.
    """

    count: int = 4
    held: str = PATH
    back_and_forth: int = USUAL_BACK_AND_FORTH
    weighted: bool = False
    particles: int = 64
    start: int | None = None
    automatic: bool = True

    def sentence(self, noun: str) -> str:
        """Return what these options do to known "pixels" or "bits", in words."""
        parts = [WAYS[self.held]]
        if self.back_and_forth and not self.weighted:
            parts.append(BACK_AND_FORTH)
        parts.append(WEIGHTED if self.weighted else PLAIN)
        return " ".join(parts).format(noun=noun)

    def problem(self) -> str | None:
        """Return why these options cannot be had together, if they cannot."""
        if self.weighted and self.start is not None:
            return "Weights are right from noise alone: choose plain samples, or start from t = T."
        return None


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
