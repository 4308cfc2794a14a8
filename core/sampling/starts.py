"""Many futures: from one state of a reverse walk the reverse is walked again and again, and they part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes.binomial import binary_entropy
from core.processes.distributions import NATS_PER_BIT
from core.sampling.trajectories import branches, forward, reverse, reverse_from
from core.values.checkpoints import DataInfo
from core.values.runs import Frame, RunSpec


def start_step(model: DiffusionModel, spec: RunSpec) -> int:
    """Return the step at which the reverse of ``spec`` begins: its last branch's, else `denoising_start`.

    Raises:
        BadInputError: If the spec names what is no step of the model, or no trajectory of the walk before it.
    """
    top, count = denoising_start(model, spec), spec.count
    for branch in spec.branches:
        if not 1 <= branch.t <= top:
            raise BadInputError(f"branches: t = {branch.t} is not a step between 1 and {top}, where the walk begins")
        if not 0 <= branch.index < count:
            raise BadInputError(f"branches: {branch.index} is not a trajectory between 0 and {count - 1}")
        top, count = branch.t, branch.count
    return top


def reverse_frames(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk the reverse that ``spec`` asks for: many futures, or from noised examples, or from noise.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    if spec.branches:
        return futures(model, spec)
    return reverse(model, spec) if spec.denoise_from is None else denoise(model, spec)


def futures(model: DiffusionModel, spec: RunSpec, root: NDArray[np.float32] | None = None) -> Iterator[Frame]:
    """Walk from the one state that the last branch of ``spec`` names into its futures: frames t … 0.

    The state is that of the run without that branch, so the spec alone says what comes.

    Args:
        model: The model.
        spec: With at least one branch.
        root: The state ``[*shape]``, model units, if it is known; else the walk to it comes first.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    if root is None:
        for frame in reverse_to_root(model, spec):
            if frame.t == start_step(model, spec):
                root = root_in(frame, spec)
    if root is not None:
        yield from branches(model, root, start_step(model, spec), replace(spec, count=spec.reverse_count))


def reverse_to_root(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk the run that the last branch of ``spec`` is a branch of, as far as its step: the last frame.

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    stop = start_step(model, spec)
    for frame in reverse_frames(model, spec.without_branch()):
        yield frame
        if frame.t == stop:
            return


def root_in(frame: Frame, spec: RunSpec) -> NDArray[np.float32]:
    """Return the state ``[*shape]`` of ``frame`` that the last branch of ``spec`` begins from, a copy."""
    return np.array(frame.x[spec.branches[-1].index])


def state_spread(data: DataInfo, kind: str, x: NDArray[np.float32]) -> float:
    """Return how far states ``x`` [N, *shape], model units, lie apart: one number for all their entries.

    Of a "gaussian" process it is the standard deviation over the states (divisor N), the mean over the entries, in
    user's units; of a "binomial" one the entropy of the share of ones, the mean over the entries, bits.
    """
    if kind == "binomial":
        shares = torch.from_numpy(x.mean(axis=0, dtype=np.float64))
        return float(binary_entropy(shares).mean()) / NATS_PER_BIT
    return float(np.mean(x.std(axis=0, dtype=np.float64) * data.scale))


def denoising_start(model: DiffusionModel, spec: RunSpec) -> int:
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
    """Walk from the states of `core.sampling.trajectories.forward` at the step `denoising_start` back to the data.

    Trajectory i is one guess of what example i was before the noise, drawn from the model's own posterior given its
    noised state; one frame a step, the first of which are the noised states themselves (figure 3c).

    Raises:
        BadInputError: If the spec asks for what no run can do, or for more than memory allows.
    """
    start = denoising_start(model, spec)
    noised = next(frame for frame in forward(model, spec) if frame.t == start)
    yield from reverse_from(model, noised.x, start, spec)
