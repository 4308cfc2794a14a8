"""Numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dpm_gui.desktop.numbers import decimal_number, grouped, whole_number


@pytest.mark.parametrize("text", ["0.3", "0,3", ".3", ",3", " 0.30 ", "+0,3", "0٫3", "٠٫٣"])
def test_a_point_and_a_comma_both_begin_the_decimals(text: str) -> None:
    assert decimal_number(text) == 0.3


@pytest.mark.parametrize(("text", "number"), [("1,000", 1.0), ("1.000", 1.0), ("3", 3.0), ("3,", 3.0), ("−2.5", -2.5)])
def test_decimals_have_no_marks_between_thousands(text: str, number: float) -> None:
    assert decimal_number(text) == number


@pytest.mark.parametrize("text", ["", ".", ",", "-", "1.2.3", "1,2,3", "1.000,5", "0 3", "1e3", "three", "0x10", "nan"])
def test_what_could_be_read_in_two_ways_is_no_decimal_number(text: str) -> None:
    assert decimal_number(text) is None


@pytest.mark.parametrize(
    "text",
    ["10000", "10,000", "10.000", "10 000", "10'000", "10’000", "10\u00a0000", "10\u202f000", "10٬000", "10 00 0"],
)
def test_marks_between_thousands_are_read_in_every_way_of_writing(text: str) -> None:
    assert whole_number(text) == 10_000


@pytest.mark.parametrize(
    "text", ["", "2.5", "2,5", "10,50", "10.0", "1.000,000", "10,00", "1000,000", "1e4", "ten", "-"]
)
def test_what_could_be_read_in_two_ways_is_no_whole_number(text: str) -> None:
    assert whole_number(text) is None


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_are_read_as_they_are_shown(number: int) -> None:
    assert whole_number(grouped(number)) == whole_number(f"{number:,}") == whole_number(str(number)) == number


@given(st.decimals(-1000, 1000, places=3))
def test_decimals_are_read_alike_with_a_point_and_a_comma(number: object) -> None:
    text = str(number)
    assert decimal_number(text) == decimal_number(text.replace(".", ",")) == float(text)
