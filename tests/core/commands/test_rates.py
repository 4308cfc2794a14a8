"""`dpm rates --family`: the rates of one family, their table, their file, and the limit of K with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import cli
from core.data import formulas
from core.formats.checkpoints import read
from core.measurement import schedule_search
from core.measurement.bound import measure_bound
from core.measurement.limits import exact_model
from core.processes.schedules import FAMILIES, alpha_bars, constant_erasure
from core.recipes.recipe import Recipe
from core.recipes.run import recipe_named
from core.values.runs import RunSpec

Capture = pytest.CaptureFixture[str]


def dpm(*arguments: object) -> int:
    """Run `dpm` in this process and return its exit status."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as ending:
        return int(ending.code or 0)


def told(capsys: Capture, *arguments: object) -> dict[str, Any]:
    """Run `dpm` and return the JSON object it prints."""
    assert dpm(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_shown_without_further_parameters(family: str, capsys: Capture) -> None:
    found = told(capsys, "rates", "gravel", "--family", family)
    assert found["betas"] == FAMILIES[family](1000).tolist()
    assert (found["steps"], found["family"], found["parameters"]) == (1000, family, {})
    assert found["alpha_bar_end"] == alpha_bars(found["betas"])[-1]
    assert (found["limit_bits"], found["standard_error_bits"]) == (None, None)


def test_parameters_are_those_of_the_family(tmp_path: Path, capsys: Capture) -> None:
    options = ("--family", "constant_erasure", "--steps", 6, "--set", "offset=2", "--set", "first=1e-3")
    found = told(capsys, "rates", "gravel", *options, "--out", tmp_path / "rates.npy")
    wanted = constant_erasure(6, first=1e-3, offset=2)
    assert found["betas"] == wanted.tolist()
    assert found["parameters"] == {"offset": 2.0, "first": 1e-3}
    assert np.load(tmp_path / "rates.npy").tobytes() == wanted.tobytes()


def test_the_limit_is_that_of_the_engine_where_the_data_are_known(capsys: Capture) -> None:
    found = told(capsys, "rates", "heartbeat", "--family", "constant_erasure", "--steps", 8, "--seed", 4)
    recipe = recipe_named("heartbeat")
    model = exact_model(recipe.source, recipe.info, recipe.kind, constant_erasure(8))
    wanted = list(measure_bound(model, RunSpec(seed=4)))[-1].result
    assert wanted is not None
    assert (found["limit_bits"], found["standard_error_bits"]) == (wanted.k, wanted.standard_error)


def test_the_table_is_told_as_text(capsys: Capture) -> None:
    assert dpm("rates", "swiss_roll", "--family", "log_linear", "--steps", 3, "--set", "first=0.01") == 0
    head, limit, names, *rows = capsys.readouterr().out.splitlines()
    assert head == "rates        log_linear, first = 0.01 (T = 3)"
    assert limit.startswith("limit of K ")
    assert limit.endswith("bits per sample (10000 fresh draws)")
    assert names.split() == ["t", "beta_t", "alpha_bar_t"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert [float(part) for part in rows[0].split()[1:]] == [0.01, 0.99]


def test_of_many_steps_the_table_shows_some_and_the_limit_may_be_unknown(capsys: Capture) -> None:
    assert dpm("rates", "gravel", "--family", "cosine") == 0
    _, limit, _, *rows = capsys.readouterr().out.splitlines()
    assert limit == "limit of K   not known: no formula describes these data"
    assert [int(row.split()[0]) for row in rows] == [1, 101, 201, 301, 401, 500, 600, 700, 800, 900, 1000]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--family", "spiral"), "--family: invalid choice: 'spiral'"),
        (("--family", "constant", "--set", "late=2"), "--set: constant has no parameter 'late'; it has alpha_bar_end"),
        (("--family", "constant", "--set", "steps=2"), "--set: constant has no parameter 'steps'"),
        (("--family", "constant", "--set", "alpha_bar_end"), "--set: alpha_bar_end is not NAME=NUMBER"),
        (("--family", "constant", "--set", "alpha_bar_end=x"), "--set: alpha_bar_end=x is not NAME=NUMBER"),
        (("--family", "constant", "--set", "alpha_bar_end=2"), "alpha_bar_end: 2.0 is not between 0 and 1"),
        (("--family", "linear", "--set", "first=nan"), "the rate of step 1 is nan"),
        (("--family", "constant", "--steps", 0), "steps: 0 is not"),
        (("--set", "first=1"), "--set: it is for the parameters of a --family"),
        (("--family", "constant", "--out", "x.txt"), "--out: x.txt does not end in .npy"),
    ],
)
def test_what_is_no_family_or_no_parameter_is_refused_in_one_line(
    options: tuple[object, ...], reason: str, capsys: Capture
) -> None:
    assert dpm("rates", "gravel", *options) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert reason in said.err


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(schedule_search, "STATES_OF_A_MEASUREMENT", 100)
    monkeypatch.setattr(schedule_search, "EVALUATIONS", 6)
    monkeypatch.setattr(formulas, "SUPPORT_NODES", 64)
    monkeypatch.chdir(tmp_path)


def test_the_command_writes_rates_that_training_takes(
    quick: None, tiny: Recipe, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rates", "swiss_roll", "--steps", "7", "--out", "betas.npy", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["steps"] == 7
    assert np.array_equal(np.load("betas.npy"), facts["betas"])
    assert cli.main(["train", "swiss_roll", "--rates", "betas.npy", "--out", "roll.h5"]) == 0
    checkpoint = read("roll.h5")
    assert checkpoint.steps == 7
    assert checkpoint.betas[0] == facts["betas"][0]
    assert np.prod(1 - checkpoint.betas) == pytest.approx(1e-3)


def test_the_command_says_what_was_found(quick: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rates", "heartbeat", "--steps", "6"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("rates        early = ")
    assert "limit of K" in out
    assert "over early = 1, late = 1, first = 1e-06" in out
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["cats"], "'cats'"),
        (["cifar10"], "the data of the recipe 'cifar10' do not ship; choose another recipe"),
        (["heartbeat", "--steps", "2"], "steps"),
        (["heartbeat", "--steps", "1000000"], "steps"),
        (["heartbeat", "--steps", "9", "--out", "betas.txt"], "--out"),
        (["heartbeat", "--steps", "9", "--seed", "-1"], "seed"),
    ],
)
def test_the_command_refuses_what_cannot_be(
    arguments: list[str], complaint: str, quick: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["rates", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert complaint in err
    assert err.count("\n") == 1
