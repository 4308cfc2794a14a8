"""The options of inpainting: plain values that the panel changes and the session runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from core.values.inpainting import DEFAULT_RESAMPLE_TIMES

PATH, CLEAN = "noised", "clean"
COUNTS = (1, 16)
MOST_RESAMPLE_TIMES = 20
PARTICLES = (16, 4096)
KNOWN_PIXELS_TEXT = {
    PATH: "Known {noun} are noised: drawn from q(xᵗ | x⁰), anew for each sample, "
    "so that they are as noisy as the rest at every step.",
    CLEAN: "Known {noun} are clean: they equal x⁰ at every step, where r is a delta, as in the paper; "
    "the network sees them less noisy than in training.",
}
"""A sentence for each choice of the known pixels."""
RESAMPLE_TIMES = (
    "RePaint resampling re-noises parts of the chain and denoises them again, so that new and known {noun} agree."
)
PLAIN_TEXT = "The paper's kernels are fast, but their samples are not draws from the posterior p(x) r(x)."
WEIGHTED_TEXT = (
    "Weighted particles, resampled when few carry the weight, sample the posterior exactly as their number grows; "
    "the effective sample size is the number of particles that count."
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
    soft: bool


@dataclass(frozen=True, slots=True)
class InpaintOptions:
    """The options of inpainting.

    Attributes:
        count: Number of samples, 1 … 16.
        known_mode: "noised" or "clean", see `KNOWN_PIXELS_TEXT`.
        resample_times: RePaint resampling: how often part of the chain is re-noised and denoised again; ignored with
            weighted particles.
        weighted: Whether the samples are drawn from weighted particles.
        particles: Number of weighted particles.
        start: Step to which the painted image is noised before the chain denoises it; None starts from noise, at T.
        automatic: Whether a run follows each stroke.
        soft: Whether a partly open pixel is known with a confidence, 1 less its openness; else it counts as masked, or
            as known, by whether its openness reaches a half.
    """

    count: int = 4
    known_mode: str = PATH
    resample_times: int = DEFAULT_RESAMPLE_TIMES
    weighted: bool = False
    particles: int = 64
    start: int | None = None
    automatic: bool = True
    soft: bool = False

    @property
    def chain_count(self) -> int:
        """The number of chains in a run."""
        return max(self.particles, self.count) if self.weighted else self.count

    def differences(self, usual: InpaintOptions, noun: str = "pixels") -> tuple[str, ...]:
        """Return in a few words each how the samples are drawn otherwise than with the options ``usual``."""
        found: list[str] = []
        if self.known_mode != usual.known_mode:
            found.append(f"known {noun} {self.known_mode}")
        if self.soft != usual.soft:
            found.append("greys as confidence" if self.soft else "greys cut at a half")
        if self.weighted and (not usual.weighted or self.particles != usual.particles):
            found.append(f"{self.particles} weighted particles")
        if not self.weighted and usual.weighted:
            found.append("reverse kernels")
        if not self.weighted and self.resample_times != usual.resample_times:
            found.append(f"RePaint resampling {self.resample_times}")
        if self.start != usual.start:
            found.append("from noise" if self.start is None else f"from t = {self.start}")
        return tuple(found)

    def sentence(self, noun: str) -> str:
        """Return a description of these options for a ``noun`` "pixels" or "bits"."""
        parts = [KNOWN_PIXELS_TEXT[self.known_mode]]
        if self.resample_times and not self.weighted:
            parts.append(RESAMPLE_TIMES)
        parts.append(WEIGHTED_TEXT if self.weighted else PLAIN_TEXT)
        return " ".join(parts).format(noun=noun)

    def problem(self) -> str | None:
        """Return why these options cannot be combined, or None if they can."""
        if self.weighted and self.start is not None:
            return "Weighted particles must start from noise: choose the reverse kernels, or start from t = T."
        return None


NOTHING_MASKED = "Nothing is masked: paint over the part to inpaint (B), or choose a ready-made mask."
ALL_MASKED = "Everything is masked, so nothing is known: this is plain sampling."
SOFT_MASK = "A grey of a mask file is how far a pixel is known, and not cut at a half (a soft mask)"
PARTLY_KNOWN = "Greys as confidence: {partly} {noun} are partly known, as noisy observations."
NOTHING_FREE = "No place is free: there is nothing to inpaint."
ALL_FREE = "All places are free, so nothing is known: this is plain sampling."


DEFAULT_SEQUENCE_OPTIONS = InpaintOptions(count=16, weighted=True, particles=512)
"""Sequences are short, so many are drawn, with enough weighted particles to be accurate."""


def mask_note(openness: NDArray[Any], start: int | None) -> str:
    """Return a note on the mask for a chain from ``start``, or "".

    Args:
        openness: ``[H, W]``, one row for a sequence: True and False, or 0 (known) … 1 (to be inpainted).
        start: See `InpaintOptions`.
    """
    row, found = len(openness) == 1, int(np.count_nonzero(openness))
    fully = found if openness.dtype == np.bool_ else int(np.count_nonzero(openness == 1))
    if start is None and not found:
        return NOTHING_FREE if row else NOTHING_MASKED
    if start is None and fully == openness.size:
        return ALL_FREE if row else ALL_MASKED
    partly = found - fully
    return PARTLY_KNOWN.format(partly=partly, noun="places" if row else "pixels") if partly else ""
