"""Rates optimised for the best K that any network reaches with them, which the paper did not do for bits.

The exact network gives that limit without training, so that several rates can be tried a second. The noise is the same
for all of them and enters smoothly, so K is a smooth function of the rates, and Nelder-Mead finds its maximum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.data.sources import Source
from core.errors import BadInputError
from core.measurement.limits import exact_network
from core.model import DiffusionModel, divergence_at
from core.processes.base import Process
from core.processes.registry import process_of
from core.processes.schedules import Schedule, log_linear, warped_erasure
from core.runtime.devices import numpy_generator, torch_generator
from core.sampling.trajectories import prepare
from core.values.arrays import read_only
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT
from core.values.runs import RunSpec

STATES_OF_A_MEASUREMENT = 16_384
"""Number of states, steps times paths, that each rates are measured on; for bits about ten times as many."""
LEAST_WEIGHT = 1e-6
EVALUATIONS = 80
FIRST, END = 1e-3, 1e-3
"""beta_1 and alpha_bar_T of the Gaussian rates to search."""
FIRST_OF_BITS = 1e-6
"""beta_1 of the first rates tried for bits."""
Point = NDArray[np.float64]
LEAST_FIRST = 1e-7
"""Uniform float32 numbers, which draw bits, are multiples of 6e-8: no flip can be rarer."""


@dataclass(frozen=True, slots=True)
class ScheduleSearchProgress:
    """The result for one of the rates tried in the search.

    Attributes:
        done, total: Number of rates tried, and the most that will be.
        k: The limit of K with the rates just tried, bits a sample, from few paths, the same for all rates: differences
            are accurate, the value itself to some hundredths of a bit.
        best_k: The highest k so far; in the first report, that of the first rates.
        best: The parameters of the best rates, by name.
        betas: The best rates, ``[T]``, read-only.
    """

    done: int
    total: int
    k: float
    best_k: float
    best: Mapping[str, float]
    betas: Schedule


def search_schedule(
    source: Source, info: DataInfo, kind: str, steps: int, spec: RunSpec
) -> Iterator[ScheduleSearchProgress]:
    """Search for the rates of T = ``steps`` with the highest limit of K, one report for each rates tried.

    The search is over `warped_erasure`, beta_1 included, for bits. For Gaussian diffusion K grows without bound as
    beta_1 shrinks, so it is over the exponents of `log_linear`, from beta_1 = 0.001 to alpha_bar_T = 0.001.

    Args:
        source: Source of the data.
        info: Their units.
        kind: The process, "gaussian" or "binomial".
        steps: T.
        spec: Seed and threads.

    Raises:
        BadInputError: If the data's distribution is not known, T is less than 3, or the spec is invalid.
    """
    prepare(spec)
    if steps < 3:
        raise BadInputError(f"steps: {steps} leaves nothing to search; give three or more")
    measure = limit_of_schedule(source, info, kind, steps, spec.seed)
    family = SEARCHED[kind]

    def rates(point: Point) -> tuple[dict[str, float], Schedule]:
        return family.rates(steps, *np.exp(point).tolist())

    best_k, best = -math.inf, family.start
    points = nelder_mead(lambda point: measure(rates(point)[1]), family.start, family.offsets)
    for done, (point, k) in enumerate(islice(points, EVALUATIONS), start=1):
        if k > best_k:
            best_k, best = k, point
        chosen, betas = rates(best)
        yield ScheduleSearchProgress(done, EVALUATIONS, k, best_k, MappingProxyType(chosen), read_only(betas))


def limit_of_schedule(
    source: Source, info: DataInfo, kind: str, steps: int, seed: int = 0
) -> Callable[[Schedule], float]:
    """Return a smooth function of rates ``[T]``: the limit of K with them, bits a sample, for the noise of ``seed``.

    Raises:
        BadInputError: If the data's distribution is not known.
    """
    network = exact_network(source, info)
    paths = min(max(STATES_OF_A_MEASUREMENT // steps, 16), 1024)
    x0 = torch.from_numpy(info.to_model(source.sample(paths, numpy_generator(seed, "rate search"))))
    rng = torch_generator(seed, "rate search")
    noise = SEARCHED[kind].noise(x0.shape, generator=rng)

    def limit(betas: Schedule) -> float:
        process = process_of(kind, betas)
        model = DiffusionModel(process, network, info)
        total = 0.0
        with torch.inference_mode():
            for x, t, weights in SEARCHED[kind].states(process, x0, noise):
                x0_repeated = x0.repeat(len(x) // len(x0), *[1] * (x0.dim() - 1))
                total += float(weights @ divergence_at(model, x0_repeated, x, t)) / len(x0)
            end_entropies = process.marginal_entropies()[[-1, 0]] * math.prod(info.shape)
            k = end_entropies[0] - end_entropies[1] - process.prior_cross_entropy(x0).mean() - total
        return float(k) / NATS_PER_BIT

    return limit


def _gaussian_states(process: Process, x0: Tensor, noise: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield the states x^t of all paths, one step after the other, with the same noise at every step."""
    for t in range(2, process.steps + 1):
        marginal = process.marginal(x0, t)
        states = marginal.mean + marginal.stddev * noise
        yield states, torch.full((len(x0),), t), torch.ones(len(x0), dtype=torch.float64)


