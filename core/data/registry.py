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
    return Examples(info.name, info.examples, info.grey_level, info.held_out)


def places_along(info: DataInfo, x0: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a number in [0, 1] for each point of ``x0`` [N, D], model units, so that neighbours get similar colours.

    For the swiss roll it is the place along the roll; for other data in the plane, the direction from the mean. In one
    dimension it is the share of the examples below the point; in more than two, the direction in the plane of the
    examples' first two principal axes, so that it does not depend on the columns that are shown.
    """
    source = source_of(info)
    if isinstance(source, SwissRoll):
        return source.along(info.to_user(x0))
    dimensions = x0.shape[1]
    if dimensions == 1:
        values = np.sort(info.to_model(info.examples)[:, 0])
        ranks = (np.arange(len(values)) + 0.5) / len(values)
        return np.interp(x0[:, 0], values, ranks, left=0.0, right=1.0).astype(np.float32)
    plane = x0 if dimensions == 2 else _on_principal_axes(info, x0)
    return (np.arctan2(plane[:, 1], plane[:, 0]) / (2.0 * math.pi) + 0.5).astype(np.float32)


def _on_principal_axes(info: DataInfo, x0: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return ``x0`` [N, D], D > 2, on the first two principal axes of the examples, ``[N, 2]``."""
    examples = info.to_model(info.examples).astype(np.float64)
    mean = examples.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(examples - mean, rowvar=False, ddof=0))
    axes = vectors[:, :-3:-1]
    greatest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[greatest, range(2)])  # an axis has no direction; its largest entry is made positive
    return np.asarray((x0 - mean) @ axes, np.float32)
