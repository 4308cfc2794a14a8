"""Trajectories of the reverse process under a second distribution r (section 2.5), by the paper's kernels or weighted.

The paper's kernels alone, p(x^t-1 | x^t) r_t-1(x^t-1) normalised, do not sample the posterior p(x^0) r(x^0), since r
counts at every step. With weights, they are the proposals of a particle filter (sequential Monte Carlo, as in Wu et al.
2023): each step multiplies a particle's weight by Z_t-1(x^t) / r_t(x^t), and particles are resampled if few carry the
weight. This is exact as their number grows, for any r_t with r_0 = r, and estimates the total probability of r.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.posterior.checks import check_posterior
from core.posterior.tilting import Particles, TiltedChain
from core.posterior.x0_moments import ReverseChain
from core.runtime.devices import check_memory, torch_generator
from core.sampling.block_sizes import covering_count
from core.sampling.blocks import Block, blocks_of, joined
from core.sampling.trajectories import noise_start, prepare
from core.values.arrays import read_only
from core.values.potentials import Posterior, resample_times_of
from core.values.runs import PosteriorFrame, RunSpec, Start

TENSORS_AT_ONCE = 6
"""Float64 tensors of the size of all particles held at one time: states and kernels, before and after a move."""
NOT_FINITE = "its weights are not finite; the network's kernels or ln r overflow"
SEGMENTS = 50
"""Segments of a chain, each of which RePaint resampling repeats as a whole."""
MOVES_A_SEGMENT = 4
"""Most moves of a repeated segment."""
RESAMPLE_PARTICLES_BELOW = 0.5
"""Effective sample size, as a share of the particles, below which they are resampled."""


def reverse_under(
    model: DiffusionModel, spec: RunSpec, start: Start | None = None, *, pauses: bool = False
) -> Iterator[PosteriorFrame]:
    """Compute reverse chains under ``spec.posterior``, one frame a step, down to t = 0.

    With the paper's kernels alone, chain i is the same for every count that includes it (`core.sampling.blocks`).
    Weighted particles are resampled together, so each of them depends on how many there are.

    Args:
        model: The model.
        spec: What to run.
        start: Where the chains start: an image noised to a step, with the paper's kernels alone, since weights hold
            for a start from pi; None for pi at t = T.
        pauses: Whether to yield the newest frame, the same object, again after each move of a block of chains but a
            step's last, so that the caller can stop before the step is done.

    Raises:
        BadInputError: If the spec is invalid, its posterior is missing or does not fit the model or the start, or no
            particle is left with any weight.
    """
    start = noise_start(model, range(spec.count)) if start is None else start
    posterior = _checked(model, spec)
    if start.image is not None and posterior.weighted:
        raise BadInputError(
            f"start: weighted particles start from noise, not from t = {start.t}; choose T, or no weights"
        )
    weighted = posterior.weighted
    frames = _weighted(model, posterior, spec) if weighted else _unweighted(model, posterior, spec, start, pauses)
    yield from _finite(frames)


def _finite(frames: Iterator[PosteriorFrame]) -> Iterator[PosteriorFrame]:
    """Yield ``frames``; raise `BadInputError` if a kernel cannot be computed."""
    try:
        yield from frames
    except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]
        raise BadInputError(f"r: {NOT_FINITE}") from error


def _checked(model: DiffusionModel, spec: RunSpec) -> Posterior:
    """Return the posterior of ``spec``, checked for the model and for memory; set the number of threads."""
    prepare(spec)
    posterior = spec.posterior
    if posterior is None:
        raise BadInputError("posterior: there is none in the spec; this is plain sampling")
    check_posterior(posterior, model.process.kind, model.data.shape)
    count = spec.count if posterior.weighted else covering_count(model.data.shape, spec.count)
    needed = 8 * TENSORS_AT_ONCE * count * math.prod(model.data.shape)
    check_memory(needed, f"count: {spec.count:,} particles of shape {model.data.shape}")
    return posterior


def equally_weighted(frame: PosteriorFrame, count: int, seed: int) -> NDArray[np.float32]:
    """Return ``count`` states ``[count, *shape]`` of ``frame``, each as often as its weight requires."""
    states: NDArray[np.float32] = frame.x[equal_shares(frame, count, seed)]
    return states


def equal_shares(frame: PosteriorFrame, count: int, seed: int) -> NDArray[np.int64]:
    """Return ``count`` indices of the particles of ``frame``, each as often as its weight requires."""
    rng = torch_generator(seed, "equal weights")
    taken: NDArray[np.int64] = systematic(torch.tensor(frame.log_weights), count, rng).numpy()
    return taken


def systematic(log_weights: Tensor, count: int, rng: torch.Generator) -> Tensor:
    """Return ``count`` indices of particles by their ``log_weights`` [N], in order (systematic resampling).

    Each particle is taken as often as its share of ``count``, rounded up or down at random.
    """
    shares = torch.softmax(log_weights, dim=0).cumsum(0)
    thresholds = (torch.arange(count, dtype=torch.float64) + torch.rand((), generator=rng, dtype=torch.float64)) / count
    # rounding may make the last share differ from 1
    return torch.searchsorted(shares, thresholds * shares[-1], right=True).clamp_max(len(log_weights) - 1)


def _unweighted(
    model: DiffusionModel, posterior: Posterior, spec: RunSpec, start: Start, pauses: bool
) -> Iterator[PosteriorFrame]:
    """Sample with the paper's kernels alone, with the RePaint resampling of a mask."""
    begin, shape = start.t, model.data.shape
    tilted_chain = _tilted_chain(model, posterior)
    repeats = resample_times_of(posterior.r)
    blocks = blocks_of(shape, start.chains)
    rngs = [block.generator(spec.seed, "posterior") for block in blocks]
    parts = [_first_particles(tilted_chain, start, block, rng) for block, rng in zip(blocks, rngs, strict=True)]
    newest_frame = _unweighted_frame(model, begin, parts, blocks)
    yield newest_frame
    for t in range(begin, 0, -1):
        segments = resampling_segments(model.steps, begin, t - 1, repeats)
        moves_left = len(blocks) * (1 + sum(len(times) - 1 for times in segments))
        for place, rng in enumerate(rngs):
            for particles in _moved(tilted_chain, parts[place], t, segments, rng):
                parts[place], moves_left = particles, moves_left - 1
                if pauses and moves_left:
                    yield newest_frame
        newest_frame = _unweighted_frame(model, t - 1, parts, blocks)
        yield newest_frame