def _bit_states(process: Process, x0: Tensor, noise: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield the states of all paths with 0, 1, … D bits flipped, one step after the other, and their weights.

    The number of flips is binomial, which gives the weights; each path flips its bits in the same order at every step.
    So a rate changes the weights only, and smoothly.
    """
    order = noise.flatten(1).argsort(dim=1).argsort(dim=1).reshape(x0.shape)
    flips = torch.arange(math.prod(x0.shape[1:]) + 1)
    for t in range(2, process.steps + 1):
        chance = (1.0 - process.alpha_bars[t]) / 2.0
        distribution = torch.distributions.Binomial(len(flips) - 1, probs=chance, validate_args=False)
        shares = distribution.log_prob(flips.double()).exp()  # type: ignore[no-untyped-call]
        likely = shares > LEAST_WEIGHT
        bounds = flips[likely].reshape(-1, *[1] * x0.dim())
        states = torch.where(order < bounds, 1.0 - x0, x0).flatten(0, 1)
        yield states, torch.full((len(states),), t), shares[likely].repeat_interleave(len(x0))


def _gaussian_rates(steps: int, early: float, late: float) -> tuple[dict[str, float], Schedule]:
    return {"early": early, "late": late}, log_linear(steps, FIRST, END, early, late)


def _bit_rates(steps: int, early: float, late: float, first: float) -> tuple[dict[str, float], Schedule]:
    first = min(max(first, LEAST_FIRST), 0.1)
    return {"early": early, "late": late, "first": first}, warped_erasure(steps, first, early, late)


class SearchedFamily(NamedTuple):
    """The family of rates to search for one kind of process.

    Attributes:
        rates: Returns the parameters by name and the rates, for T and the parameters.
        start: Logarithms of the first parameters, ``[D]``.
        offsets: Distances of the other corners of the first simplex, each along its own axis, ``[D]``.
        noise: Draws the random numbers of all paths, as `torch.randn` does.
        states: Yields states, steps and weights of all paths for that noise, one step after the other.
    """

    rates: Callable[..., tuple[dict[str, float], Schedule]]
    start: Point
    offsets: Point
    noise: Callable[..., Tensor]
    states: Callable[[Process, Tensor, Tensor], Iterator[tuple[Tensor, Tensor, Tensor]]]


SEARCHED: Mapping[str, SearchedFamily] = {
    "gaussian": SearchedFamily(_gaussian_rates, np.zeros(2), np.array([-0.4, -0.4]), torch.randn, _gaussian_states),
    "binomial": SearchedFamily(
        _bit_rates, np.log([1.0, 1.0, FIRST_OF_BITS]), np.array([-0.4, -0.4, -1.0]), torch.rand, _bit_states
    ),
}
VALUE_TOLERANCE = 1e-5


def nelder_mead(value: Callable[[Point], float], start: Point, offsets: Point) -> Iterator[tuple[Point, float]]:
    """Maximise with a simplex of points (Nelder and Mead 1965), and yield each point that is tried with its value.

    It ends when the values at all corners agree to `VALUE_TOLERANCE`.

    Args:
        value: The function to maximise.
        start: The first point, ``[D]``.
        offsets: Distances of the other corners of the first simplex, each along its own axis, ``[D]``.
    """
    corners: list[tuple[float, Point]] = []

    def evaluated(point: Point) -> tuple[Point, float]:
        corners.append((value(point), point))
        return point, corners[-1][0]

    for point in [start, *(start + np.diag(offsets))]:
        yield evaluated(point)
    while True:
        corners.sort(key=lambda corner: -corner[0])
        (best_value, best_point), (second_worst, _), (worst_value, worst_point) = corners[0], corners[-2], corners.pop()
        if best_value - worst_value < VALUE_TOLERANCE:
            return
        centre = np.mean([corner for _, corner in corners], axis=0)
        reflected, value_reflected = evaluated(2.0 * centre - worst_point)
        yield reflected, value_reflected
        if second_worst < value_reflected <= best_value:
            continue
        contracted = 0.5 * (centre + (reflected if value_reflected > worst_value else worst_point))
        expanded_or_contracted = 2.0 * reflected - centre if value_reflected > best_value else contracted
        _, found = evaluated(expanded_or_contracted)
        yield expanded_or_contracted, found
        del corners[-2 if found > value_reflected else -1]
        if max(found, value_reflected) <= worst_value:  # no improvement: all corners move towards the best one
            moved = [0.5 * (best_point + corner) for _, corner in corners[1:-1]] + [0.5 * (best_point + worst_point)]
            del corners[1:]
            for corner in moved:
                yield evaluated(corner)
