"""Where data come from: formulas with all their known answers, or the examples that a checkpoint carries."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from core.grey_levels import GREY_LEVEL, with_noise
from core.mixture_density import log_mean_of_normals
from core.picture_sources import PICTURES
from core.values import DataInfo

QUADRATURE_NODES = 4096
SUPPORT_NODES = 2048


class Source(Protocol):
    """A data set one can draw from. Draws are in user's units."""

    @property
    def name(self) -> str:
        """What a checkpoint calls the data."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""

    @property
    def held_out(self) -> Source:
        """What K is measured on: the part kept apart from training; of a formula, the formula itself."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``count`` independent examples: ``[count, *shape]``, user's units."""


@runtime_checkable
class KnownSource(Source, Protocol):
    """A source whose distribution is known, so that models can be held against the truth."""

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at ``x`` [N, *shape], model units, where ``alpha_bar`` < 1 of the signal is left; nats."""

    def support(self) -> NDArray[np.float32]:
        """Return data ``[M, *shape]``, user's units, all equally likely, that stand for the whole distribution."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples as they are, for data that no formula describes: those a checkpoint carries, or rows of a person's own.

    Attributes:
        name: What the checkpoint calls the data.
        examples: ``[N, *shape]``, user's units.
        grey_level: Width of one grey level where the examples are pictures of such levels: what is drawn has the noise
            of one level added, which the examples are without. None for continuous data and bits.
        kept_apart: ``[M, *shape]``, likewise, those kept apart from training; None where there are no others.
    """

    name: str
    examples: NDArray[np.float32]
    grey_level: float | None = None
    kept_apart: NDArray[np.float32] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        shape: tuple[int, ...] = self.examples.shape[1:]
        return shape

    @property
    def held_out(self) -> Source:
        """The examples kept apart, or these themselves: a checkpoint carries no others."""
        return self if self.kept_apart is None else Examples(self.name, self.kept_apart, self.grey_level)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw with replacement, or every example once, shuffled, where ``count`` is their number."""
        total = len(self.examples)
        drawn = self.examples[rng.permutation(total) if count == total else rng.integers(total, size=count)]
        return drawn if self.grey_level is None else with_noise(drawn, rng, self.grey_level)


class SwissRoll:
    """Two columns of a swiss roll: (a cos a, a sin a), a = 3 pi/2 (1 + 2u), u uniform on [0, 1] (section 3.1.1)."""

    name: str = "swiss_roll"
    shape: tuple[int, ...] = (2,)

    @property
    def held_out(self) -> Source:
        """The formula itself, whose draws are independent."""
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw points ``[count, 2]`` in the formula's own units."""
        return self.curve(rng.random(count)).astype(np.float32)

    def curve(self, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the points ``[N, 2]`` at the places ``along`` [N] in [0, 1] of the roll, the formula's units."""
        angle = 1.5 * math.pi * (1.0 + 2.0 * np.asarray(along, dtype=np.float64))
        return np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=-1)

    def support(self) -> NDArray[np.float32]:
        """Return evenly spread points ``[M, 2]`` of the roll: the nodes of the midpoint rule."""
        return self.curve(_midpoints(SUPPORT_NODES)).astype(np.float32)

    def standardisation(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return mean and standard deviation of each axis, ``[2]`` each, by quadrature along the roll."""
        points = self.curve(_midpoints(QUADRATURE_NODES))
        return points.mean(axis=0), points.std(axis=0)

    def along(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the place on the roll, in [0, 1], nearest to each of ``points`` [N, 2], the formula's units.

        Points of one direction lie on the curve at angles 2 pi apart, so the radius decides between few candidates.
        """
        radius, direction = np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])
        turn = np.round((radius - direction) / (2.0 * math.pi))
        candidates = direction[:, None] + 2.0 * math.pi * (turn[:, None] + np.array([-1.0, 0.0, 1.0]))
        places = np.clip((candidates / (1.5 * math.pi) - 1.0) / 2.0, 0.0, 1.0)
        distances = np.square(self.curve(places) - points[:, None, :]).sum(axis=-1)
        return np.take_along_axis(places, distances.argmin(axis=1)[:, None], axis=1)[:, 0].astype(np.float32)

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at points ``x`` [N, 2] in model units, where ``alpha_bar`` < 1 of the signal is left.

        q(x^t) is an integral of Gaussians along the roll, taken by the midpoint rule; nats, float64 ``[N]``.
        """
        centres = math.sqrt(alpha_bar) * (self.curve(_midpoints(QUADRATURE_NODES)) - info.shift) / info.scale
        return log_mean_of_normals(x, centres, 1.0 - alpha_bar)


class Heartbeat:
    """Sequences of 20 bits with a one every fifth place, the phase uniform over five (section 3.1.2)."""

    name: str = "heartbeat"
    shape: tuple[int, ...] = (20,)
    period: int = 5

    @property
    def held_out(self) -> Source:
        """The formula itself, whose draws are independent."""
        return self

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw sequences ``[count, 20]`` of zeros and ones."""
        return self.support()[rng.integers(self.period, size=count)]

    def support(self) -> NDArray[np.float32]:
        """Return the five sequences there are, ``[5, 20]``, by phase."""
        places = np.arange(self.shape[0]) % self.period
        sequences: NDArray[np.float32] = (places == np.arange(self.period)[:, None]).astype(np.float32)
        return sequences

    def log_density(
        self,
        x: NDArray[np.floating],
        alpha_bar: float,
        info: DataInfo,  # noqa: ARG002 - bits have one unit
    ) -> NDArray[np.float64]:
        """Return ln q(x^t) of sequences ``x`` [N, 20], where ``alpha_bar`` < 1 of the signal is left; nats, ``[N]``."""
        agree, differ = math.log1p(alpha_bar) - math.log(2.0), math.log1p(-alpha_bar) - math.log(2.0)
        distances = np.abs(np.asarray(x, dtype=np.float64)[:, None, :] - self.support()).sum(axis=-1)
        found: NDArray[np.float64] = np.logaddexp.reduce(
            distances * differ + (self.shape[0] - distances) * agree, axis=1
        ) - math.log(self.period)
        return found


FORMULAS: Mapping[str, Callable[[], KnownSource]] = {SwissRoll.name: SwissRoll, Heartbeat.name: Heartbeat}


def source_of(info: DataInfo) -> Source:
    """Return the source behind a checkpoint's data: the one of that name where it fits the shape, else its examples."""
    source: Source | None = None
    if info.name in FORMULAS and info.grey_level is None:
        source = FORMULAS[info.name]()
    elif info.name in PICTURES and info.grey_level == GREY_LEVEL:
        source = PICTURES[info.name](info.shape)
    if source is not None and source.shape == info.shape:
        return source
    return Examples(info.name, info.examples, info.grey_level)


def places_along(info: DataInfo, x0: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a number in [0, 1] for each point of ``x0`` [N, 2], model units, for colours that follow neighbours.

    Along the roll for the swiss roll; for any other data in the plane the direction as seen from the mean.
    """
    source = source_of(info)
    if isinstance(source, SwissRoll):
        return source.along(info.to_user(x0))
    return (np.arctan2(x0[:, 1], x0[:, 0]) / (2.0 * math.pi) + 0.5).astype(np.float32)


def _midpoints(count: int) -> NDArray[np.float64]:
    return (np.arange(count) + 0.5) / count
