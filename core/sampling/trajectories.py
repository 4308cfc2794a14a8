"""Forward and reverse trajectories as generators of frozen frames.

Equal specs give equal arrays, and trajectory i is the same for every count that includes it. States move one block at a
time (`core.sampling.blocks`). This bounds the memory of a network's intermediate results, and sampling block by block
gives the same arrays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from core.data.sources import StoredSource
from core.model import DiffusionModel
from core.runtime.devices import check_memory, numpy_generator, use_threads
from core.sampling.block_sizes import covering_count
from core.sampling.blocks import Block, blocks_of, joined, split
from core.sampling.strided import moves
from core.values.arrays import read_only
from core.values.runs import Frame, RunSpec, SamplingProgress, Start, Strided

FRAMES_AT_ONCE = 3
"""Most frames that a generator and its caller hold at one time, besides the states themselves."""


def forward(model: DiffusionModel, spec: RunSpec, chains: range | None = None) -> Iterator[Frame]:
    """Compute the forward process from the data to the noise step by step, one frame a step, t = 0 … T.

    Args:
        model: The model.
        spec: What to run.
        chains: The numbers of the trajectories to compute, all of ``spec`` by default.

    Raises:
        BadInputError: If the spec is invalid, or needs more memory than there is.
    """
    prepare(spec)
    chains = range(spec.count) if chains is None else chains
    check_room(model, len(chains))
    blocks = blocks_of(model.data.shape, chains)
    rngs = [block.generator(spec.seed, "forward") for block in blocks]
    parts = [_data_of(model, spec, block) for block in blocks]
    yield frozen_frame(0, joined(parts, blocks))
    for t in range(1, model.steps + 1):
        with torch.inference_mode():
            for place, rng in enumerate(rngs):
                parts[place] = model.process.step(parts[place], t, rng)
            x = joined(parts, blocks)
        yield frozen_frame(t, x)


def reverse(
    model: DiffusionModel, spec: RunSpec, start: Start | None = None, strided: Strided | None = None
) -> Iterator[Frame]:
    """Compute reverse chains, one frame a step, down to t = 0.

    Args:
        model: The model.
        spec: Seed and threads, and the number of chains unless ``start`` holds it.
        start: Where the chains start, see `core.sampling.starts`; None for pi at t = T.
        strided: An approximation by fewer steps; None for the model's own chain.

    Raises:
        BadInputError: If the spec or ``strided`` is invalid, or more memory is needed than there is.
    """
    prepare(spec if start is None else replace(spec, count=start.count))
    start = noise_start(model, range(spec.count)) if start is None else start
    times, move = moves(model.process, start.t, strided)
    check_room(model, start.count)
    blocks = blocks_of(model.data.shape, start.chains)
    parts, rngs = map(list, zip(*first_states(model, spec, start), strict=True))
    yield frozen_frame(times[0], joined(parts, blocks))
    for t, s in pairwise(times):
        with torch.inference_mode():
            for place, rng in enumerate(rngs):
                parts[place] = move(model, parts[place], t, s, rng)
            x = joined(parts, blocks)
        yield frozen_frame(s, x)


def samples(model: DiffusionModel, spec: RunSpec, strided: Strided | None = None) -> Iterator[SamplingProgress]:
    """Draw from the model: the last frame of `reverse` from pi, bit for bit, one block after the other.

    Raises:
        BadInputError: If the spec or ``strided`` is invalid.
    """
    prepare(spec)
    start = noise_start(model, range(spec.count))
    blocks = blocks_of(model.data.shape, start.chains)
    times, move = moves(model.process, model.steps, strided)
    done, total = 0, len(blocks) * (len(times) - 1)
    for block, (x, rng) in zip(blocks, first_states(model, spec, start), strict=True):
        for t, s in pairwise(times):
            with torch.inference_mode():
                x = move(model, x, t, s, rng)
            done += 1
            yield SamplingProgress(done, total, read_only(x[block.wanted].numpy()) if s == 0 else None)


def noise_start(model: DiffusionModel, chains: range) -> Start:
    """Return the start of the chains with the numbers ``chains`` at pi."""
    return Start(model.steps, len(chains), first=chains.start)


def draw_start(model: DiffusionModel, start: Start, count: int, rng: torch.Generator) -> Tensor:
    """Draw ``count`` first states ``[count, *shape]`` for a ``start`` without states: from pi, or its noised image."""
    if start.image is None:
        return model.process.prior(count, model.data.shape, rng)
    return model.process.jump(torch.tensor(start.image).expand(count, *model.data.shape).clone(), start.t, rng)


def first_states(model: DiffusionModel, spec: RunSpec, start: Start) -> Iterator[tuple[Tensor, torch.Generator]]:
    """Yield the first states of whole blocks of chains, each with the generator of the block's random numbers."""
    blocks = blocks_of(model.data.shape, start.chains)
    rngs = (block.generator(spec.seed, start.stream) for block in blocks)
    if start.x is not None:
        yield from zip(split(start.x, blocks), rngs, strict=True)
        return
    for block, rng in zip(blocks, rngs, strict=True):
        yield draw_start(model, start, block.size, rng), rng


def _data_of(model: DiffusionModel, spec: RunSpec, block: Block) -> Tensor:
    """Draw the data ``[block.size, *shape]``, model units, whose forward trajectories a block holds.

    Stored examples are drawn without replacement; if there are fewer than trajectories, they come again and again in
    the same order, so that each is drawn at most once more than any other.
    """
    source, rng = model.source, numpy_generator(spec.seed, "data", block.index)
    if isinstance(source, StoredSource):
        order = numpy_generator(spec.seed, "order of the data").permutation(len(source))
        data = source.rows(order[np.arange(block.begin, block.begin + block.size) % len(source)], rng)
    else:
        data = source.sample(block.size, rng)
    return torch.from_numpy(model.data.to_model(data))


def check_room(model: DiffusionModel, count: int) -> None:
    """Raise `BadInputError` unless there is memory for the frames of ``count`` states that are held at one time.

    They are held once more in whole blocks.
    """
    states = FRAMES_AT_ONCE * count + covering_count(model.data.shape, count)
    needed = 4 * states * math.prod(model.data.shape)
    check_memory(needed, f"count: frames of {count:,} states of shape {model.data.shape}")


def prepare(spec: RunSpec) -> None:
    """Check ``spec`` and set its number of threads.

    Raises:
        BadInputError: If count, seed or threads are out of range.
    """
    spec.check()
    use_threads(spec.threads)


def frozen_frame(t: int, x: Tensor) -> Frame:
    """Return states ``x`` [N, *shape] as a read-only frame; the engine does not change them afterwards."""
    return Frame(t, read_only(x.numpy()))
