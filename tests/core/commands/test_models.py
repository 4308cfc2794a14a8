"""`dpm models`, and the names of shipped models in all commands that open a checkpoint."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from core import cli
from core.runtime.assets import asset, shipped_models

Capture = pytest.CaptureFixture[str]
NAME = "heartbeat_fast"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder one is in, as whoever has installed a wheel is."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_shipped_model_has_a_line_with_its_data_steps_and_k(capsys: Capture) -> None:
    assert cli.main(["models"]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(shipped_models())
    by_name = {line.split()[0]: line for line in lines}
    assert "grey images of 28 x 28, gaussian, T = 1000" in by_name["digits"]
    assert "RGB images of 32 x 32" in by_name["colour_patches"]
    assert "sequences of 20 bits, binomial, T = 200," in by_name[NAME]
    assert "points in 2 dimensions" in by_name["swiss_roll"]
    assert all("; K = " in line for line in lines)
    assert last == f"The files are in {asset('checkpoints')}"


@pytest.mark.parametrize("name", [NAME, f"{NAME}.h5"])
def test_a_shipped_model_is_opened_by_its_name(capsys: Capture, name: str) -> None:
    assert cli.main(["info", name, "--json"]) == 0
    said = capsys.readouterr()
    assert (json.loads(said.out)["steps"], said.err) == (200, "")


def test_all_commands_that_open_a_checkpoint_take_the_name(elsewhere: Path, capsys: Capture) -> None:
    sequence, mask = np.zeros(20), np.arange(20) < 4
    sequence[::5] = 1
    np.save("sequence.npy", sequence)
    np.save("mask.npy", mask)
    assert cli.main(["check", NAME, "swiss_roll"]) == 0
    assert cli.main(["sample", NAME, "--count", "2", "--strided", "4", "--out", "x.npy"]) == 0
    assert cli.main(["bound", NAME, "--count", "4"]) == 0
    assert cli.main(["inpaint", NAME, "--image", "sequence.npy", "--mask", "mask.npy", "--out", "y.npy"]) == 0
    assert capsys.readouterr().err == ""


def test_a_file_of_that_name_in_the_folder_is_used_and_it_is_said_on_stderr(elsewhere: Path, capsys: Capture) -> None:
    shutil.copy(asset("checkpoints/swiss_roll.h5"), elsewhere / f"{NAME}.h5")
    assert cli.main(["info", NAME, "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["steps"] == 40
    assert said.err == f"dpm: {NAME}.h5: this file in the current folder is used, not the shipped model {NAME}\n"


def test_resuming_takes_a_file_and_never_a_shipped_model(capsys: Capture) -> None:
    assert cli.main(["train", "--resume", NAME]) == 2
    assert capsys.readouterr().err == f"dpm: {NAME}: there is no such file\n"
