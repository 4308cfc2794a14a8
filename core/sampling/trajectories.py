"""Forward and reverse trajectories as generators of frozen frames.

A run is a value in and values out: equal specs give equal arrays, wherever the run was asked for. The reverse walks a
chunk of states at a time, each with random numbers of its own: what a network needs in between is bounded, and who
wants the samples alone may walk one chunk after the other and has the same ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes.distributions import draw
from core.runtime.devices import check_memory, use_threads
from core.runtime.randomness import numpy_generator, torch_generator
from core.values.arrays import check_numbers, read_only
from core.values.runs import MAX_COUNT, MAX_SEED, Frame, RunSpec, SamplingProgress

STATES_AT_ONCE = 4096
"""So few that a layer's answers stay in the processor's cache."""
ENTRIES_AT_ONCE = 262_144
"""Entries of large states, of which a network of images makes many more in between."""
FRAMES_AT_ONCE = 3
"""Frames of which a walk and its caller hold parts at one time."""

Move = Callable[[DiffusionModel, Tensor, int, int, torch.Generator], Tensor]
"""Finds x^s for states x^t ``[N, *shape]``: of the model, x^t, t, s and the source of the noise."""


def forward(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk from the data to the noise step by step, one frame a step, t = 0 … T.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    prepare(spec)
    _check_room(model, spec.count)
    rng = torch_generator(spec.seed, "forward")
    data = model.source.sample(spec.count, numpy_generator(spec.seed, "data"))
    x = torch.from_numpy(model.data.to_model(data))
    del data  # a million of them would lie about for the whole walk
    yield frozen_frame(0, x)
    for t in range(1, model.steps + 1):
        with torch.inference_mode():
            x = model.process.step(x, t, rng)
        yield frozen_frame(t, x)


def reverse(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk from pi back to the data, one frame a step, t = T … 0.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    return reverse_along(model, spec, every_step(model), one_step)


def samples(model: DiffusionModel, spec: RunSpec) -> Iterator[SamplingProgress]:
    """Draw from the model: the last frame of `reverse`, bit for bit, in parts that come one after the other.

    Raises:
        BadInputError: If the spec asks for what no run can do.
    """
    return samples_along(model, spec, every_step(model), one_step)


def reverse_from(model: DiffusionModel, x: NDArray[np.floating], t: int, spec: RunSpec) -> Iterator[Frame]:
    """Walk on from given states: frames t … 0, the first of which are the states themselves.

    Args:
        model: The model.
        x: States ``[N, *shape]`` at step ``t``, model units.
        t: Step, 1 … T.
        spec: Seed and threads; there are as many trajectories as states.

    Raises:
        BadInputError: If ``x`` are not states of the model, or ``t`` is no step of it.
    """
    t = _checked_step(model, t)
    yield from reverse_from_along(model, x, spec, range(t, -1, -1), one_step)


def reverse_from_along(
    model: DiffusionModel, x: NDArray[np.floating], spec: RunSpec, times: Sequence[int], move: Move
) -> Iterator[Frame]:
    """Walk on from given states ``x`` along the steps ``times``, descending, by ``move``; one frame at each.

    Raises:
        BadInputError: If ``x`` are not states of the model, or the first of ``times`` is no step of it.
    """
    prepare(spec)
    t = _checked_step(model, times[0])
    parts = [part.clone() for part in torch.split(_checked_states(model, x, "x"), chunk_size(model.data.shape))]
    yield from _chain_frames(model, parts, _generators(spec, f"reverse from {t}", len(parts)), times, move)


def branches(model: DiffusionModel, state: NDArray[np.floating], t: int, spec: RunSpec) -> Iterator[Frame]:
    """Walk from one state into many futures: frames t … 0, all the same at first.

    Args:
        model: The model.
        state: The state ``[*shape]`` at step ``t``, model units.
        t: Step, 1 … T.
        spec: Number of futures, seed and threads.

    Raises:
        BadInputError: If ``state`` is no state of the model, or ``t`` is no step of it.
    """
    prepare(spec)
    t = _checked_step(model, t)
    state = np.asarray(state)
    if state.shape != model.data.shape:
        raise BadInputError(f"state: shape {state.shape} is not {model.data.shape}, the model's")
    start = _checked_states(model, state[None], "state")
    _check_room(model, spec.count)
    parts = [start.repeat(size, *[1] * state.ndim) for size in _chunks(model, spec.count)]
    yield from _chain_frames(model, parts, _generators(spec, f"branches {t}", len(parts)), range(t, -1, -1), one_step)


def every_step(model: DiffusionModel) -> range:
    """Return all steps in the order of the reverse: T … 0."""
    return range(model.steps, -1, -1)


def one_step(model: DiffusionModel, x: Tensor, t: int, _: int, rng: torch.Generator) -> Tensor:
    """Draw x^t-1 given x^t = ``x``: the `Move` of the full chain."""
    return draw(model.reverse_kernel(x, t), rng)


def reverse_along(model: DiffusionModel, spec: RunSpec, times: Sequence[int], move: Move) -> Iterator[Frame]:
    """Walk from pi along the steps ``times``, descending from T, by ``move``; one frame at each.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    prepare(spec)
    _check_room(model, spec.count)
    sizes = _chunks(model, spec.count)
    rngs = _generators(spec, "reverse", len(sizes))
    parts = [model.process.prior(size, model.data.shape, rng) for size, rng in zip(sizes, rngs, strict=True)]
    yield from _chain_frames(model, parts, rngs, times, move)


