"""The soft brush of Paint: it touches where it went, and counts once however often it passes."""

from __future__ import annotations

import numpy as np
import pytest

from dpm_gui.paint.potential.soft_field import EXTENT, GRID_POINTS, BrushStroke


def value_at(weight: np.ndarray, x: float, y: float) -> float:
    """Return the weight at the nearest point of the grid."""
    axis = np.linspace(EXTENT[0], EXTENT[1], GRID_POINTS)
    return float(weight[np.abs(axis - y).argmin(), np.abs(axis - x).argmin()])


def test_a_stroke_touches_where_it_went_and_nothing_else() -> None:
    brush = BrushStroke()
    brush.move(-1.0, 0.5, 1.0)
    weight = brush.move(1.0, 0.5, 1.0)
    for x in (-1.0, 0.0, 1.0):
        assert value_at(weight, x, 0.5) > 0.95
    assert value_at(weight, 0.0, -1.0) == 0.0
    assert weight.max() <= 1.0


def test_a_stroke_counts_once_however_often_it_passes() -> None:
    brush = BrushStroke()
    once = brush.move(0.0, 0.0, 1.0)
    for _ in range(20):
        brush.move(0.4, 0.0, 1.0)
        again = brush.move(0.0, 0.0, 1.0)
    assert value_at(again, 0.0, 0.0) == pytest.approx(value_at(once, 0.0, 0.0), abs=0.01)


def test_the_weight_that_is_handed_out_stays_as_it_is() -> None:
    brush = BrushStroke()
    first = brush.move(0.0, 0.0, 1.0)
    kept = first.copy()
    brush.move(2.0, 0.0, 1.0)
    assert np.array_equal(first, kept)
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1.0
    assert not brush.move(50.0, 50.0, 1.0)[0, 0]  # beyond the grid
