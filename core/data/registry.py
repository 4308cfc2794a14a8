"""Data sources by their names in checkpoints."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from core.data.formulas import Heartbeat, SwissRoll
from core.data.images import GREY_LEVEL
from core.data.shipped_images import IMAGE_SOURCES
from core.data.sources import Examples, KnownSource, Source
from core.values.checkpoints import DataInfo

FORMULAS: Mapping[str, Callable[[], KnownSource]] = {SwissRoll.name: SwissRoll, Heartbeat.name: Heartbeat}


def source_of(info: DataInfo) -> Source:
    """Return the source of that name if there is one of the same shape, else the examples in ``info``."""
    source: Source | None = None
    if info.name in FORMULAS and info.grey_level is None:
        source = FORMULAS[info.name]()
    elif info.name in IMAGE_SOURCES and info.grey_level == GREY_LEVEL:
        source = IMAGE_SOURCES[info.name](info.shape)
    if source is not None and source.shape == info.shape:
        return source
    return Examples(info.name, info.examples, info.grey_level)


def places_along(info: DataInfo, x0: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a number in [0, 1] for each point of ``x0`` [N, 2], model units, so that neighbours get similar colours.

    For the swiss roll it is the place along the roll; for other data in the plane, the direction from the mean.
    """
    source = source_of(info)
    if isinstance(source, SwissRoll):
        return source.along(info.to_user(x0))
    return (np.arctan2(x0[:, 1], x0[:, 0]) / (2.0 * math.pi) + 0.5).astype(np.float32)
