"""The strided walk under a mask: a preview of what is filled in, by fewer, longer steps (see `core.strided`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.laws import draw
from core.longer_moves import strided_law
from core.model import DiffusionModel
from core.potentials import Mask, mask_of
from core.randomness import torch_generator
from core.strided import chosen_steps
from core.trajectories import chunk_size, frozen_frame, prepare
from core.values import Frame, RunSpec


def strided_under(
    model: DiffusionModel, spec: RunSpec, steps: int, x0: NDArray[np.floating] | None = None, start: int | None = None
) -> Iterator[Frame]:
    """Walk an approximation of the reverse in ``steps`` random moves, under the mask of ``spec.posterior`` if any.

    Known entries follow their own noised path at the steps that are visited, or are held at x^0. A frame holds what the
    model guesses the data to be at its step, E[x^0 | x^t]; the last one, t = 0, the states.

    Args:
        model: The model.
        spec: What to run; of its posterior the mask alone is heeded.
        steps: Moves.
        x0: A rough picture ``[*shape]``, model units, to start from.
        start: The step it is noised to, 1 … T.

    Raises:
        BadInputError: If ``steps``, ``start`` or the spec ask for what no run can do.
    """
    prepare(spec)
    process, at_once = model.process, chunk_size(model.data.shape)
    times = chosen_steps(process, steps, first=start)
    rng = torch_generator(spec.seed, "strided under")
    hold = _holder(model, mask_of(spec.posterior.r) if spec.posterior else None, rng)
    with torch.inference_mode():
        if x0 is None:
            x = process.prior(spec.count, model.data.shape, rng)
        else:
            rough = torch.tensor(x0, dtype=torch.float32)
            x = process.jump(rough.expand(spec.count, *rough.shape).clone(), times[0], rng)
        x = hold(x, None, times[0], times[0])
    for t, s in pairwise(times):
        guessed, moved = [], []
        with torch.inference_mode():
            for part in torch.split(x, at_once):
                law = model.reverse_law(part, t)
                guessed.append(process.guess(law, part, t).float())
                moved.append(hold(draw(strided_law(model, part, t, s, law), rng), part, t, s))
            guess, x = torch.cat(guessed), torch.cat(moved)
        yield frozen_frame(t, guess)
    yield frozen_frame(0, x)


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
