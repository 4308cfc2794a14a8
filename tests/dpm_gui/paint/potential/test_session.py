"""Wishes over the plane: what is painted or placed is what r says, lines lie where it says, and files keep it."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QUndoStack

from core.errors import BadInputError
from core.values.potentials import HalfPlane, NoisyObservation, PaintedField
from dpm_gui.paint.potential.contours import CONTOUR_LEVELS, contours
from dpm_gui.paint.potential.files import SavedPotential, load_potential, save_potential
from dpm_gui.paint.potential.shapes import (
    DISC,
    HALF_PLANE,
    OBSERVATION,
    PAINTED,
    POTENTIAL_KINDS,
    DrawnPotential,
    posterior,
)
from dpm_gui.paint.potential.soft_field import EXTENT, GRID_POINTS, MOST_NATS, SoftField

FLAT = np.zeros((GRID_POINTS, GRID_POINTS), np.float32)


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


def test_contours_of_a_cone_are_circles() -> None:
    axis = np.linspace(-2.0, 2.0, 81)
    cone = -np.hypot(axis[None, :], axis[:, None])
    for radius in (0.5, 1.0, 1.7):
        lines = contours(cone, [-radius], (-2.0, 2.0, -2.0, 2.0))
        ends = lines.reshape(-1, 2)
        assert np.abs(np.hypot(ends[:, 0], ends[:, 1]) - radius).max() < 0.002
        length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]).sum()
        assert length == pytest.approx(2 * math.pi * radius, rel=0.002)


def test_contours_of_a_slope_are_straight_and_in_order() -> None:
    slope = np.broadcast_to(np.linspace(-5.0, 0.0, 11), (4, 11))
    lines = contours(slope, CONTOUR_LEVELS, (0.0, 5.0, 0.0, 3.0))
    for level in CONTOUR_LEVELS:
        mine = lines[np.isclose(lines[:, 0], 5.0 + level)]
        assert np.abs(mine[:, 3] - mine[:, 1]).sum() == pytest.approx(3.0)


@pytest.mark.parametrize("kind", POTENTIAL_KINDS)
def test_a_wish_comes_back_from_its_file(kind: str, tmp_path: Path) -> None:
    painted = np.random.default_rng(1).uniform(-5, 5, (GRID_POINTS, GRID_POINTS)).astype(np.float32)
    saved = SavedPotential(DrawnPotential(kind, (0.1, -0.2), (3.0, 4.0), 0.6, 0.7), painted, False, 123, 99)
    save_potential(saved, tmp_path / "wish.npz")
    read = load_potential(tmp_path / "wish.npz")
    assert read.painted.tobytes() == painted.tobytes()
    assert replace(read, painted=painted) == replace(saved, painted=painted) or (
        (read.potential, read.weighted, read.count, read.seed) == (saved.potential, False, 123, 99)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": np.array("blob")},
        {"radius": np.array(-1.0)},
        {"centre": np.array([np.nan, 0.0])},
        {"painted": np.zeros((3, 3))},
        {"painted": np.full((GRID_POINTS, GRID_POINTS), 1e9)},
        {"towards": np.array([0.0, 0.0])},
        {"format": np.array("dpm fill 1")},
    ],
)
def test_a_file_that_holds_no_wish_is_refused_by_its_name(changes: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = tmp_path / "wish.npz"
    save_potential(SavedPotential(DrawnPotential(), FLAT, True, 10, 1), path)
    with np.load(path) as file:
        values = {name: file[name] for name in file.files}
    np.savez(path, **{**values, **changes})
    with pytest.raises(BadInputError, match=r"wish\.npz: "):
        load_potential(path)


def test_a_file_that_is_missing_or_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wish.npz"
    save_potential(SavedPotential(DrawnPotential(), FLAT, True, 10, 1), path)
    path.write_bytes(path.read_bytes()[:100])
    for name in ("wish.npz", "none.npz"):
        with pytest.raises(BadInputError, match=name):
            load_potential(tmp_path / name)


def test_an_old_file_is_read_under_the_names_of_today() -> None:
    saved = load_potential(Path(__file__).parents[3] / "data" / "version_1" / "potential.npz")
    assert saved.potential == DrawnPotential(OBSERVATION, (0.5, -0.25), (0.0, 2.0), 0.9, 0.2)
    assert (saved.weighted, saved.count, saved.seed) == (True, 500, 11)
    painted = np.zeros((GRID_POINTS, GRID_POINTS), np.float32)
    painted[10:20, 30:50], painted[60:, :9] = 1.5, -2.25
    assert saved.painted.tobytes() == painted.tobytes()
