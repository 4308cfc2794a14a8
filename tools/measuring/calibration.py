"""Compares K on held-out rows with K on fresh rows of the same law: ``python -m tools.measuring.calibration``.

For each law and number of rows and columns it trains as ``dpm train --data`` does, measures K as ``dpm bound`` does, on
the rows held out in the checkpoint, and again on many fresh rows. The last columns of the table are the difference of
both in standard errors, and that of the fresh K from the truth, E log2 q(x^1), which it must not exceed. Written to
out/calibration.json.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.data.user_data import read_data
from core.measurement.bound import measure_bound
from core.model import DiffusionModel, model_from
from core.recipes.run import RecipeRun
from core.recipes.user_data import user_recipe
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT, Bound, Estimate, mean_of
from core.values.runs import RunSpec

SIZES = (40, 200, 1000, 5000, 20_000)
COLUMNS = (2, 8)
FRESH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Law:
    """A mixture of Gaussians, all equally likely: means ``[M, D]`` and their common covariance ``[D, D]``."""

    means: NDArray[np.float64]
    covariance: NDArray[np.float64]

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw ``[count, D]``."""
        chosen = self.means[rng.integers(len(self.means), size=count)]
        return chosen + rng.multivariate_normal(np.zeros(len(self.covariance)), self.covariance, size=count)

    def truth(self, model: DiffusionModel, rng: np.random.Generator) -> Estimate:
        """Return E log2 q(x^1) in the units of ``model``, bits a row: the K of exact reverse kernels."""
        info: DataInfo = model.data
        signal = float(model.process.alpha_bars[1])
        means = math.sqrt(signal) * (self.means - info.shift) / info.scale
        covariance = signal * self.covariance / np.outer(info.scale, info.scale)
        covariance = covariance + (1.0 - signal) * np.eye(len(covariance))
        x = Law(means, covariance).sample(FRESH_ROWS, rng)
        root = np.linalg.cholesky(covariance)
        distances = np.square(np.linalg.solve(root, (x[:, None] - means).reshape(-1, x.shape[1]).T)).sum(axis=0)
        exponents = -0.5 * distances.reshape(len(x), len(means)) - math.log(len(means))
        log_density = np.logaddexp.reduce(exponents, axis=1) - np.log(np.diag(root)).sum()
        return mean_of((log_density - 0.5 * x.shape[1] * math.log(2.0 * math.pi)) / NATS_PER_BIT)


def laws(columns: int) -> dict[str, Law]:
    """Return the laws of so many columns: one correlated Gaussian, and four that lie apart."""
    rng = np.random.default_rng(columns)
    mixing = rng.normal(size=(columns, columns))
    centres = 2.0 * rng.normal(size=(4, columns))
    return {
        "Gaussian": Law(np.zeros((1, columns)), mixing @ mixing.T),
        "mixture": Law(centres, 0.09 * np.eye(columns)),
    }


class Calibration(NamedTuple):
    """One line of the table: both K, the truth, and how far they are apart."""

    law: str
    columns: int
    rows: int
    seed: int
    best_step: int | None
    held_out: Bound
    fresh: Bound
    truth: Estimate

    @property
    def difference(self) -> float:
        """K on held-out rows minus K on fresh ones, in standard errors of the former and the latter."""
        error = math.hypot(self.held_out.standard_error, self.fresh.standard_error)
        return (self.held_out.k - self.fresh.k) / error

    @property
    def above_truth(self) -> float:
        """K on fresh rows minus the truth, in standard errors."""
        return (self.fresh.k - self.truth.value) / math.hypot(self.fresh.standard_error, self.truth.standard_error)

    def __str__(self) -> str:
        return (
            f"{self.law:<9}{self.columns:2} columns {self.rows:6} rows, seed {self.seed}: "
            f"K {self.held_out.k:8.3f} ± {self.held_out.standard_error:.3f} ({self.held_out.count:3} "
            f"{self.held_out.measured_on}), fresh {self.fresh.k:8.3f}, truth {self.truth.value:8.3f}, "
            f"step {self.best_step}: {self.difference:+.2f}, {self.above_truth:+.2f} standard errors"
        )


def calibrated(law_name: str, columns: int, rows: int, seed: int, steps: int | None) -> Calibration:
    """Train on ``rows`` rows of a law, and measure K on the rows held out and on fresh ones."""
    law = laws(columns)[law_name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        np.save(path, law.sample(rows, np.random.default_rng([seed, rows, columns])))
        run = RecipeRun(user_recipe(read_data(str(path))), steps, seed)
    for _ in run.train():
        pass
    model = model_from(run.checkpoint(), path)
    fresh = law.sample(FRESH_ROWS, np.random.default_rng([seed, 1]))
    held_out, other = (_bound(model, data) for data in (None, fresh))
    truth = law.truth(model, np.random.default_rng([seed, 2]))
    return Calibration(law_name, columns, rows, seed, run.best_step, held_out, other, truth)


def _bound(model: DiffusionModel, data: NDArray[np.float64] | None) -> Bound:
    *_, last = measure_bound(model, RunSpec(count=10_000, threads=1), data)
    if last.result is None:
        raise RuntimeError("measuring K gave no result")
    return last.result


def all_calibrations(
    seeds: Sequence[int] = (0,),
    steps: int | None = None,
    sizes: Sequence[int] = SIZES,
    dimensions: Sequence[int] = COLUMNS,
) -> Iterator[Calibration]:
    """Yield a line for each seed, number of rows, number of columns and law; few rows, which take least, come first."""
    for seed, rows, columns in itertools.product(seeds, sizes, dimensions):
        for law in laws(columns):
            yield calibrated(law, columns, rows, seed, steps)


def main() -> None:
    """Measure all of it, and print each line as it comes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="seeds of data and training")
    parser.add_argument("--steps", type=int, help="gradient steps (the recipe's)")
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="numbers of rows")
    parser.add_argument("--columns", type=int, nargs="+", default=COLUMNS, help="numbers of columns")
    options = parser.parse_args()
    found = []
    for line in all_calibrations(options.seeds, options.steps, options.rows, options.columns):
        print(line, flush=True)
        found.append({"line": str(line), "difference": line.difference, "above_truth": line.above_truth})
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "calibration.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
