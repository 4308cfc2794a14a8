"""Values of measurements: estimates, and where the densities of Crooks' relation cross."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from core.values.measurements import mean_of
from core.values.work import Crooks

COUNT = 4000


def gaussian_crooks(std: float, shift: float, seed: int) -> Crooks:
    """Return Gaussian Omega, bits, that obey Crooks' relation but for ``shift``; ``std`` in nats."""
    rng = np.random.default_rng(seed)
    nats = [sign * std**2 / 2 + std * rng.standard_normal(COUNT) for sign in (1.0, -1.0)]
    forward, reverse = (sample / math.log(2.0) + shift for sample in nats)
    counts: NDArray[np.int64] = np.zeros(1, dtype=np.int64)
    return Crooks(forward, reverse, np.zeros(2), counts, counts, np.zeros(1), np.zeros(1))


@pytest.mark.parametrize("shift", [0.0, -1.7, 30.0])
def test_the_crossing_is_where_both_densities_are_the_same(shift: float) -> None:
    found = [gaussian_crooks(1.5, shift, seed).crossing for seed in range(40)]
    scores = np.array([(estimate.value - shift) / estimate.standard_error for estimate in found])
    assert np.abs(scores).max() < 4
    assert np.sqrt(np.square(scores).mean()) == pytest.approx(1.0, abs=0.35)  # the error is neither small nor large


def test_paths_that_have_nothing_in_common_leave_the_crossing_unknown() -> None:
    found = gaussian_crooks(1000.0, 0.0, 0).crossing
    assert found.standard_error > 1000 or not math.isfinite(found.standard_error)


def test_the_means_are_those_of_both_samples() -> None:
    found = gaussian_crooks(1.0, 0.0, 1)
    assert found.forward_mean == mean_of(found.forward)
    assert found.reverse_mean == mean_of(found.reverse)


def test_one_draw_has_no_standard_error() -> None:
    assert mean_of(np.array([2.0])).value == 2.0
    assert math.isnan(mean_of(np.array([2.0])).standard_error)
