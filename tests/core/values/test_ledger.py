"""The ledger of K: its terms add up to K, and its bands open to single steps."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.errors import BadInputError
from core.values.ledger import entropy_gaps, kl_in_bands, ledger_of
from core.values.measurements import Bound
from tests.support.window_values import make_bound

STEPS = 12


def consistent_bound() -> Bound:
    kl = np.linspace(0.1, 0.3, STEPS - 1)
    return make_bound(STEPS, kl=kl, k=1.0 + 2.0 - 4.0 - float(kl.sum()), kl_standard_error=0.01 * kl)


@pytest.mark.parametrize("bands", [1, 3, 8, STEPS - 1, 500])
def test_the_terms_add_up_to_k(bands: int) -> None:
    bound = consistent_bound()
    terms = ledger_of(bound, bands)
    assert math.fsum(term.value for term in terms) == pytest.approx(bound.k, rel=1e-12)
    assert terms[-1].total == pytest.approx(bound.k, rel=1e-12)
    assert len(terms) == 3 + min(bands, STEPS - 1)


@pytest.mark.parametrize("bands", [1, 4, 5, 11])
def test_every_step_is_in_one_band(bands: int) -> None:
    found = [t for band, _, _ in kl_in_bands(consistent_bound(), bands) for t in band]
    assert found == list(range(2, STEPS + 1))


def test_a_band_of_one_step_has_that_step_s_error_and_a_wider_one_has_none() -> None:
    bound = consistent_bound()
    assert bound.kl_standard_error is not None
    single, wide = kl_in_bands(bound, STEPS - 1), kl_in_bands(bound, 2)
    assert [error for _, _, error in single] == bound.kl_standard_error.tolist()
    assert [error for _, _, error in wide] == [None, None]


def test_a_file_of_before_has_no_errors_of_its_steps() -> None:
    assert [error for _, _, error in kl_in_bands(make_bound(STEPS), STEPS - 1)] == [None] * (STEPS - 1)


def test_a_chain_of_one_step_has_no_band() -> None:
    bound = make_bound(1, kl=np.zeros(0), entropy_lower=np.array([-np.inf]), entropy_upper=np.array([1.0]))
    assert [term.first for term in ledger_of(bound)] == [None, None, None]
    assert len(entropy_gaps(bound)) == 0


def test_no_bands_are_refused() -> None:
    with pytest.raises(BadInputError, match="bands"):
        ledger_of(make_bound(STEPS), 0)


def test_the_gaps_add_up_over_the_steps() -> None:
    bound = make_bound(
        STEPS, entropy_upper=np.full(STEPS, 2.0), entropy_lower=np.array([-np.inf, *[1.5] * (STEPS - 1)])
    )
    assert np.allclose(entropy_gaps(bound), 0.5 * np.arange(1, STEPS))
