"""The density of a mixture at many points: centres too far away to matter are left out."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data import formulas
from core.data.formulas import log_mean_of_normals


def log_mean(x: NDArray[np.float64], centres: NDArray[np.float64], variance: float) -> NDArray[np.float64]:
    """Return what `log_mean_of_normals` returns, from all centres at once."""
    exponents = -np.square(x[:, None] - centres).sum(axis=2) / (2 * variance)
    found: NDArray[np.float64] = np.logaddexp.reduce(exponents, axis=1) - np.log(len(centres))
    return found - 0.5 * centres.shape[1] * np.log(2 * np.pi * variance)


@pytest.mark.parametrize("variance", [1e-6, 1e-3, 0.1, 5.0])
@pytest.mark.parametrize(("count", "dimensions"), [(640, 2), (77, 3), (1, 1)])
def test_far_centres_are_left_out_and_nothing_changes(
    variance: float, count: int, dimensions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formulas, "POINTS_AT_ONCE", 30)
    rng = np.random.default_rng(0)
    centres = np.cumsum(0.05 * rng.standard_normal((count, dimensions)), axis=0)
    x = np.concatenate([centres[:: max(1, count // 40)], 3 * rng.standard_normal((50, dimensions))])
    assert np.allclose(log_mean_of_normals(x, centres, variance), log_mean(x, centres, variance), rtol=1e-10)


def test_a_point_that_is_no_number_has_a_density_that_is_none() -> None:
    centres = np.linspace(0, 1, 128).reshape(-1, 1)
    found = log_mean_of_normals(np.array([[0.5], [np.nan], [0.2]]), centres, 0.01)
    assert np.isnan(found).tolist() == [False, True, False]
