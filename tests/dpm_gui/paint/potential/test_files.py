"""Potentials over the plane as files: they come back as they were, and what holds none is refused by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadInputError
from dpm_gui.paint.potential.files import SavedPotential, load_potential, save_potential
from dpm_gui.paint.potential.parts import DiscPart, HalfPlanePart, ObservationPart, Stroke
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.paint.potential.soft_field import GRID_POINTS

SHAPE = (GRID_POINTS, GRID_POINTS)
WEIGHT = np.random.default_rng(1).uniform(0, 1, SHAPE).astype(np.float32)
PARTS = (
    Stroke(WEIGHT, -3.5, on=False),
    HalfPlanePart(30.0, -0.25, 0.1),
    DiscPart(0.1, -0.2, 0.6, on=False),
    Stroke(WEIGHT**2, 4.0),
    ObservationPart(0.3, -0.2, 0.7),
)
OLD = {
    "format": np.array("dpm potential 2"),
    "kind": np.array("disc"),
    "centre": np.array([0.1, -0.2]),
    "towards": np.array([3.0, 4.0]),
    "radius": np.array(0.6),
    "std": np.array(0.7),
    "painted": np.zeros(SHAPE, np.float32),
    "weighted": np.array(False),
    "count": np.array(123),
    "seed": np.array(99),
}


def save(path: Path, changes: dict[str, np.ndarray], old: bool = False) -> Path:
    """Write a file of today, or of an older form, with some of its values replaced."""
    save_potential(SavedPotential(PlanePotential(PARTS), True, 10, 1), path)
    with np.load(path) as file:
        values: dict[str, Any] = OLD if old else {name: file[name] for name in file.files}
    np.savez(path, **{**values, **changes})
    return path


def test_all_parts_come_back_from_their_file_with_their_switches(tmp_path: Path) -> None:
    save_potential(SavedPotential(PlanePotential(PARTS), False, 123, 99), tmp_path / "potential.npz")
    read = load_potential(tmp_path / "potential.npz")
    assert (read.weighted, read.count, read.seed) == (False, 123, 99)
    assert read.potential.parts[1:3] == PARTS[1:3]
    assert read.potential.parts[4:] == PARTS[4:]
    for place in (0, 3):
        found, saved = read.potential.parts[place], PARTS[place]
        assert isinstance(found, Stroke)
        assert isinstance(saved, Stroke)
        assert found.weight.tobytes() == saved.weight.tobytes()
        assert (found.amount, found.on) == (saved.amount, saved.on)
        assert not found.weight.flags.writeable


def test_a_potential_without_parts_is_a_file_too(tmp_path: Path) -> None:
    save_potential(SavedPotential(PlanePotential(), True, 10, 1), tmp_path / "one.npz")
    assert load_potential(tmp_path / "one.npz").potential == PlanePotential()


@pytest.mark.parametrize(
    "changes",
    [
        {"kinds": np.array(["blob", "half_plane", "disc", "stroke", "observation"])},
        {"kinds": np.array(["disc"])},
        {"on": np.ones(5)},
        {"numbers": np.zeros((5, 2))},
        {"numbers": np.full((5, 3), np.nan)},
        {"numbers": np.full((5, 3), -1.0)},
        {"numbers": np.full((5, 3), 1e30)},
        {"weights": np.zeros((1, *SHAPE), np.float32)},
        {"weights": np.zeros((2, 3, 3), np.float32)},
        {"weights": np.full((2, *SHAPE), np.nan, np.float32)},
        {"weights": np.full((2, *SHAPE), 2.0, np.float32)},
        {"count": np.array(1.5)},
        {"format": np.array("dpm inpainting 2")},
    ],
)
def test_a_file_that_holds_no_potential_is_refused_by_its_name(changes: dict[str, np.ndarray], tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"potential\.npz: ") as refused:
        load_potential(save(tmp_path / "potential.npz", changes))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": np.array("blob")},
        {"radius": np.array(-1.0)},
        {"centre": np.array([np.nan, 0.0])},
        {"painted": np.zeros((3, 3))},
        {"painted": np.full(SHAPE, 1e9)},
        {"kind": np.array("half_plane"), "towards": np.array([0.0, 0.0])},
        {"kind": np.array("observation"), "std": np.array(0.0)},
    ],
)
def test_an_older_file_that_holds_no_potential_is_refused(changes: dict[str, np.ndarray], tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"potential\.npz: "):
        load_potential(save(tmp_path / "potential.npz", changes, old=True))


def test_a_file_that_is_missing_or_cut_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "potential.npz", {})
    path.write_bytes(path.read_bytes()[:100])
    for name in ("potential.npz", "none.npz"):
        with pytest.raises(BadInputError, match=name):
            load_potential(tmp_path / name)


def test_a_file_of_one_kind_keeps_its_painted_field_beside_the_shape_switched_off(tmp_path: Path) -> None:
    painted = np.zeros(SHAPE, np.float32)
    painted[3, 4], painted[50, 60] = 6.0, -3.0
    disc = load_potential(save(tmp_path / "a.npz", {"painted": painted}, old=True)).potential
    assert disc.parts[1:] == (DiscPart(0.1, -0.2, 0.6),)
    assert [part.on for part in disc.parts] == [False, True]
    field = load_potential(save(tmp_path / "b.npz", {"painted": painted, "kind": np.array("painted")}, old=True))
    assert [part.on for part in field.potential.parts] == [True]
    np.testing.assert_allclose(field.potential.parts[0].log_r(), painted, atol=1e-6)
    (half,) = load_potential(save(tmp_path / "c.npz", {"kind": np.array("half_plane")}, old=True)).potential.parts
    assert isinstance(half, HalfPlanePart)
    assert (half.angle, half.offset) == (pytest.approx(53.130102), pytest.approx(-0.1))


def test_an_old_file_is_read_under_the_names_of_today() -> None:
    saved = load_potential(Path(__file__).parents[3] / "data" / "version_1" / "potential.npz")
    field, observation = saved.potential.parts
    assert observation == ObservationPart(0.5, -0.25, 0.2)
    assert (saved.weighted, saved.count, saved.seed) == (True, 500, 11)
    painted = np.zeros(SHAPE, np.float32)
    painted[10:20, 30:50], painted[60:, :9] = 1.5, -2.25
    np.testing.assert_allclose(field.log_r(), painted, atol=1e-6)
    assert not field.on
    assert replace(observation, on=False) != observation
