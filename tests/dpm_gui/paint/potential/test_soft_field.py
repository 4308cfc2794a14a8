"""The soft field of Paint: strokes attract and repel, add once, and are undone exactly."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QUndoStack

from dpm_gui.paint.potential.soft_field import EXTENT, GRID_POINTS, MOST_NATS, SoftField


@pytest.fixture
def field(qapp: object) -> SoftField:
    return SoftField(QUndoStack())


def value_at(log_r: np.ndarray, x: float, y: float) -> float:
    """Return ln r at the nearest point of the grid."""
    axis = np.linspace(EXTENT[0], EXTENT[1], GRID_POINTS)
    return float(log_r[np.abs(axis - y).argmin(), np.abs(axis - x).argmin()])


def test_a_stroke_attracts_to_where_it_went(field: SoftField) -> None:
    field.press(-1.0, 0.5, 1.0, 4.0)
    field.move(1.0, 0.5, 1.0)
    field.release()
    assert field.log_r.max() == 0.0
    for x in (-1.0, 0.0, 1.0):
        assert value_at(field.log_r, x, 0.5) > -0.2
    assert value_at(field.log_r, 0.0, -1.0) == pytest.approx(-4.0, abs=0.05)


def test_a_stroke_repels_from_where_it_went_and_r_is_one_elsewhere(field: SoftField) -> None:
    field.press(0.0, 2.0, 1.0, -4.0)
    field.release()
    assert value_at(field.log_r, 0.0, 2.0) == pytest.approx(-4.0, abs=0.2)
    assert value_at(field.log_r, 0.0, -2.0) == 0.0


def test_a_stroke_adds_once_however_often_it_passes_and_the_next_one_adds_again(field: SoftField) -> None:
    for wanted in (3.0, 6.0):
        field.press(0.0, 0.0, 1.0, 3.0)
        for _ in range(20):
            field.move(0.4, 0.0, 1.0)
            field.move(0.0, 0.0, 1.0)
        field.release()
        assert field.layer.values.max() == pytest.approx(wanted, abs=0.1)
    for _ in range(10):
        field.press(0.0, 0.0, 1.0, 10.0)
        field.release()
    assert field.layer.values.max() == MOST_NATS


def test_strokes_on_the_field_are_undone_exactly(field: SoftField) -> None:
    rng = np.random.default_rng(5)
    states = [field.layer.values.copy()]
    for _ in range(30):
        x, y = rng.uniform(-3, 3, 2).tolist()
        field.press(x, y, float(rng.uniform(0.2, 2)), float(rng.choice((-3.0, 3.0))))
        x, y = rng.uniform(-3, 3, 2).tolist()
        field.move(x, y, 1.0)
        field.release()
        states.append(field.layer.values.copy())
    stack = field.layer._stack
    for state in reversed(states[:-1]):
        stack.undo()
        assert field.layer.values.tobytes() == state.tobytes()
