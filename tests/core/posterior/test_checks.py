"""Whether a posterior fits a model is said before any work, with advice."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.posterior.checks import check_posterior
from core.values.potentials import (
    BitPotential,
    HalfPlane,
    Mask,
    NoisyObservation,
    PaintedField,
    Posterior,
    Potential,
    Product,
    SmoothPotential,
    SoftMask,
    resample_times_of,
)

HALF = np.array([False, True])
ZEROS = np.zeros(2, dtype=np.float32)
SQUARE = (-1.0, 1.0, -1.0, 1.0)
SMOOTH = SmoothPotential(lambda x: -x.square().sum(1))
BITS_KNOWN = Mask(HALF, np.array([1.0, 0.0]))


@pytest.mark.parametrize(
    ("r", "kind", "shape", "reason"),
    [
        (Mask(HALF, ZEROS), "gaussian", (3,), r"mask: shape \(2,\) is not the data's, \(3,\)"),
        (NoisyObservation(ZEROS, 1.0), "gaussian", (2, 1), r"y: shape \(2,\)"),
        (BitPotential(ZEROS), "binomial", (20,), r"log_odds: shape \(2,\)"),
        (HalfPlane(np.ones(3), 0.0), "gaussian", (2,), "normal: it has 3 entries"),
        (PaintedField(np.zeros((2, 2), np.float32), SQUARE), "gaussian", (1,), r"columns: .* \(0, 1\)"),
        (PaintedField(np.zeros((2, 2), np.float32), SQUARE, (0, 3)), "gaussian", (3,), r"columns: .* \(0, 3\)"),
        (PaintedField(np.zeros((2, 2), np.float32), SQUARE), "gaussian", (2, 2), "columns"),
        (Mask(HALF, np.array([0.5, 0.0])), "binomial", (2,), "known: 0.5 is not a bit"),
        (BitPotential(ZEROS), "gaussian", (2,), "BitPotential does not fit a gaussian model"),
        (NoisyObservation(ZEROS, 1.0), "binomial", (2,), "NoisyObservation does not fit a binomial model"),
        (HalfPlane(np.ones(2), 0.0), "binomial", (2,), "HalfPlane"),
        (SMOOTH, "binomial", (2,), "SmoothPotential"),
        (Product((Mask(HALF, ZEROS), HalfPlane(np.ones(3), 0.0))), "gaussian", (2,), "normal"),
        (SoftMask(np.array([0.5, 0.0]), ZEROS), "gaussian", (3,), r"confidence: shape \(2,\)"),
        (SoftMask(np.array([0.5, 0.0]), np.array([0.5, 0.0])), "binomial", (2,), "observed: 0.5 is not a bit"),
    ],
)
def test_what_does_not_fit_the_model_is_refused(r: Potential, kind: str, shape: tuple[int, ...], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        check_posterior(Posterior(r), kind, shape)


@pytest.mark.parametrize("timing", ["constant", "fading"])
@pytest.mark.parametrize(
    ("r", "advice"),
    [
        (Mask(HALF, ZEROS, "clean"), "choose noised known entries, or the timing 'twisted'"),
        (HalfPlane(np.ones(2), 0.0), "choose the timing 'twisted'"),
        (Product((SMOOTH, HalfPlane(np.ones(2), 0.0))), "choose the timing 'twisted'"),
    ],
)
def test_weights_that_would_be_wrong_are_refused_with_advice(r: Potential, timing: str, advice: str) -> None:
    with pytest.raises(BadInputError, match=advice):
        check_posterior(Posterior(r, timing, weighted=True), "gaussian", (2,))
    check_posterior(Posterior(r, timing, weighted=False), "gaussian", (2,))
    check_posterior(Posterior(r, "twisted", weighted=True), "gaussian", (2,))


def test_steps_taken_back_have_no_weights() -> None:
    for r in (Mask(HALF, ZEROS, "noised", 2), SoftMask(np.array([0.5, 0.0]), ZEROS, 2)):
        assert resample_times_of(r) == 2
        with pytest.raises(BadInputError, match="resample_times"):
            check_posterior(Posterior(r, weighted=True), "gaussian", (2,))
        check_posterior(Posterior(r, weighted=False), "gaussian", (2,))


def test_what_fits_is_let_through() -> None:
    for r in (
        Mask(HALF, ZEROS),
        NoisyObservation(ZEROS, 1.0),
        PaintedField(np.zeros((2, 3), np.float32), SQUARE),
        SMOOTH,
    ):
        check_posterior(Posterior(r, weighted=True), "gaussian", (2,))
    for of_bits in (BITS_KNOWN, BitPotential(ZEROS), Product((BITS_KNOWN, BitPotential(ZEROS)))):
        check_posterior(Posterior(of_bits, "fading", weighted=True), "binomial", (2,))
    check_posterior(Posterior(HalfPlane(np.ones((2, 3)), 1.0), "twisted", weighted=True), "gaussian", (2, 3))
    assert torch.is_tensor(SMOOTH.log_r(torch.zeros(1, 2)))
