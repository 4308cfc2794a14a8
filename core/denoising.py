"""Denoising: the reverse walk from examples that the forward process has noised, as in the paper's figure 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core.errors import BadInputError
from core.model import DiffusionModel
from core.trajectories import forward, reverse_from, turned
from core.values import Frame, RunSpec


def start_of(model: DiffusionModel, spec: RunSpec) -> int:
    """Return the step at which the reverse of ``spec`` starts: ``spec.denoise_from``, or T where that is None.

    Raises:
        BadInputError: If the spec names what is no step of the model.
    """
    start = spec.denoise_from
    if start is None:
        return model.steps
    if not 1 <= start <= model.steps:
        raise BadInputError(f"denoise_from: {start} is not a step between 1 and {model.steps}")
    return start


def denoise(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk from the states of `core.trajectories.forward` at the step `start_of` back to the data.

    Trajectory i is one guess of what example i was before the noise, drawn from the model's own posterior given its
    noised state; one frame a step, the first of which are the noised states themselves (figure 3c).

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    start = start_of(model, spec)
    noised = next(frame for frame in forward(model, spec) if frame.t == start)
    yield from reverse_from(model, noised.x, start, spec)


def next_means(model: DiffusionModel, frames: Iterable[Frame]) -> Iterator[Frame]:
    """Turn each of ``frames`` into the mean of the next step, f_mu(x^t, t), of bits f_b(x^t, t), at the same t.

    Frame 0, the data, after which no step comes, stays as it is.
    """
    return turned(model, frames, lambda x, t: model.reverse_law(x, t).mean)
