"""The Gaussian process, in closed form (section 2.1, table App. 1). All tables are float64; entropies are in nats."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.processes.base import Process, Steps, check_step
from core.processes.distributions import LOG_TWO_PI_E, CorrelatedGaussian, Gaussian, StateDistribution, pick


class GaussianProcess(Process):
    """Diffusion of standardised data towards N(0, I)."""

    kind = "gaussian"
    distributions = (Gaussian, CorrelatedGaussian)
    deterministic = True

    def __init__(self, betas: NDArray[np.float64] | Tensor) -> None:
        """Tabulate the process; a tensor of rates keeps its gradient through every closed form.

        Raises:
            BadInputError: If a rate is outside (0, 1].
        """
        super().__init__(betas)
        alpha_bars_from_1 = self._alpha_bars_from_1
        one, zero = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
        before = torch.cat([one, alpha_bars_from_1[:-1]])
        # Tables over t = 0 … T, computed in float64, so that 1 - alpha_bar keeps its digits for a float32 state.
        self._tables = {
            "transition scale": torch.cat([one, (1.0 - self.betas).sqrt()]),
            "transition std": torch.cat([zero, self.betas.sqrt()]),
            "marginal scale": torch.cat([one, alpha_bars_from_1.sqrt()]),
            "marginal std": torch.cat([zero, (1.0 - alpha_bars_from_1).sqrt()]),
            "posterior x0": torch.cat([one, before.sqrt() * self.betas / (1.0 - alpha_bars_from_1)]),
            "posterior x": torch.cat([zero, (1.0 - self.betas).sqrt() * (1.0 - before) / (1.0 - alpha_bars_from_1)]),
            "posterior variance": torch.cat([zero, self.betas * (1.0 - before) / (1.0 - alpha_bars_from_1)]),
        }
        self._rows: tuple[Tensor | None, torch.dtype | None, dict[str, Tensor]] = (None, None, {})

    def _pick(self, name: str, t: Steps, like: Tensor) -> Tensor | float:
        """Return an entry of one table, as `core.processes.distributions.pick` does.

        If rates are learned, all tables are looked up at once and kept until another ``t`` is asked for: one by one,
        they and their gradients cost a third of the gradient of a small network.
        """
        if isinstance(t, int) or not self.betas.requires_grad:
            return pick(self._tables[name], t, like)
        if self._rows[0] is not t or self._rows[1] is not like.dtype:
            rows = torch.stack(list(self._tables.values()), dim=1)[t].to(like.dtype)
            self._rows = (t, like.dtype, dict(zip(self._tables, rows.unbind(1), strict=True)))
        return self._rows[2][name].reshape(-1, *[1] * (like.dim() - 1))

    def transition_scale(self, t: Steps, like: Tensor) -> Tensor | float:
        """Return sqrt(1 - beta_t), shaped to multiply states ``like`` [N, *shape]."""
        return self._pick("transition scale", t, like)

    def marginal_scale(self, t: Steps, like: Tensor) -> Tensor | float:
        """Return sqrt(alpha_bar_t), shaped to multiply states ``like`` [N, *shape]."""
        return self._pick("marginal scale", t, like)

    def marginal_std(self, t: Steps, like: Tensor) -> Tensor | float:
        """Return sqrt(1 - alpha_bar_t), shaped to multiply states ``like`` [N, *shape]."""
        return self._pick("marginal std", t, like)

    def transition(self, x: Tensor, t: Steps) -> Gaussian:
        self._check(t, 1, x=x)
        return Gaussian(self.transition_scale(t, x) * x, self._pick("transition std", t, x))

    def multi_step_transition(self, x: Tensor, s: int, t: int) -> Gaussian:
        self._check(t, 1, x=x)
        check_step(s, 0, t - 1, "s")
        erased = self.erased_between(s, t)
        return Gaussian(math.sqrt(1.0 - erased) * x, math.sqrt(erased))

    def marginal(self, x0: Tensor, t: Steps) -> Gaussian:
        self._check(t, 1, x0=x0)
        return Gaussian(self.marginal_scale(t, x0) * x0, self.marginal_std(t, x0))

    def posterior_mean(self, x0: Tensor, x: Tensor, t: Steps) -> Tensor:
        """Return the mean of q(x^t-1 | x^t = ``x``, x^0 = ``x0``) for t = 1 … T."""
        self.check_step(t, first=1)
        return self._pick("posterior x0", t, x) * x0 + self._pick("posterior x", t, x) * x

    def posterior_variance(self, t: Steps, like: Tensor) -> Tensor | float:
        """Return the variance of q(x^t-1 | x^t, x^0): 0 at t = 1, otherwise beta_t (1 - A_t-1)/(1 - A_t)."""
        return self._pick("posterior variance", t, like)

    def posterior_x0_weight(self, t: Steps, like: Tensor) -> Tensor | float:
        """Return the weight of x^0 in the mean of q(x^t-1 | x^t, x^0): sqrt(A_t-1) beta_t/(1 - A_t)."""
        return self._pick("posterior x0", t, like)

    def posterior(self, x0: Tensor, x: Tensor, t: Steps) -> Gaussian:
        self._check(t, 2, x0=x0, x=x)
        return Gaussian(self.posterior_mean(x0, x, t), _root(self.posterior_variance(t, x)))

    def multi_step_posterior(self, x0: Tensor, x: Tensor, s: int, t: int) -> Gaussian:
        self._check(t, 2, x0=x0, x=x)
        check_step(s, 1, t - 1, "s")
        erased = self.erased_between(s, t)
        variance_ratio = (1.0 - float(self.alpha_bars[s])) / (1.0 - float(self.alpha_bars[t]))
        mean = self.multi_step_x0_weight(s, t) * x0 + math.sqrt(1.0 - erased) * variance_ratio * x
        return Gaussian(mean, math.sqrt(erased * variance_ratio))

    def multi_step_x0_weight(self, s: int, t: int) -> float:
        """Return the weight of x^0 in the mean of q(x^s | x^t, x^0): sqrt(A_s) (1 - A_t/A_s)/(1 - A_t)."""
        before, after = float(self.alpha_bars[s]), float(self.alpha_bars[t])
        return math.sqrt(before) * self.erased_between(s, t) / (1.0 - after)

    def prior_distribution(self, x: Tensor) -> Gaussian:
        return Gaussian(torch.zeros_like(x), torch.ones_like(x))

    def x0_estimate(self, kernel: StateDistribution, x: Tensor, t: int) -> Tensor:
        """Return the E[x^0 | x^t = ``x``], ``[N, *shape]``, that ``kernel`` = p(x^t-1 | x^t) implies, t = 1 … T.

        It solves for the x^0 at which q(x^t-1 | x^t, x^0) has the kernel's mean; if nothing is left of x^0 at t - 1,
        it is the mean of standardised data.
        """
        if t == 1:
            return kernel.mean
        weight = self.posterior_x0_weight(t, x)
        return (kernel.mean - self._pick("posterior x", t, x) * x) / weight if weight else torch.zeros_like(x)

    def x0_variance(self, kernel: StateDistribution, t: int) -> Tensor:
        """Return the Var[x^0 | x^t] of each entry that ``kernel`` = p(x^t-1 | x^t) implies, t = 1 … T."""
        if t == 1:
            return kernel.variance
        excess = kernel.variance - float(self._tables["posterior variance"][t])
        weight = self.posterior_x0_weight(t, excess)
        return (excess / weight**2).clamp_min(0.0) if weight else torch.ones_like(excess)

    def kernel_of_x0_moments(self, mean: Tensor, variance: Tensor, x: Tensor, t: Steps) -> Gaussian:
        mean, variance = mean.to(x.dtype), variance.to(x.dtype)
        total = self.posterior_variance(t, x) + self.posterior_x0_weight(t, x) ** 2 * variance
        return Gaussian(self.posterior_mean(mean, x, t), total.sqrt())

    def log_likelihoods(self, x: Tensor, data: Tensor, t: Tensor) -> Tensor:
        alpha_bar = self.alpha_bars[t].unsqueeze(1)
        slope, offset = alpha_bar.sqrt() / (1.0 - alpha_bar), -0.5 * alpha_bar / (1.0 - alpha_bar)
        return slope * (x @ data.T) + offset * data.square().sum(dim=1)

    def multi_step_kernel(self, kernel: StateDistribution, x: Tensor, s: int, t: int) -> Gaussian:
        posterior = self.multi_step_posterior(self.x0_estimate(kernel, x, t), x, s, t)
        propagated = self.multi_step_x0_weight(s, t) ** 2 * self.x0_variance(kernel, t)
        return Gaussian(posterior.mean, (posterior.stddev.square() + propagated).sqrt())

    def draw_multi_step(self, kernel: StateDistribution, s: int, t: int, rng: torch.Generator) -> Tensor:
        """Draw x^s with the noise that the chain's own steps from t down to s would draw, as q(x^s | x^t, x^0) adds it.

        So the random numbers used are those of the chain, and samples of one seed resemble its samples.
        """
        if not isinstance(kernel, Gaussian) or s == t - 1:
            return kernel.draw(rng)
        noise, variance = torch.zeros_like(kernel.mean), 0.0
        for step in range(t, s, -1):
            kept, variance_added = (float(self._tables[name][step]) for name in ("posterior x", "posterior variance"))
            drawn = torch.randn(noise.shape, generator=rng, dtype=noise.dtype)
            noise = noise.mul_(kept).add_(drawn, alpha=math.sqrt(variance_added))
            variance = kept**2 * variance + variance_added
        return kernel.at_noise(noise.div_(math.sqrt(variance)))

    def deterministic_step(self, x0_estimate: Tensor, x: Tensor, s: int, t: int) -> Tensor:
        noise = (x - self.marginal_scale(t, x) * x0_estimate) / self.marginal_std(t, x)
        return self.marginal_scale(s, x) * x0_estimate + self.marginal_std(s, x) * noise

    def prior(self, count: int, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
        return torch.randn((count, *shape), generator=rng)

    def prior_cross_entropy(self, x0: Tensor) -> Tensor:
        """Return -E[ln pi(x^T) | x^0] in nats for each sample of ``x0`` [N, *shape], float64 ``[N]`` (appendix B).

        It uses the data's own second moment, not unit variance.
        """
        flat = x0.double().flatten(1)
        dimensions = flat.shape[1]
        alpha_bar_end = self.alpha_bars[-1]
        second_moment = alpha_bar_end * flat.square().sum(1) + dimensions * (1.0 - alpha_bar_end)
        return 0.5 * (dimensions * math.log(2.0 * math.pi) + second_moment)

    def null_log_likelihood(self, x0: Tensor) -> float:  # noqa: ARG002 - bits need the data
        return -0.5 * LOG_TWO_PI_E

    def marginal_entropies(self) -> Tensor:
        return 0.5 * (LOG_TWO_PI_E + torch.log(1.0 - self.alpha_bars[1:]))

    def transition_entropies(self) -> Tensor:
        return 0.5 * (LOG_TWO_PI_E + torch.log(self.betas))


def _root(value: Tensor | float) -> Tensor | float:
    return value.sqrt() if isinstance(value, Tensor) else math.sqrt(value)
