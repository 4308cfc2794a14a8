"""From what is on the easel to what the engine is asked for, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.filling_values import FillRequest
from dpm_gui.painting.easel import Easel
from dpm_gui.painting.options import COUNTS, FillOptions
from dpm_gui.painting.sources import framed


def request_of(easel: Easel, options: FillOptions, seed: int, threads: int, *, row: bool) -> FillRequest:
    """Return what is to be filled in; of a sequence, which is a picture of a single ``row``, that row.

    Raises:
        BadInputError: If it cannot be.
    """
    picture: NDArray[Any] = easel.picture.values
    mask: NDArray[np.bool_] = easel.mask.values
    if options.start is not None and not mask.any():
        mask = np.ones_like(mask)  # all of a rough picture is to be finished
    return FillRequest(
        picture=picture[0] if row else picture,
        mask=mask[0] if row else mask,
        count=options.count,
        seed=seed,
        threads=threads,
        held=options.held,
        back_and_forth=0 if options.weighted else options.back_and_forth,
        weighted=options.weighted,
        particles=max(options.particles, options.count) if options.weighted else None,
        start=options.start,
    )


def put_on(easel: Easel, request: FillRequest) -> None:
    """Put picture and mask of ``request`` on the easel; of an RGB picture a pixel is masked if any colour of it is."""
    easel.exchange(framed(request.picture.astype(np.float32)), "open a picture")
    mask = framed(request.mask)
    easel.set_mask(np.asarray(mask if mask.ndim == 2 else mask.any(axis=2)), "open a mask")


def options_in(request: FillRequest) -> dict[str, Any]:
    """Return the entries of `FillOptions` that ``request`` speaks of."""
    options = {name: getattr(request, name) for name in ("held", "weighted", "start")}
    if not request.weighted:
        options["back_and_forth"] = request.effective_back_and_forth
    return options | {"count": min(request.count, COUNTS[1]), "particles": request.walked}
