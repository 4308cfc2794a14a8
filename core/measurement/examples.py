"""The examples that a model is measured on, what they are, and the noise of grey levels in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.images import with_noise
from core.data.sources import Examples, Source, drawn_once
from core.errors import BadInputError
from core.model import DiffusionModel
from core.runtime.devices import numpy_generator
from core.values.checkpoints import DataInfo, pixels_of
from core.values.measurements import FRESH, GIVEN, HELD_OUT, TRAINING
from core.values.runs import DEFAULT_COUNT, RunSpec

LARGEST_STANDARDISED = 1e30
DEFAULT_IMAGES, MIN_IMAGES = 128, 16
"""Default number of images that K is measured on; fewer if they are large, since each counts as several."""
PIXELS_OF_DEFAULT = 1024
LEVEL_ROUNDING = 1e-4
"""How far whole grey levels may be from themselves by rounding, in levels."""


@dataclass(frozen=True, slots=True)
class MeasuredExamples:
    """Examples that a model is measured on.

    Attributes:
        states: ``[N, *shape]``, model units.
        measured_on: What they are, see `core.values.measurements.Bound`.
        noise_added: Whether the uniform noise of one grey level was added to whole grey levels.
    """

    states: Tensor
    measured_on: str
    noise_added: bool


def measured_examples(
    model: DiffusionModel, spec: RunSpec, data: NDArray[np.generic] | None = None, least: int = 2
) -> MeasuredExamples:
    """Return ``data``, or else the examples that ``model`` is measured on, as states.

    These are the held-out examples in the checkpoint or behind its source, fresh draws of a formula, or training
    examples where there are no others. There are ``spec.count`` of them, or all if they are fewer: stored examples are
    taken once each. To images of whole grey levels the noise of one level is added, which belongs to their density.

    Args:
        model: The model.
        spec: Number of examples, and the seed of their choice and their noise.
        data: Data ``[N, *shape]`` in user's units.
        least: The fewest examples to accept.

    Raises:
        BadInputError: If they are not ``least`` or more examples of the model's shape and kind.
    """
    info = model.data
    if data is None:
        source = model.source.held_out
        measured_on = what_is(source, model.source)
        values: NDArray[np.generic] = drawn_once(source, spec.count, numpy_generator(spec.seed, "held out"))
        noise_added = info.grey_level is not None
    else:
        values, measured_on = data, GIVEN
        noise_added = info.grey_level is not None and are_whole_levels(data, info)
    check_examples(values, info, least)
    if data is not None and noise_added and info.grey_level is not None:
        values = with_noise(values.astype(np.float64), numpy_generator(spec.seed, "grey-level noise"), info.grey_level)
    x0 = info.to_model(values)
    model.process.check_states(x0, "data")
    return MeasuredExamples(torch.from_numpy(x0), measured_on, noise_added)


def default_count(info: DataInfo) -> int:
    """Return the default number of examples that K is measured on; fewer for images, which have many values."""
    if not info.is_image:
        return DEFAULT_COUNT
    return min(DEFAULT_IMAGES, max(MIN_IMAGES, DEFAULT_IMAGES * PIXELS_OF_DEFAULT // pixels_of(info.shape)))


def what_is(held_out: Source, source: Source) -> str:
    """Return what the draws of ``held_out`` are, the held-out data of ``source``, see `Bound`."""
    if held_out is not source:
        return HELD_OUT
    return TRAINING if isinstance(source, Examples) else FRESH


def are_whole_levels(data: NDArray[np.generic], info: DataInfo) -> bool:
    """Return whether all values of ``data``, user's units, are whole grey levels of ``info``: they have no density."""
    if info.grey_level is None or data.dtype.kind not in "fiu":
        return False
    levels = (np.asarray(data, np.float64) - info.value_range[0]) / info.grey_level
    return bool(np.isfinite(levels).all() and (np.abs(levels - np.rint(levels)) < LEVEL_ROUNDING).all())


def check_examples(data: NDArray[np.generic], info: DataInfo, least: int) -> None:
    """Raise `BadInputError` unless ``data``, user's units, are ``least`` or more examples of the shape in ``info``."""
    if data.ndim != 1 + len(info.shape) or data.shape[1:] != info.shape:
        raise BadInputError(f"data: shape {data.shape} is not (N, {', '.join(map(str, info.shape))}), the model's")
    if data.dtype.kind not in "fiu" or not np.isfinite(data).all():
        raise BadInputError(f"data: {data.dtype} with entries that are not finite real numbers")
    if (np.abs(data.astype(np.float64) - info.shift) > LARGEST_STANDARDISED * info.scale).any():
        raise BadInputError(
            f"data: entries over {LARGEST_STANDARDISED:g} of the model's standard deviations away; check the units"
        )
    if len(data) < least:
        found = "one example is" if len(data) == 1 else f"{len(data)} examples are"
        raise BadInputError(f"data: {found} too few; give {least} or more")
