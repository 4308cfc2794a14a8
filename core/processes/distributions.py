"""The distributions that kernels are, and what the engine asks of them: torch.distributions, drawn with a generator."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Bernoulli, Distribution, MultivariateNormal, Normal, kl_divergence
from torch.distributions.utils import lazy_property

StateDistribution = Normal | Bernoulli | MultivariateNormal
"""Of states ``[N, *shape]``: independent entries, or, MultivariateNormal, correlated ones of ``[N, D]``."""


def normal(mean: Tensor, std: Tensor | float) -> Normal:
    """Return N(mean, spread^2), unchecked: the arguments are the engine's own and the loops are hot."""
    if not isinstance(std, Tensor):
        std = torch.tensor(std, dtype=mean.dtype)
    return Normal(mean, std, validate_args=False)


def bernoulli(logits: Tensor) -> Bernoulli:
    """Return independent bits that are 1 with probability sigmoid(logits), unchecked."""
    return Bernoulli(logits=logits, validate_args=False)


class MixedBernoulli(Bernoulli):
    """Independent bits, each as a hidden bit decides; probabilities, for draws, and log odds are found when asked for.

    Args:
        hidden_odds: Log odds of the hidden bit, ``[N, *shape]``.
        probabilities: Finds the probabilities of a one; they need not be exact near 0 and 1.
        odds: Finds the log odds of a one, in full precision.
    """

    def __init__(self, hidden_odds: Tensor, probabilities: Callable[[], Tensor], odds: Callable[[], Tensor]) -> None:
        # Not Bernoulli's own, which must be given one of the two and finds the other from it, by a longer way.
        Distribution.__init__(self, hidden_odds.shape, validate_args=False)
        self.hidden_odds = hidden_odds
        self._probabilities = probabilities
        self._odds = odds

    @lazy_property
    def probs(self) -> Tensor:
        """Probabilities of a one."""
        return self._probabilities()

    @lazy_property
    def logits(self) -> Tensor:
        """Log odds of a one."""
        return self._odds()


def draw(distribution: StateDistribution, rng: torch.Generator) -> Tensor:
    """Draw once from ``distribution`` with the generator ``rng``, which torch.distributions cannot be given."""
    if isinstance(distribution, Bernoulli):
        probabilities = distribution.probs.detach()
        return torch.rand(probabilities.shape, generator=rng, dtype=probabilities.dtype).lt_(probabilities)
    mean = distribution.mean
    noise = torch.randn(mean.shape, generator=rng, dtype=mean.dtype)
    if isinstance(distribution, MultivariateNormal):
        return mean + (distribution.scale_tril @ noise.unsqueeze(-1)).squeeze(-1)
    return torch.addcmul(mean, distribution.stddev, noise)


def log_probability(distribution: StateDistribution, x: Tensor) -> Tensor:
    """Return ln p(x) of each state, of ``x`` [N, *shape]: float64 ``[N]``, nats; a density or a mass."""
    distribution = as_float64(distribution)
    found: Tensor = distribution.log_prob(x.double())  # type: ignore[no-untyped-call]
    return found if isinstance(distribution, MultivariateNormal) else found.flatten(1).sum(1)


def divergence(exact: StateDistribution, learned: StateDistribution) -> Tensor:
    """Return KL(exact || learned) of each state: float64 ``[N]``, nats."""
    if isinstance(exact, Bernoulli) and isinstance(learned, Bernoulli):
        found = _divergence_of_bits(exact.logits, learned.logits)
        return found if bool(torch.isfinite(found).all()) else _divergence_at_any_odds(exact.logits, learned.logits)
    exact, learned = as_float64(exact), as_float64(learned)
    if isinstance(learned, MultivariateNormal):
        exact = as_multivariate_normal(exact)
        return kl_divergence(exact, learned)
    return kl_divergence(exact, learned).flatten(1).sum(1)


def _divergence_of_bits(exact: Tensor, learned: Tensor) -> Tensor:
    """Return the divergence of independent bits from their log odds, ln(1 + p (e^d - 1)) - p d, summed in float64.

    p is the exact probability of a bit's rarer value and d by how much the learned log odds of that value are larger,
    so that float32 keeps its digits: the error is p d times its rounding. It is a tenth of the work of
    torch.distributions, which wants float64, costs more than a small network, and is infinite where a probability
    rounds to 0 or 1. Overflows where d > 88.
    """
    sign = torch.copysign(torch.ones_like(exact), exact.detach())
    rarer = (exact * sign).neg_().sigmoid_()
    excess = (exact - learned).mul_(sign)
    found = torch.addcmul(torch.log1p(rarer * torch.expm1(excess)), rarer, excess, value=-1.0)
    return found.flatten(1).sum(1, dtype=torch.float64)


def _divergence_at_any_odds(exact: Tensor, learned: Tensor) -> Tensor:
    """Return the same by the difference of two large numbers, in float64: for kernels that are hopelessly wrong."""
    exact, learned = exact.double(), learned.double()
    even = torch.zeros_like(exact)
    volumes = torch.logaddexp(learned, even) - torch.logaddexp(exact, even)
    return (torch.sigmoid(exact) * (exact - learned) + volumes).flatten(1).sum(1)


def as_float64(distribution: StateDistribution) -> StateDistribution:
    """Return ``distribution`` in float64."""
    if isinstance(distribution, Bernoulli):
        return bernoulli(distribution.logits.double())
    if isinstance(distribution, MultivariateNormal):
        return MultivariateNormal(
            distribution.loc.double(), scale_tril=distribution.scale_tril.double(), validate_args=False
        )
    return normal(distribution.mean.double(), distribution.stddev.double())


def as_multivariate_normal(distribution: StateDistribution) -> MultivariateNormal:
    """Return a Gaussian ``distribution`` over vectors ``[N, D]`` with its whole covariance."""
    if isinstance(distribution, MultivariateNormal):
        return distribution
    std = distribution.stddev.expand_as(distribution.mean)
    return MultivariateNormal(distribution.mean, scale_tril=torch.diag_embed(std), validate_args=False)


def pick(table: Tensor, t: int | Tensor, like: Tensor) -> Tensor | float:
    """Return ``table[t]``: a float for one step; for many a tensor ``[N, 1, …]`` of the type of ``like``."""
    if isinstance(t, int):
        return float(table[t])
    return table[t].to(like.dtype).reshape(-1, *[1] * (like.dim() - 1))
