"""Data as people bring them, from the file to the figure: each command takes them for the same, and says for what."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from core import cli
from core.data.user_data import read_data
from core.formats.checkpoints import read
from core.networks.unet import UNet
from core.processes.schedules import log_linear
from core.recipes import user_data
from core.values.checkpoints import DataInfo

Capture = pytest.CaptureFixture[str]
COUNT, SIDE = 16, 12


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in which trainings are short and networks of images small."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(user_data, "UNet", partial(UNet, width=8, scales=2))
    monkeypatch.setattr(user_data, "image_schedule", lambda: log_linear(4, 1e-2, 1e-2))
    return tmp_path


@pytest.fixture
def discs() -> np.ndarray:
    """Discs of several sizes, with soft edges and grain: bytes [N, H, W], black and white among them."""
    rng = np.random.default_rng(5)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    centres, radii = rng.uniform(4, 8, (COUNT, 2, 1, 1)), rng.uniform(2, 4, (COUNT, 1, 1))
    distances = np.hypot(rows - centres[:, 0], columns - centres[:, 1])
    levels = 255 / (1 + np.exp(distances - radii)) + rng.normal(0, 8, distances.shape)
    found = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    found.reshape(COUNT, -1)[:, :2] = 0, 255
    return found


@pytest.fixture
def dpm(capsys: Capture) -> Callable[..., str]:
    """Runs a command, which succeeds and complains of nothing, and returns what it prints."""

    def run(*arguments: object) -> str:
        capsys.readouterr()
        assert cli.main([str(argument) for argument in arguments]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return run


@pytest.fixture
def refused(capsys: Capture) -> Callable[..., str]:
    """Runs a command that is refused, and returns the line that says so."""

    def run(*arguments: object) -> str:
        capsys.readouterr()
        assert cli.main([str(argument) for argument in arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        (line,) = err.splitlines()
        return line

    return run


Run = Callable[..., str]


def trained(dpm: Run, data: str, out: str = "model.h5") -> tuple[str, DataInfo]:
    """Train on ``data``; return what they were interpreted as, and what the checkpoint knows of them."""
    said = dpm("train", "--data", data, "--steps", 2, "--out", out).splitlines()[0]
    return said.partition("interpreted as ")[2], read(out).data


def as_read(data: str) -> tuple[str, DataInfo]:
    """Return what ``data`` are interpreted as for training, and what is known of them."""
    found = read_data(data)
    return found.interpreted_as, found.info


def k_of(dpm: Run, data: str, model: str = "model.h5") -> dict[str, float]:
    found: dict[str, float] = json.loads(dpm("bound", model, "--data", data, "--json"))
    return found


def same_data(one: DataInfo, other: DataInfo) -> bool:
    """Return whether two data are the same in the same units."""
    pairs = [(one.examples, other.examples), (one.held_out, other.held_out)]
    pairs += [(one.shift, other.shift), (one.scale, other.scale)]
    return all(np.array_equal(np.asarray(mine), np.asarray(theirs)) for mine, theirs in pairs)


def save_images(images: np.ndarray, place: str) -> None:
    Path(place).mkdir()
    for number, image in enumerate(images):
        Image.fromarray(image).save(f"{place}/{number:02}.png")


SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "0 … 1": lambda levels: levels / 255,
    "-1 … 1 in float32": lambda levels: (levels / 127.5 - 1).astype(np.float32),
    "0 … 255 in float16": lambda levels: levels.astype(np.float16),
    "12 bits in int32": lambda levels: np.rint(levels * (4095 / 255)).astype(np.int32),
    "16 bits": lambda levels: levels.astype(np.uint16) * 257,
    "a last axis for grey": lambda levels: levels[..., None],
    "rows": lambda levels: levels.reshape(len(levels), -1),
}


@pytest.mark.parametrize("scale", SCALES)
def test_images_of_every_scale_are_the_same_data_for_training_and_for_k(
    scale: str, dpm: Run, discs: np.ndarray
) -> None:
    np.save("bytes.npy", discs)
    np.save("scaled.npy", SCALES[scale](discs))
    _, plain = trained(dpm, "bytes.npy")
    said, scaled = trained(dpm, "scaled.npy", "scaled.h5")
    assert same_data(plain, scaled)
    assert "16 grey images of 12 x 12 pixels" in said
    assert k_of(dpm, "scaled.npy", "scaled.h5")["K_bits"] == k_of(dpm, "bytes.npy")["K_bits"]


def test_whole_grey_levels_and_levels_with_their_noise_give_the_same_k(dpm: Run, discs: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    np.save("levels.npy", discs)
    np.save("noisy.npy", discs + rng.random(discs.shape))
    trained(dpm, "levels.npy")
    whole, noisy = k_of(dpm, "levels.npy"), k_of(dpm, "noisy.npy")
    assert abs(whole["K_bits"] - noisy["K_bits"]) < 3 * whole["standard_error_bits"]
    assert whole["bits_per_dimension"] == pytest.approx(noisy["bits_per_dimension"], abs=0.1)


@pytest.mark.parametrize(
    ("largest", "bits", "top"), [(256, 9, 511), (1023, 10, 1023), (4095, 12, 4095), (40000, 16, 0)]
)
def test_values_of_more_than_eight_bits_are_scaled_by_the_bits_in_use_and_it_is_said(
    largest: int, bits: int, top: int, discs: np.ndarray
) -> None:
    np.save("deep.npy", np.rint(discs * (largest / 255)).astype(np.uint16))
    said, model = as_read("deep.npy")
    assert (f"{bits}-bit levels 0 … {top} brought to 8 bits" if top else "16-bit levels brought to 8 bits") in said
    assert len(np.unique(model.examples)) > 60
    assert model.examples.max() >= 127


def test_one_value_above_a_byte_never_makes_the_others_black(discs: np.ndarray) -> None:
    values = discs.astype(np.int16)
    values[3, 5, 5] = 256
    np.save("one.npy", values)
    said, model = as_read("one.npy")
    assert "9-bit levels 0 … 511 brought to 8 bits" in said
    assert len(np.unique(model.examples)) > 60


@pytest.mark.parametrize(("side", "kind"), [(32, "u1"), (64, "u1"), (32, "f4")])
def test_rows_of_colour_images_have_their_channels_first(side: int, kind: str) -> None:
    values = np.random.default_rng(1).integers(0, 256, (12, 3, side, side), dtype=np.uint8)
    rows = values.reshape(12, -1)
    np.save("rows.npy", rows if kind == "u1" else (rows / 255).astype(kind))
    said, model = as_read("rows.npy")
    assert f"12 RGB images of {side} x {side} pixels; rows of {3 * side**2} numbers interpreted as RGB images" in said
    images = {image.tobytes() for image in np.moveaxis(values, 1, -1)}
    assert {image.astype(np.uint8).tobytes() for image in np.asarray(model.held_out)} <= images


@pytest.mark.parametrize("width", [65, 81, 100, 784])
def test_a_standardised_table_of_many_columns_is_refused_as_a_table(width: int, refused: Run) -> None:
    np.save("table.npy", np.random.default_rng(0).normal(size=(50, width)))
    line = refused("train", "--data", "table.npy")
    assert f"50 rows of {width} numbers" in line
    assert "points of at most 64 numbers" in line
    assert "pixels lie" not in line


def test_transparency_is_laid_over_white_in_arrays_and_in_files(discs: np.ndarray) -> None:
    colour = np.stack([discs, discs[::-1], discs[:, ::-1]], axis=-1)
    alpha = np.where(discs > 40, discs, 0)
    transparent = np.concatenate([colour, alpha[..., None]], axis=-1)
    np.save("last.npy", transparent)
    np.save("first.npy", np.moveaxis(transparent / 255, -1, 1))
    save_images(transparent, "files")
    said, model = as_read("last.npy")
    assert "16 RGB images of 12 x 12 pixels; transparent pixels laid over white" in said
    for other in ("first.npy", "files"):
        found, same = as_read(other)
        assert "transparent pixels laid over white" in found
        assert same_data(model, same)


def test_opaque_colour_is_the_same_for_a_grey_model_with_and_without_alpha(dpm: Run, discs: np.ndarray) -> None:
    np.save("grey.npy", discs)
    trained(dpm, "grey.npy")
    colour = np.stack([discs, discs[::-1], discs[:, ::-1]], axis=-1)
    opaque = np.concatenate([colour, np.full((COUNT, SIDE, SIDE, 1), 255, np.uint8)], axis=-1)
    save_images(colour, "rgb")
    save_images(opaque, "rgba")
    np.save("rgb.npy", colour)
    np.save("rgba.npy", opaque)
    found = {k_of(dpm, name)["K_bits"] for name in ("rgb", "rgba", "rgb.npy", "rgba.npy")}
    assert len(found) == 1


def test_an_archive_of_images_is_what_its_folder_is(discs: np.ndarray) -> None:
    save_images(discs, "photos")
    with zipfile.ZipFile("photos.zip", "w") as archive:
        for path in sorted(Path("photos").iterdir()):
            archive.write(path, f"my photos/{path.name}")
    _, unpacked = as_read("photos")
    said, packed = as_read("photos.zip")
    assert same_data(packed, unpacked)
    assert "16 grey images of 12 x 12 pixels" in said


def test_samples_written_as_a_table_are_read_as_one(dpm: Run) -> None:
    np.save("points.npy", np.random.default_rng(2).normal((5, -1000), (1, 80), (60, 2)))
    trained(dpm, "points.npy")
    dpm("sample", "model.h5", "--count", 40, "--out", "samples.csv")
    dpm("sample", "model.h5", "--count", 40, "--out", "samples.npy")
    table, array = k_of(dpm, "samples.csv"), k_of(dpm, "samples.npy")
    assert table["K_bits"] == pytest.approx(array["K_bits"], abs=1e-4)
    german = Path("samples.csv").read_text(encoding="utf-8").replace(",", ";").replace(".", ",")
    Path("german.csv").write_text(german, encoding="utf-8")
    assert k_of(dpm, "german.csv")["K_bits"] == table["K_bits"]
    said, model = trained(dpm, "german.csv", "again.h5")
    assert "40 points in 2 dimensions; decimal commas" in said
    assert model.shape == (2,)


def test_what_packs_a_hundred_times_and_more_is_read() -> None:
    rows, columns = np.mgrid[:128, :128]
    radii = np.repeat(np.arange(20, 60, 8), 200)[:, None, None]
    masks = (255 * (np.hypot(rows - 64, columns - 64) < radii)).astype(np.uint8)
    np.savez_compressed("discs.npz", masks=masks)
    with h5py.File("discs.h5", "w") as file:
        file.create_dataset("masks", data=masks, chunks=masks.shape, compression="gzip", compression_opts=9)
    assert masks.nbytes > 150 * Path("discs.h5").stat().st_size
    assert same_data(as_read("discs.npz")[1], as_read("discs.h5")[1])


@pytest.mark.parametrize("size", [512, 4096])
def test_a_user_block_hides_neither_data_nor_a_checkpoint(size: int, dpm: Run, discs: np.ndarray) -> None:
    with h5py.File("block.mat", "w", userblock_size=size) as file:
        file["images"] = discs
    np.save("plain.npy", discs)
    _, model = trained(dpm, "plain.npy")
    _, same = as_read("block.mat")
    assert same_data(model, same)
    with h5py.File("model.h5") as plain, h5py.File("moved.h5", "w", userblock_size=size) as moved:
        moved.attrs.update(plain.attrs)
        for name in plain:
            plain.copy(name, moved)
    assert dpm("info", "moved.h5") == dpm("info", "model.h5").replace("model.h5", "moved.h5")
    assert dpm("check", "moved.h5") == ""


def test_images_go_out_as_files_and_come_back_as_the_same_data(dpm: Run, discs: np.ndarray) -> None:
    np.save("discs.npy", discs)
    trained(dpm, "discs.npy")
    assert "clipped" in dpm("sample", "model.h5", "--count", 12, "--out", "drawn/")
    dpm("sample", "model.h5", "--count", 12, "--out", "drawn.npy")
    files = np.stack([np.asarray(Image.open(path)) for path in sorted(Path("drawn").iterdir())])
    numbers = np.load("drawn.npy")
    assert (files.dtype, files.shape) == (np.uint8, (12, SIDE, SIDE))
    assert np.abs(np.clip(numbers, 0, 255) - files).max() <= 1  # and no value wraps
    said, again = trained(dpm, "drawn", "again.h5")
    assert "12 grey images of 12 x 12 pixels" in said
    kept = {image.tobytes() for image in files}
    assert {image.astype(np.uint8).tobytes() for image in np.asarray(again.held_out)} <= kept


@pytest.mark.parametrize("width", [1, 3, 20, 64])
def test_points_of_any_number_of_columns_are_trained_on_and_sampled(width: int, dpm: Run) -> None:
    values = np.random.default_rng(width).normal(1e6, 3.0, (40, width))
    np.save("points.npy", values[:, 0] if width == 1 else values)
    said, model = trained(dpm, "points.npy")
    assert ("40 points in 1 dimension;" if width == 1 else f"40 points in {width} dimensions") in said
    dpm("sample", "model.h5", "--count", 5, "--out", "x.csv")
    assert len(Path("x.csv").read_text(encoding="utf-8").splitlines()) in (5, 6)
    assert model.examples.dtype == np.float64


@pytest.mark.parametrize("scale", [1e-30, 1e-5, 1e30])
def test_points_of_any_scale_have_a_k_as_if_they_had_another(scale: float, dpm: Run) -> None:
    values = np.random.default_rng(0).normal(size=(60, 2))
    np.save("points.npy", values)
    np.save("scaled.npy", values * scale)
    trained(dpm, "points.npy")
    trained(dpm, "scaled.npy", "scaled.h5")
    assert k_of(dpm, "scaled.npy", "scaled.h5")["K_bits"] == pytest.approx(k_of(dpm, "points.npy")["K_bits"], abs=1e-3)


def test_points_that_vary_by_less_than_numbers_can_are_refused(refused: Run) -> None:
    values = np.random.default_rng(0).normal(size=(60, 2))
    np.save("tiny.npy", values * [1, 1e-300])
    assert "its column 2 varies by too little for float32; scale it up" in refused("train", "--data", "tiny.npy")


@pytest.mark.parametrize("option", ["--data", "--out"])
def test_a_name_that_is_too_long_is_refused(option: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ending:
        cli.main(["train", option, "n" * 300])
    assert ending.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"argument {option}: {'n' * 300}: File name too long" in line
