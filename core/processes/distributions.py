"""Distributions of states: torch's own, but drawn with a generator and summed over whole states."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self

import torch
from torch import Tensor
from torch.distributions import Bernoulli, Distribution, MultivariateNormal, Normal, kl_divergence
from torch.distributions.utils import lazy_property

LOG_TWO_PI_E = math.log(2.0 * math.pi * math.e)


class StateDistribution(Distribution, ABC):
    """A distribution of states ``[N, *shape]``, one for each row: a transition of q or a reverse kernel.

    A process over other states than `Gaussian`, `CorrelatedGaussian` and `Bits` defines its own. ``mean`` and
    ``variance`` are those of every entry; the mean of a bit is its probability to be 1.
    """

    @property
    def shape(self) -> torch.Size:
        """Shape of the states."""
        return self.batch_shape + self.event_shape

    @abstractmethod
    def draw(self, rng: torch.Generator) -> Tensor:
        """Draw each state once with the generator ``rng``, which torch.distributions does not accept."""

    def log_probability(self, x: Tensor) -> Tensor:
        """Return ln p(x) of each state of ``x`` [N, *shape]: float64 ``[N]``, nats; a density or a mass."""
        found: Tensor = self.in_float64().log_prob(x.double())
        return found if self.event_shape else found.flatten(1).sum(1)

    def entropies(self) -> Tensor:
        """Return the entropy of each state's distribution: float64 ``[N]``, nats."""
        found: Tensor = self.in_float64().entropy()
        return found if self.event_shape else found.flatten(1).sum(1)

    @abstractmethod
    def divergence(self, learned: Self) -> Tensor:
        """Return KL(self || ``learned``) of each state, both of one kind: float64 ``[N]``, nats."""

    @abstractmethod
    def in_float64(self) -> Self:
        """Return the same distribution in float64."""

    @abstractmethod
    def flat_parameters(self) -> tuple[Tensor, ...]:
        """Return the parameters for `core.posterior.kernels`: float64, states flattened to ``[N, D]``."""


class Gaussian(StateDistribution, Normal):
    """N(mean, std^2) of independent entries, unchecked: only the engine makes it, in its inner loops."""

    def __init__(self, mean: Tensor, std: Tensor | float) -> None:
        if not isinstance(std, Tensor):
            std = torch.tensor(std, dtype=mean.dtype)
        super().__init__(mean, std, validate_args=False)

    def draw(self, rng: torch.Generator) -> Tensor:
        return self.at_noise(torch.randn(self.mean.shape, generator=rng, dtype=self.mean.dtype))

    def at_noise(self, noise: Tensor) -> Tensor:
        """Return the states that standard normal ``noise`` [N, *shape] gives."""
        return torch.addcmul(self.mean, self.stddev, noise)

    def entropies(self) -> Tensor:
        entries = self.mean[0].numel()
        logs = self.stddev.log().flatten(1).sum(1, dtype=torch.float64)
        return logs + 0.5 * entries * LOG_TWO_PI_E

    def divergence(self, learned: Gaussian | CorrelatedGaussian) -> Tensor:
        if isinstance(learned, CorrelatedGaussian):
            return self.correlated().divergence(learned)
        return kl_divergence(self.in_float64(), learned.in_float64()).flatten(1).sum(1)

    def in_float64(self) -> Gaussian:
        return Gaussian(self.mean.double(), self.stddev.double())

    def flat_parameters(self) -> tuple[Tensor, ...]:
        """Return means and variances, ``[N, D]`` each."""
        return self.mean.double().flatten(1), self.stddev.double().square().flatten(1)

    def correlated(self) -> CorrelatedGaussian:
        """Return the same distribution over vectors ``[N, D]``, with a full covariance."""
        return CorrelatedGaussian(self.mean, torch.diag_embed(self.stddev))


class CorrelatedGaussian(StateDistribution, MultivariateNormal):
    """N(mean, L L^T) of states ``[N, D]``, L = ``scale_tril`` [N, D, D], unchecked."""

    def __init__(self, mean: Tensor, scale_tril: Tensor) -> None:
        super().__init__(mean, scale_tril=scale_tril, validate_args=False)

    def draw(self, rng: torch.Generator) -> Tensor:
        noise = torch.randn(self.mean.shape, generator=rng, dtype=self.mean.dtype)
        return self.mean + (self.scale_tril @ noise.unsqueeze(-1)).squeeze(-1)

    def divergence(self, learned: Gaussian | CorrelatedGaussian) -> Tensor:
        return kl_divergence(self.in_float64(), learned.correlated().in_float64())

    def in_float64(self) -> CorrelatedGaussian:
        return CorrelatedGaussian(self.mean.double(), self.scale_tril.double())

    def flat_parameters(self) -> tuple[Tensor, ...]:
        """Return means ``[N, D]`` and full covariances ``[N, D, D]``."""
        root = self.scale_tril.double()
        return self.mean.double(), root @ root.mT

    def correlated(self) -> CorrelatedGaussian:
        return self