def samples_along(model: DiffusionModel, spec: RunSpec, times: Sequence[int], move: Move) -> Iterator[SamplingProgress]:
    """Yield the last frame of `reverse_along` in parts that come one after the other.

    Raises:
        BadInputError: If the spec asks for what no run can do.
    """
    prepare(spec)
    sizes = _chunks(model, spec.count)
    done, total = 0, len(sizes) * (len(times) - 1)
    for size, rng in zip(sizes, _generators(spec, "reverse", len(sizes)), strict=True):
        x = model.process.prior(size, model.data.shape, rng)
        for t, s in pairwise(times):
            with torch.inference_mode():
                x = move(model, x, t, s, rng)
            done += 1
            yield SamplingProgress(done, total, read_only(x.numpy()) if s == times[-1] else None)


def chunk_size(shape: tuple[int, ...]) -> int:
    """Return how many states of ``shape`` are walked at once: fewer of large ones."""
    return max(1, min(STATES_AT_ONCE, ENTRIES_AT_ONCE // math.prod(shape)))


def _chunks(model: DiffusionModel, count: int) -> list[int]:
    """Return the sizes of the chunks that ``count`` states are walked in."""
    size = chunk_size(model.data.shape)
    return [min(size, count - begin) for begin in range(0, count, size)]


def _generators(spec: RunSpec, stream: str, number: int) -> list[torch.Generator]:
    return [torch_generator(spec.seed, stream, index) for index in range(number)]


def _chain_frames(
    model: DiffusionModel, parts: list[Tensor], rngs: Sequence[torch.Generator], times: Sequence[int], move: Move
) -> Iterator[Frame]:
    """Yield the frames at ``times``; ``parts``, the states at the first of them, are replaced one by one."""
    yield _joined(times[0], parts)
    for t, s in pairwise(times):
        with torch.inference_mode():
            for index, rng in enumerate(rngs):
                parts[index] = move(model, parts[index], t, s, rng)
        yield _joined(s, parts)


def _joined(t: int, parts: Sequence[Tensor]) -> Frame:
    return frozen_frame(t, parts[0] if len(parts) == 1 else torch.cat(list(parts)))


def _checked_step(model: DiffusionModel, t: int) -> int:
    if not 1 <= t <= model.steps or t != int(t):
        raise BadInputError(f"t: {t} is not a step between 1 and {model.steps}")
    return int(t)


def _checked_states(model: DiffusionModel, x: NDArray[np.floating], name: str) -> Tensor:
    """Return a copy of ``x`` [N, *shape] for the engine, or raise `BadInputError` if it holds no states."""
    x = np.asarray(x)
    shape = model.data.shape
    if x.shape[1:] != shape or not 1 <= len(x) <= MAX_COUNT:
        raise BadInputError(f"{name}: shape {x.shape} is not (N, {', '.join(map(str, shape))}), the model's")
    check_numbers(x, name)
    _check_room(model, len(x))
    with np.errstate(over="ignore"):
        states = np.array(x, dtype=np.float32)
    if not np.isfinite(states).all():
        raise BadInputError(f"{name}: it holds values that are not finite")
    model.process.check_states(states, name)
    return torch.from_numpy(states)


def _check_room(model: DiffusionModel, count: int) -> None:
    needed = FRAMES_AT_ONCE * 4 * count * math.prod(model.data.shape)
    check_memory(needed, f"count: frames of {count:,} states of shape {model.data.shape}")


def prepare(spec: RunSpec) -> None:
    """Check ``spec`` and set the number of threads, which is part of what a run fixes.

    Raises:
        BadInputError: If count, seed or threads are out of range.
    """
    for name, value, least, most in (
        ("count", spec.count, 1, MAX_COUNT),
        ("seed", spec.seed, 0, MAX_SEED),
        ("threads", spec.threads, 1, 256),
    ):
        if not least <= value <= most:
            raise BadInputError(f"{name}: {value} is not between {least} and {most}")
    use_threads(spec.threads)


def frozen_frame(t: int, x: Tensor) -> Frame:
    """Return states ``x`` [N, *shape] as a frame; the engine does not touch them again."""
    return Frame(t, read_only(x.numpy()))
