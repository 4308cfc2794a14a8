"""Recipes and the checkpoints they come to; and the page that tells how to write one."""

from __future__ import annotations

import dataclasses
import re
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core import cli
from core.errors import BadCheckpointError, BadInputError
from core.formats.checkpoints import load, save
from core.model import DiffusionModel, model_from
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.registry import process_of
from core.processes.schedules import alpha_bars, log_linear
from core.recipes import run as recipe_runs
from core.recipes.recipe import Recipe
from core.recipes.run import RECIPES, RecipeRun, recipe_named
from core.recipes.user_data import WITH_DATA
from core.sampling.trajectories import reverse
from core.training import trainer
from core.values.checkpoints import Checkpoint
from core.values.runs import RunSpec

ROOT = Path(__file__).resolve().parents[3]


NAMES = list(RECIPES)


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_s_parts_fit_each_other(name: str) -> None:
    recipe = recipe_named(name)
    assert recipe.name == name
    assert recipe.info.name == recipe.source.name
    assert recipe.info.examples.shape[1:] == recipe.source.shape
    assert recipe.info.is_image or len(recipe.info.examples) == 512
    network = recipe.network(len(recipe.betas))
    assert network.reverses.kind == recipe.kind
    process = process_of(recipe.kind, recipe.betas)
    x0 = recipe.info.to_model(recipe.source.sample(2000, np.random.default_rng(0)))
    process.check_states(x0, name)
    mean = x0.mean() if recipe.info.is_image else x0.mean(axis=0)  # pictures share one mean
    assert np.allclose(mean, 0 if recipe.kind == "gaussian" else 0.2, atol=0.1)
    DiffusionModel(process, network, recipe.info)


def test_the_swiss_roll_ends_near_the_prior_and_is_a_thousandth_wide() -> None:
    for recipe in (recipe_named("swiss_roll"), recipe_named("swiss_roll_rbf")):
        assert alpha_bars(recipe.betas)[-1] <= 1e-3 * (1 + 1e-9)
        assert recipe.betas[0] == pytest.approx(1e-3)
        assert len(recipe.betas) == 40


def test_the_heartbeat_has_the_paper_s_rates_but_for_the_first_and_the_fast_one_a_tenth_of_its_steps() -> None:
    rates = recipe_named("heartbeat").betas
    assert rates[0] == 2e-5
    assert np.array_equal(rates[1:], 1 / (2000 - np.arange(2, 2001) + 1))
    fast = recipe_named("heartbeat_fast").betas
    kept = (1 - np.sqrt(np.arange(200) / 199)) ** 0.5
    assert np.allclose(alpha_bars(fast)[1:], (1 - 1e-6) * kept, rtol=1e-9, atol=1e-12)


def test_the_command_lists_every_recipe_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [*NAMES, *WITH_DATA]
    summaries = [recipe_named(name).summary for name in NAMES] + [recipe.summary for recipe in WITH_DATA.values()]
    assert all(summary in line for summary, line in zip(summaries, lines, strict=True))


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
    found = resumed.checkpoint()
    assert_same(found, never_stopped.checkpoint())
    assert found.training is not None
    assert found.training.seed == 5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("steps", [2, 3])
def test_every_recipe_is_resumed_bit_for_bit_also_between_two_reports(
    name: str, steps: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(trainer, "REPORT_EVERY", 2)
    small = shortened(name, steps=5)
    monkeypatch.setitem(recipe_runs.RECIPES, name, lambda: small)
    stopped, never_stopped = RecipeRun(small, seed=2), RecipeRun(small, seed=2)
    average = stopped._trainer._average

    def pressed(step: int) -> None:
        average(step)
        if step == steps - 1:
            signal.raise_signal(signal.SIGINT)

    stopped._trainer._average = pressed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        list(stopped.train())
    assert stopped.steps_done == steps
    save(stopped.checkpoint(), tmp_path / "half.h5")
    going_on = RecipeRun.resumed(load(tmp_path / "half.h5"), tmp_path / "half.h5")
    list(going_on.train())
    list(never_stopped.train())
    assert_same(going_on.checkpoint(), never_stopped.checkpoint())


def test_a_run_with_rates_of_its_own_is_resumed_with_them(tiny: Recipe, tmp_path: Path) -> None:
    own = dataclasses.replace(tiny, betas=log_linear(9, first=1e-2, alpha_bar_end=0.3))
    stopped, never_stopped = RecipeRun(own), RecipeRun(own)
    next(stopped.train())
    save(stopped.checkpoint(), tmp_path / "half.h5")
    going_on = RecipeRun.resumed(load(tmp_path / "half.h5"), tmp_path / "half.h5")
    list(going_on.train())
    list(never_stopped.train())
    assert_same(going_on.checkpoint(), never_stopped.checkpoint())
    assert never_stopped.checkpoint().steps == 9


def shortened(name: str, steps: int) -> Recipe:
    """Return the recipe of ``name`` with few data a step, of pictures very few."""
    recipe = recipe_named(name)
    batch, validation = (2, 2) if recipe.info.is_image else (16, 64)
    return dataclasses.replace(recipe, batch=batch, validation=validation, steps=steps)


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    assert one.kind == other.kind
    assert np.array_equal(one.betas, other.betas)
    assert one.network.weights.keys() == other.network.weights.keys()
    for name, weight in other.network.weights.items():
        assert np.array_equal(one.network.weights[name], weight), name
    assert one.training is not None
    assert other.training is not None
    assert one.training.history.shape[1] == 3
    assert np.array_equal(one.training.history, other.training.history)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_recipe_comes_to_is_a_sound_checkpoint(name: str, tmp_path: Path) -> None:
    run = RecipeRun(shortened(name, steps=1))
    list(run.train())
    save(run.checkpoint(), tmp_path / "x.h5")
    checkpoint = load(tmp_path / "x.h5")
    assert (checkpoint.kind, checkpoint.title) == (run.recipe.kind, run.recipe.title)
    assert model_from(checkpoint, "x.h5").steps == len(run.recipe.betas)


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
def test_a_training_that_does_not_fit_its_recipe_is_refused(tiny: Recipe, change: dict[str, Any]) -> None:
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


# -------------------------------------------------------------------------------------------- the page about the format
@pytest.fixture
def ten_lines() -> str:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "checkpoint.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 1
    return blocks[0]


def test_the_ten_lines_of_the_format_s_page_write_a_checkpoint(ten_lines: str, tmp_path: Path) -> None:
    assert len(ten_lines.split("\n\n")[-1].splitlines()) + 1 == 10  # the import, and what follows the empty line
    module = MultilayerPerceptron(2, width=6, layers=3, frequencies=2, fourier_features=1)
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

    def look(place: str, found: Any) -> None:
        if "weights/" not in place and "state/" not in place:
            missing.extend(name for name in [place.split("/")[-1], *found.attrs] if name not in page)

    with h5py.File(file) as opened:
        look("/", opened)
        opened.visititems(look)
    assert not missing


def test_the_page_s_formulas_are_the_engine_s_network() -> None:
    network = MultilayerPerceptron(2, width=5, layers=3, frequencies=3, fourier_features=2)
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
    assert np.allclose(found[0].detach().numpy(), layer("read_out", hidden), atol=1e-5)
