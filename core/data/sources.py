"""Where data come from: formulas with all their known answers, or the examples that a checkpoint carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from core.data.images import with_noise
from core.values.checkpoints import DataInfo


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
        held_out_data: ``[M, *shape]``, likewise, those kept apart from training; None where there are no others.
    """

    name: str
    examples: NDArray[np.float32]
    grey_level: float | None = None
    held_out_data: NDArray[np.float32] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        shape: tuple[int, ...] = self.examples.shape[1:]
        return shape

    @property
    def held_out(self) -> Source:
        """The examples kept apart, or these themselves: a checkpoint carries no others."""
        return self if self.held_out_data is None else Examples(self.name, self.held_out_data, self.grey_level)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw with replacement, or every example once, shuffled, where ``count`` is their number."""
        total = len(self.examples)
        drawn = self.examples[rng.permutation(total) if count == total else rng.integers(total, size=count)]
        return drawn if self.grey_level is None else with_noise(drawn, rng, self.grey_level)


class SourceWithDensity(Protocol):
    """A data set one can draw from and whose density is known at every step; draws are in user's units."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw ``count`` independent examples: ``[count, *shape]``, user's units."""

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at ``x`` [N, *shape], model units, where ``alpha_bar`` < 1 of the signal is left; nats."""
