"""Filling in what is not known of an example: what `dpm inpaint` and a window share, array for array."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.posterior.large_images import resized, takes_any_size, windowed
from core.posterior.samplers import equally_weighted, reverse_under
from core.runtime.randomness import torch_generator
from core.sampling.predictions import x0_estimates
from core.sampling.starts import from_image
from core.sampling.strided import chosen_steps, strided_kernel
from core.sampling.trajectories import chunk_size, draw_start, frozen_frame, noise_start, prepare, reverse
from core.values.arrays import read_only
from core.values.inpainting import InpaintingFrame, InpaintingRequest
from core.values.potentials import LARGEST, Mask, Posterior, mask_of
from core.values.runs import Frame, PosteriorFrame, RunSpec, Start, preview_moves


def inpaint(
    model: DiffusionModel, request: InpaintingRequest, x0_previews: int = 0, *, pauses: bool = False
) -> Iterator[InpaintingFrame]:
    """Fill in ``request`` by the model's own chain, one frame a step; the last one holds the results.

    Args:
        model: The model.
        request: What is known, and how the rest is to be filled in.
        x0_previews: How many of the frames before the last show the model's guesses of the result. They cost one more
            question to the network each, and change no result.
        pauses: Whether frames that are pauses come between, where a step takes several questions to the network.

    Raises:
        BadInputError: If the request does not fit the model, or asks for what no run can do.
    """
    spec = spec_of(model, request)
    model = _sampled_model(model, request)
    start = start_for(model, request)
    preview_interval = math.ceil(start.t / x0_previews) if x0_previews else 0
    newest_frame = None
    for frame in _posterior_frames(model, spec, start, pauses):
        if frame is newest_frame:
            yield InpaintingFrame(frame.t, None, pause=True)
            continue
        newest_frame, images_shown = frame, None
        if frame.t == 0 or (preview_interval and (start.t - frame.t) % preview_interval == 0):
            (x0_estimate,) = x0_estimates(model, [Frame(frame.t, _result_states(request, spec, frame))])
            images_shown = completed(model, request, x0_estimate.x)
        yield InpaintingFrame(
            frame.t, images_shown, effective_size=_effective_size(request, frame), log_probability=frame.log_probability
        )


def preview(model: DiffusionModel, request: InpaintingRequest, steps: int | None = None) -> Iterator[InpaintingFrame]:
    """Inpaint ``request`` by an approximation in some ``steps`` moves, all of whose frames show x^0 estimates.

    By default they are as many as `preview_moves` says, and there are no frames where the chain is short enough to do
    without. Weights and RePaint resampling are left out.

    Raises:
        BadInputError: As `inpaint`.
    """
    request = dataclasses.replace(request, weighted=False, particles=None)
    spec = spec_of(model, request)
    model = _sampled_model(model, request)
    start = start_for(model, request)
    steps = preview_moves(start.t) if steps is None else steps
    for frame in strided_under(model, spec, steps, start) if steps else ():
        yield InpaintingFrame(frame.t, completed(model, request, frame.x), preview=True)


def model_for(model: DiffusionModel, shape: tuple[int, ...]) -> DiffusionModel:
    """Return ``model`` for pictures of ``shape``: itself, or the same over others where its network takes any size.

    Raises:
        BadInputError: If it does not.
    """
    model_shape = model.data.shape
    if shape == model_shape:
        return model
    if not takes_any_size(model) or len(shape) != len(model_shape) or shape[2:] != model_shape[2:]:
        raise BadInputError(f"picture: shape {shape} is not {model_shape}, that of the model's data")
    return resized(model, (shape[0], shape[1]))


def spec_of(model: DiffusionModel, request: InpaintingRequest) -> RunSpec:
    """Return what the engine is to run for ``request``.

    Raises:
        BadInputError: If nothing is to be filled in, a value that the run starts from is no state of the model, start
            is no step of it, or count, seed or threads are out of range.
    """
    model = model_for(model, request.image.shape)
    spec = RunSpec(request.chain_count, request.seed, request.threads)
    spec.check()
    if not request.mask.any():
        raise BadInputError("mask: it is empty, so there is nothing to fill in; paint over what is to be new")
    if request.start is None:
        check_known(model, request.image, request.mask, "image")
    else:
        start_for(model, request)
    if request.mask.all():
        return spec  # nothing is known: this is plain sampling
    known = model.data.to_model(np.where(request.mask, 0, request.image))
    r = Mask(request.mask, known, request.known_mode, request.effective_resample_times)
    return dataclasses.replace(spec, posterior=Posterior(r, request.effective_timing, request.weighted))


def check_known(model: DiffusionModel, image: NDArray[Any], mask: NDArray[np.bool_], name: str) -> None:
    """Raise `BadInputError` unless what ``mask`` leaves of ``image``, called ``name``, can be known to the model."""
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.where(mask, 0, model.data.to_model(image))
    if not (np.abs(known) <= LARGEST).all():
        raise BadInputError(f"{name}: it holds known values that are not finite, or far too large for the model")
    model.process.check_states(known, name)


def start_for(model: DiffusionModel, request: InpaintingRequest) -> Start:
    """Return where the chains of ``request`` start: noise, or its whole image, also under the mask, noised to a step.

    Raises:
        BadInputError: If the image holds what is no state of the model, or the step is none of it.
    """
    if request.start is None:
        return noise_start(model, request.chain_count)
    check_known(model, request.image, np.zeros_like(request.mask), "image")
    return from_image(model, model.data.to_model(request.image), request.start, request.chain_count)


def completed(model: DiffusionModel, request: InpaintingRequest, x: NDArray[np.float32]) -> NDArray[Any]:
    """Return states ``x`` [N, *shape], model units, in user's units, with the known entries the picture's own."""
    kind = np.result_type(request.image.dtype, np.float32)  # which holds every known value as it is
    images = model.data.to_user(x).astype(kind)
    images[:, ~request.mask] = request.image[~request.mask]
    return read_only(images)


def _posterior_frames(model: DiffusionModel, spec: RunSpec, start: Start, pauses: bool) -> Iterator[PosteriorFrame]:
    """Yield the states of the chains from ``start`` down to 0, whether or not anything is known."""
    if spec.posterior is not None:
        yield from reverse_under(model, spec, start, pauses=pauses)
        return
    equal = np.full(spec.count, -math.log(spec.count))
    for frame in reverse(model, spec, start):
        yield PosteriorFrame(frame.t, frame.x, equal, float(spec.count))


def _result_states(request: InpaintingRequest, spec: RunSpec, frame: PosteriorFrame) -> NDArray[np.float32]:
    """Return as many states as there are to be results, each particle as often as its weight asks for."""
    if not request.weighted:
        return frame.x
    return equally_weighted(frame, request.count, spec.seed)


def _effective_size(request: InpaintingRequest, frame: PosteriorFrame) -> float | None:
    return frame.effective_size if request.weighted else None


def _sampled_model(model: DiffusionModel, request: InpaintingRequest) -> DiffusionModel:
    """Return ``model`` for the picture, asked where something is to be new alone if it can be.

    Weights ask for the density of what is known, and so for the kernels of all of the picture.
    """
    model = model_for(model, request.image.shape)
    partly = request.mask.any() and not request.mask.all()
    return windowed(model, request.mask) if partly and not request.weighted and takes_any_size(model) else model


def strided_under(model: DiffusionModel, spec: RunSpec, steps: int, start: Start) -> Iterator[Frame]:
    """Compute an approximation of the reverse in ``steps`` random moves, under the mask of ``spec.posterior`` if any.

    Known entries follow their own noised path at the steps that are visited, or are held at x^0. A frame holds the
    x^0 estimate E[x^0 | x^t] of its step; the last one, t = 0, the states.

    Args:
        model: The model.
        spec: What to run; of its posterior the mask alone is heeded.
        steps: Number of moves.
        start: Where the chains start: pi, or an image noised to a step.

    Raises:
        BadInputError: If ``steps`` or the spec ask for what no run can do.
    """
    prepare(spec)
    process, at_once = model.process, chunk_size(model.data.shape)
    times = chosen_steps(process, steps, first=start.t)
    rng = torch_generator(spec.seed, "strided under")
    set_known = _known_entry_setter(model, mask_of(spec.posterior.r) if spec.posterior else None, rng)
    with torch.inference_mode():
        x = draw_start(model, start, spec.count, rng)
        x = set_known(x, None, times[0], times[0])
    for t, s in pairwise(times):
        estimate_parts, moved = [], []
        with torch.inference_mode():
            for part in torch.split(x, at_once):
                distribution = model.reverse_kernel(part, t)
                estimate_parts.append(process.x0_estimate(distribution, part, t).float())
                moved.append(set_known(strided_kernel(model, part, t, s, distribution).draw(rng), part, t, s))
            x0_estimate, x = torch.cat(estimate_parts), torch.cat(moved)
        yield frozen_frame(t, x0_estimate)
    yield frozen_frame(0, x)


def _known_entry_setter(
    model: DiffusionModel, mask: Mask | None, rng: torch.Generator
) -> Callable[[Tensor, Tensor | None, int, int], Tensor]:
    """Return what puts known entries into states x^s, given x^t where there is one; into all at s = 0."""
    if mask is None:
        return lambda x, _before, _t, _s: x
    known, y = torch.tensor(~mask.mask), torch.tensor(mask.known)
    process, clean = model.process, mask.known_mode == "clean"

    def set_known(x: Tensor, before: Tensor | None, t: int, s: int) -> Tensor:
        values = y.expand_as(x)
        if s > 0 and not clean:
            path = process.marginal(values, s) if before is None else process.multi_step_posterior(values, before, s, t)
            values = path.draw(rng)
        return torch.where(known, values, x)

    return set_known
