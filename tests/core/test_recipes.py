"""Recipes and the checkpoints they come to, the shipped one included; and the page that tells how to write one."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from core.bounds import measure_bound
from core.checkpoint import load, read, save
from core.datasets import SwissRoll
from core.errors import BadCheckpointError, BadInputError
from core.model import DiffusionModel, model_from
from core.networks import MultilayerPerceptron
from core.recipes import Recipe, RecipeRun, recipe_named
from core.schedules import alpha_bars
from core.trajectories import reverse
from core.values import Bound, Checkpoint, RunSpec

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "assets" / "checkpoints" / "swiss_roll.h5"


@pytest.fixture(scope="module")
def shipped() -> DiffusionModel:
    return model_from(load(SHIPPED), SHIPPED)


def test_there_is_a_recipe_for_the_swiss_roll() -> None:
    recipe = recipe_named("swiss_roll")
    assert recipe.info.name == recipe.source.name == "swiss_roll"
    assert alpha_bars(recipe.betas)[-1] <= 1e-3 * (1 + 1e-9)
    assert recipe.betas[0] == pytest.approx(1e-3)
    assert len(recipe.betas) == 40


def test_an_unknown_recipe_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(BadInputError, match=r"'cats'.*swiss_roll"):
        recipe_named("cats")


@pytest.mark.parametrize("arguments", [{"steps": 0}, {"steps": -1}, {"seed": -1}, {"seed": 2**31}])
def test_a_run_that_cannot_be_is_refused(tiny: Recipe, arguments: dict[str, int]) -> None:
    with pytest.raises(BadInputError):
        RecipeRun(tiny, **arguments)


def test_an_untrained_run_is_a_checkpoint_already(tiny: Recipe, tmp_path: Path) -> None:
    save(RecipeRun(tiny).checkpoint(), tmp_path / "x.h5")
    checkpoint = load(tmp_path / "x.h5")
    assert checkpoint.training is not None
    assert (checkpoint.training.steps_done, checkpoint.training.steps_total) == (0, 6)
    assert RecipeRun.resumed(checkpoint, "x.h5").steps_done == 0


def test_a_run_resumed_from_its_file_ends_as_if_it_had_never_stopped(tiny: Recipe, tmp_path: Path) -> None:
    stopped, never_stopped = RecipeRun(tiny, seed=5), RecipeRun(tiny, seed=5)
    next(stopped.train())
    save(stopped.checkpoint(), tmp_path / "half.h5")
    resumed = RecipeRun.resumed(load(tmp_path / "half.h5"), tmp_path / "half.h5")
    assert (resumed.steps_done, resumed.steps_total) == (2, 6)
    assert [progress.step for progress in resumed.train()] == [4, 6]
    list(never_stopped.train())
    one, other = resumed.checkpoint(), never_stopped.checkpoint()
    assert np.array_equal(one.betas, other.betas)
    for name, weight in other.network.weights.items():
        assert np.array_equal(one.network.weights[name], weight), name
    assert one.training is not None
    assert other.training is not None
    assert np.array_equal(one.training.history, other.training.history)
    assert one.training.seed == 5


def test_a_finished_run_leaves_no_state_and_is_not_resumed(tiny: Recipe) -> None:
    run = RecipeRun(tiny)
    list(run.train())
    checkpoint = run.checkpoint()
    assert checkpoint.training is not None
    assert not checkpoint.training.state
    with pytest.raises(BadCheckpointError, match="nothing to resume"):
        RecipeRun.resumed(checkpoint, "x.h5")


@pytest.mark.parametrize(
    "change",
    [
        {"recipe": "cats"},
        {"seed": 2**31},
        {"steps_total": 0},
        {"state": {"live.0.first.bias": np.zeros(3)}},
    ],
)
def test_a_training_that_does_not_fit_its_recipe_is_refused(tiny: Recipe, change: dict[str, object]) -> None:
    run = RecipeRun(tiny)
    next(run.train())
    checkpoint = run.checkpoint()
    assert checkpoint.training is not None
    spoilt = dataclasses.replace(checkpoint, training=dataclasses.replace(checkpoint.training, **change))
    with pytest.raises(BadCheckpointError, match=r"^x\.h5: "):
        RecipeRun.resumed(spoilt, "x.h5")


def test_making_a_run_leaves_everyone_else_s_random_numbers_alone(tiny: Recipe) -> None:
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    list(RecipeRun(tiny, seed=1).train())
    assert torch.equal(torch.rand(3), wanted)


# ----------------------------------------------------------------------------------------------- the shipped checkpoint


def test_the_shipped_checkpoint_is_the_recipe_s(shipped: DiffusionModel) -> None:
    checkpoint = read(SHIPPED)
    recipe = recipe_named("swiss_roll")
    assert checkpoint.steps == 40
    assert checkpoint.betas[0] == pytest.approx(1e-3)
    assert alpha_bars(checkpoint.betas)[-1] <= 1e-3 * (1 + 1e-9)
    assert np.array_equal(checkpoint.data.examples, recipe.info.examples)
    assert checkpoint.training is not None
    assert checkpoint.training.steps_done == checkpoint.training.steps_total == recipe.steps
    assert checkpoint.bound is not None


@pytest.mark.parametrize("seed", [1])
def test_the_shipped_model_s_k_is_within_a_quarter_bit_of_the_truth(shipped: DiffusionModel, seed: int) -> None:
    found: Bound | None = None
    for progress in measure_bound(shipped, RunSpec(10_000, seed, threads=2)):
        found = progress.bound
    assert found is not None
    assert found.truth is not None
    assert found.standard_error < 0.02
    assert found.truth - 0.25 < found.k < found.truth
    stored = read(SHIPPED).bound
    assert stored is not None
    assert abs(found.k - stored.k) < 3 * np.hypot(found.standard_error, stored.standard_error)


def test_the_shipped_model_s_samples_lie_on_the_roll_and_on_all_of_it(shipped: DiffusionModel) -> None:
    for frame in reverse(shipped, RunSpec(10_000, 2, threads=2)):
        x = frame.x
    roll = SwissRoll()
    curve = shipped.data.to_model(roll.curve(np.linspace(0, 1, 2001)))
    squares = np.square(x).sum(axis=1, keepdims=True) - 2 * x @ curve.T + np.square(curve).sum(axis=1)
    assert (np.sqrt(squares.min(axis=1).clip(0)) < 0.15).mean() >= 0.98
    counts = np.histogram(roll.along(shipped.data.to_user(x)), bins=20, range=(0, 1))[0]
    assert counts.min() >= 10_000 / 20 / 2


# -------------------------------------------------------------------------------------------- the page about the format


@pytest.fixture
def ten_lines() -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "checkpoint.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 1
    return blocks[0]


def test_the_ten_lines_of_the_format_s_page_write_a_checkpoint(ten_lines: str, tmp_path: Path) -> None:
    assert len(ten_lines.split("\n\n")[-1].splitlines()) + 1 == 10  # the import, and what follows the empty line
    module = MultilayerPerceptron(2, width=6, layers=3, frequencies=2, detail=1)
    data, betas = np.random.default_rng(0).normal(3.0, 2.0, size=(600, 2)), np.linspace(0.01, 0.5, 7)
    path = tmp_path / "mine.h5"
    exec(ten_lines, {"path": path, "module": module, "config": module.config, "betas": betas, "data": data})
    checkpoint = load(path)
    assert np.array_equal(checkpoint.betas, betas)
    assert len(checkpoint.data.examples) == 512
    for name, weight in module.state_dict().items():
        assert np.array_equal(checkpoint.network.weights[name], weight.numpy())
    model = model_from(checkpoint, path)
    frames = list(reverse(model, RunSpec(20, 1, threads=1)))
    assert [frame.t for frame in frames] == list(range(7, -1, -1))


def test_the_format_s_page_names_every_part_of_a_checkpoint(small: Checkpoint, file: Path) -> None:
    h5py = pytest.importorskip("h5py")
    page = (ROOT / "docs" / "checkpoint.md").read_text(encoding="utf-8")
    missing: list[str] = []

    def look(place: str, found: object) -> None:
        if "weights/" not in place and "state/" not in place:
            missing.extend(name for name in [place.split("/")[-1], *found.attrs] if name not in page)

    with h5py.File(file) as opened:
        look("/", opened)
        opened.visititems(look)
    assert not missing


def test_the_page_s_formulas_are_the_engine_s_network() -> None:
    network = MultilayerPerceptron(2, width=5, layers=3, frequencies=3, detail=2)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(0))
    state = {name: value.numpy().astype(np.float64) for name, value in network.state_dict().items()}
    x, t, steps = np.array([0.3, -1.2]), 4, 9

    def layer(name: str, values: np.ndarray) -> np.ndarray:
        return state[f"{name}.weight"] @ values + state[f"{name}.bias"]

    def silu(values: np.ndarray) -> np.ndarray:
        return values / (1 + np.exp(-values))

    waves = np.array([entry * np.pi / 4 * 2.0**j for entry in x for j in range(2)])
    angles = np.pi * np.arange(1, 4) * t / steps
    inputs, times = np.concatenate([x, np.sin(waves), np.cos(waves)]), np.concatenate([np.sin(angles), np.cos(angles)])
    hidden = silu(layer("first", inputs) + layer("time.layer", times))
    for n in range(2):
        hidden = silu(layer(f"hidden.{n}", hidden))
    found = network(torch.tensor(x[None], dtype=torch.float32), torch.tensor([[t / steps]]))
    assert np.allclose(torch.cat(found, dim=1)[0].detach().numpy(), layer("read_out", hidden), atol=1e-5)
