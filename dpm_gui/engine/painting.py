"""Inpainting, and samples under a potential, for Paint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.values.arrays import read_only
from core.values.inpainting import InpaintingFrame, InpaintingRequest
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import colours_along
from dpm_gui.engine.values import ParticleColours

INPAINT_SHOWN_FRAMES = 20
"""Number of x^0 estimates that are shown while a chain inpaints."""
X0_ESTIMATE_SHOWN_BELOW = 0.4
"""Share of the steps below which an x^0 estimate is at least as good as the preview."""


def inpaint(opened: Opened, request: InpaintingRequest) -> Iterator[InpaintingFrame]:
    """Inpaint ``request``: in few steps first, where that saves time, then by the model's own chain."""
    from core.posterior import inpainting

    shown_below = float(opened.checkpoint.steps)
    for frame in inpainting.preview(opened.model, request):
        shown_below = X0_ESTIMATE_SHOWN_BELOW * (request.start or opened.checkpoint.steps)
        yield frame
    for frame in inpainting.inpaint(opened.model, request, x0_previews=INPAINT_SHOWN_FRAMES, pauses=True):
        yield frame if frame.t <= shown_below else replace(frame, images=None)


def sample_posterior(opened: Opened, spec: RunSpec) -> Iterator[PosteriorFrame | ParticleColours]:
    """Run the reverse chain under ``spec.posterior``, and then yield the colours of each step's particles.

    The particles of the last frame have equal weights, and say from which ones they were taken.
    """
    from core.posterior.samplers import equal_shares, reverse_under

    ancestors: dict[int, NDArray[np.int64] | None] = {}
    for frame in reverse_under(opened.model, spec):
        if frame.t == 0 and frame.log_probability is not None:
            taken = equal_shares(frame, spec.count, spec.seed)
            frame = replace(frame, x=read_only(frame.x[taken]), ancestors=taken)
        ancestors[frame.t] = frame.ancestors
        yield frame
    along = colours_along(opened.checkpoint, frame.x)
    if along is not None:
        yield ParticleColours(particle_colours(along, ancestors))


def particle_colours(
    along: NDArray[np.float32], ancestors: Mapping[int, NDArray[np.int64] | None]
) -> dict[int, NDArray[np.float32]]:
    """Return the place along the data of each step's particles: that of a descendant at t = 0, NaN without any.

    Args:
        along: Of the particles at t = 0, ``[N]`` in [0, 1].
        ancestors: Of the particles at each step t = 0 … T (`PosteriorFrame.ancestors`).
    """
    colours = {0: along}
    for t in range(max(ancestors)):
        taken, found = ancestors[t], colours[t]
        if taken is not None:
            found, descendants = np.full_like(along, np.nan), found
            has_colour = ~np.isnan(descendants)
            found[taken[has_colour]] = descendants[has_colour]
        colours[t + 1] = found
    return colours


def most_pixels() -> int:
    """Return the most pixels that an image to inpaint may have."""
    from core.posterior.large_images import MOST_PIXELS

    return MOST_PIXELS


def check_size(opened: Opened, shape: tuple[int, ...]) -> None:
    """Raise `BadInputError` unless the open model can inpaint images of ``shape``."""
    if shape == opened.checkpoint.data.shape:
        return
    from core.posterior.inpainting import model_for

    model_for(opened.model, shape)
