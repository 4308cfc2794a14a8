"""Forward and reverse trajectories as generators of frozen frames.

A run is a value in and values out: equal specs give equal arrays, wherever the run was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes import draw
from core.randomness import numpy_generator, torch_generator
from core.values import MAX_COUNT, MAX_SEED, DriftFrame, Frame, RunSpec

GRID_SIDE = 21
GRID_REACH = 2.5


def forward(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk from the data to the noise step by step, one frame a step, t = 0 … T.

    Raises:
        BadInputError: If the spec asks for what no run can do.
    """
    prepare(spec)
    rng = torch_generator(spec.seed, "forward")
    data = model.source.sample(spec.count, numpy_generator(spec.seed, "data"))
    x = torch.from_numpy(model.data.to_model(data))
    yield frozen_frame(0, x)
    for t in range(1, model.steps + 1):
        with torch.inference_mode():
            x = model.process.step(x, t, rng)
        yield frozen_frame(t, x)


def reverse(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    """Walk from pi back to the data, one frame a step, t = T … 0.

    Raises:
        BadInputError: If the spec asks for what no run can do.
    """
    prepare(spec)
    rng = torch_generator(spec.seed, "reverse")
    x = model.process.prior(spec.count, model.data.shape, rng)
    yield frozen_frame(model.steps, x)
    for t in range(model.steps, 0, -1):
        with torch.inference_mode():
            x = draw(model.reverse_law(x, t), rng)
        yield frozen_frame(t - 1, x)


def drift_field(model: DiffusionModel, threads: int) -> Iterator[DriftFrame]:
    """Tabulate the reverse drift f_mu(x, t) - x on a grid of the plane, t = 1 … T (figure 1).

    Raises:
        BadInputError: If the data do not lie in the plane.
    """
    if model.data.shape != (2,):
        raise BadInputError(f"drift: data of shape {model.data.shape} do not lie in the plane")
    torch.set_num_threads(threads)
    axis = torch.linspace(-GRID_REACH, GRID_REACH, GRID_SIDE)
    grid = torch.cartesian_prod(axis, axis)
    for t in range(1, model.steps + 1):
        with torch.inference_mode():
            arrows = model.drift(grid, t)
        yield DriftFrame(t, read_only(grid), read_only(arrows))


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
    if torch.get_num_threads() != spec.threads:
        torch.set_num_threads(spec.threads)


def frozen_frame(t: int, x: Tensor) -> Frame:
    """Return states ``x`` [N, *shape] as a frame; the engine does not touch them again."""
    return Frame(t, read_only(x))


def read_only(x: Tensor) -> NDArray[np.float32]:
    """Return a read-only view of ``x`` for the world outside."""
    array: NDArray[np.float32] = x.numpy()
    array = array.view()
    array.setflags(write=False)
    return array
