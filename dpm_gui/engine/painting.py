"""Inpainting, and samples under a potential, for Paint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.values.inpainting import InpaintingFrame, InpaintingRequest
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.engine.opening import Opened

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


def sample_posterior(opened: Opened, spec: RunSpec) -> Iterator[PosteriorFrame]:
    """Run the reverse chain under ``spec.posterior``; the states of the last frame have equal weights."""
    from core.posterior.samplers import equally_weighted, reverse_under

    for frame in reverse_under(opened.model, spec):
        if frame.t == 0 and frame.log_probability is not None:
            frame = replace(frame, x=equally_weighted(frame, spec.count, spec.seed))
        yield frame


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
