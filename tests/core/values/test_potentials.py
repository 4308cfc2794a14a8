"""The second distribution as plain values: what is refused, and that nothing can change them later."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from core.errors import BadInputError
from core.values.potentials import (
    BitPotential,
    HalfPlane,
    Mask,
    NoisyObservation,
    PaintedField,
    Posterior,
    Product,
    SmoothPotential,
    factors_of,
    mask_of,
)
from core.values.runs import RunSpec

HALF = np.array([False, True])
ZEROS = np.zeros(2, dtype=np.float32)
SQUARE = (-1.0, 1.0, -1.0, 1.0)


def test_they_can_be_made_before_torch_is_there() -> None:
    code = "import sys, core.values.potentials, core.values.runs; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Mask(np.array([True, True]), ZEROS), "mask: it is full"),
        (lambda: Mask(np.array([False, False]), ZEROS), "mask: it is empty"),
        (lambda: Mask(np.array([0, 1]), ZEROS), "mask: int64"),
        (lambda: Mask(HALF, np.zeros(3, np.float32)), r"known: shape \(3,\)"),
        (lambda: Mask(HALF, np.array([np.nan, 0.0])), "known"),
        (lambda: Mask(HALF, np.array([np.inf, 0.0])), "known"),
        (lambda: Mask(HALF, np.array([1e300, 0.0])), "known"),
        (lambda: Mask(HALF, np.array(["a", "b"])), "known"),
        (lambda: Mask(HALF, np.array([1j, 0])), "known: it holds complex"),
        (lambda: Mask(HALF, ZEROS, "there"), "known_mode: 'there'"),
        (lambda: Mask(HALF, ZEROS, "clean", -1), "resample_times: -1"),
        (lambda: Mask(HALF, ZEROS, "clean", 10**6), "resample_times: 1000000"),
        (lambda: NoisyObservation(ZEROS, 0.0), "std: 0"),
        (lambda: NoisyObservation(ZEROS, -1.0), "std: -1"),
        (lambda: NoisyObservation(ZEROS, np.nan), "std: nan"),
        (lambda: NoisyObservation(ZEROS, np.inf), "std: inf"),
        (lambda: NoisyObservation(np.array([0.0, np.nan]), 1.0), "y"),
        (lambda: NoisyObservation(ZEROS, 1.0, np.array([True])), r"observed: shape \(1,\)"),
        (lambda: NoisyObservation(ZEROS, 1.0, np.array([False, False])), "observed: it is empty"),
        (lambda: NoisyObservation(ZEROS, 1.0, np.array([1.0, 0.0])), "observed: float64"),
        (lambda: HalfPlane(np.zeros(2), 1.0), "normal: it is zero"),
        (lambda: HalfPlane(np.array([np.nan, 1.0]), 1.0), "normal"),
        (lambda: HalfPlane(np.ones(2), np.inf), "offset: inf"),
        (lambda: HalfPlane(np.ones(2), np.nan), "offset: nan"),
        (lambda: PaintedField(np.zeros((1, 5), np.float32), SQUARE), r"log_r: shape \(1, 5\)"),
        (lambda: PaintedField(np.zeros(5, np.float32), SQUARE), r"log_r: shape \(5,\)"),
        (lambda: PaintedField(np.full((2, 2), -np.inf), SQUARE), "log_r"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), (1.0, -1.0, -1.0, 1.0)), "extent"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), (-1.0, 1.0, 0.0, 0.0)), "extent"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), (-1.0, np.inf, 0.0, 1.0)), "extent"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), (-1.0, 1.0)), "extent"),
        (lambda: PaintedField(np.zeros(5, np.float32), SQUARE, (0,)), "extent"),
        (lambda: PaintedField(np.zeros(1, np.float32), SQUARE[:2], (0,)), r"log_r: shape \(1,\)"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), SQUARE, (0,)), r"log_r: shape \(2, 2\)"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), SQUARE, (1, 1)), r"columns: \(1, 1\)"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), SQUARE, (-1, 0)), r"columns: \(-1, 0\)"),
        (lambda: PaintedField(np.zeros((2, 2), np.float32), SQUARE, ()), r"columns: \(\)"),
        (lambda: BitPotential(np.array([0.0, np.inf])), "log_odds"),
        (lambda: SmoothPotential(3), "log_r: 3 is not a function"),  # type: ignore[arg-type]
        (lambda: Product(()), "factors: there are none"),
        (lambda: Product((Mask(HALF, ZEROS), Product((Mask(HALF, ZEROS),)))), "factors: 2 of them are masks"),
        (lambda: Posterior(Mask(HALF, ZEROS), "soon"), "timing: 'soon'"),
        (lambda: Posterior("a mask"), "r: str"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused_by_name(make: Callable[[], object], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason) as caught:
        make()
    assert len(str(caught.value).splitlines()) == 1


def test_what_stands_under_the_mask_is_of_no_account() -> None:
    mask = Mask(HALF, np.array([0.25, np.nan]))
    assert np.array_equal(mask.known, np.array([0.25, 0.0], dtype=np.float32))
    assert NoisyObservation(np.array([np.nan, 1.0]), 1.0, HALF).y[1] == 1.0


def test_arrays_are_copied_and_cannot_be_changed() -> None:
    known, mask = np.ones(2, dtype=np.float32), HALF.copy()
    r = Mask(mask, known)
    known[0], mask[1] = 7.0, False
    assert r.known[0] == 1.0
    assert r.mask[1]
    for array in (r.known, r.mask, HalfPlane(np.ones(2), 0.0).normal, BitPotential(ZEROS).log_odds):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_two_are_equal_when_they_are_the_same_so_that_specs_can_be_compared() -> None:
    one, other = Mask(HALF, ZEROS), Mask(HALF, ZEROS)
    assert RunSpec(5, posterior=Posterior(one)) == RunSpec(5, posterior=Posterior(one))
    assert RunSpec(5, posterior=Posterior(one)) != RunSpec(5, posterior=Posterior(other))


def test_products_of_products_are_products() -> None:
    mask, half, wish = Mask(HALF, ZEROS), HalfPlane(np.ones(2), 0.0), NoisyObservation(ZEROS, 1.0)
    r = Product((half, Product((wish, Product((mask,))))))
    assert list(factors_of(r)) == [half, wish, mask]
    assert mask_of(r) is mask
    assert mask_of(half) is None
