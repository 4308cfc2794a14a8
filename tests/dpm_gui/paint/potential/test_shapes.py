"""Shapes of the potential over the plane: what is placed is what r says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtGui import QUndoStack

from core.values.potentials import HalfPlane, NoisyObservation, PaintedField
from dpm_gui.paint.potential.shapes import (
    DISC,
    HALF_PLANE,
    OBSERVATION,
    PAINTED,
    POTENTIAL_KINDS,
    DrawnPotential,
    posterior,
)
from dpm_gui.paint.potential.soft_field import EXTENT, GRID_POINTS, SoftField

FLAT = np.zeros((GRID_POINTS, GRID_POINTS), np.float32)


@pytest.fixture
def field(qapp: object) -> SoftField:
    return SoftField(QUndoStack())


def value_at(log_r: np.ndarray, x: float, y: float) -> float:
    """Return ln r at the nearest point of the grid."""
    axis = np.linspace(EXTENT[0], EXTENT[1], GRID_POINTS)
    return float(log_r[np.abs(axis - y).argmin(), np.abs(axis - x).argmin()])


def test_drags_place_half_planes_and_discs_and_clicks_keep_their_size() -> None:
    half = DrawnPotential(HALF_PLANE).placed((0.5, 0.0), (1.5, 1.0))
    assert (half.centre, half.towards) == ((0.5, 0.0), (1.0, 1.0))
    disc = DrawnPotential(DISC, radius=0.4)
    assert disc.placed((0.0, 0.0), (0.01, 0.0)).radius == 0.4
    assert disc.placed((0.0, 0.0), (0.3, 0.4)).radius == pytest.approx(0.5)
    seen = DrawnPotential(OBSERVATION).placed((0.0, 0.0), (1.0, 1.0))
    assert seen.centre == (1.0, 1.0)


def test_what_is_asked_of_the_engine_is_what_is_shown() -> None:
    half = DrawnPotential(HALF_PLANE, centre=(0.5, 0.2), towards=(2.0, 0.0)).to_potential(FLAT)
    assert isinstance(half, HalfPlane)
    assert half.offset == pytest.approx(1.0)
    seen = DrawnPotential(OBSERVATION, centre=(0.5, 0.2), std=0.25).to_potential(FLAT)
    assert isinstance(seen, NoisyObservation)
    assert (seen.y.tolist(), seen.std) == (pytest.approx([0.5, 0.2]), 0.25)
    disc = DrawnPotential(DISC, centre=(1.0, -1.0), radius=0.5)
    field = disc.to_potential(FLAT)
    assert isinstance(field, PaintedField)
    assert value_at(field.log_r, 1.0, -1.0) == 0.0
    assert value_at(field.log_r, 1.0, 1.0) < -10.0
    painted = DrawnPotential(PAINTED).to_potential(FLAT - 1.0)
    assert isinstance(painted, PaintedField)
    assert (painted.log_r == -1.0).all()
    for kind in POTENTIAL_KINDS:
        assert DrawnPotential(kind).log_r(FLAT).max() == pytest.approx(0.0, abs=0.05)


def test_weights_look_ahead_where_there_is_something_to_look_for() -> None:
    half = DrawnPotential(HALF_PLANE)
    assert (posterior(half, FLAT, True).timing, posterior(half, FLAT, True).weighted) == ("twisted", True)
    assert (posterior(half, FLAT, False).timing, posterior(half, FLAT, False).weighted) == ("constant", False)
    assert posterior(DrawnPotential(), FLAT, True).timing == "constant"


def test_an_observation_is_accepted_as_if_its_density_were_one_at_its_middle() -> None:
    assert DrawnPotential(OBSERVATION, std=0.5).offset() == pytest.approx(math.log(2 * math.pi * 0.25))
    assert DrawnPotential(DISC).offset() == 0.0
