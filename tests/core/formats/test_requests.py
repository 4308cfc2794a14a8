"""Requests to fill in as files, and the command, whose arrays are the window's."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core import cli
from core.errors import BadInputError
from core.formats import checkpoints
from core.formats.requests import load_request, save_request
from core.model import DiffusionModel
from core.posterior.inpainting import inpaint
from core.values.inpainting import DEFAULT_RESAMPLE_TIMES, InpaintingRequest
from core.values.runs import RunSpec
from tests.support.image_models import SHAPE, images_checkpoint, result


def test_a_request_comes_back_from_its_file(request_: InpaintingRequest, tmp_path: Path) -> None:
    made = dataclasses.replace(request_, known_mode="clean", resample_times=2, start=7, timing="fading")
    save_request(made, tmp_path / "wish.npz")
    read = load_request(tmp_path / "wish.npz")
    for field in dataclasses.fields(InpaintingRequest):
        one, other = getattr(made, field.name), getattr(read, field.name)
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, field.name
    assert read.image.dtype == made.image.dtype


def test_without_weights_steps_are_walked_again_unless_told_otherwise(
    request_: InpaintingRequest, tmp_path: Path
) -> None:
    plain = dataclasses.replace(request_, resample_times=None, weighted=False)
    save_request(plain, tmp_path / "usual.npz")
    for request in (plain, load_request(tmp_path / "usual.npz")):
        assert request.effective_resample_times == DEFAULT_RESAMPLE_TIMES > 0
        assert dataclasses.replace(request, weighted=True).effective_resample_times == 0
        assert dataclasses.replace(request, resample_times=0).effective_resample_times == 0


def _missing(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def _other(path: Path) -> None:
    np.savez(path, a=np.arange(3))


def _single(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.arange(3))


def _pickled(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, format=np.array([{"a": 1}], dtype=object))


def _without_mask(path: Path) -> None:
    with np.load(path) as file:
        values = {name: file[name] for name in file.files if name != "mask"}
    np.savez(path, **values)


def _mask_of_numbers(path: Path) -> None:
    with np.load(path) as file:
        values = {name: file[name] for name in file.files}
    np.savez(path, **{**values, "mask": np.ones(SHAPE)})


@pytest.mark.parametrize("spoil", [_missing, _cut, _other, _single, _pickled, _without_mask, _mask_of_numbers])
def test_a_file_that_is_none_is_refused_by_its_name(
    spoil: Callable[[Path], None], request_: InpaintingRequest, tmp_path: Path
) -> None:
    path = tmp_path / "wish.npz"
    save_request(request_, path)
    spoil(path)
    with pytest.raises(BadInputError, match=r"wish\.npz: "):
        load_request(path)


# ------------------------------------------------------------------------------------------------------- the command
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
