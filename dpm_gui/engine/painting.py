"""What Paint asks the engine for: inpainting, and samples under a potential."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from core.values.inpainting import InpaintingFrame, InpaintingRequest
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.engine.opening import Opened

if TYPE_CHECKING:
    pass

INPAINT_SHOWN_FRAMES = 20
"""How often on the way what is being filled in is shown."""
X0_ESTIMATE_SHOWN_BELOW = 0.4
"""Share of the steps from which on down a guess is no step back from the preview."""


def inpaint(opened: Opened, request: InpaintingRequest) -> Iterator[InpaintingFrame]:
    """Fill in ``request``: by fewer steps first, where that is worth it, then by the model's own chain."""
    from core.posterior import inpainting

    clear = float(opened.checkpoint.steps)
    for frame in inpainting.preview(opened.model, request):
        clear = X0_ESTIMATE_SHOWN_BELOW * (request.start or opened.checkpoint.steps)
        yield frame
    for frame in inpainting.inpaint(opened.model, request, x0_previews=INPAINT_SHOWN_FRAMES, pauses=True):
        yield frame if frame.t <= clear else replace(frame, images=None)


def sample_posterior(opened: Opened, spec: RunSpec) -> Iterator[PosteriorFrame]:
    """Walk back under ``spec.posterior``; the last frame's points are as many as weights ask for."""
    from core.posterior.samplers import equally_weighted, reverse_under

    for frame in reverse_under(opened.model, spec):
        if frame.t == 0 and frame.log_probability is not None:
            frame = replace(frame, x=equally_weighted(frame, spec.count, spec.seed))
        yield frame


def takes_any_size(opened: Opened) -> bool:
    """Tell whether pictures of any size can be filled in."""
    from core.posterior.large_images import takes_any_size as takes

    return takes(opened.model)


def check_fits(opened: Opened, request: InpaintingRequest) -> None:
    """Raise `BadInputError` unless ``request`` can be for what is open."""
    from core.posterior.inpainting import model_for

    model_for(opened.model, request.image.shape)
