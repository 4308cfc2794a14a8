"""What Paint asks the engine for: inpainting, and samples under a potential."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from core.values.inpainting import FillFrame, FillRequest
from core.values.runs import PosteriorFrame, RunSpec
from dpm_gui.engine.opening import Opened

if TYPE_CHECKING:
    pass

FILL_LOOKS = 20
"""How often on the way what is being filled in is shown."""
CLEARER_THAN_PREVIEW = 0.4
"""Share of the steps from which on down a guess is no step back from the preview."""


def fill(opened: Opened, request: FillRequest) -> Iterator[FillFrame]:
    """Fill in ``request``: by fewer steps first, where that is worth it, then by the model's own chain."""
    from core.posterior import inpainting

    clear = float(opened.checkpoint.steps)
    for frame in inpainting.preview(opened.model, request):
        clear = CLEARER_THAN_PREVIEW * (request.start or opened.checkpoint.steps)
        yield frame
    for frame in inpainting.fill(opened.model, request, looks=FILL_LOOKS, pauses=True):
        yield frame if frame.t <= clear else replace(frame, pictures=None)


def wish(opened: Opened, spec: RunSpec) -> Iterator[PosteriorFrame]:
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


def check_fits(opened: Opened, request: FillRequest) -> None:
    """Raise `BadInputError` unless ``request`` can be for what is open."""
    from core.posterior.inpainting import model_for

    model_for(opened.model, request.picture.shape)
