"""Models of a few points of one's own, and of points far from zero: their K is true, and no digit is lost."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest

from core import cli
from core.data.user_data import read_data
from core.formats.checkpoints import load
from core.model import model_from
from core.recipes import user_data
from core.training import trainer
from core.values.checkpoints import Checkpoint

Capture = pytest.CaptureFixture[str]
FAR = np.array([5.4e6, 4.1e5])
"""Metres, as coordinates of a map have them."""


def dpm(*arguments: object) -> None:
    assert cli.main([str(argument) for argument in arguments]) == 0


def bound(capsys: Capture, *arguments: object) -> dict[str, float]:
    capsys.readouterr()
    dpm("bound", *arguments, "--json")
    found: dict[str, float] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, in which a training reports often."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trainer, "REPORT_EVERY", 20)
    monkeypatch.setattr(user_data, "POINT_STEPS", 10)
    return tmp_path


@pytest.mark.parametrize("rows", [40, 60])
@pytest.mark.parametrize("columns", [2, 8])
def test_k_on_held_out_rows_is_that_on_fresh_rows_of_the_same_law(
    rows: int, columns: int, folder: Path, capsys: Capture
) -> None:
    mixing = np.random.default_rng(columns).normal(size=(columns, columns))
    few, fresh = (np.random.default_rng(count).normal(size=(count, columns)) @ mixing for count in (rows, 3000))
    np.save(folder / "few.npy", few)
    np.save(folder / "fresh.npy", fresh)
    dpm("train", "--data", "few.npy", "--steps", 160)
    own, other = bound(capsys, "few_model.h5"), bound(capsys, "few_model.h5", "--data", "fresh.npy")
    assert (own["measured_on"], own["count"]) == ("held-out", max(10, rows // 4))
    assert (other["measured_on"], other["count"]) == ("given", 3000)
    assert abs(own["K_bits"] - other["K_bits"]) < 3 * np.hypot(own["standard_error_bits"], other["standard_error_bits"])
    assert other["K_bits"] > other["null_bits"] - 1.5  # and not hundreds of bits below, as a model that knows its rows


def trained_far_away(folder: Path) -> Checkpoint:
    np.save(folder / "near.npy", near := np.random.default_rng(3).normal(size=(900, 2)))
    np.save(folder / "far.npy", near + FAR)
    for name in ("near", "far"):
        dpm("train", "--data", f"{name}.npy", "--steps", 20, "--out", f"{name}.h5")
    return load(folder / "far.h5")


def test_points_far_from_zero_are_learned_like_points_near_it(folder: Path, capsys: Capture) -> None:
    checkpoint = trained_far_away(folder)
    for values in (checkpoint.data.examples, np.asarray(checkpoint.data.held_out)):
        assert values.dtype == np.float64
        assert all(len(np.unique(column)) == len(values) for column in values.T)
    data = read_data(str(folder / "far.npy"))
    assert np.array_equal(checkpoint.data.examples, data.info.examples)
    near, far = (bound(capsys, folder / f"{name}.h5") for name in ("near", "far"))
    assert far["K_bits"] == pytest.approx(near["K_bits"], abs=1e-3)
    given = bound(capsys, folder / "far.h5", "--data", folder / "far.npy")
    assert given["K_bits"] == pytest.approx(bound(capsys, "near.h5", "--data", "near.npy")["K_bits"], abs=1e-3)


def test_samples_and_chains_far_from_zero_keep_their_digits(folder: Path, capsys: Capture) -> None:
    trained_far_away(folder)
    capsys.readouterr()
    dpm("sample", "far.h5", "--count", 200, "--out", "far_samples.npy", "--trajectory", "chains.h5")
    assert "float64" in capsys.readouterr().out
    dpm("sample", "near.h5", "--count", 200, "--out", "near_samples.npy")
    far, near = np.load("far_samples.npy"), np.load("near_samples.npy")
    assert (far.dtype, near.dtype) == (np.float64, np.float32)
    assert len(np.unique(far[:, 0])) == 200
    assert np.allclose(far - FAR, near, atol=1e-3)
    with h5py.File("chains.h5") as file:
        assert np.array_equal(file["frames"][0], far)


def test_a_training_far_from_zero_goes_on_with_its_data(folder: Path) -> None:
    trained_far_away(folder)
    from core.formats.checkpoints import save
    from core.recipes.run import RecipeRun
    from core.recipes.user_data import resumed_recipe, user_recipe

    run = RecipeRun(user_recipe(read_data("far.npy")), 40)
    next(run.train())
    save(run.checkpoint(), "half.h5")
    half = load("half.h5")
    again = RecipeRun.resumed(half, "half.h5", resumed_recipe(half, "half.h5", "far.npy"))
    list(again.train())
    list(run.train())
    assert again.best_step == run.best_step
    assert np.array_equal(again.checkpoint().betas, run.checkpoint().betas)
    assert model_from(again.checkpoint(), "half.h5").source.held_out.sample(3, np.random.default_rng(0)).dtype == float
