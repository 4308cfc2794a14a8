"""Inpainting of the unknown entries of an example; `dpm inpaint` and the window get the same arrays."""

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
from core.posterior.factors import SoftMaskFactor
from core.posterior.kernels import kernel_of
from core.posterior.large_images import resized, takes_any_size, windowed
from core.posterior.samplers import equally_weighted, reverse_under
from core.processes.distributions import StateDistribution
from core.sampling.blocks import blocks_of, joined
from core.sampling.predictions import x0_estimates
from core.sampling.starts import from_image
from core.sampling.strided import chosen_steps, strided_kernel
from core.sampling.trajectories import draw_start, frozen_frame, noise_start, prepare, reverse
from core.values.arrays import read_only
from core.values.inpainting import InpaintingFrame, InpaintingRequest
from core.values.potentials import LARGEST, Mask, Posterior, Potential, Product, SoftMask, mask_of, soft_mask_of
from core.values.runs import Frame, PosteriorFrame, RunSpec, Start, preview_moves


def inpaint(
    model: DiffusionModel, request: InpaintingRequest, x0_previews: int = 0, *, pauses: bool = False
) -> Iterator[InpaintingFrame]:
    """Inpaint ``request`` by the model's own chain, one frame a step; the last one holds the results.

    Result i is the same for every count that includes it, except with weights, whose particles are resampled together.

    Args:
        model: The model.
        request: What is known, and how the rest is inpainted.
        x0_previews: How many frames before the last show x^0 estimates of the result. Each takes one more evaluation of
            the network and changes no result.
        pauses: Whether to yield pauses between frames if a step takes several evaluations of the network.

    Raises:
        BadInputError: If the request is invalid, or does not fit the model.
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
    """Inpaint ``request`` approximately in ``steps`` moves; each frame shows an x^0 estimate.

    The default number is `preview_moves`, which is 0 for short chains: no frames. Weights and RePaint resampling are
    left out.

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
    """Return ``model`` for images of ``shape``: itself, or resized if its network takes any size.

    Raises:
        BadInputError: If the network does not take that shape.
    """
    model_shape = model.data.shape
    if shape == model_shape:
        return model
    if not takes_any_size(model) or len(shape) != len(model_shape) or shape[2:] != model_shape[2:]:
        raise BadInputError(f"image: shape {shape} is not {model_shape}, that of the model's data")
    return resized(model, (shape[0], shape[1]))


def spec_of(model: DiffusionModel, request: InpaintingRequest) -> RunSpec:
    """Return the spec of the run for ``request``.

    Raises:
        BadInputError: If the mask is empty, a known value is no state of the model, start is no step of it, or count,
            seed or threads are out of range.
    """
    model = model_for(model, request.image.shape)
    spec = RunSpec(request.chain_count, request.seed, request.threads)
    spec.check()
    if not request.mask.any():
        raise BadInputError("mask: it is empty, so there is nothing to inpaint; mark the entries to inpaint")
    if request.start is None:
        check_known(model, request.image, request.ignored, "image")
    else:
        start_for(model, request)
    factors = _factors(model, request)
    if not factors:
        return spec  # nothing is known: this is plain sampling
    r = factors[0] if len(factors) == 1 else Product(factors)
    return dataclasses.replace(spec, posterior=Posterior(r, request.effective_timing, request.weighted))


def _factors(model: DiffusionModel, request: InpaintingRequest) -> tuple[Potential, ...]:
    """Return the factors of r: the entries that are known, and those that are partly known, if any."""
    known = model.data.to_model(np.where(request.ignored, 0, request.image))
    times, factors = request.effective_resample_times, list[Potential]()
    if not request.mask.all():
        factors.append(Mask(request.mask, known, request.known_mode, times))
    if request.confidence is not None:
        factors.append(SoftMask(np.where(request.mask, request.confidence, 0), known, times))
    return tuple(factors)


def check_known(model: DiffusionModel, image: NDArray[Any], mask: NDArray[np.bool_], name: str) -> None:
    """Raise `BadInputError` about ``name`` unless ``image`` outside ``mask`` holds possible states of the model."""
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.where(mask, 0, model.data.to_model(image))
    if not (np.abs(known) <= LARGEST).all():
        raise BadInputError(f"{name}: it holds known values that are not finite, or far too large for the model")
    model.process.check_states(known, name)


def start_for(model: DiffusionModel, request: InpaintingRequest) -> Start:
    """Return where the chains of ``request`` start: noise, or its whole image, also under the mask, noised to a step.

    Raises:
        BadInputError: If the image is no state of the model, or the step is none of its steps.
    """
    if request.start is None:
        return noise_start(model, range(request.chain_count))
    check_known(model, request.image, np.zeros_like(request.mask), "image")
    return from_image(model, model.data.to_model(request.image), request.start, request.chain_count)


