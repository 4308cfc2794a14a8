"""K on held-out rows beside K on fresh rows of the same law, and beside the truth, as the tool measures them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from core.data.user_data import read_data
from core.model import DiffusionModel, model_from
from core.recipes.run import RecipeRun
from core.recipes.user_data import user_recipe
from core.training import trainer
from tools.measuring import calibration
from tools.measuring.calibration import COLUMNS, SIZES, calibrated, laws


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer fresh rows, and reports of a training that is short."""
    monkeypatch.setattr(calibration, "FRESH_ROWS", 4000)
    monkeypatch.setattr(trainer, "REPORT_EVERY", 20)


@pytest.mark.parametrize(("law", "columns", "rows"), [("mixture", 2, 40), ("Gaussian", 8, 200), ("mixture", 2, 1000)])
def test_k_on_held_out_rows_is_that_on_fresh_ones_and_never_better_than_the_truth(
    law: str, columns: int, rows: int
) -> None:
    found = calibrated(law, columns, rows, seed=1, steps=120)
    assert found.held_out.measured_on == "held-out"
    assert found.fresh.count == 4000
    assert abs(found.difference) < 3
    assert found.above_truth < 3


def test_the_truth_of_a_gaussian_is_its_entropy(tmp_path: Path) -> None:
    law, path = laws(2)["Gaussian"], str(tmp_path / "rows.npy")
    np.save(path, law.sample(500, np.random.default_rng(0)))
    model: DiffusionModel = model_from(RecipeRun(user_recipe(read_data(path)), 1).checkpoint(), path)
    signal = float(model.process.alpha_bars[1])
    scale = np.asarray(model.data.scale)
    covariance = signal * law.covariance / np.outer(scale, scale) + (1 - signal) * np.eye(2)
    entropy = 0.5 * math.log2(np.linalg.det(2 * math.pi * math.e * covariance))
    truth = law.truth(model, np.random.default_rng(1))
    assert abs(truth.value + entropy) < 4 * truth.standard_error


def test_few_rows_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "calibrated", lambda *case: case)
    cases = list(calibration.all_calibrations())
    assert len(cases) == 2 * len(SIZES) * len(COLUMNS)
    assert [case[2] for case in cases] == sorted(case[2] for case in cases)
    assert [case[1:3] for case in calibration.all_calibrations(sizes=[40], dimensions=[3])] == [(3, 40)] * 2
