"""From what is on the easel to what the engine is asked for, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import DataInfo
from core.values.inpainting import FillRequest
from core.values.runs import Frame
from dpm_gui.paint.document.document import Easel
from dpm_gui.paint.inpainting.options import COUNTS, FillOptions


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


class PictureSource:
    """Goes through the examples and the samples of one checkpoint."""

    def __init__(self, data: DataInfo) -> None:
        self._data = data
        self._example = 0
        self._sample = -1

    @property
    def example(self) -> NDArray[np.float32]:
        """The example it has come to, ``[*shape]``, user's units."""
        example: NDArray[np.float32] = self._data.examples[self._example]
        return example

    def go(self, step: int) -> NDArray[np.float32]:
        """Go some examples on or back, round and round."""
        self._example = (self._example + step) % len(self._data.examples)
        return self.example

    def next_sample(self, frame: Frame) -> NDArray[np.float32]:
        """Return the next of the samples in ``frame``, user's units; of pictures in whole grey levels."""
        self._sample = (self._sample + 1) % len(frame.x)
        picture: NDArray[np.float32] = self._data.to_user(frame.x[self._sample][None])[0]
        if self._data.grey_level is not None:
            picture = np.floor(picture).clip(*self._data.value_range)
        return picture


def framed(example: NDArray[Any]) -> NDArray[Any]:
    """Return an example as a picture: a sequence is one of a single row."""
    return example if example.ndim > 1 else example[None]
