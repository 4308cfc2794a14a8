"""The command `dpm`: what it prints, what it writes, and what Ctrl+C leaves behind."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from core import __version__, cli
from core.commands import train as train_command
from core.errors import TrainingError
from core.formats.checkpoints import read, save
from core.model import DiffusionModel
from core.recipes.recipe import Recipe
from core.recipes.run import RecipeRun
from core.runtime.command_line import INTERRUPTED
from core.sampling.trajectories import reverse
from core.values.checkpoints import Checkpoint
from core.values.runs import RunSpec

ROOT = Path(__file__).resolve().parents[3]
Capture = pytest.CaptureFixture[str]
CONTRACT = {
    "steps",
    "kind",
    "unit",
    "K_bits",
    "null_bits",
    "gain_bits",
    "standard_error_bits",
    "kl_bits",
    "H_T_given_0_bits",
    "H_1_given_0_bits",
    "H_prior_bits",
    "entropy_lower_bits",
    "entropy_upper_bits",
}


def strict(text: str) -> dict[str, Any]:
    """Return the one JSON object of ``text``, in which NaN and Infinity have no place."""

    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    found: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return found


def dpm(*arguments: object) -> int:
    """Run `dpm` in this process and return its exit status."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as ending:
        return int(ending.code or 0)


@pytest.fixture
def folder(tiny: Recipe, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder one is in; the recipe of the swiss roll is a tiny one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def interrupted_after(reports: int, failure: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``failure`` come in the middle of training, after that many reports."""
    shown = train_command._training_with_progress_bar

    def failing(run: RecipeRun) -> Iterator[None]:
        for done, value in enumerate(shown(run), start=1):
            yield value
            if done == reports:
                raise failure

    monkeypatch.setattr(train_command, "_training_with_progress_bar", failing)


def test_info_tells_what_a_checkpoint_holds(file: Path, capsys: Capture) -> None:
    assert dpm("info", file) == 0
    out = capsys.readouterr().out
    assert "Kleine Rolle, sehr klein" in out
    assert "swiss_roll" in out


def test_info_writes_numbers_as_a_person_would_and_leaves_out_what_is_not_there(file: Path, capsys: Capture) -> None:
    assert dpm("info", file) == 0
    lines = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    told = {name.strip(): value.strip() for name, value in lines.items()}
    assert told["alpha bar end"] == "0.01"
    assert told["shape"] == "2"
    assert told["held out examples"] == "7"
    assert told["K"] == "-2.5000 ± 0.0100 bits per sample (99 fresh draws)"
    assert "interpreted as" not in told
    assert not {"-", "None"} & set(told.values())


def test_info_as_json_is_one_strict_object(file: Path, small: Checkpoint, capsys: Capture) -> None:
    assert dpm("info", file, "--json") == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    found = strict(out)
    assert (found["title"], found["steps"], found["shape"], found["examples"]) == (small.title, 5, [2], 20)
    assert found["parameters"] == sum(weight.size for weight in small.network.weights.values())
    assert (found["K_bits"], found["count"], found["measured_on"]) == (-2.5, 99, "fresh")
    assert small.training is not None
    assert found["interpreted_as"] == (small.training.interpreted_as or None)


def test_check_is_quiet_about_sound_files(file: Path, capsys: Capture) -> None:
    assert dpm("check", file, file) == 0
    assert capsys.readouterr().err == ""


def test_check_says_one_line_for_every_bad_file_and_reads_the_others(file: Path, capsys: Capture) -> None:
    missing, text = file.with_name("missing.h5"), file.with_name("text.h5")
    text.write_text("no")
    assert dpm("check", missing, file, text, file.parent) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(missing), str(text), str(file.parent)]


def test_sample_writes_what_the_engine_draws_in_user_s_units(file: Path, model: DiffusionModel, tmp_path: Path) -> None:
    assert dpm("sample", file, "--count", 50, "--seed", 3, "--out", tmp_path / "x.npy") == 0
    found = np.load(tmp_path / "x.npy")
    for frame in reverse(model, RunSpec(50, 3)):
        x = frame.x
    assert found.dtype == np.float32
    assert np.array_equal(found, model.data.to_user(x))


def test_bound_as_json_has_the_keys_of_the_contract(file: Path, capsys: Capture) -> None:
    assert dpm("bound", file, "--count", 100, "--json") == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    found = strict(out)
    assert found.keys() >= CONTRACT
    assert (found["steps"], found["kind"], found["unit"]) == (5, "gaussian", "sample")
    lengths = {name: len(found[name]) for name in ("kl_bits", "entropy_lower_bits", "entropy_upper_bits")}
    assert lengths == {"kl_bits": 4, "entropy_lower_bits": 5, "entropy_upper_bits": 5}
    assert found["entropy_lower_bits"][0] is None  # minus infinity, for which JSON has no word
    terms = found["H_T_given_0_bits"] - found["H_1_given_0_bits"] - found["H_prior_bits"] - sum(found["kl_bits"])
    assert found["K_bits"] == pytest.approx(terms)
    assert found["gain_bits"] == pytest.approx(found["K_bits"] - found["null_bits"])


def test_bound_of_given_data_is_that_of_the_data(file: Path, tmp_path: Path, capsys: Capture) -> None:
    for name, scale in (("near.npy", 5.0), ("far.npy", 500.0)):
        np.save(tmp_path / name, scale * np.random.default_rng(0).standard_normal((30, 2)))
    found = []
    for name in ("near.npy", "far.npy"):
        assert dpm("bound", file, "--data", tmp_path / name, "--json") == 0
        found.append(strict(capsys.readouterr().out))
    assert [facts["count"] for facts in found] == [30, 30]
    assert found[0]["K_bits"] > found[1]["K_bits"]


def test_bound_as_text_names_k_the_null_model_and_the_truth(file: Path, capsys: Capture) -> None:
    assert dpm("bound", file, "--count", 50) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("K ", "null model", "gain", "truth", "bits per sample"))


def test_recipes_lists_the_swiss_roll(capsys: Capture) -> None:
    assert dpm("recipes") == 0
    assert capsys.readouterr().out.startswith("swiss_roll")


def test_training_writes_a_finished_checkpoint_with_its_bound(folder: Path, capsys: Capture) -> None:
    assert dpm("train", "swiss_roll", "--seed", 4) == 0
    checkpoint = read(folder / "swiss_roll.h5")
    assert checkpoint.training is not None
    assert (checkpoint.training.seed, checkpoint.training.steps_done, checkpoint.training.state) == (4, 6, {})
    assert checkpoint.bound is not None
    assert checkpoint.bound.count == 10_000
    assert capsys.readouterr().err == ""


def test_ctrl_c_leaves_a_checkpoint_from_which_training_goes_on_as_if_never_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with monkeypatch.context() as patch:
        interrupted_after(2, KeyboardInterrupt(), patch)
        assert dpm("train", "swiss_roll", "--out", "half.h5") == INTERRUPTED
    err = capsys.readouterr().err
    assert "dpm train --resume half.h5" in err
    assert "Traceback" not in err
    half = read(folder / "half.h5").training
    assert half is not None
    assert half.steps_done == 4
    assert half.state
    assert dpm("train", "--resume", "half.h5") == 0
    assert dpm("train", "swiss_roll", "--out", "whole.h5") == 0
    resumed, whole = read(folder / "half.h5"), read(folder / "whole.h5")
    assert np.array_equal(resumed.betas, whole.betas)
    for name, weight in whole.network.weights.items():
        assert np.array_equal(resumed.network.weights[name], weight), name
    assert sorted(path.name for path in folder.iterdir()) == ["half.h5", "whole.h5"]


def test_ctrl_c_while_k_is_measured_does_not_lose_what_was_learned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(train_command, "_bound", interrupted)
    assert dpm("train", "swiss_roll") == INTERRUPTED
    found = read(folder / "swiss_roll.h5").training
    assert found is not None
    assert found.steps_done == 6


def test_training_that_fails_keeps_what_was_learned(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    interrupted_after(1, TrainingError("step 3: K is no longer finite"), monkeypatch)
    assert dpm("train", "swiss_roll") == 2
    assert "K is no longer finite" in capsys.readouterr().err
    found = read(folder / "swiss_roll.h5").training
    assert found is not None
    assert found.steps_done == 2


def test_a_finished_training_is_not_resumed(folder: Path, capsys: Capture) -> None:
    assert dpm("train", "swiss_roll", "--steps", 1, "--out", "done.h5") == 0
    before = Path("done.h5").read_bytes()
    capsys.readouterr()
    assert dpm("train", "--resume", "done.h5") == 2
    err = capsys.readouterr().err
    assert err.startswith("dpm: done.h5: ")
    assert len(err.splitlines()) == 1
    assert Path("done.h5").read_bytes() == before


def test_the_command_itself_answers_and_refuses_without_a_traceback(file: Path) -> None:
    command = [sys.executable, "-m", "core.cli"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    sound = subprocess.run(
        [*command, "bound", "small.h5", "--count", "20", "--json"],
        cwd=file.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (sound.returncode, sound.stderr) == (0, "")
    assert strict(sound.stdout).keys() >= CONTRACT
    bad = subprocess.run(
        [*command, "bound", "none.h5"], cwd=file.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("dpm: none.h5: there is no such file, nor a shipped model of this name")
    assert bad.stderr.count("\n") == 1


def test_the_help_and_the_version_are_told(capsys: Capture) -> None:
    assert dpm("--version") == 0
    assert capsys.readouterr().out == f"dpm {__version__}\n"
    assert dpm("--help") == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("info", "check", "sample", "bound", "train", "recipes"))


def test_a_name_in_no_encoding_can_be_written_to(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = os.fsdecode(os.fsencode(file.parent) + b"/x\xff.npy")
    strict_output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", strict_output)
    assert dpm("sample", file, "--count", 3, "--out", name) == 0
    strict_output.flush()
    assert Path(name).exists()


def test_a_k_that_is_no_number_is_told_and_never_printed(small: Checkpoint, tmp_path: Path, capsys: Capture) -> None:
    weights = {**small.network.weights, "read_out.bias": np.full(4, -3e38, dtype=np.float32)}
    network = dataclasses.replace(small.network, weights=weights)
    save(dataclasses.replace(small, network=network), tmp_path / "wild.h5")
    assert dpm("bound", tmp_path / "wild.h5", "--json") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"dpm: {tmp_path / 'wild.h5'}: ")
    assert len(said.err.splitlines()) == 1