def completed(model: DiffusionModel, request: InpaintingRequest, x: NDArray[np.float32]) -> NDArray[Any]:
    """Return states ``x`` [N, *shape], model units, in user's units, with the known entries of the image."""
    kind = np.result_type(request.image.dtype, np.float32)  # holds every known value exactly
    images = model.data.to_user(x).astype(kind)
    images[:, ~request.mask] = request.image[~request.mask]
    return read_only(images)


def _posterior_frames(model: DiffusionModel, spec: RunSpec, start: Start, pauses: bool) -> Iterator[PosteriorFrame]:
    """Yield the states of the chains from ``start`` down to 0, under the mask if anything is known."""
    if spec.posterior is not None:
        yield from reverse_under(model, spec, start, pauses=pauses)
        return
    equal = np.full(spec.count, -math.log(spec.count))
    for frame in reverse(model, spec, start):
        yield PosteriorFrame(frame.t, frame.x, equal, float(spec.count))


def _result_states(request: InpaintingRequest, spec: RunSpec, frame: PosteriorFrame) -> NDArray[np.float32]:
    """Return one state for each result; with weights, each particle as often as its weight requires."""
    if not request.weighted:
        return frame.x
    return equally_weighted(frame, request.count, spec.seed)


def _effective_size(request: InpaintingRequest, frame: PosteriorFrame) -> float | None:
    return frame.effective_size if request.weighted else None


def _sampled_model(model: DiffusionModel, request: InpaintingRequest) -> DiffusionModel:
    """Return ``model`` for the image, evaluated only around the masked entries if possible.

    Weights need the density of the known entries, and so the kernels of the whole image.
    """
    model = model_for(model, request.image.shape)
    partly = request.mask.any() and not request.mask.all()
    return windowed(model, request.mask) if partly and not request.weighted and takes_any_size(model) else model


def strided_under(model: DiffusionModel, spec: RunSpec, steps: int, start: Start) -> Iterator[Frame]:
    """Compute an approximation of the reverse in ``steps`` random moves, under the masks of ``spec.posterior`` if any.

    Known entries are noised along a forward path at the visited steps, or clean. A frame holds the x^0 estimate
    E[x^0 | x^t] of its step; the last one, t = 0, the states.

    Args:
        model: The model.
        spec: What to run; only the masks of its posterior are used.
        steps: Number of moves.
        start: Where the chains start: pi, or an image noised to a step.

    Raises:
        BadInputError: If ``steps`` or the spec is invalid.
    """
    prepare(spec)
    process = model.process
    times = chosen_steps(process, steps, first=start.t)
    blocks = blocks_of(model.data.shape, start.chains)
    rngs = [block.generator(spec.seed, "strided under") for block in blocks]
    set_known = _known_entry_setter(model, mask_of(spec.posterior.r) if spec.posterior else None)
    soft = soft_mask_of(spec.posterior.r) if spec.posterior else None
    factor = SoftMaskFactor(soft) if soft else None
    with torch.inference_mode():
        parts = [
            set_known(draw_start(model, start, block.size, rng), None, times[0], times[0], rng)
            for block, rng in zip(blocks, rngs, strict=True)
        ]
    for t, s in pairwise(times):
        estimates = []
        with torch.inference_mode():
            for place, (part, rng) in enumerate(zip(parts, rngs, strict=True)):
                distribution = model.reverse_kernel(part, t)
                estimates.append(process.x0_estimate(distribution, part, t).float())
                kernel = strided_kernel(model, part, t, s, distribution)
                drawn = kernel.draw(rng) if factor is None else _drawn_under(factor, model, kernel, s, rng)
                parts[place] = set_known(drawn, part, t, s, rng)
            x0_estimate = joined(estimates, blocks)
        yield frozen_frame(t, x0_estimate)
    yield frozen_frame(0, joined(parts, blocks))


def _drawn_under(
    factor: SoftMaskFactor, model: DiffusionModel, kernel: StateDistribution, s: int, rng: torch.Generator
) -> Tensor:
    """Draw x^s from ``kernel`` under ``factor``, ``[N, *shape]``."""
    left, _ = factor.product(kernel_of(kernel), float(model.process.alpha_bars[s]))
    return left.draw(rng).float().reshape(-1, *model.data.shape)


def _known_entry_setter(
    model: DiffusionModel, mask: Mask | None
) -> Callable[[Tensor, Tensor | None, int, int, torch.Generator], Tensor]:
    """Return a function that sets the known entries of states x^s; ``before`` is x^t, None at the first step."""
    if mask is None:
        return lambda x, _before, _t, _s, _rng: x
    known, y = torch.tensor(~mask.mask), torch.tensor(mask.known)
    process, clean = model.process, mask.known_mode == "clean"

    def set_known(x: Tensor, before: Tensor | None, t: int, s: int, rng: torch.Generator) -> Tensor:
        values = y.expand_as(x)
        if s > 0 and not clean:
            path = process.marginal(values, s) if before is None else process.multi_step_posterior(values, before, s, t)
            values = path.draw(rng)
        return torch.where(known, values, x)

    return set_known
