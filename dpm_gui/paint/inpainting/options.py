"""How what is painted is filled in: plain values that a panel changes and a session runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from core.values.inpainting import DEFAULT_RESAMPLE_TIMES

PATH, CLEAN = "noised", "clean"
COUNTS = (1, 16)
MOST_RESAMPLE_TIMES = 20
PARTICLES = (16, 4096)
KNOWN_PIXELS_TEXT = {
    PATH: "Known {noun} follow their own noised path q(xᵗ | x⁰), drawn anew for each sample, "
    "so that at every step they are as noisy as the rest.",
    CLEAN: "Known {noun} stand at x⁰ itself from the first step on: r is a delta there at every t, "
    "as in the paper; the rest sees them sharper than anything it was trained on.",
}
"""What each way to hold known pixels does, in a sentence."""
RESAMPLE_TIMES = (
    "Parts of the way are taken back by q's own steps and walked again, so that new {noun} and known ones agree."
)
PLAIN_TEXT = "The paper's kernels: quick, but not draws from the posterior p(x) r(x)."
WEIGHTED_TEXT = (
    "Weighted particles, resampled when few carry the weight: the posterior itself as their number grows; "
    "the effective sample size says how many of them count."
)


class InpaintChanges(TypedDict, total=False):
    """Entries of `InpaintOptions` that change."""

    count: int
    known_mode: str
    resample_times: int
    weighted: bool
    particles: int
    start: int | None
    automatic: bool


@dataclass(frozen=True, slots=True)
class InpaintOptions:
    """How to fill in.

    Attributes:
        count: Samples, 1 … 16.
        known_mode: "path" or "x0", see `KNOWN_PIXELS_TEXT`.
        resample_times: How often each step is taken back and walked again; without weights alone.
        weighted: Whether the samples are drawn from weighted particles.
        particles: Number of those.
        start: Step at which the picture as it is painted is noised and finished; None is T, from noise.
        automatic: Whether a stroke is followed by a run.
    """

    count: int = 4
    known_mode: str = PATH
    resample_times: int = DEFAULT_RESAMPLE_TIMES
    weighted: bool = False
    particles: int = 64
    start: int | None = None
    automatic: bool = True

    def sentence(self, noun: str) -> str:
        """Return what these options do to known "pixels" or "bits", in words."""
        parts = [KNOWN_PIXELS_TEXT[self.known_mode]]
        if self.resample_times and not self.weighted:
            parts.append(RESAMPLE_TIMES)
        parts.append(WEIGHTED_TEXT if self.weighted else PLAIN_TEXT)
        return " ".join(parts).format(noun=noun)

    def problem(self) -> str | None:
        """Return why these options cannot be had together, if they cannot."""
        if self.weighted and self.start is not None:
            return "Weights are right from noise alone: choose plain samples, or start from t = T."
        return None


NOTHING_MASKED = "Nothing is masked: paint over what is to be new (B), or take a ready-made mask."
ALL_MASKED = "All is masked, so nothing is known: this is plain sampling."
NOTHING_FREE = "No place is free: there is nothing to fill in."
ALL_FREE = "All places are free, so nothing is known: this is plain sampling."


def mask_note(mask: NDArray[np.bool_], start: int | None) -> str:
    """Return what to know about ``mask`` [H, W], of a single row for a sequence, when filling starts at ``start``."""
    row = len(mask) == 1
    if start is not None:
        return ""
    if not mask.any():
        return NOTHING_FREE if row else NOTHING_MASKED
    if mask.all():
        return ALL_FREE if row else ALL_MASKED
    return ""
