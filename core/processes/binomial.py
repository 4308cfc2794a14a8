"""The binomial process on bits, in closed form (section 2.1, table App. 1). Tables are float64; entropies are in nats.

With signs s = 2x - 1 in {-1, 1} for states x in {0, 1}, every kernel is a sum of log odds, one for each known state.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import logsigmoid

from core.errors import BadInputError
from core.processes.base import Process, Steps, check_step
from core.processes.distributions import Bits, MixedBits, StateDistribution, pick
from core.values.arrays import check_finite
from core.values.measurements import NATS_PER_BIT


class BinomialProcess(Process):
    """Diffusion of bits, float tensors of zeros and ones ``[N, *shape]``, towards independent fair coins."""

    kind = "binomial"
    distributions = Bits
    data_entropy = 0.0

    def __init__(self, betas: NDArray[np.float64] | Tensor) -> None:
        """Tabulate the process.

        Raises:
            BadInputError: If a rate is outside (0, 1].
        """
        super().__init__(betas)
        alpha_bars_from_1, infinity = self._alpha_bars_from_1, torch.full((1,), math.inf, dtype=torch.float64)
        self._marginal_entropies = binary_entropy((1.0 - alpha_bars_from_1) / 2.0)
        # log odds that a bit keeps its value in step t, or from x^0 to x^t
        self._transition_odds = torch.cat([infinity, torch.log((2.0 - self.betas) / self.betas)])
        self._marginal_odds = torch.cat([infinity, torch.log1p(alpha_bars_from_1) - torch.log1p(-alpha_bars_from_1)])
        # terms of `_mixed` for the posteriors, t = 2 … T, at x^t = 0, and their change at x^t = 1
        jump, step, unused = self._marginal_odds[1:-1], self._transition_odds[2:], torch.zeros(2, dtype=torch.float64)
        self._shift_at_zero = torch.cat([unused, _shift(jump - step, -jump - step)])
        self._change = torch.cat([unused, _shift(jump + step, step - jump)]) - self._shift_at_zero
        self._gain = torch.cat([unused, torch.expm1(2.0 * jump)])
        # P(x^t-1 differs from x^0), given that x^t does not, or that it does
        self._same = torch.cat([unused, torch.sigmoid(-jump - step)])
        self._other = torch.cat([unused, torch.sigmoid(step - jump)])

    def transition(self, x: Tensor, t: Steps) -> Bits:
        self._check(t, 1, x=x)
        return Bits(signs(x) * pick(self._transition_odds, t, x))

    def multi_step_transition(self, x: Tensor, s: int, t: int) -> Bits:
        self._check(t, 1, x=x)
        check_step(s, 0, t - 1, "s")
        erased = self.erased_between(s, t)
        return Bits(signs(x) * math.log((2.0 - erased) / erased))

    def marginal(self, x0: Tensor, t: Steps) -> Bits:
        self._check(t, 1, x0=x0)
        return Bits(signs(x0) * pick(self._marginal_odds, t, x0))

    def posterior(self, x0: Tensor, x: Tensor, t: Steps) -> Bits:
        self._check(t, 2, x0=x0, x=x)
        return Bits(self.posterior_odds(signs(x0), x, t))

    def posterior_odds(self, sign: Tensor | float, x: Tensor, t: Steps) -> Tensor:
        """Return the log odds of q(x^t-1 | x^t = ``x``, x^0) where x^0 has the ``sign`` 1 or -1."""
        return sign * pick(self._marginal_odds, t - 1, x) + signs(x) * pick(self._transition_odds, t, x)

    def multi_step_posterior(self, x0: Tensor, x: Tensor, s: int, t: int) -> Bits:
        """Return q(x^s | x^t = ``x``, x^0) for 1 <= s < t <= T; ``x0`` may hold probabilities of a one.

        If x^0 is uncertain this is the mixture over its two values.
        """
        self._check(t, 2, x0=x0, x=x)
        check_step(s, 1, t - 1, "s")
        erased = self.erased_between(s, t)
        step = signs(x) * math.log((2.0 - erased) / erased)
        if_one, if_zero = step + float(self._marginal_odds[s]), step - float(self._marginal_odds[s])
        share = x0 / (x0 + (1.0 - x0) * torch.exp(-_shift(if_one, if_zero)))
        return Bits(_mixed(share, if_one, if_zero))

    def prior_distribution(self, x: Tensor) -> Bits:
        """Return pi, fair coins, for states like ``x`` [N, *shape]."""
        return Bits(torch.zeros_like(x))

    def x0_estimate(self, kernel: StateDistribution, x: Tensor, t: int) -> Tensor:
        """Return the P(x^0 = 1 | x^t = ``x``), ``[N, *shape]``, that ``kernel`` = p(x^t-1 | x^t) implies, t = 1 … T.

        The kernel mixes the posteriors of both values of x^0; their shares are solved for unless it holds them.
        """
        if t == 1:
            return kernel.mean
        if isinstance(kernel, MixedBits):
            return torch.sigmoid(kernel.hidden_odds)
        if not self.alpha_bars[t - 1]:
            return torch.full_like(x, 0.5)  # nothing is left of x^0 at t - 1
        low, high = (torch.sigmoid(self.posterior_odds(sign, x, t).double()) for sign in (-1.0, 1.0))
        share = (kernel.in_float64().mean - low) / (high - low).clamp_min(1e-300)
        return share.clamp(0.0, 1.0).to(x.dtype)

    def kernel_of_x0_moments(self, mean: Tensor, variance: Tensor, x: Tensor, t: Steps) -> MixedBits:  # noqa: ARG002
        return self.kernel_of_x0_estimate(torch.logit(mean, eps=1e-15).to(x.dtype), x, t)

    def kernel_of_x0_estimate(self, odds: Tensor, x: Tensor, t: Steps) -> MixedBits:
        """Return the kernel p(x^t-1 | x^t = ``x``), t = 2 … T, for an x^0 that is 1 with log ``odds``."""
        self.check_step(t, first=2)
        return MixedBits(odds, lambda: self._chances(odds, x, t), lambda: self._kernel_odds(odds, x, t))

    def _kernel_odds(self, odds: Tensor, x: Tensor, t: Steps) -> Tensor:
        """Return the log odds of `_mixed` for both posteriors; tables hold the terms that depend on t and x alone."""
        share = torch.sigmoid(odds + (pick(self._change, t, x) * x + pick(self._shift_at_zero, t, x)))
        return self.posterior_odds(-1.0, x, t) + torch.log1p(pick(self._gain, t, x) * share)

    def _chances(self, odds: Tensor, x: Tensor, t: Steps) -> Tensor:
        """Return the probabilities for the log odds of `_kernel_odds`, in few passes over the states.

        Given x^0 they take four values, for the bits x and x^0; by symmetry the effects of both bits add up.
        """
        if isinstance(t, Tensor):
            return torch.sigmoid(self._kernel_odds(odds, x, t))
        jump, step = float(self._marginal_odds[t - 1]), float(self._transition_odds[t])
        base, by_x, by_x0 = _sigmoid(-jump - step), _sigmoid(step - jump), _sigmoid(jump - step)
        return torch.sigmoid(odds).mul_(by_x0 - base).add_(x, alpha=by_x - base).add_(base)

    def divergence_of_x0_estimate(self, odds: Tensor, x0: Tensor, x: Tensor, t: Steps) -> Tensor:
        """Return KL(q(x^t-1 | x^t = ``x``, x^0 = ``x0``) || `kernel_of_x0_estimate` of ``odds``), nats, ``[N]``.

        In terms of whether bits differ from x^0, all four cases have one form: ln(1 + w u) - w ln(1 + u), with w the
        posterior's probability that x^t-1 differs, and u the x^0 estimate's share in the kernel's odds of it. No terms
        cancel, and it takes half the passes over the states of two distributions and their divergence.
        """
        same, other, shift, change, gain = (
            pick(table, t, x) for table in (self._same, self._other, self._shift_at_zero, self._change, self._gain)
        )
        differs = (x - x0).square_()
        share = torch.addcmul(odds, x0, odds, value=-2.0)
        share = share.addcmul_(differs, change) if isinstance(change, Tensor) else share.add_(differs, alpha=change)
        share = share.add_(shift).sigmoid_()
        w, u = torch.mul(differs, other - same).add_(same), share * gain
        return (torch.log1p(w * u) - w * torch.log1p(u)).flatten(1).sum(1, dtype=torch.float64)

    def divergence(self, kernel: StateDistribution, x0: Tensor, x: Tensor, t: Steps) -> Tensor:
        if isinstance(kernel, MixedBits):
            return self.divergence_of_x0_estimate(kernel.hidden_odds, x0, x, t)
        return super().divergence(kernel, x0, x, t)

    def log_likelihoods(self, x: Tensor, data: Tensor, t: Tensor) -> Tensor:
        alpha_bar = self.alpha_bars[t].unsqueeze(1)
        return 0.5 * (torch.log1p(alpha_bar) - torch.log1p(-alpha_bar)) * (signs(x) @ signs(data).T)

    def entrywise_x0_odds(self, x: Tensor, t: Steps) -> Tensor:
        """Return the log odds of x^0 = 1 given x^t = ``x``, for independent fair bits."""
        return signs(x) * pick(self._marginal_odds, t, x)

    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        return torch.full((len(x0),), math.prod(x0.shape[1:]) * NATS_PER_BIT, dtype=torch.float64)

    def null_log_likelihood(self, x0: Tensor) -> float:
        """Return the null model's log-likelihood, nats per dimension: independent bits of the data's mean."""
        rate = float(x0.double().mean())
        return -float(binary_entropy(torch.tensor([rate], dtype=torch.float64)))

    def marginal_entropies(self) -> Tensor:
        return self._marginal_entropies

    def transition_entropies(self) -> Tensor:
        return binary_entropy(self.betas / 2.0)

    def check_states(self, x: NDArray[np.floating], name: str) -> None:
        check_finite(x, name)
        bad = np.argwhere((x != 0) & (x != 1))
        if len(bad):
            place = tuple(int(index) for index in bad[0])
            raise BadInputError(f"{name}: entry {place} is {x[place]:g}; a binomial model takes bits, 0 or 1")


def _mixed(share: Tensor, if_one: Tensor, if_zero: Tensor) -> Tensor:
    """Return the log odds of a bit whose log odds are ``if_one`` or ``if_zero``, depending on a hidden bit.

    ``if_one`` must be the larger; ``share`` is P, the hidden bit's probability given that this one is 0: sigmoid(its
    log odds + `_shift`). The result is ``if_zero`` + ln(1 + P (e^d - 1)), d the difference of the two. No terms cancel:
    near 0 and 1 the small probability keeps its digits.
    """
    return if_zero + torch.log1p(torch.expm1(if_one - if_zero) * share)


def _shift(if_one: Tensor, if_zero: Tensor) -> Tensor:
    """Return the change in the log odds of the hidden bit of `_mixed` if the bit is 0; it is never positive."""
    return logsigmoid(-if_one) - logsigmoid(-if_zero)


def _sigmoid(odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-odds))


def signs(x: Tensor) -> Tensor:
    """Return -1 for 0 and 1 for 1."""
    return 2.0 * x - 1.0


def binary_entropy(probability: Tensor) -> Tensor:
    """Return h(p) in nats; h(0) = h(1) = 0."""
    entropy: Tensor = torch.special.entr(probability) + torch.special.entr(1.0 - probability)
    return entropy
