"""Quantities computed from the states of a step: x^0 estimates, means of the next step, the drift, the spread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes.binomial import binary_entropy
from core.runtime.devices import use_threads
from core.sampling.blocks import blocks_of, joined, split
from core.sampling.trajectories import frozen_frame
from core.values.arrays import read_only
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT
from core.values.runs import DriftFrame, Frame

GRID_SIDE = 21
GRID_EXTENT = 2.5


def next_means(model: DiffusionModel, frames: Iterable[Frame]) -> Iterator[Frame]:
    """Map each of ``frames`` to the mean of the next step at the same t: f_mu(x^t, t), or f_b(x^t, t) for bits.

    Frame 0, the data, has no next step and is unchanged.
    """
    return mapped_frames(model, frames, lambda x, t: model.reverse_kernel(x, t).mean)


def x0_estimates(model: DiffusionModel, frames: Iterable[Frame]) -> Iterator[Frame]:
    """Map each of ``frames`` to its x^0 estimate E[x^0 | x^t] at the same t.

    For bits it is the probability of a 1. Frame 0, the data, is unchanged.
    """
    return mapped_frames(model, frames, model.x0_estimate)


def mapped_frames(
    model: DiffusionModel, frames: Iterable[Frame], function: Callable[[Tensor, int], Tensor]
) -> Iterator[Frame]:
    """Apply ``function`` (x^t, t) to the states of each of ``frames``; frame 0, the data, is unchanged."""
    for frame in frames:
        if frame.t == 0:
            yield frame
            continue
        blocks = blocks_of(model.data.shape, range(len(frame.x)))
        with torch.inference_mode():
            parts = [function(part, frame.t) for part in split(frame.x, blocks)]
            mapped = joined(parts, blocks)
        yield frozen_frame(frame.t, mapped)


def drift_field(model: DiffusionModel, threads: int, columns: tuple[int, ...] = (0, 1)) -> Iterator[DriftFrame]:
    """Tabulate the reverse drift f_mu(x, t) - x on a grid over ``columns`` of points, t = 1 … T (figure 1).

    The other columns are held at their mean at step t: that of the examples, times sqrt(alpha_bar_t). The field is a
    section of the drift, not its average over the other columns.

    Args:
        model: A model of points.
        threads: Threads of the computation.
        columns: Numbers from 0 of one or two different columns.

    Raises:
        BadInputError: If the data are no points with these columns.
    """
    shape = model.data.shape
    kind = model.process.kind
    if kind != "gaussian" or len(shape) != 1 or not all(0 <= column < shape[0] for column in columns):
        raise BadInputError(f"drift: {kind} data of shape {shape} are no points with columns {columns}")
    use_threads(threads)
    axis = torch.linspace(-GRID_EXTENT, GRID_EXTENT, GRID_SIDE)
    grid = torch.cartesian_prod(*[axis] * len(columns)).reshape(-1, len(columns))
    mean = torch.from_numpy(model.data.to_model(model.data.examples).mean(axis=0))
    for t in range(1, model.steps + 1):
        states = (model.process.alpha_bars[t].sqrt().float() * mean).repeat(len(grid), 1)
        states[:, columns] = grid
        with torch.inference_mode():
            arrows = model.drift(states, t)[:, columns]
        yield DriftFrame(t, read_only(grid.numpy()), read_only(arrows.numpy()), columns)


def state_spread(data: DataInfo, kind: str, x: NDArray[np.float32]) -> float:
    """Return the spread of states ``x`` [N, *shape], model units, as one number for all their entries.

    For a "gaussian" process it is the standard deviation over the states (divisor N), in user's units; for a "binomial"
    one the entropy of the share of ones, in bits. Both are averaged over the entries.
    """
    if kind == "binomial":
        shares = torch.from_numpy(x.mean(axis=0, dtype=np.float64))
        return float(binary_entropy(shares).mean()) / NATS_PER_BIT
    return float(np.mean(x.std(axis=0, dtype=np.float64) * data.scale))
