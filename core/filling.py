"""Filling in what is not known of an example: what `dpm inpaint` and a window share, array for array."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.filling_values import FillFrame, FillRequest
from core.model import DiffusionModel
from core.posterior import equally_weighted, finish_under, reverse_under
from core.potentials import LARGEST, Mask, Posterior
from core.randomness import torch_generator
from core.strided_filling import strided_under
from core.trajectories import guesses, prepare, reverse, reverse_from
from core.values import Frame, PosteriorFrame, RunSpec
from core.windows import resized, takes_any_size, windowed

PREVIEW_STEPS = 50
WORTH_A_PREVIEW = 2
"""Of the preview's steps, so many times more there must be for it to be worth the wait."""


def fill(model: DiffusionModel, request: FillRequest, looks: int = 0, *, pauses: bool = False) -> Iterator[FillFrame]:
    """Fill in ``request`` by the model's own chain, one frame a step; the last one holds the results.

    Args:
        model: The model.
        request: What is known, and how the rest is to be filled in.
        looks: How many of the frames before the last show the model's guesses of the result. They cost one more
            question to the network each, and change no result.
        pauses: Whether frames that are pauses come between, where a step takes several questions to the network.

    Raises:
        BadInputError: If the request does not fit the model, or asks for what no run can do.
    """
    spec = spec_of(model, request)
    model = _walked_model(model, request)
    start = _checked_start(model, request)
    every = math.ceil(start / looks) if looks else 0
    newest = None
    for frame in _walk(model, request, spec, start, pauses):
        if frame is newest:
            yield FillFrame(frame.t, None, pause=True)
            continue
        newest, shown = frame, None
        if frame.t == 0 or (every and (start - frame.t) % every == 0):
            (guess,) = guesses(model, [Frame(frame.t, _drawn(request, spec, frame))])
            shown = finished(model, request, guess.x)
        yield FillFrame(frame.t, shown, effective_size=_size(request, frame), log_probability=frame.log_probability)


def preview(model: DiffusionModel, request: FillRequest, steps: int = PREVIEW_STEPS) -> Iterator[FillFrame]:
    """Fill in ``request`` by an approximation in some ``steps`` moves, all of whose frames show guesses.

    There are no frames where the model's own chain is hardly longer. Weights, and steps back and forth, are left out.

    Raises:
        BadInputError: As `fill`.
    """
    request = dataclasses.replace(request, weighted=False, particles=None)
    spec = spec_of(model, request)
    model = _walked_model(model, request)
    start = _checked_start(model, request)
    if start < WORTH_A_PREVIEW * steps:
        return
    rough = None if request.start is None else rough_state(model, request)
    for frame in strided_under(model, spec, steps, rough, request.start):
        yield FillFrame(frame.t, finished(model, request, frame.x), preview=True)


def model_for(model: DiffusionModel, shape: tuple[int, ...]) -> DiffusionModel:
    """Return ``model`` for pictures of ``shape``: itself, or the same over others where its network takes any size.

    Raises:
        BadInputError: If it does not.
    """
    own = model.data.shape
    if shape == own:
        return model
    if not takes_any_size(model) or len(shape) != len(own) or shape[2:] != own[2:]:
        raise BadInputError(f"picture: shape {shape} is not {own}, that of the model's data")
    return resized(model, (shape[0], shape[1]))


def spec_of(model: DiffusionModel, request: FillRequest) -> RunSpec:
    """Return what the engine is to run for ``request``.

    Raises:
        BadInputError: If nothing is to be filled in, a value that the run starts from is no state of the model, start
            is no step of it, or count, seed or threads are out of range.
    """
    model = model_for(model, request.picture.shape)
    spec = RunSpec(request.walked, request.seed, request.threads)
    prepare(spec)
    _checked_start(model, request)
    if not request.mask.any():
        raise BadInputError("mask: it is empty, so there is nothing to fill in; paint over what is to be new")
    if request.start is None:
        check_known(model, request.picture, request.mask, "picture")
    else:
        rough_state(model, request)
    if request.mask.all():
        return spec  # nothing is known: this is plain sampling
    known = model.data.to_model(np.where(request.mask, 0, request.picture))
    r = Mask(request.mask, known, request.held, request.effective_back_and_forth)
    return dataclasses.replace(spec, posterior=Posterior(r, request.effective_timing, request.weighted))


