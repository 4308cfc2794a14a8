"""Where reverse chains start: at noise, at noised examples, at a state that branches, or at an image noised to a step.

Only this module decides it; the functions that compute chains take the result, a `Start`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes.base import check_step
from core.sampling.trajectories import check_room, forward, noise_start, reverse
from core.values.arrays import check_numbers
from core.values.runs import MAX_COUNT, Frame, RunSpec, Start


def start_step(model: DiffusionModel, spec: RunSpec) -> int:
    """Return the step at which the reverse of ``spec`` starts: its last branch's, else that of denoising, else T.

    Raises:
        BadInputError: If the spec is invalid, or names a step or a trajectory that does not exist.
    """
    return spec.start_step(model.steps)


def start_of(
    model: DiffusionModel,
    spec: RunSpec,
    noising: Iterator[Frame] | None = None,
    root: NDArray[np.float32] | None = None,
    chains: range | None = None,
) -> Generator[Frame, None, Start]:
    """Yield the frames before the start of the reverse of ``spec``, then return that start.

    The frames are those of the forward process up to the step of denoising, and those of the chain that branches, down
    to the step of the branch. The spec alone determines the start.

    Args:
        model: The model.
        spec: What to run.
        noising: Frames of `forward` for the same spec, if the caller needs later ones too; only those needed are taken.
        root: The state ``[*shape]``, model units, that the last branch starts from, if it is known.
        chains: The numbers of the chains to start, and of the trajectories in ``noising``; all by default.

    Raises:
        BadInputError: If the spec is invalid, or needs more memory than there is.
    """
    t = start_step(model, spec)
    chains = range(spec.reverse_count) if chains is None else chains
    if spec.branches:
        if root is None:
            parent, index = spec.without_branch(), spec.branches[-1].index
            start = yield from start_of(model, parent, chains=range(index, index + 1))
            frame = yield from _down_to(t, reverse(model, parent, start))
            root = frame.x[0]
        return replace(from_state(model, root, t, len(chains)), first=chains.start)
    if spec.denoise_from is None:
        return noise_start(model, chains)
    frame = yield from _down_to(t, forward(model, spec, chains) if noising is None else noising)
    return replace(from_states(model, frame.x, t), first=chains.start)


def from_states(model: DiffusionModel, x: NDArray[np.floating], t: int) -> Start:
    """Return the start of one chain at each of the states ``x`` [N, *shape] at step ``t``, model units.

    Raises:
        BadInputError: If ``x`` are not states of the model, or ``t`` is no step of it.
    """
    check_step(t, 1, model.steps)
    states = _checked_states(model, x, "x")
    return Start(t, len(states), f"reverse from {t}", states)


def from_state(model: DiffusionModel, state: NDArray[np.floating], t: int, count: int) -> Start:
    """Return the start of ``count`` chains at one ``state`` [*shape] at step ``t``, model units: its futures.

    Raises:
        BadInputError: If ``state`` is no state of the model, or ``t`` is no step of it.
    """
    check_step(t, 1, model.steps)
    _check_shape(model, state, "state")
    states = _checked_states(model, np.asarray(state)[None], "state")
    return Start(t, count, f"branches {t}", np.broadcast_to(states, (count, *model.data.shape)))


def from_image(model: DiffusionModel, image: NDArray[np.floating], t: int, count: int) -> Start:
    """Return the start of ``count`` chains at an ``image`` [*shape], model units, noised to step ``t``.

    Meng et al. 2022, "SDEdit".

    Raises:
        BadInputError: If ``image`` has another shape than the model's data, or ``t`` is no step of it.
    """
    check_step(t, 1, model.steps, "start")
    _check_shape(model, image, "image")
    return Start(t, count, f"reverse from {t}", image=np.array(image, dtype=np.float32))


def _down_to(t: int, frames: Iterator[Frame]) -> Generator[Frame, None, Frame]:
    """Yield ``frames`` down to that of step ``t``, and return that one."""
    for frame in frames:
        yield frame
        if frame.t == t:
            return frame
    raise ValueError(f"there is no frame of step {t}")


def _check_shape(model: DiffusionModel, x: NDArray[np.floating], name: str) -> None:
    if np.shape(x) != model.data.shape:
        raise BadInputError(f"{name}: shape {np.shape(x)} is not {model.data.shape}, the model's")


def _checked_states(model: DiffusionModel, x: NDArray[np.floating], name: str) -> NDArray[np.float32]:
    """Return a copy of ``x`` [N, *shape] for the engine, or raise `BadInputError` if it holds no states."""
    x = np.asarray(x)
    shape = model.data.shape
    if x.shape[1:] != shape or not 1 <= len(x) <= MAX_COUNT:
        raise BadInputError(f"{name}: shape {x.shape} is not (N, {', '.join(map(str, shape))}), the model's")
    check_numbers(x, name)
    check_room(model, len(x))
    with np.errstate(over="ignore"):
        states = np.array(x, dtype=np.float32)
    if not np.isfinite(states).all():
        raise BadInputError(f"{name}: it holds values that are not finite")
    model.process.check_states(states, name)
    return states
