"""Looking one step ahead by differences: exact for guesses that are lines, and bends count as noise."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from core.posterior.kernels import GaussianKernel
from core.posterior.linearisation import AutogradLinearisation, FiniteDifferenceLinearisation
from core.posterior.x0_moments import Moments

pytestmark = pytest.mark.usefixtures("one_thread")


class Parabola:
    """A chain whose guess is c + b x + a x^2 of each entry, and whose variance is 1."""

    def __init__(self, bend: float) -> None:
        self._bend = bend

    def moments(self, x: Tensor, t: int) -> Moments:
        return Moments(0.5 + 2.0 * x + self._bend * x.square(), torch.ones_like(x))


@pytest.mark.parametrize("dimensions", [1, 3, 5])
def test_differences_are_exact_for_lines_and_count_bends_as_noise(dimensions: int) -> None:
    mean, variance = torch.full((4, dimensions), 0.3).double(), torch.full((4, dimensions), 0.04).double()
    kernel = GaussianKernel(mean, variance)
    line, bow = (FiniteDifferenceLinearisation(Parabola(bend), kernel, 1) for bend in (0.0, 1.5))  # type: ignore[arg-type]
    tangent = AutogradLinearisation(Parabola(0.0), kernel, 1)  # type: ignore[arg-type]
    rows = torch.ones(dimensions, dtype=torch.bool)
    unit = torch.eye(dimensions).double()
    assert torch.allclose(line.jacobian(rows), tangent.jacobian(rows))
    assert torch.allclose(line.slope(unit[0]), tangent.slope(unit[0]))
    assert torch.allclose(line.moments.mean, tangent.moments.mean)
    assert torch.allclose(line.moments.covariance, unit.expand(4, -1, -1), atol=1e-12)
    # of a parabola: the mean over the kernel, the mean slope, and at least the variance that a line leaves over
    assert torch.allclose(bow.moments.mean, 0.5 + 2.0 * mean + 1.5 * (mean.square() + variance))
    assert torch.allclose(bow.jacobian(rows), (2.0 + 3.0 * 0.3) * unit.expand(4, -1, -1))
    left_over = 1.0 + 2.0 * 1.5**2 * variance.square()
    assert (bow.moments.covariance.diagonal(dim1=1, dim2=2) >= left_over - 1e-12).all()
    assert dimensions > 3 or torch.allclose(bow.moments.covariance.diagonal(dim1=1, dim2=2), left_over)


def test_differences_see_nothing_along_what_is_known() -> None:
    kernel = GaussianKernel(torch.zeros(2, 2).double(), torch.tensor([[0.1, 0.0], [0.1, 0.0]]).double())
    found = FiniteDifferenceLinearisation(Parabola(1.0), kernel, 1)  # type: ignore[arg-type]
    assert torch.isfinite(found.moments.covariance).all()
    assert (found.jacobian(torch.tensor([True, True]))[:, :, 1] == 0).all()
