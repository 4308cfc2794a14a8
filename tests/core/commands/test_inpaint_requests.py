"""`dpm inpaint` with a request from a file: its arrays are those of the window."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core import cli
from core.formats import checkpoints
from core.model import DiffusionModel
from core.posterior.inpainting import inpaint
from core.values.inpainting import InpaintingRequest
from core.values.runs import RunSpec
from tests.support.image_models import SHAPE, images_checkpoint, result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_: InpaintingRequest) -> Path:
    """A folder one is in, with the twelve, and a picture and its mask."""
    monkeypatch.chdir(tmp_path)
    checkpoints.save(images_checkpoint(), "twelve.h5")
    np.save("x.npy", request_.image)
    np.save("m.npy", request_.mask)
    return tmp_path


def written(*options: str) -> NDArray[np.float32]:
    assert cli.main(["inpaint", "twelve.h5", "--out", "y.npy", *options]) == 0
    return np.load("y.npy")


def test_the_command_gives_the_arrays_that_a_window_gets(
    folder: Path, twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    request = dataclasses.replace(request_, threads=RunSpec().threads)
    options = ("--image", "x.npy", "--mask", "m.npy", "--count", "3", "--seed", "5")
    assert written(*options).tobytes() == result(inpaint(twelve, request, x0_previews=20)).images.tobytes()
    rough = dataclasses.replace(request, start=30)
    assert written(*options, "--start", "30").tobytes() == result(inpaint(twelve, rough)).images.tobytes()


def test_under_a_full_mask_all_of_a_rough_picture_is_finished(
    folder: Path, twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    np.save("m.npy", np.ones(SHAPE, np.bool_))
    options = ("--image", "x.npy", "--mask", "m.npy", "--count", "2", "--seed", "5", "--start", "30")
    found = written(*options, "--save-spec", "wish.npz")
    rough = dataclasses.replace(
        request_, mask=np.ones(SHAPE, np.bool_), count=2, seed=5, start=30, threads=RunSpec().threads
    )
    assert found.tobytes() == result(inpaint(twelve, rough)).images.tobytes()
    assert written("--spec", "wish.npz").tobytes() == found.tobytes()


def test_a_file_stands_for_all_the_options_and_options_go_before_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--image", "x.npy", "--mask", "m.npy", "--count", "2", "--known", "clean", "--save-spec", "wish.npz")
    first = written(*options)
    assert written("--spec", "wish.npz").tobytes() == first.tobytes()
    capsys.readouterr()
    written("--spec", "wish.npz", "--seed", "99", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert (facts["seed"], facts["known_mode"], facts["count"]) == (99, "clean", 2)


def test_a_file_and_an_image_at_once_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["inpaint", "twelve.h5", "--spec", "w.npz", "--image", "x.npy", "--out", "y.npy"]) == 2
    assert "--spec" in capsys.readouterr().err
