"""Whether a posterior fits a model: its kind, the shape of its data, and the weights that were asked for."""

from __future__ import annotations

import math

import numpy as np

from core.errors import BadInputError
from core.values.potentials import (
    BitPotential,
    HalfPlane,
    Mask,
    NoisyObservation,
    PaintedField,
    Posterior,
    Potential,
    SoftMask,
    factors_of,
)


def check_posterior(posterior: Posterior, kind: str, shape: tuple[int, ...]) -> None:
    """Raise `BadInputError` unless ``posterior`` fits a process of ``kind`` over data of ``shape``."""
    for factor in factors_of(posterior.r):
        _check_kind(factor, kind)
        _check_shape(factor, shape)
        if posterior.weighted:
            _check_weights(factor, posterior.timing)


def _check_kind(factor: Potential, kind: str) -> None:
    if isinstance(factor, (Mask, SoftMask)):
        name = "known" if isinstance(factor, Mask) else "observed"
        values = getattr(factor, name)
        if kind == "binomial" and not np.isin(values, (0, 1)).all():
            bad = values[~np.isin(values, (0, 1))][0]
            raise BadInputError(f"{name}: {bad:g} is not a bit; a binomial model needs 0 or 1")
    elif isinstance(factor, BitPotential) != (kind == "binomial"):
        name = BitPotential.__name__
        fitting = (
            f"a {Mask.__name__}, a {SoftMask.__name__} or a {name}" if kind == "binomial" else f"anything but a {name}"
        )
        raise BadInputError(f"r: a {type(factor).__name__} does not fit a {kind} model; use {fitting}")


def _check_shape(factor: Potential, shape: tuple[int, ...]) -> None:
    arrays = {Mask: "mask", SoftMask: "confidence", NoisyObservation: "y", BitPotential: "log_odds"}
    name = arrays.get(type(factor))
    if name is not None:
        found = getattr(factor, name).shape
        if found != shape:
            raise BadInputError(f"{name}: shape {found} is not the data's, {shape}")
    if isinstance(factor, HalfPlane) and factor.normal.size != math.prod(shape):
        entries = math.prod(shape)
        raise BadInputError(f"normal: it has {factor.normal.size} entries, but data of shape {shape} have {entries}")
    if isinstance(factor, PaintedField) and (len(shape) != 1 or max(factor.columns) >= shape[0]):
        raise BadInputError(f"columns: a painted field over {factor.columns} does not fit data of shape {shape}")


def _check_weights(factor: Potential, timing: str) -> None:
    """Refuse an r_t that is zero on paths of positive probability, since their weights would be wrong."""
    if isinstance(factor, (Mask, SoftMask)) and factor.resample_times:
        raise BadInputError("resample_times: RePaint resampling has no weights; choose 0 times, or no weights")
    if isinstance(factor, Mask) and factor.known_mode == "clean" and timing != "twisted":
        raise BadInputError(
            f"known_mode: with clean known entries, weights are wrong if timing is {timing!r}; "
            "choose noised known entries, or the timing 'twisted'"
        )
    if isinstance(factor, HalfPlane) and factor.softness == 0 and timing != "twisted":
        raise BadInputError(
            f"timing: weights of a half plane are wrong if r is zero outside it at every step; "
            f"choose the timing 'twisted' instead of {timing!r}, or a soft border"
        )
