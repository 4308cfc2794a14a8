"""Files of the user's in the window: what the one reader gives for the open model, at its size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import h5py
import numpy as np
import pytest
from PIL import Image

from core.data.files_for_model import read_example
from core.errors import BadInputError
from core.formats import checkpoints, requests
from core.formats.reading.masks import read_mask as mask_in_file
from core.posterior import large_images
from core.values.checkpoints import NetworkInfo
from core.values.inpainting import InpaintingRequest
from dpm_gui.engine.image_files import (
    CROPPED,
    FITTED,
    CheckpointFile,
    ExampleInFile,
    Fit,
    fit_example,
    read_file,
    read_mask,
)
from dpm_gui.engine.opening import Opened, open_checkpoint
from tests.support.image_models import images_checkpoint, network_of
from tests.support.painting import save_rings

Value = TypeVar("Value")
SHAPE = (9, 11)


@pytest.fixture(params=[SHAPE, (*SHAPE, 3)], ids=["grey", "colour"])
def rings(request: pytest.FixtureRequest, tmp_path: Path, trusted: None) -> Opened:
    """Rings, grey or in colour."""
    save_rings(tmp_path / "rings.h5", request.param, steps=5)
    *_, opened = open_checkpoint(str(tmp_path / "rings.h5"))
    assert isinstance(opened, Opened)
    return opened


def one(values: Iterator[Value]) -> Value:
    (value,) = values
    return value


def png(path: Path, levels: np.ndarray) -> None:
    Image.fromarray(levels).save(path)


def hdf5(path: Path, levels: np.ndarray) -> None:
    with h5py.File(path, "w") as file:
        file["image"] = levels


WRITERS: dict[str, Callable[[Path, np.ndarray], None]] = {
    "x.png": png,
    "x.npy": np.save,
    "unit.npy": lambda path, levels: np.save(path, levels / 255),
    "deep.npy": lambda path, levels: np.save(path, levels.astype(np.uint16) * 257),
    "x.npz": np.savez,
    "x.h5": hdf5,
    "data": hdf5,
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_file_is_the_same_image_in_the_window_and_in_a_command(
    rings: Opened, tmp_path: Path, name: str, channels: int
) -> None:
    levels = np.random.default_rng(2).integers(0, 256, (*SHAPE, channels), np.uint8)
    levels.flat[:2] = 0, 255
    path = tmp_path / name
    WRITERS[name](path, levels[..., 0] if channels == 1 else levels)
    found = one(read_file(rings, str(path)))
    assert isinstance(found, ExampleInFile)
    data = rings.checkpoint.data
    wanted = read_example(str(path), data, "gaussian")
    assert found.values.tobytes() == wanted.values.tobytes()
    assert found.values.dtype == wanted.values.dtype
    assert found.values.shape == data.shape
    assert wanted.sentence == f"{path}: interpreted as {found.interpreted_as}"
    if data.shape == levels.shape or (channels == 1 and len(data.shape) == 2):
        assert (found.values == levels.reshape(data.shape)).all()


def test_requests_and_checkpoints_are_known_by_content(rings: Opened, tmp_path: Path) -> None:
    request = InpaintingRequest(np.zeros(SHAPE, np.float32), np.ones(SHAPE, np.bool_))
    requests.save_request(request, tmp_path / "request")
    assert isinstance(one(read_file(rings, str(tmp_path / "request"))), InpaintingRequest)
    (tmp_path / "rings.h5").rename(tmp_path / "rings")
    assert one(read_file(rings, str(tmp_path / "rings"))) == CheckpointFile(str(tmp_path / "rings"))


def test_what_is_no_image_is_refused_in_one_sentence_with_its_name(rings: Opened, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_bytes(b"\0no image")
    np.save(tmp_path / "row.npy", np.zeros(5))
    np.save(tmp_path / "two.npy", np.zeros((2, *rings.checkpoint.data.shape), np.uint8))
    (tmp_path / "folder").mkdir()
    for name in ("text.png", "row.npy", "two.npy", "folder", "missing.png"):
        with pytest.raises(BadInputError) as refusal:
            one(read_file(rings, str(tmp_path / name)))
        assert str(refusal.value).startswith(f"{tmp_path / name}: ")
        assert "\n" not in str(refusal.value)


def test_fitting_keeps_all_and_cropping_keeps_the_middle(rings: Opened) -> None:
    data = rings.checkpoint.data
    values = np.zeros((9, 33, *data.shape[2:]), np.float32)
    values[:, 11:22] = 250
    example = ExampleInFile(values, None, "")
    cropped = one(fit_example(example, data, Fit((9, 33), CROPPED)))
    assert cropped.values.shape == data.shape
    assert (cropped.values == 250).all()
    assert cropped.openness is None
    fitted = one(fit_example(example, data, Fit((9, 33), FITTED))).values
    assert fitted[:, 0].max() < 30
    assert fitted[:, 5].min() > 200


def test_what_is_transparent_colours_nothing_when_an_image_is_fitted(rings: Opened) -> None:
    data = rings.checkpoint.data
    values = np.full((36, 44, *data.shape[2:]), 100, np.float32)
    openness = np.zeros((36, 44), np.float32)
    openness[12:24, 16:28] = 1
    values[openness == 1] = 255
    found = one(fit_example(ExampleInFile(values, openness, ""), data, Fit((36, 44), FITTED)))
    wanted = openness[::4, ::4] == 1
    assert ((found.openness >= 0.5) == wanted).all()
    assert np.abs(found.values[~wanted] - 100).max() <= 2  # by rounding


def test_a_mask_is_the_same_in_the_window_and_in_a_command(rings: Opened, tmp_path: Path) -> None:
    shape = rings.checkpoint.data.shape
    greys = np.random.default_rng(3).integers(0, 256, SHAPE, np.uint8)
    png(tmp_path / "greys.png", greys)
    np.save(tmp_path / "mask.npy", greys > 200)
    png(tmp_path / "large.png", np.repeat(np.repeat(greys, 2, 0), 2, 1))
    for name in ("greys.png", "mask.npy", "large.png"):
        found, wanted = one(read_mask(str(tmp_path / name), shape, None)), mask_in_file(str(tmp_path / name))
        assert (found.openness == wanted.for_shape(shape).openness).all()
        assert found.sentence == wanted.for_shape(shape).sentence()
    with pytest.raises(BadInputError, match=r"greys\.png: the mask has 9 x 11 pixels, and the image 5 x 5"):
        one(read_mask(str(tmp_path / "greys.png"), (5, 5), None))


def test_a_mask_with_channels_opens_a_pixel_if_one_of_its_channels_is_open(tmp_path: Path) -> None:
    mask = np.zeros((*SHAPE, 3), np.bool_)
    mask[2, 3, 1] = mask[4, 5] = True
    np.save(tmp_path / "mask.npy", mask)
    found = one(read_mask(str(tmp_path / "mask.npy"), (*SHAPE, 3), None))
    assert (found.openness == mask.any(axis=2)).all()
    assert "2 of 99 pixels are open" in found.sentence


def test_an_image_for_a_model_of_any_size_has_pixels_that_it_can_take(
    tmp_path: Path, trusted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = network_of("unet")
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    parts = NetworkInfo(network.kind, network.config, weights)
    checkpoints.save(replace(images_checkpoint((8, 8), steps=5), network=parts), tmp_path / "m.h5")
    *_, opened = open_checkpoint(str(tmp_path / "m.h5"))
    assert isinstance(opened, Opened)
    png(tmp_path / "large.png", np.full((20, 30), 7, np.uint8))
    found = one(read_file(opened, str(tmp_path / "large.png")))
    assert isinstance(found, ExampleInFile)
    assert found.values.shape == (20, 30)
    monkeypatch.setattr(large_images, "MOST_PIXELS", 500)
    with pytest.raises(BadInputError, match=r"large\.png: size: 20 x 30 pixels"):
        one(read_file(opened, str(tmp_path / "large.png")))
