"""Forward and reverse trajectories as generators of frozen frames.

Equal specs give equal arrays. Reverse chains move one chunk of states at a time, each chunk with its own random
numbers. This bounds the memory of a network's intermediate results, and sampling chunk by chunk gives the same arrays.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import torch
from torch import Tensor

from core.model import DiffusionModel
from core.runtime.devices import check_memory, numpy_generator, torch_generator, use_threads
from core.sampling.strided import moves
from core.values.arrays import read_only
from core.values.runs import Frame, RunSpec, SamplingProgress, Start, Strided

STATES_AT_ONCE = 4096
"""Few enough that a layer's output stays in the processor's cache, a third faster than all states at once."""
ENTRIES_AT_ONCE = 262_144
"""Limit for large states: the intermediate results of a network for images have many times their entries."""
FRAMES_AT_ONCE = 3
"""Most frames that a generator and its caller hold at one time."""


def forward(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Compute the forward process from the data to the noise step by step, one frame a step, t = 0 … T.

    Raises:
        BadInputError: If the spec is invalid, or needs more memory than there is.
    """
    prepare(spec)
    check_room(model, spec.count)
    rng = torch_generator(spec.seed, "forward")
    data = model.source.sample(spec.count, numpy_generator(spec.seed, "data"))
    x = torch.from_numpy(model.data.to_model(data))
    del data  # up to a million examples
    yield frozen_frame(0, x)
    for t in range(1, model.steps + 1):
        with torch.inference_mode():
            x = model.process.step(x, t, rng)
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
    start = noise_start(model, spec.count) if start is None else start
    prepare(replace(spec, count=start.count))
    times, move = moves(model.process, start.t, strided)
    check_room(model, start.count)
    parts, rngs = map(list, zip(*chunks_of(model, spec, start), strict=True))
    yield joined(times[0], parts)
    for t, s in pairwise(times):
        with torch.inference_mode():
            for index, rng in enumerate(rngs):
                parts[index] = move(model, parts[index], t, s, rng)
        yield joined(s, parts)


def samples(model: DiffusionModel, spec: RunSpec, strided: Strided | None = None) -> Iterator[SamplingProgress]:
    """Draw from the model: the last frame of `reverse` from pi, bit for bit, one chunk after the other.

    Raises:
        BadInputError: If the spec or ``strided`` is invalid.
    """
    prepare(spec)
    times, move = moves(model.process, model.steps, strided)
    done, total = 0, len(chunk_sizes(model, spec.count)) * (len(times) - 1)
    for x, rng in chunks_of(model, spec, noise_start(model, spec.count)):
        for t, s in pairwise(times):
            with torch.inference_mode():
                x = move(model, x, t, s, rng)
            done += 1
            yield SamplingProgress(done, total, read_only(x.numpy()) if s == 0 else None)


def noise_start(model: DiffusionModel, count: int) -> Start:
    """Return the start of ``count`` chains at pi."""
    return Start(model.steps, count)


def draw_start(model: DiffusionModel, start: Start, count: int, rng: torch.Generator) -> Tensor:
    """Draw ``count`` first states ``[count, *shape]`` for a ``start`` without states: from pi, or its noised image."""
    if start.image is None:
        return model.process.prior(count, model.data.shape, rng)
    return model.process.jump(torch.tensor(start.image).expand(count, *model.data.shape).clone(), start.t, rng)


def chunks_of(model: DiffusionModel, spec: RunSpec, start: Start) -> Iterator[tuple[Tensor, torch.Generator]]:
    """Yield the first states of the chains, a chunk at a time, each with the generator of its random numbers."""
    states, begin = start.x, 0
    if start.image is not None:
        states = draw_start(model, start, start.count, torch_generator(spec.seed, "rough")).numpy()
    for index, size in enumerate(chunk_sizes(model, start.count)):
        rng = torch_generator(spec.seed, start.stream, index)
        yield draw_start(model, start, size, rng) if states is None else torch.tensor(states[begin : begin + size]), rng
        begin += size


def chunk_size(shape: tuple[int, ...]) -> int:
    """Return how many states of ``shape`` are computed at once; fewer if they are large."""
    return max(1, min(STATES_AT_ONCE, ENTRIES_AT_ONCE // math.prod(shape)))


def chunk_sizes(model: DiffusionModel, count: int) -> list[int]:
    """Return the sizes of the chunks in which ``count`` states of ``model`` are computed."""
    size = chunk_size(model.data.shape)
    return [min(size, count - begin) for begin in range(0, count, size)]


def joined(t: int, parts: Sequence[Tensor]) -> Frame:
    """Return the frame of the states ``parts``, in the order of their chunks."""
    return frozen_frame(t, parts[0] if len(parts) == 1 else torch.cat(list(parts)))


def check_room(model: DiffusionModel, count: int) -> None:
    """Raise `BadInputError` unless there is memory for the frames of ``count`` states that are held at one time."""
    needed = FRAMES_AT_ONCE * 4 * count * math.prod(model.data.shape)
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
