"""`dpm inpaint` on images as people have them: files and folders, holes and masks of every kind, larger frames."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import cli
from core.formats import checkpoints
from core.networks.convolutional import ConvolutionalNetwork
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from tests.support.image_models import SHAPE, images_checkpoint, network_of, process

Capture = pytest.CaptureFixture[str]
OPEN = np.zeros(SHAPE, bool)
OPEN[4:] = True


def dpm(*arguments: object) -> int:
    """Run `dpm` in this process and return its exit status."""
    try:
        return cli.main([*map(str, arguments)])
    except SystemExit as ending:
        return int(ending.code or 0)


def inpaint(*arguments: object) -> int:
    return dpm("inpaint", *arguments)


@pytest.fixture
def levels() -> np.ndarray:
    return images_checkpoint().data.examples[2].astype(np.uint8)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, levels: np.ndarray) -> Path:
    """A folder one is in, with a model of twelve grey images, one of them as a PNG file, and a mask."""
    monkeypatch.chdir(tmp_path)
    checkpoints.save(images_checkpoint(steps=20), "twelve.h5")
    Image.fromarray(levels).save("p.png")
    Image.fromarray(np.where(OPEN, 255, 0).astype(np.uint8)).save("m.png")
    return tmp_path


def read(path: str | Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def any_size(channels: int = 3) -> Checkpoint:
    """A model of colours whose network takes images of any size, untrained."""
    shape = (8, 8, 3)
    network = network_of("multiscale_convolution", channels)
    assert isinstance(network, ConvolutionalNetwork)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    examples = np.random.default_rng(1).integers(0, 256, (2, *shape)).astype(np.float32)
    return Checkpoint(
        title="Any size",
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind="gaussian",
        betas=process().betas.numpy(),
        network=NetworkInfo(network.kind, network.config, weights),
        data=DataInfo("mine", shape, (0.0, 255.0), np.array(127.5), np.array(70.0), examples, 1.0),
    )


def test_an_image_and_a_mask_of_png_give_a_png_with_the_known_pixels_as_they_were(
    folder: Path, levels: np.ndarray, capsys: Capture
) -> None:
    assert inpaint("twelve.h5", "--image", "p.png", "--mask", "m.png", "--out", "y.png") == 0
    found = read("y.png")
    assert found.shape == SHAPE
    assert found.dtype == np.uint8
    assert (found[~OPEN] == levels[~OPEN]).all()
    said = capsys.readouterr().out
    assert "p.png: interpreted as one image of 6 x 5 pixels" in said
    assert "mask: white is open, black is known; 10 of 30 pixels are open" in said
    assert "y.png: 1 sample, 10 of 30 entries inpainted" in said
    assert "PNG image" in said


@pytest.mark.parametrize("name", ["y.webp", "y.tiff", "y.jpg", "y.npz", "y.npy"])
def test_other_formats_are_written_and_named(name: str, folder: Path, capsys: Capture) -> None:
    assert inpaint("twelve.h5", "--image", "p.png", "--mask", "m.png", "--count", 1, "--out", name) == 0
    form = {"y.webp": "WebP", "y.tiff": "TIFF", "y.jpg": "JPEG", "y.npz": "npz", "y.npy": "npy"}[name]
    assert form in capsys.readouterr().out
    assert Path(name).stat().st_size > 0


def test_several_samples_are_a_grid_or_a_folder(folder: Path, levels: np.ndarray) -> None:
    files = ("twelve.h5", "--image", "p.png", "--mask", "m.png", "--count", 4)
    assert inpaint(*files, "--out", "grid.png") == 0
    assert read("grid.png").shape[1] > 2 * SHAPE[1]
    assert inpaint(*files, "--out", "each/") == 0
    made = sorted(Path("each").iterdir())
    assert len(made) == 4
    assert all((read(path)[~OPEN] == levels[~OPEN]).all() for path in made)


def made_masks() -> dict[str, np.ndarray]:
    """Masks of the same entries as people make them, by their files."""
    grey, alpha = np.where(OPEN, 255, 0).astype(np.uint8), np.zeros((*SHAPE, 4), np.uint8)
    strokes, red = alpha.copy(), np.full((*SHAPE, 3), 255, np.uint8)
    strokes[OPEN] = 0, 0, 0, 255
    red[OPEN] = 220, 0, 0
    return {
        "labels.png": OPEN.astype(np.uint8),
        "white.jpg": grey,
        "strokes.png": strokes,
        "red.png": red,
        "bool.npy": OPEN,
        "levels.npy": grey,
        "share.npy": OPEN.astype(np.float32),
    }


@pytest.mark.parametrize("name", list(made_masks()))
def test_masks_as_people_make_them_mean_the_same(name: str, folder: Path) -> None:
    mask = made_masks()[name]
    if name.endswith(".npy"):
        np.save(name, mask)
    else:
        Image.fromarray(mask).save(name, quality=100)
    arguments = ("twelve.h5", "--image", "p.png", "--count", 2)
    assert inpaint(*arguments, "--mask", "m.png", "--out", "one.npy") == 0
    assert inpaint(*arguments, "--mask", name, "--out", "other.npy") == 0
    assert np.array_equal(np.load("one.npy"), np.load("other.npy"))


def test_a_hole_erased_in_the_image_is_its_mask(folder: Path, levels: np.ndarray, capsys: Capture) -> None:
    erased = np.dstack([*[np.where(OPEN, 0, levels)] * 3, np.where(OPEN, 0, 255)]).astype(np.uint8)
    Image.fromarray(erased).save("hole.png")
    assert inpaint("twelve.h5", "--image", "hole.png", "--out", "own.npy", "--count", 2) == 0
    assert "mask: what is transparent is open; 10 of 30 pixels are open" in capsys.readouterr().out
    assert inpaint("twelve.h5", "--image", "p.png", "--mask", "m.png", "--out", "other.npy", "--count", 2) == 0
    assert np.array_equal(np.load("own.npy"), np.load("other.npy"))


@pytest.mark.parametrize(
    ("kind", "scale"), [(np.float32, 1 / 255), (np.float64, 1 / 255), (np.uint16, 257), (np.int16, 1)]
)
def test_an_array_in_another_scale_is_the_same_image(
    kind: type[np.generic], scale: float, folder: Path, levels: np.ndarray
) -> None:
    whole = levels.copy()
    whole[0, 0], whole[0, 1] = 0, 255  # the whole range is used
    Image.fromarray(whole).save("p.png")
    np.save("x.npy", (whole.astype(np.float64) * scale).astype(kind))
    for image, out in (("p.png", "one.npy"), ("x.npy", "other.npy")):
        assert inpaint("twelve.h5", "--image", image, "--mask", "m.png", "--out", out, "--count", 1) == 0
    assert np.allclose(np.load("one.npy"), np.load("other.npy"), atol=1e-3)


def test_greys_are_a_confidence_if_asked_for_and_else_cut_at_a_half(folder: Path, capsys: Capture) -> None:
    grey = np.where(OPEN, 200, 0).astype(np.uint8)
    grey[0], grey[1] = 255, 90
    Image.fromarray(grey).save("grey.png")
    arguments = ("twelve.h5", "--image", "p.png", "--mask", "grey.png", "--count", 2, "--json")
    assert inpaint(*arguments, "--out", "hard.npy") == 0
    hard = json.loads(capsys.readouterr().out)
    assert (hard["known"], hard["partly_known"], hard["inpainted"]) == (15, 0, 15)
    assert "greys by whether they reach a half" in hard["mask"]
    assert inpaint(*arguments, "--out", "soft.npy", "--soft", "--save-spec", "soft.npz") == 0
    soft = json.loads(capsys.readouterr().out)
    assert (soft["known"], soft["partly_known"], soft["inpainted"]) == (10, 15, 20)
    assert "greys as a confidence" in soft["mask"]
    assert not np.array_equal(np.load("hard.npy"), np.load("soft.npy"))
    assert inpaint("twelve.h5", "--spec", "soft.npz", "--out", "again.npy") == 0
    assert np.array_equal(np.load("again.npy"), np.load("soft.npy"))


def test_a_soft_mask_of_black_and_white_is_the_hard_one(folder: Path) -> None:
    arguments = ("twelve.h5", "--image", "p.png", "--mask", "m.png", "--count", 2)
    assert inpaint(*arguments, "--out", "hard.npy") == 0
    assert inpaint(*arguments, "--out", "soft.npy", "--soft") == 0
    assert np.array_equal(np.load("hard.npy"), np.load("soft.npy"))


def test_a_folder_of_images_goes_through_with_one_mask_and_with_a_mask_each(
    folder: Path, levels: np.ndarray, capsys: Capture
) -> None:
    Path("in/deep").mkdir(parents=True)
    Path("masks/deep").mkdir(parents=True)
    for place, image in {"a.png": levels, "b.png": levels[::-1], "deep/c.png": levels[:, ::-1]}.items():
        Image.fromarray(np.ascontiguousarray(image)).save(Path("in", place))
        Image.fromarray(np.where(OPEN, 255, 0).astype(np.uint8)).save(Path("masks", place).with_suffix(".webp"))
    Path("in/notes.txt").write_text("no image")
    assert inpaint("twelve.h5", "--image", "in", "--mask", "m.png", "--out", "one/") == 0
    said = capsys.readouterr().out
    assert "one/: results of 3 images" in said
    assert "1 left out: in/notes.txt" in said
    Path("in/notes.txt").unlink()
    assert inpaint("twelve.h5", "--image", "in", "--mask", "masks", "--out", "each/", "--json") == 0
    assert [image["out"] for image in json.loads(capsys.readouterr().out)["images"]] == [
        "each/a.png",
        "each/b.png",
        "each/deep/c.png",
    ]
    for place in ("a.png", "b.png", "deep/c.png"):
        assert np.array_equal(read(Path("one", place)), read(Path("each", place)))
        assert (read(Path("one", place))[~OPEN] == read(Path("in", place))[~OPEN]).all()


def test_an_image_without_its_mask_stops_a_folder_before_any_work(folder: Path, capsys: Capture) -> None:
    Path("in").mkdir()
    Path("masks").mkdir()
    Path("p.png").rename("in/p.png")
    assert inpaint("twelve.h5", "--image", "in", "--mask", "masks", "--out", "out/") == 2
    assert "in/p.png: there is no mask p for it in masks" in capsys.readouterr().err
    assert inpaint("twelve.h5", "--image", "in", "--mask", "m.png", "--out", "out.png") == 2
    assert "end its name in /" in capsys.readouterr().err
    assert not Path("out").exists()


def test_a_larger_frame_keeps_the_image_and_opens_the_border(folder: Path, capsys: Capture) -> None:
    checkpoints.save(any_size(), "any.h5")
    image = np.random.default_rng(2).integers(0, 256, (9, 12, 3)).astype(np.uint8)
    Image.fromarray(image).save("colour.png")
    assert inpaint("any.h5", "--image", "colour.png", "--pad", "2,1,3,4", "--out", "large.png") == 0
    found = read("large.png")
    assert found.shape == (14, 17, 3)
    assert np.array_equal(found[1:10, 2:14], image)
    said = capsys.readouterr().out
    assert "the frame is enlarged to 14 x 17 pixels" in said
    assert f"{3 * (14 * 17 - 9 * 12)} of {3 * 14 * 17} entries inpainted" in said
    hole = np.zeros((9, 12), np.uint8)
    hole[3:5] = 255
    Image.fromarray(hole).save("hole.png")
    assert (
        inpaint("any.h5", "--image", "colour.png", "--mask", "hole.png", "--pad", "0,0,1,0", "--out", "both.png") == 0
    )
    assert f"{3 * (9 + 24)} of {3 * 9 * 13} entries inpainted" in capsys.readouterr().out


BAD = [
    (["--image", "p.png"], "--mask: it is missing, and p.png has no hole of its own"),
    (["--image", "p.png", "--mask", "black.png"], "black.png: the mask is empty"),
    (["--image", "p.png", "--mask", "white.png"], "white.png: the mask is full"),
    (["--image", "p.png", "--mask", "tall.png"], "tall.png: the mask has 7 x 5 pixels, and the image 6 x 5"),
    (["--image", "tall.png", "--mask", "m.png"], "tall.png: the image has 7 x 5 pixels, and those of the model have"),
    (["--image", "none.png", "--mask", "m.png"], "none.png: there is no such file"),
    (["--image", "p.png", "--mask", "m.png", "--pad", "1,1,1,1"], "--pad: this model takes data of shape (6, 5) alone"),
    (["--spec", "s.npz", "--soft"], "--spec: it holds an image and a mask; leave --soft out"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_what_does_not_fit_is_exit_2_and_one_line(
    arguments: list[str], reason: str, folder: Path, capsys: Capture
) -> None:
    for name, image in {"black": np.zeros(SHAPE), "white": np.full(SHAPE, 255), "tall": np.eye(7, 5) * 255}.items():
        Image.fromarray(image.astype(np.uint8)).save(f"{name}.png")
    before = sorted(folder.iterdir())
    assert inpaint("twelve.h5", *arguments, "--out", "y.png") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert reason in said.err
    assert sorted(folder.iterdir()) == before


def test_what_is_drawn_to_a_file_of_eight_bits_can_be_read_and_inpainted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Training on images, sampling to PNG, inpainting with a mask of PNG, and once more what came out of that."""
    monkeypatch.chdir(tmp_path)
    side, rng = 8, np.random.default_rng(5)
    ramp = np.arange(side)[:, None] * rng.uniform(5, 30, (40, 1, 1)) + np.arange(side) * rng.uniform(-9, 9, (40, 1, 1))
    np.save("ramps.npy", np.clip(ramp + rng.uniform(0, 90, (40, 1, 1)), 0, 255).astype(np.uint8))
    np.save("rates.npy", process().betas.numpy())  # a short chain
    assert dpm("train", "--data", "ramps.npy", "--steps", 3, "--rates", "rates.npy", "--out", "ramps.h5") == 0
    assert dpm("sample", "ramps.h5", "--count", 1, "--out", "x.png") == 0
    assert " clipped to 0 … 255" in capsys.readouterr().out  # three steps have taught it little
    hole = np.zeros((side, side), np.uint8)
    hole[2:5, 3:6] = 255
    Image.fromarray(hole).save("m.png")
    for image, out in (("x.png", "y.png"), ("y.png", "z.png")):
        assert inpaint("ramps.h5", "--image", image, "--mask", "m.png", "--resample", 0, "--out", out) == 0
        assert read(out).dtype == np.uint8
        assert (read(out)[hole == 0] == read("x.png")[hole == 0]).all()