def check_known(model: DiffusionModel, picture: NDArray[Any], mask: NDArray[np.bool_], name: str) -> None:
    """Raise `BadInputError` unless what ``mask`` leaves of ``picture``, called ``name``, can be known to the model."""
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.where(mask, 0, model.data.to_model(picture))
    if not (np.abs(known) <= LARGEST).all():
        raise BadInputError(f"{name}: it holds known values that are not finite, or far too large for the model")
    model.process.check_states(known, name)


def rough_state(model: DiffusionModel, request: FillRequest) -> NDArray[np.float32]:
    """Return the whole picture in model units, what is under the mask too, to start from.

    Raises:
        BadInputError: If it holds what is no state of the model.
    """
    check_known(model, request.picture, np.zeros_like(request.mask), "picture")
    return model.data.to_model(request.picture)


def finished(model: DiffusionModel, request: FillRequest, x: NDArray[np.float32]) -> NDArray[Any]:
    """Return states ``x`` [N, *shape], model units, in user's units, with the known entries the picture's own."""
    kind = np.result_type(request.picture.dtype, np.float32)  # which holds every known value as it is
    pictures = model.data.to_user(x).astype(kind)
    pictures[:, ~request.mask] = request.picture[~request.mask]
    pictures.setflags(write=False)
    return pictures


def _walk(
    model: DiffusionModel, request: FillRequest, spec: RunSpec, start: int, pauses: bool
) -> Iterator[PosteriorFrame]:
    """Yield the states of the walk, t = ``start`` … 0, whether or not anything is known."""
    if spec.posterior is not None:
        if request.start is None:
            yield from reverse_under(model, spec, pauses=pauses)
        else:
            yield from finish_under(model, spec, rough_state(model, request), start, pauses=pauses)
        return
    equal = np.full(spec.count, -math.log(spec.count))
    for frame in _plain(model, request, spec, start):
        yield PosteriorFrame(frame.t, frame.x, equal, float(spec.count))


def _plain(model: DiffusionModel, request: FillRequest, spec: RunSpec, start: int) -> Iterator[Frame]:
    if request.start is None:
        return reverse(model, spec)
    rough = torch.from_numpy(rough_state(model, request)).expand(spec.count, *model.data.shape)
    x = model.process.jump(rough.clone(), start, torch_generator(spec.seed, "rough"))
    return reverse_from(model, x.numpy(), start, spec)


def _drawn(request: FillRequest, spec: RunSpec, frame: PosteriorFrame) -> NDArray[np.float32]:
    """Return as many states as there are to be results, each particle as often as its weight asks for."""
    if not request.weighted:
        return frame.x
    return equally_weighted(frame, request.count, spec.seed)


def _size(request: FillRequest, frame: PosteriorFrame) -> float | None:
    return frame.effective_size if request.weighted else None


def _checked_start(model: DiffusionModel, request: FillRequest) -> int:
    start = model.steps if request.start is None else request.start
    if not 1 <= start <= model.steps:
        raise BadInputError(f"start: {start} is not a step between 1 and {model.steps}")
    return start


def _walked_model(model: DiffusionModel, request: FillRequest) -> DiffusionModel:
    """Return ``model`` for the picture, asked where something is to be new alone if it can be.

    Weights ask for the density of what is known, and so for the kernels of all of the picture.
    """
    model = model_for(model, request.picture.shape)
    partly = request.mask.any() and not request.mask.all()
    return windowed(model, request.mask) if partly and not request.weighted and takes_any_size(model) else model
