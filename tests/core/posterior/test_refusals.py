"""Walks under a second distribution that cannot be: what no run can do, and r that leaves nothing or gives nonsense."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.posterior.samplers import reverse_under
from core.processes.distributions import CorrelatedGaussian, Gaussian
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant
from core.sampling.starts import from_image
from core.values.potentials import HalfPlane, Mask, NoisyObservation, Posterior, Potential, SmoothPotential
from core.values.runs import RunSpec
from tests.support.posteriors import ONE, Unit, Y, last

pytestmark = pytest.mark.usefixtures("one_thread")


def test_no_posterior_and_what_no_run_can_do_are_refused(model: DiffusionModel) -> None:
    mask = Mask(ONE, np.zeros(2, np.float32))
    for spec, name in (
        (RunSpec(5), "posterior"),
        (RunSpec(0, posterior=Posterior(mask)), "count: 0"),
        (RunSpec(5, seed=-1, posterior=Posterior(mask)), "seed: -1"),
        (RunSpec(5, posterior=Posterior(Mask(np.array([True, False, True]), np.zeros(3, np.float32)))), "mask: shape"),
        (RunSpec(5, posterior=Posterior(HalfPlane(np.ones(2), 0.0), weighted=True)), "timing"),
    ):
        with pytest.raises(BadInputError, match=name):
            next(reverse_under(model, spec))


class Overflowing:
    """A network whose kernels are not finite."""

    def reverse_kernel(
        self, x: torch.Tensor, t: int | torch.Tensor, process: GaussianProcess
    ) -> torch.distributions.Normal:
        return Gaussian(x * math.inf, 1.0)


@pytest.mark.parametrize("r", [NoisyObservation(np.array([Y]), 1.0), HalfPlane(np.ones(1), 0.0)])
def test_kernels_that_overflow_are_said(unit_data: Unit, r: Potential) -> None:
    model = DiffusionModel(GaussianProcess(constant(5)), Overflowing(), unit_data((1,)))
    with pytest.raises(BadInputError, match="not finite"):
        last(model, Posterior(r, "twisted", weighted=True), 10)


class Broken(AnalyticNetwork):
    """A network of correlated kernels whose covariance can no longer be factored."""

    def reverse_kernel(self, x: torch.Tensor, t: int | torch.Tensor, process: GaussianProcess) -> CorrelatedGaussian:
        raise torch.linalg.LinAlgError("linalg.cholesky: not positive-definite")  # type: ignore[attr-defined]


def test_kernels_that_cannot_be_factored_are_said_from_noise_and_from_a_picture(unit_data: Unit) -> None:
    model = DiffusionModel(GaussianProcess(constant(5)), Broken.of(np.zeros(2), np.eye(2)), unit_data((2,)))
    spec = RunSpec(3, seed=1, threads=1, posterior=Posterior(Mask(np.array([True, False]), np.zeros(2, np.float32))))
    for walk in (reverse_under(model, spec), reverse_under(model, spec, from_image(model, np.zeros(2), 3, 3))):
        with pytest.raises(BadInputError, match="not finite"):
            list(walk)


@pytest.mark.parametrize(
    ("log_r", "reason"),
    [
        (lambda x: x.sum(1) * 0 - math.inf, "allows none of the particles"),
        (lambda x: x.sum(1) * math.nan, "not finite"),
        (lambda x: x, "log_r: it gives"),
        (lambda x: 0.0, "log_r: it gives"),
        (lambda x: x.detach().sum(1), "log_r: it is not differentiable"),
    ],
)
def test_an_r_that_leaves_nothing_or_gives_nonsense_is_said(
    model: DiffusionModel, log_r: Callable[[torch.Tensor], torch.Tensor], reason: str
) -> None:
    posterior = Posterior(SmoothPotential(log_r), weighted=True)
    with pytest.raises(BadInputError, match=reason):
        last(model, posterior, 10)
