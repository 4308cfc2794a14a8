"""What arrays are interpreted as, by shape, type and range."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats.reading.interpretation import BitArray, ImageArrays, PointArray, interpret_array
from core.formats.reading.levels import grey_levels, range_note, used_range


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.mark.parametrize(
    ("shape", "taken", "image"),
    [
        ((20,), PointArray, None),
        ((20, 2), PointArray, None),
        ((20, 64), PointArray, None),
        ((20, 784), ImageArrays, (28, 28)),
        ((300, 200), ImageArrays, (300, 200)),
        ((256, 256), ImageArrays, (256, 256)),
        ((20, 8, 9), ImageArrays, (8, 9)),
        ((20, 8, 9, 1), ImageArrays, (8, 9)),
        ((20, 1, 8, 9), ImageArrays, (8, 9)),
        ((20, 8, 9, 3), ImageArrays, (8, 9, 3)),
        ((20, 3, 8, 9), ImageArrays, (8, 9, 3)),
        ((20, 8, 9, 4), ImageArrays, (8, 9, 3)),
        ((20, 4, 8, 9), ImageArrays, (8, 9, 3)),
        ((80, 90, 3), ImageArrays, (80, 90, 3)),
        ((3, 80, 90), ImageArrays, (80, 90, 3)),
    ],
)
def test_the_shape_says_what_an_array_is(
    shape: tuple[int, ...], taken: type, image: tuple[int, ...] | None, rng: np.random.Generator
) -> None:
    found = interpret_array(rng.integers(0, 256, shape, dtype=np.uint8))
    assert isinstance(found, taken)
    if image is not None:
        assert isinstance(found, ImageArrays)
        assert found.values[0].shape == image


def test_channels_that_come_first_are_moved(rng: np.random.Generator) -> None:
    values = rng.integers(0, 256, (5, 3, 8, 9), dtype=np.uint8)
    found = interpret_array(values)
    assert isinstance(found, ImageArrays)
    assert np.array_equal(found.values[2][4, 7], values[2, :, 4, 7])
    assert found.notes == ("channels moved to the last axis",)


def test_rows_of_zeros_and_ones_are_bits_whatever_their_type(rng: np.random.Generator) -> None:
    bits = rng.random((30, 12)) < 0.5
    for kind in (bool, np.uint8, np.int64, np.float64):
        found = interpret_array(bits.astype(kind))
        assert isinstance(found, BitArray)
        assert np.array_equal(found.values, bits)
        assert found.values.dtype == np.float32


@pytest.mark.parametrize(
    ("values", "levels", "note"),
    [
        (np.array([0.0, 0.5, 1.0]), [0, 128, 255], "0 … 1 scaled to 0 … 255"),
        (np.array([-1.0, 0.0, 1.0]), [0, 128, 255], "-1 … 1 scaled to 0 … 255"),
        (np.array([False, True]), [0, 255], "0 … 1 scaled to 0 … 255"),
        (np.array([0, 1], dtype=np.uint8), [0, 255], "0 … 1 scaled to 0 … 255"),
        (np.array([0, 257, 65535], dtype=np.uint16), [0, 1, 255], "16-bit levels brought to 8 bits"),
        (np.array([0.0, 17.2, 255.0]), [0, 17, 255], None),
        (np.array([3, 250]), [3, 250], None),
    ],
)
def test_pixels_are_brought_to_grey_levels_and_it_is_said(
    values: np.ndarray, levels: list[int], note: str | None
) -> None:
    images = values[:, None, None]
    used = used_range([images])
    found, notes = grey_levels(images, used), range_note(used)
    assert found.dtype == np.uint8
    assert np.abs(found[:, 0, 0].astype(int) - levels).max() == 0
    assert notes == (() if note is None else (note,))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros((0, 3)), "no numbers"),
        (np.full((20, 2), np.nan), "not finite"),
        (np.full((20, 2), 1e300), "too large for float32"),
        (np.full((20, 8, 8), -7), "between -7 and -7"),
        (np.full((20, 8, 8), 70000.0), "between 70000 and 70000"),
        (np.full((20, 8, 8), 300.5), "between 300.5"),
        (np.full((20, 70), 0.5), "20 rows of 70 numbers; rows are bits, points of at most 64 numbers, or square"),
        (np.linspace(-3, 3, 8910).reshape(90, 99), "90 rows of 99 numbers"),
        (np.zeros((20, 8, 8, 5)), "shape 20 x 8 x 8 x 5"),
        (np.zeros((2, 2, 8, 8, 3)), "shape 2 x 2 x 8 x 8 x 3"),
        (np.zeros((20, 2, 8)), "a side of less than 4"),
        (np.zeros((4, 4), dtype=complex), "complex128"),
    ],
)
def test_what_is_none_of_these_is_refused(values: np.ndarray, reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        interpret_array(values)