class Bits(StateDistribution, Bernoulli):
    """Independent bits that are 1 with probability sigmoid(``logits``), unchecked."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__(logits=logits, validate_args=False)

    def draw(self, rng: torch.Generator) -> Tensor:
        probabilities = self.probs.detach()
        return torch.rand(probabilities.shape, generator=rng, dtype=probabilities.dtype).lt_(probabilities)

    def divergence(self, learned: Bits) -> Tensor:
        found = _divergence_of_bits(self.logits, learned.logits)
        return found if bool(torch.isfinite(found).all()) else _divergence_at_any_odds(self.logits, learned.logits)

    def entropies(self) -> Tensor:
        odds = self.logits
        volumes = torch.nn.functional.softplus(odds) - torch.sigmoid(odds) * odds
        return volumes.flatten(1).sum(1, dtype=torch.float64)

    def in_float64(self) -> Bits:
        return Bits(self.logits.double())

    def flat_parameters(self) -> tuple[Tensor, ...]:
        """Return log odds ``[N, D]``."""
        return (self.logits.double().flatten(1),)


class MixedBits(Bits):
    """Independent bits, each depending on a hidden bit; probabilities and log odds are computed on demand.

    Args:
        hidden_odds: Log odds of the hidden bit, ``[N, *shape]``.
        probabilities: Computes the probabilities of a one, for draws; they need not be exact near 0 and 1.
        odds: Computes the log odds of a one, in full precision.
    """

    def __init__(self, hidden_odds: Tensor, probabilities: Callable[[], Tensor], odds: Callable[[], Tensor]) -> None:
        # Not Bernoulli's, which takes one of the two and derives the other from it at a higher cost.
        Distribution.__init__(self, hidden_odds.shape, validate_args=False)
        self.hidden_odds = hidden_odds
        self._probabilities = probabilities
        self._odds = odds

    @lazy_property
    def probs(self) -> Tensor:
        return self._probabilities()

    @lazy_property
    def logits(self) -> Tensor:
        return self._odds()


def as_state_distribution(found: object) -> StateDistribution | None:
    """Return ``found`` as the engine's distribution, also if it is torch's of the same kind; otherwise None."""
    if isinstance(found, StateDistribution):
        return found
    if isinstance(found, Normal):
        return Gaussian(found.mean, found.stddev)
    if isinstance(found, MultivariateNormal):
        return CorrelatedGaussian(found.mean, found.scale_tril)
    return Bits(found.logits) if isinstance(found, Bernoulli) else None


def _divergence_of_bits(exact: Tensor, learned: Tensor) -> Tensor:
    """Return the divergence of independent bits from their log odds, ln(1 + p (e^d - 1)) - p d, summed in float64.

    p is the exact probability of a bit's rarer value and d by how much the learned log odds of that value are larger,
    so that float32 keeps its digits: the error is p d times its rounding. It is a tenth of the work of
    torch.distributions, which needs float64, costs more than a small network, and is infinite if a probability
    rounds to 0 or 1. Overflows for d > 88.
    """
    sign = torch.copysign(torch.ones_like(exact), exact.detach())
    rarer = (exact * sign).neg_().sigmoid_()
    excess = (exact - learned).mul_(sign)
    found = torch.addcmul(torch.log1p(rarer * torch.expm1(excess)), rarer, excess, value=-1.0)
    return found.flatten(1).sum(1, dtype=torch.float64)


def _divergence_at_any_odds(exact: Tensor, learned: Tensor) -> Tensor:
    """Return the same from the difference of two large numbers, in float64, for kernels that are far off."""
    exact, learned = exact.double(), learned.double()
    even = torch.zeros_like(exact)
    volumes = torch.logaddexp(learned, even) - torch.logaddexp(exact, even)
    return (torch.sigmoid(exact) * (exact - learned) + volumes).flatten(1).sum(1)


def pick(table: Tensor, t: int | Tensor, like: Tensor) -> Tensor | float:
    """Return ``table[t]``: a float for one step; for many a tensor ``[N, 1, …]`` of the type of ``like``."""
    if isinstance(t, int):
        return float(table[t])
    return table[t].to(like.dtype).reshape(-1, *[1] * (like.dim() - 1))
