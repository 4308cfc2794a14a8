"""Potentials over the plane as files: they come back as they were, and what holds none is refused by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInputError
from dpm_gui.paint.potential.files import SavedPotential, load_potential, save_potential
from dpm_gui.paint.potential.shapes import (
    OBSERVATION,
    POTENTIAL_KINDS,
    DrawnPotential,
)
from dpm_gui.paint.potential.soft_field import GRID_POINTS

FLAT = np.zeros((GRID_POINTS, GRID_POINTS), np.float32)


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