def _first_particles(tilted_chain: TiltedChain, start: Start, block: Block, rng: torch.Generator) -> Particles:
    if start.image is None:
        return tilted_chain.start(block.size, rng)
    image = torch.tensor(start.image, dtype=torch.float64).flatten()
    return tilted_chain.start_from(image, block.size, start.t, rng)


def _moved(
    tilted_chain: TiltedChain, particles: Particles, t: int, segments: Sequence[Sequence[int]], rng: torch.Generator
) -> Iterator[Particles]:
    """Yield ``particles`` after each move from t to t - 1 and through the repeated ``segments``; the last are done."""
    particles = tilted_chain.step(particles, t, rng)
    yield particles
    for times in segments:
        particles = tilted_chain.renoise(particles, times[-1], times[0], rng)
        for now, then in pairwise(times):
            particles = tilted_chain.move(particles, now, then, rng)
            yield particles


def _unweighted_frame(
    model: DiffusionModel, t: int, parts: Sequence[Particles], blocks: Sequence[Block]
) -> PosteriorFrame:
    x = joined([part.x for part in parts], blocks)
    return _frame(model, t, x, torch.full((len(x),), -math.log(len(x)), dtype=torch.float64))


def resampling_segments(steps: int, begin: int, s: int, repeats: int) -> list[list[int]]:
    """Return the segments that a chain at step ``s`` repeats: the steps of each, descending to ``s``.

    A segment is a fiftieth of the chain. Each step lies in ``repeats`` of them, except in the last fiftieth, where the
    number falls to none. A segment takes at most four moves, which mixes as well as repeating each step, for a fifth of
    the work at T = 1000.

    Args:
        steps: T.
        begin: Step at which the chain began.
        s: Step that it has reached, from ``begin`` - 1 to 0; nothing is repeated at 0.
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
    """Sample with weights. Frames hold the particles after resampling; the last particles are not resampled."""
    rng = torch_generator(spec.seed, "posterior")
    tilted_chain = _tilted_chain(model, posterior)
    log_weights = torch.full((spec.count,), -math.log(spec.count), dtype=torch.float64)
    total = 0.0
    founders = torch.arange(spec.count)  # of each particle, its ancestor at t = T
    particles = tilted_chain.start(spec.count, rng)
    for t in range(model.steps, -1, -1):
        log_weights = log_weights + particles.log_weight
        log_normaliser = float(torch.logsumexp(log_weights, dim=0))
        _check_weights(log_normaliser, t)
        total += log_normaliser
        log_weights = log_weights - log_normaliser
        size = float(torch.exp(-torch.logsumexp(2.0 * log_weights, dim=0)))
        error = _standard_error(log_weights, founders)
        ancestors = None
        if t > 0 and size < RESAMPLE_PARTICLES_BELOW * spec.count:
            ancestors = systematic(log_weights, spec.count, rng)
            particles, founders = particles.take(ancestors), founders[ancestors]
            log_weights = torch.full_like(log_weights, -math.log(spec.count))
        yield _frame(model, t, particles.x, log_weights, size, total, ancestors, error)
        if t > 0:
            particles = tilted_chain.step(particles, t, rng)


def _standard_error(log_weights: Tensor, founders: Tensor) -> float:
    """Return the standard error of ln of the total probability, by the weight that each founder's descendants carry.

    Chan and Lai 2013, as in Lee and Whiteley 2018: the families of the first particles are independent, so the scatter
    of their shares around 1/N tells the relative variance. It is 1/(effective sample size) - 1/N without resampling.
    """
    count = len(log_weights)
    shares = torch.zeros(count, dtype=torch.float64).index_add_(0, founders, torch.exp(log_weights))
    return math.sqrt(max(float(shares.square().sum()) - 1.0 / count, 0.0))


def _tilted_chain(model: DiffusionModel, posterior: Posterior) -> TiltedChain:
    return TiltedChain(ReverseChain(model), posterior)


def _check_weights(log_normaliser: float, t: int) -> None:
    if math.isnan(log_normaliser) or log_normaliser == math.inf:
        raise BadInputError(f"r: at t = {t} {NOT_FINITE}")
    if log_normaliser == -math.inf:
        raise BadInputError(f"r: at t = {t} it allows none of the particles; weaken it, or use more particles")


def _frame(
    model: DiffusionModel,
    t: int,
    x: Tensor,
    log_weights: Tensor,
    size: float | None = None,
    total: float | None = None,
    ancestors: Tensor | None = None,
    error: float | None = None,
) -> PosteriorFrame:
    states = x.float().reshape(len(log_weights), *model.data.shape)
    return PosteriorFrame(
        t=t,
        x=read_only(states.numpy()),
        log_weights=read_only(log_weights.numpy()),
        effective_size=float(len(log_weights)) if size is None else size,
        log_probability=total,
        ancestors=None if ancestors is None else ancestors.numpy(),
        standard_error=error,
    )
