"""Reverse chains of tests: of a whole spec, from given states, and strided."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.model import DiffusionModel
from core.sampling.starts import from_state, from_states, start_of
from core.sampling.trajectories import reverse
from core.values.runs import Frame, RunSpec, Start, Strided


def reverse_frames(model: DiffusionModel, spec: RunSpec, root: NDArray[np.float32] | None = None) -> Iterator[Frame]:
    """Yield the reverse that ``spec`` asks for, wherever it starts; the way there is not shown."""
    on_the_way = start_of(model, spec, root=root)
    start: Start | None = None
    while start is None:
        try:
            next(on_the_way)
        except StopIteration as end:
            start = end.value
    yield from reverse(model, spec, start)


def reverse_from(model: DiffusionModel, x: NDArray[np.floating], t: int, spec: RunSpec) -> Iterator[Frame]:
    yield from reverse(model, spec, from_states(model, x, t))


def branches(model: DiffusionModel, state: NDArray[np.floating], t: int, spec: RunSpec) -> Iterator[Frame]:
    yield from reverse(model, spec, from_state(model, state, t, spec.count))


def strided(model: DiffusionModel, spec: RunSpec, steps: int) -> Iterator[Frame]:
    yield from reverse(model, spec, strided=Strided(steps))


def strided_from(model: DiffusionModel, x: NDArray[np.floating], t: int, spec: RunSpec, steps: int) -> Iterator[Frame]:
    yield from reverse(model, spec, from_states(model, x, t), Strided(steps))


def deterministic(model: DiffusionModel, spec: RunSpec, steps: int) -> Iterator[Frame]:
    yield from reverse(model, spec, strided=Strided(steps, deterministic=True))
