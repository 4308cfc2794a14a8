"""Trajectories of the reverse process under a second distribution r (section 2.5), by the paper's kernels or weighted.

The paper's kernels alone, p(x^t-1 | x^t) r_t-1(x^t-1) normalised, do not lead to the posterior p(x^0) r(x^0): r is
counted at every step. Weighted, they are the proposals of a particle filter (sequential Monte Carlo, as in Wu et al.
2023): each step multiplies a particle's weight by Z_t-1(x^t) / r_t(x^t), and particles are resampled when few carry the
weight. That is exact as their number grows, whatever r_t with r_0 = r, and estimates the total probability of r.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.posterior.tilting import Particles, TiltedChain
from core.posterior.x0_moments import ReverseChain
from core.runtime.devices import check_memory
from core.runtime.randomness import torch_generator
from core.sampling.trajectories import noise_start, prepare
from core.values.arrays import read_only
from core.values.potentials import Posterior, check_posterior, mask_of
from core.values.runs import PosteriorFrame, RunSpec, Start

TENSORS_AT_ONCE = 6
"""Of the size of all particles, float64: the states, their kernels, and both before and after they move."""
NOT_FINITE = "its weights are not finite; the network's kernels or ln r overflow"
SEGMENTS = 50
"""Parts of a chain, each of which is walked back and forth as a whole."""
MOVES_A_SEGMENT = 4
"""In how many moves such a part is walked again at most."""
RESAMPLE_PARTICLES_BELOW = 0.5
"""Share of the particles below which the effective sample size has them resampled."""


def reverse_under(
    model: DiffusionModel, spec: RunSpec, start: Start | None = None, *, pauses: bool = False
) -> Iterator[PosteriorFrame]:
    """Compute reverse chains under ``spec.posterior``, one frame a step, down to t = 0.

    Args:
        model: The model.
        spec: What to run.
        start: Where the chains start: an image noised to a step, by the paper's kernels alone, since weights would be
            those of another start; None for pi at t = T.
        pauses: Whether the newest frame comes again after each move on a way that is walked again: the very object,
            to say that the walk goes on, and can be left, before the next step is done.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for no posterior, or for one that does not fit the
            model or the start; or if no particle is left with any weight.
    """
    start = noise_start(model, spec.count) if start is None else start
    posterior = _checked(model, spec)
    if start.image is not None and posterior.weighted:
        raise BadInputError(f"start: weights are right from noise alone, not from t = {start.t}; choose weighted=False")
    weighted = posterior.weighted
    frames = _weighted(model, posterior, spec) if weighted else _unweighted(model, posterior, spec, start, pauses)
    yield from _finite(frames)


def _finite(frames: Iterator[PosteriorFrame]) -> Iterator[PosteriorFrame]:
    """Hand on the frames of ``frames``; raise `BadInputError` where its kernels can no longer be computed."""
    try:
        yield from frames
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
        raise BadInputError(f"r: {NOT_FINITE}") from error


def _checked(model: DiffusionModel, spec: RunSpec) -> Posterior:
    """Return the posterior of ``spec`` if it can be run; set what a run fixes."""
    prepare(spec)
    posterior = spec.posterior
    if posterior is None:
        raise BadInputError("posterior: there is none in the spec; this is plain sampling")
    check_posterior(posterior, model.process.kind, model.data.shape)
    needed = 8 * TENSORS_AT_ONCE * spec.count * math.prod(model.data.shape)
    check_memory(needed, f"count: {spec.count:,} particles of shape {model.data.shape}")
    return posterior


def equally_weighted(frame: PosteriorFrame, count: int, seed: int) -> NDArray[np.float32]:
    """Return ``count`` states ``[count, *shape]`` of ``frame``, each as often as its weight asks for."""
    rng = torch_generator(seed, "equal weights")
    states: NDArray[np.float32] = frame.x[systematic(torch.tensor(frame.log_weights), count, rng).numpy()]
    return states


def systematic(log_weights: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Return ``count`` indices of particles by their ``log_weights`` [N], in order (systematic resampling).

    Each particle comes as often as its share of ``count`` says, rounded up or down at random.
    """
    shares = torch.softmax(log_weights, dim=0).cumsum(0)
    thresholds = (torch.arange(count, dtype=torch.float64) + torch.rand((), generator=rng, dtype=torch.float64)) / count
    # the last share may be 1 but for rounding
    return torch.searchsorted(shares, thresholds * shares[-1], right=True).clamp_max(len(log_weights) - 1)


