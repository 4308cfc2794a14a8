"""The exact reverse of Gaussian data in closed form: a model whose results are all known."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from core.errors import BadInputError
from core.networks.base import Network
from core.processes.base import Process, Steps
from core.processes.distributions import CorrelatedGaussian, Gaussian
from core.processes.gaussian import GaussianProcess
from core.values.arrays import check_finite


class AnalyticNetwork(Network):
    """f_mu and f_Sigma of data that are N(mean, covariance): the Gaussian q(x^t-1 | x^t) itself.

    With V_t = A_t covariance + (1 - A_t) I its mean is sqrt(A_t-1) mean + sqrt(a_t) V_t-1 V_t^-1 (x^t - sqrt(A_t) mean)
    and its covariance beta_t V_t-1 V_t^-1 (section 7 of the mathematics). Kernels have independent entries if the data
    have, otherwise a full covariance.

    Args:
        dimensions: D, entries of a state.
    """

    kind = "analytic"
    limits = {"dimensions": (1, 4096)}
    reverses = GaussianProcess
    exact = True
    mean: Tensor
    covariance: Tensor

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.config = {"dimensions": dimensions}
        self.shape = (dimensions,)
        self.register_buffer("mean", torch.zeros(dimensions, dtype=torch.float64))
        self.register_buffer("covariance", torch.eye(dimensions, dtype=torch.float64))

    @classmethod
    def of(cls, mean: ArrayLike, covariance: ArrayLike) -> AnalyticNetwork:
        """Return the network for data N(``mean`` [D], ``covariance`` [D, D]).

        Raises:
            BadInputError: If the covariance is not a symmetric positive definite matrix that fits the mean.
        """
        mean, covariance = np.asarray(mean), np.asarray(covariance)
        check_finite(mean, "mean")
        check_finite(covariance, "covariance")
        if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)):
            raise BadInputError(f"covariance: shape {covariance.shape} does not fit a mean of shape {mean.shape}")
        network = cls(len(mean))
        network.load_state_dict({"mean": torch.tensor(mean), "covariance": torch.tensor(covariance)})
        network.check_contents()
        return network

    def check_contents(self, process: Process | None = None) -> None:  # noqa: ARG002 - other networks need it
        """Raise `BadInputError` unless the covariance is symmetric and positive definite."""
        symmetric = torch.allclose(self.covariance, self.covariance.T, rtol=1e-6, atol=1e-12)
        if not symmetric or torch.linalg.cholesky_ex(self.covariance).info != 0:
            raise BadInputError("covariance: it is not a symmetric positive definite matrix")

    def reverse_kernel(self, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian | CorrelatedGaussian:
        """Return q(x^t-1 | x^t = ``x``) (see `core.networks.base.ReverseNetwork`)."""
        steps = torch.as_tensor(t).reshape(-1)
        alpha_bar, alpha_bar_before = process.alpha_bars[steps], process.alpha_bars[steps - 1]
        beta = process.betas[steps - 1]
        transition_scale = (1.0 - beta).sqrt()[:, None]
        residual, scaled_mean = x - alpha_bar.sqrt()[:, None] * self.mean, alpha_bar_before.sqrt()[:, None] * self.mean
        if torch.equal(self.covariance, torch.diag(self.covariance.diagonal())):
            shrinkage = self._noised(alpha_bar_before) / self._noised(alpha_bar)
            mean = scaled_mean + transition_scale * shrinkage * residual
            return Gaussian(mean.to(x.dtype), (beta[:, None] * shrinkage).sqrt().expand_as(mean).to(x.dtype))
        unit = torch.eye(len(self.mean), dtype=torch.float64)
        shrinkages = torch.linalg.solve(self._noised(alpha_bar, unit), self._noised(alpha_bar_before, unit))
        mean = scaled_mean + transition_scale * (shrinkages @ residual.double().unsqueeze(-1)).squeeze(-1)
        root = torch.linalg.cholesky(beta[:, None, None] * 0.5 * (shrinkages + shrinkages.transpose(1, 2)))
        return CorrelatedGaussian(mean.to(x.dtype), root.to(x.dtype))

    def _noised(self, alpha_bar: Tensor, unit: Tensor | None = None) -> Tensor:
        """Return V_t for ``alpha_bar`` [n]: its diagonal ``[n, D]``, or, given ``unit``, the matrix ``[n, D, D]``."""
        if unit is None:
            return alpha_bar[:, None] * self.covariance.diagonal() + (1.0 - alpha_bar)[:, None]
        return alpha_bar[:, None, None] * self.covariance + (1.0 - alpha_bar)[:, None, None] * unit
