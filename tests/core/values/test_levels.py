"""Grey levels and user's units, back and forth."""

from __future__ import annotations

import numpy as np
import pytest

from core.formats.writing.images import clipped_levels
from core.values.checkpoints import from_levels, to_levels

LEVELS = np.arange(256, dtype=np.uint8)
RANGES = [(0.0, 255.0), (0.0, 1.0), (-1.0, 1.0), (-0.5, 0.5), (3.0, 7.7), (0.0, 65535.0)]


@pytest.mark.parametrize("value_range", RANGES)
@pytest.mark.parametrize("whole", [True, False])
def test_every_level_comes_back_from_user_s_units(value_range: tuple[float, float], whole: bool) -> None:
    low, high = value_range
    width = (high - low) / 255 if whole else None
    values = from_levels(LEVELS, value_range)
    assert np.array_equal(to_levels(values, value_range, width), LEVELS)
    found, clipped = clipped_levels(values, value_range, width)
    assert np.array_equal(found, LEVELS)
    assert clipped == 0


@pytest.mark.parametrize("value_range", RANGES)
def test_the_noise_of_a_level_leaves_the_level(value_range: tuple[float, float]) -> None:
    width = (value_range[1] - value_range[0]) / 255
    values = from_levels(LEVELS, value_range) + np.float32(0.99 * width)
    assert np.array_equal(to_levels(values, value_range, width), LEVELS)


def test_what_is_outside_is_clipped_and_never_wraps() -> None:
    values = np.array([-300.0, -1.0, 0.0, 255.0, 256.0, 511.0, np.inf, -np.inf, np.nan])
    found, clipped = clipped_levels(values, (0.0, 255.0), None)
    assert found.tolist() == [0, 0, 0, 255, 255, 255, 255, 0, 0]
    assert clipped == 7
