"""The shipped checkpoints: each is what its recipe says, as good as its file says, and samples what it learned."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.formulas import Heartbeat, SwissRoll
from core.formats.checkpoints import load, read
from core.measurement.bound import measure_bound
from core.model import DiffusionModel, model_from
from core.networks.registry import build_network
from core.processes.schedules import alpha_bars
from core.recipes.run import RECIPES, recipe_named
from core.sampling.trajectories import reverse
from core.values.checkpoints import Checkpoint
from core.values.measurements import Bound
from core.values.runs import RunSpec

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "checkpoints"
NAMES = list(RECIPES)
LEAST_K = {"swiss_roll": -0.98, "swiss_roll_rbf": -2.0, "heartbeat": -2.35, "heartbeat_fast": -2.37}
"""Bits a sample; the limits with these rates are about -0.86, -0.9, -2.327 and -2.342."""
PAPER_K = -2.414
"""The paper's K of the heartbeat, bits a sequence, with T = 2000."""
MOST_BYTES = 25_000_000
"""All that ships with the program, icons and data included."""


@functools.cache
def model_of(name: str) -> DiffusionModel:
    path = FOLDER / f"{name}.h5"
    return model_from(load(path), path)


def stored(name: str) -> tuple[Checkpoint, Bound]:
    checkpoint = read(FOLDER / f"{name}.h5")
    assert checkpoint.bound is not None
    return checkpoint, checkpoint.bound


def measured(name: str, count: int, seed: int) -> Bound:
    found: Bound | None = None
    for progress in measure_bound(model_of(name), RunSpec(count, seed, threads=1)):
        found = progress.result
    assert found is not None
    return found


def sampled(name: str, count: int, seed: int) -> NDArray[np.float32]:
    """Return samples ``[count, *shape]`` in model units."""
    for frame in reverse(model_of(name), RunSpec(count, seed, threads=1)):
        x = frame.x
    return x


def test_there_is_one_for_each_recipe_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.h5")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_checkpoint_is_its_recipe_s(name: str) -> None:
    checkpoint, _ = stored(name)
    recipe = recipe_named(name)
    network = recipe.network(len(recipe.betas))
    assert (checkpoint.kind, checkpoint.title, checkpoint.licence) == (recipe.kind, recipe.title, "MIT")
    built = build_network(checkpoint.network.kind, checkpoint.network.config)  # knows what an earlier file leaves out
    assert (built.kind, built.config) == (network.kind, network.config)
    assert np.array_equal(checkpoint.data.examples, recipe.info.examples)
    assert checkpoint.steps == len(recipe.betas)
    assert checkpoint.betas[0] == recipe.betas[0]
    assert np.isclose(alpha_bars(checkpoint.betas)[-1], alpha_bars(recipe.betas)[-1], rtol=1e-9, atol=0)
    assert recipe.learns_schedule or np.array_equal(checkpoint.betas, recipe.betas)
    training = checkpoint.training
    assert training is not None
    assert (training.recipe, training.seed) == (name, 0)
    assert training.steps_done == training.steps_total == recipe.steps
    assert not training.state
    assert training.history[:, 0].tolist() == list(range(100, recipe.steps + 1, 100))
    assert training.history.shape[1] == 3


def test_all_that_ships_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.parent.rglob("*") if path.is_file()) < MOST_BYTES


@pytest.mark.parametrize("name", LEAST_K)
def test_a_shipped_checkpoint_holds_the_k_that_was_asked_for(name: str) -> None:
    _, bound = stored(name)
    assert bound.count == 10_000
    assert bound.k >= LEAST_K[name]
    assert bound.standard_error < 0.025


@pytest.mark.parametrize(
    ("name", "count"), [("swiss_roll", 4000), ("swiss_roll_rbf", 4000), ("heartbeat", 500), ("heartbeat_fast", 3000)]
)
def test_the_stored_k_is_found_again_on_other_data(name: str, count: int) -> None:
    found, (_, bound) = measured(name, count, seed=1), stored(name)
    assert abs(found.k - bound.k) < 3 * math.hypot(found.standard_error, bound.standard_error)
    assert found.truth is not None
    assert found.truth_standard_error is not None
    assert found.k < found.truth + 3 * math.hypot(found.standard_error, found.truth_standard_error)


def test_the_roll_s_k_is_within_a_quarter_bit_of_the_truth_and_that_of_the_paper_s_network_is_not() -> None:
    _, bound = stored("swiss_roll")
    _, bumps = stored("swiss_roll_rbf")
    assert bound.truth is not None
    assert bound.truth - 0.25 < bound.k < bound.truth
    assert bumps.null + 2 < bumps.k < bound.k


def test_the_fast_heartbeat_beats_the_paper_s_in_a_tenth_of_the_steps() -> None:
    (_, fast), (_, slow) = stored("heartbeat_fast"), stored("heartbeat")
    assert fast.steps * 10 == slow.steps == 2000
    assert fast.k - PAPER_K > 3 * fast.standard_error
    assert slow.k > fast.k


def test_the_roll_s_samples_lie_on_the_roll_and_on_all_of_it() -> None:
    x, roll, info = sampled("swiss_roll", 10_000, seed=2), SwissRoll(), model_of("swiss_roll").data
    curve = info.to_model(roll.curve(np.linspace(0, 1, 2001)))
    squares = np.square(x).sum(axis=1, keepdims=True) - 2 * x @ curve.T + np.square(curve).sum(axis=1)
    assert (np.sqrt(squares.min(axis=1).clip(0)) < 0.15).mean() >= 0.98
    counts = np.histogram(roll.along(info.to_user(x)), bins=20, range=(0, 1))[0]
    assert counts.min() >= 10_000 / 20 / 2


@pytest.mark.parametrize(("name", "count"), [("heartbeat", 1000), ("heartbeat_fast", 4000)])
def test_the_heartbeat_s_samples_are_true_but_for_one_in_a_hundred_and_of_every_phase(name: str, count: int) -> None:
    x = sampled(name, count, seed=2)
    phases = [(x == sequence).all(axis=1) for sequence in Heartbeat().support()]
    # The exact reverse draws x^1 as the data's own first step leaves it, and x^0 as another such step would.
    kept = 1 - float(model_of(name).process.betas[0]) / 2
    assert kept ** (2 * x.shape[1]) > 0.999
    assert np.sum(phases) / count >= 0.99
    shares = np.mean(phases, axis=1)
    assert np.all(np.abs(shares - 0.2) < 4 * math.sqrt(0.16 / count))