def _unweighted(
    model: DiffusionModel, posterior: Posterior, spec: RunSpec, start: Start, pauses: bool
) -> Iterator[PosteriorFrame]:
    """Walk with the paper's kernels alone, as often back and forth as a mask asks for."""
    begin, count = start.t, spec.count
    rng = torch_generator(spec.seed, "posterior")
    tilted_chain = _tilted_chain(model, posterior)
    mask = mask_of(posterior.r)
    repeats = mask.resample_times if mask else 0
    equal = torch.full((count,), -math.log(count), dtype=torch.float64)
    if start.image is None:
        particles = tilted_chain.start(count, rng)
    else:
        image = torch.tensor(start.image, dtype=torch.float64).flatten()
        particles = tilted_chain.start_from(image, count, begin, rng)
    newest_frame = _frame(model, begin, particles, equal)
    yield newest_frame
    for t in range(begin, 0, -1):
        particles = tilted_chain.step(particles, t, rng)
        for times in resampling_segments(model.steps, begin, t - 1, repeats):
            particles = tilted_chain.renoise(particles, times[-1], times[0], rng)
            for now, then in pairwise(times):
                particles = tilted_chain.move(particles, now, then, rng)
                if pauses:
                    yield newest_frame
        newest_frame = _frame(model, t - 1, particles, equal)
        yield newest_frame


def resampling_segments(steps: int, begin: int, s: int, repeats: int) -> list[list[int]]:
    """Return the ways that are walked again once a walk has come to ``s``: the steps of each, descending to ``s``.

    A way is a fiftieth of the chain, and they are spread so that each step lies on ``repeats`` of them, but for the
    last fiftieth, whose steps lie on ever fewer, and the last on none. A way is walked in no more than four moves: as
    much is mixed as by taking each step again, for a fifth of the work where T = 1000.

    Args:
        steps: T.
        begin: Where the walk began.
        s: Where it is, from ``begin`` - 1 to 0; nothing is walked again from 0, where all is known.
        repeats: `core.values.potentials.Mask.resample_times`.
    """
    if s == 0:
        return []
    length = max(1, round(steps / SEGMENTS))
    done = begin - s
    number = done * repeats // length - (done - 1) * repeats // length
    top = min(s + length, begin)
    moves = min(MOVES_A_SEGMENT, top - s)
    return number * [[top - round((top - s) * move / moves) for move in range(moves + 1)]]


def _weighted(model: DiffusionModel, posterior: Posterior, spec: RunSpec) -> Iterator[PosteriorFrame]:
    """Walk with weights; frames show particles after they were resampled, and the last ones never are."""
    rng = torch_generator(spec.seed, "posterior")
    tilted_chain = _tilted_chain(model, posterior)
    log_weights = torch.full((spec.count,), -math.log(spec.count), dtype=torch.float64)
    total = 0.0
    particles = tilted_chain.start(spec.count, rng)
    for t in range(model.steps, -1, -1):
        log_weights = log_weights + particles.log_weight
        log_normaliser = float(torch.logsumexp(log_weights, dim=0))
        _check_weights(log_normaliser, t)
        total += log_normaliser
        log_weights = log_weights - log_normaliser
        size = float(torch.exp(-torch.logsumexp(2.0 * log_weights, dim=0)))
        ancestors = None
        if t > 0 and size < RESAMPLE_PARTICLES_BELOW * spec.count:
            ancestors = systematic(log_weights, spec.count, rng)
            particles = particles.take(ancestors)
            log_weights = torch.full_like(log_weights, -math.log(spec.count))
        yield _frame(model, t, particles, log_weights, size, total, ancestors)
        if t > 0:
            particles = tilted_chain.step(particles, t, rng)


def _tilted_chain(model: DiffusionModel, posterior: Posterior) -> TiltedChain:
    return TiltedChain(ReverseChain(model), posterior)


def _check_weights(log_normaliser: float, t: int) -> None:
    if math.isnan(log_normaliser) or log_normaliser == math.inf:
        raise BadInputError(f"r: at t = {t} {NOT_FINITE}")
    if log_normaliser == -math.inf:
        raise BadInputError(f"r: at t = {t} no particle is left that it allows; wish for less or take more particles")


def _frame(
    model: DiffusionModel,
    t: int,
    particles: Particles,
    log_weights: Tensor,
    size: float | None = None,
    total: float | None = None,
    ancestors: Tensor | None = None,
) -> PosteriorFrame:
    states = particles.x.float().reshape(len(log_weights), *model.data.shape)
    return PosteriorFrame(
        t=t,
        x=read_only(states.numpy()),
        log_weights=read_only(log_weights.numpy()),
        effective_size=float(len(log_weights)) if size is None else size,
        log_probability=total,
        ancestors=None if ancestors is None else ancestors.numpy(),
    )
