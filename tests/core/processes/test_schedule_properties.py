"""What is true of the rates of every family, whatever its parameters, and of rates that are written and read again."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.schedules import read_schedule
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import FAMILIES, alpha_bars, checked
from tests.support.properties import examples

anything = st.floats(allow_nan=True, allow_infinity=True)
small = st.floats(1e-9, 0.4)
near_one = st.floats(0.05, 20.0)
PARAMETERS: dict[str, dict[str, st.SearchStrategy[float]]] = {
    "constant": {"alpha_bar_end": small},
    "linear": {"first": small, "last": small},
    "cosine": {"first": small, "offset": st.floats(0.0, 1.0), "last": st.floats(0.1, 1.0)},
    "constant_erasure": {"first": small, "offset": near_one},
    "warped_erasure": {"first": small, "early": near_one, "late": near_one},
    "log_linear": {"first": small, "alpha_bar_end": small, "early": near_one, "late": near_one},
}
steps_of_a_run = st.integers(1, 300)
rates = arrays(np.float64, st.integers(1, 40), elements=st.floats(1e-12, 1.0))


def assert_are_rates(betas: NDArray[np.float64], steps: int) -> None:
    assert (betas.dtype, betas.shape) == (np.dtype(np.float64), (steps,))
    assert ((betas > 0) & (betas <= 1)).all()
    left = alpha_bars(betas)
    assert left[0] == 1
    assert (np.diff(left) <= 0).all()
    assert ((left >= 0) & (left <= 1)).all()


def made(name: str, steps: int, parameters: dict[str, float]) -> NDArray[np.float64] | None:
    """Return the rates of a family, or None where it refuses its parameters."""
    try:
        return FAMILIES[name](steps, **parameters)
    except BadInputError:
        return None


def test_the_parameters_of_every_family_are_tried() -> None:
    assert PARAMETERS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", PARAMETERS)
def test_rates_are_between_zero_and_one_and_the_signal_falls(name: str) -> None:
    @examples(80)
    @given(steps_of_a_run, st.fixed_dictionaries({}, optional=PARAMETERS[name]))
    def holds(steps: int, parameters: dict[str, float]) -> None:
        betas = made(name, steps, parameters)
        if betas is not None:
            assert_are_rates(betas, steps)

    holds()


@pytest.mark.parametrize("name", PARAMETERS)
def test_any_numbers_are_parameters_or_refused(name: str) -> None:
    names = dict.fromkeys(PARAMETERS[name], anything)

    @examples(80)
    @given(st.integers(-2, 40), st.fixed_dictionaries({}, optional=names))
    def holds(steps: int, parameters: dict[str, float]) -> None:
        betas = made(name, steps, parameters)
        if betas is not None:
            assert_are_rates(betas, steps)

    holds()


@examples(60)
@given(st.integers(2, 200), small, small)
def test_a_schedule_ends_and_begins_where_it_is_told(steps: int, first: float, end: float) -> None:
    assert alpha_bars(FAMILIES["constant"](steps, end))[-1] == pytest.approx(end, rel=1e-9)
    betas = FAMILIES["log_linear"](steps, first, end)
    assert betas[0] == pytest.approx(first, rel=1e-9)
    assert alpha_bars(betas)[-1] == pytest.approx(end, rel=1e-6)


@examples(60)
@given(rates)
def test_a_process_has_the_rates_it_is_given_and_their_signal(betas: NDArray[np.float64]) -> None:
    process = GaussianProcess(betas)
    assert np.array_equal(process.betas.numpy(), betas)
    assert np.allclose(process.alpha_bars.numpy(), alpha_bars(betas), rtol=1e-12)


@examples(60)
@given(rates, st.sampled_from((" ", "\n", ",", ";\n", ", ")), st.booleans())
def test_rates_come_back_from_text_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, betas: NDArray[np.float64], between: str, named: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "rates.csv"
    path.write_text("beta\n" * named + between.join(map(repr, betas.tolist())) + "\n# that is all")
    assert np.array_equal(read_schedule(path), betas)


@examples(40)
@given(rates, st.sampled_from(("<f8", ">f8")))
def test_rates_come_back_from_npy_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, betas: NDArray[np.float64], dtype: str
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "rates.npy"
    np.save(path, betas.astype(dtype))
    assert np.array_equal(read_schedule(path), betas)


@examples(100)
@given(
    st.one_of(st.lists(anything, max_size=5), anything, st.text(max_size=3), st.none(), st.lists(st.text(max_size=2)))
)
def test_only_rates_are_rates(betas: Any) -> None:
    with contextlib.suppress(BadInputError):
        assert_are_rates(checked(betas), len(betas))
