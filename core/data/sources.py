"""Data sources: their protocols, and the source that draws from stored examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from core.data.images import with_noise
from core.values.checkpoints import DataInfo


class Source(Protocol):
    """A data set from which examples can be drawn, in user's units."""

    @property
    def name(self) -> str:
        """Name of the data in a checkpoint."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""

    @property
    def held_out(self) -> Source:
        """The held-out data, on which K is measured; for a formula, the formula itself."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw ``count`` independent examples: ``[count, *shape]``, user's units."""


class SourceWithDensity(Protocol):
    """A data set from which examples can be drawn, in user's units, and whose density is known at every step."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw ``count`` independent examples: ``[count, *shape]``, user's units."""

    def log_density(self, x: NDArray[np.floating], alpha_bar: float, info: DataInfo) -> NDArray[np.float64]:
        """Return ln q(x^t) at ``x`` [N, *shape], model units, where ``alpha_bar`` < 1 of the signal is left; nats."""


@runtime_checkable
class KnownSource(Source, SourceWithDensity, Protocol):
    """A source whose distribution is known, so that models can be held against the truth."""

    def support(self) -> NDArray[np.float32]:
        """Return data ``[M, *shape]``, user's units, all equally likely, that stand for the whole distribution."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Stored examples, for data without a formula: those in a checkpoint, or rows of user data.

    Attributes:
        name: Name of the data in a checkpoint.
        examples: ``[N, *shape]``, user's units.
        grey_level: Width of one grey level if the examples are images of whole grey levels: noise of one level is
            added to each draw. None for continuous data and bits.
        held_out_data: ``[M, *shape]``, user's units; None if the examples themselves are used instead.
    """

    name: str
    examples: NDArray[np.floating]
    grey_level: float | None = None
    held_out_data: NDArray[np.floating] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one example."""
        shape: tuple[int, ...] = self.examples.shape[1:]
        return shape

    @property
    def held_out(self) -> Examples:
        """The held-out examples, or these themselves if there are no others, as in a checkpoint."""
        return self if self.held_out_data is None else Examples(self.name, self.held_out_data, self.grey_level)

    def __len__(self) -> int:
        return len(self.examples)

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw ``[count, *shape]`` with replacement; if ``count`` is the number of examples, each once, shuffled."""
        total = len(self)
        return self.rows(rng.permutation(total) if count == total else rng.integers(total, size=count), rng)

    def distinct(self, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw ``[M, *shape]`` without replacement: ``count`` examples, or all if they are fewer."""
        return self.rows(rng.permutation(len(self))[:count], rng)

    def rows(self, indices: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.floating]:
        """Return the examples with these numbers, ``[M, *shape]``; ``rng`` draws their noise."""
        drawn = self.examples[indices]
        return drawn if self.grey_level is None else with_noise(drawn, rng, self.grey_level)


@runtime_checkable
class StoredSource(Protocol):
    """A source of a number of stored examples."""

    def __len__(self) -> int: ...

    def rows(self, indices: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.floating]:
        """Return the examples with these numbers, ``[M, *shape]``, user's units; ``rng`` draws their noise."""

    def distinct(self, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw ``[M, *shape]`` without replacement, user's units: ``count`` examples, or all if they are fewer."""


def drawn_once(source: Source, count: int, rng: np.random.Generator) -> NDArray[np.floating]:
    """Draw ``count`` examples from ``source``, ``[M, *shape]``, none twice: all that are stored if they are fewer."""
    return source.distinct(count, rng) if isinstance(source, StoredSource) else source.sample(count, rng)
