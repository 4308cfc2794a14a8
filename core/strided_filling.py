"""The strided walk under a mask: a preview of what is filled in, by fewer, longer steps (see `core.strided`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.laws import draw
from core.model import DiffusionModel
from core.potentials import Mask, mask_of
from core.randomness import torch_generator
from core.strided import chosen_steps, strided_law
from core.trajectories import prepare, read_only
from core.values import RunSpec


@dataclass(frozen=True, slots=True)
class GuessedFrame:
    """States at one step, and what the model guesses the data behind them to be.

    Attributes:
        t: Step, 0 … T.
        x: States ``[N, *shape]``, read-only, model units.
        guess: E[x^0 | x^t], ``[N, *shape]``, read-only, model units; at t = 0 the states.
    """

    t: int
    x: NDArray[np.float32]
    guess: NDArray[np.float32]


def strided_under(
    model: DiffusionModel, spec: RunSpec, steps: int, x0: NDArray[np.floating] | None = None, start: int | None = None
) -> Iterator[GuessedFrame]:
    """Walk an approximation of the reverse in ``steps`` random moves, under the mask of ``spec.posterior`` if any.

    Known entries follow their own noised path at the steps that are visited, or are held at x^0.

    Args:
        model: The model.
        spec: What to run; of its posterior the mask alone is heeded.
        steps: Moves from T; fewer of them where the walk starts later.
        x0: A rough picture ``[*shape]``, model units, to start from.
        start: The step it is noised to, 1 … T.

    Raises:
        BadInputError: If ``steps``, ``start`` or the spec ask for what no run can do.
    """
    prepare(spec)
    process = model.process
    begin = process.steps if start is None else start
    if not 1 <= begin <= process.steps:
        raise BadInputError(f"start: {begin} is not a step between 1 and {process.steps}")
    times = [begin, *(t for t in chosen_steps(process, steps) if t < begin)]
    rng = torch_generator(spec.seed, "strided under")
    hold = _holder(model, mask_of(spec.posterior.r) if spec.posterior else None, rng)
    with torch.inference_mode():
        if x0 is None:
            x = process.prior(spec.count, model.data.shape, rng)
        else:
            rough = torch.tensor(x0, dtype=torch.float32)
            x = process.jump(rough.expand(spec.count, *rough.shape).clone(), begin, rng)
        x = hold(x, None, begin, begin)
    for t, s in pairwise(times):
        with torch.inference_mode():
            law = model.reverse_law(x, t)
            guess = hold(process.guess(law, x, t), None, t, 0)
            yield GuessedFrame(t, read_only(x), read_only(guess.float()))
            x = hold(draw(strided_law(model, x, t, s, law), rng), x, t, s)
    yield GuessedFrame(0, read_only(x), read_only(x))


def _holder(
    model: DiffusionModel, mask: Mask | None, rng: torch.Generator
) -> Callable[[Tensor, Tensor | None, int, int], Tensor]:
    """Return what puts known entries into states x^s, given x^t where there is one; into all at s = 0."""
    if mask is None:
        return lambda x, _before, _t, _s: x
    known, y = torch.tensor(~mask.mask), torch.tensor(mask.known)
    process, fixed = model.process, mask.held == "x0"

    def hold(x: Tensor, before: Tensor | None, t: int, s: int) -> Tensor:
        values = y.expand_as(x)
        if s > 0 and not fixed:
            path = process.jump_law(values, s) if before is None else process.bridge_law(values, before, s, t)
            values = draw(path, rng)
        return torch.where(known, values, x)

    return hold
