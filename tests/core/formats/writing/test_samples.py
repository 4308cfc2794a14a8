"""Samples in every format: what comes back, what is said, and which formats hold which data."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import BadInputError, OutputError
from core.formats.writing.samples import bytes_of, check_samples_path, sample_writer
from core.values.checkpoints import DataInfo

RNG = np.random.default_rng(0)


def data(shape: tuple[int, ...], value_range: tuple[float, float] = (0, 255), grey: float | None = None) -> DataInfo:
    zero = np.zeros(shape)
    return DataInfo("made up", shape, value_range, zero, zero + 1, np.zeros((1, *shape), np.float32), grey)


POINTS, BITS, IMAGES = data((3,), (-9, 9)), data((8,), (0, 1)), data((4, 6), grey=1.0)
DRAWN = {
    "points": (POINTS, "gaussian", RNG.normal(size=(7, 3)).astype(np.float32)),
    "bits": (BITS, "binomial", RNG.integers(0, 2, (7, 8)).astype(np.float32)),
    "images": (IMAGES, "gaussian", RNG.uniform(-3, 260, (7, 4, 6)).astype(np.float32)),
}


def written(path: Path | str, kind: str, *, info: DataInfo | None = None) -> str:
    """Write the samples of a kind in two parts, and return what is said of them."""
    own, process, values = DRAWN[kind]
    with sample_writer(str(path), info or own, process, len(values)) as writer:
        writer.write(values[:3])
        writer.write(values[3:])
    return writer.summary()


@pytest.mark.parametrize("kind", list(DRAWN))
def test_arrays_hold_the_samples_as_they_are(tmp_path: Path, kind: str) -> None:
    assert written(tmp_path / "x.npy", kind) == "npy array of float32"
    assert written(tmp_path / "x.npz", kind) == "npz file, array samples of float32"
    for found in (np.load(tmp_path / "x.npy"), np.load(tmp_path / "x.npz")["samples"]):
        assert found.dtype == np.float32
        assert np.array_equal(found, DRAWN[kind][2])


def test_points_far_from_zero_are_written_in_float64(tmp_path: Path) -> None:
    far = dataclasses.replace(POINTS, shift=np.full(3, 5.4e6))
    assert written(tmp_path / "x.npy", "points", info=far) == "npy array of float64"
    assert np.load(tmp_path / "x.npy").dtype == np.float64


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_a_table_of_points_has_every_digit(tmp_path: Path) -> None:
    assert written(tmp_path / "x.csv", "points") == "CSV table, without a header"
    assert np.array_equal(np.array(rows(tmp_path / "x.csv"), np.float32), DRAWN["points"][2])


def test_the_names_of_the_columns_are_the_header_of_a_table(tmp_path: Path) -> None:
    named = dataclasses.replace(POINTS, columns=("height, m", "width", 'so-called "depth"'))
    assert "first row the names" in written(tmp_path / "x.csv", "points", info=named)
    header, *found = rows(tmp_path / "x.csv")
    assert header == list(named.columns)
    assert len(found) == 7


def test_a_table_of_bits_has_whole_numbers(tmp_path: Path) -> None:
    written(tmp_path / "x.csv", "bits")
    assert rows(tmp_path / "x.csv") == DRAWN["bits"][2].astype(int).astype(str).tolist()


def test_a_grid_of_images_is_clipped_and_it_is_said(tmp_path: Path) -> None:
    values = DRAWN["images"][2]
    outside = int(((values < 0) | (values >= 256)).sum())
    assert outside
    said = written(tmp_path / "x.png", "images")
    assert said == f"PNG image, a grid of 3 x 3; {outside} of {values.size} values clipped to 0 … 255"
    image = np.asarray(Image.open(tmp_path / "x.png"))
    assert np.array_equal(image[:4, :6], np.clip(np.floor(values[0]), 0, 255))


def test_grey_levels_are_rounded_down_which_takes_their_noise_away(tmp_path: Path) -> None:
    levels = RNG.integers(0, 256, (2, 4, 6))
    with sample_writer(f"{tmp_path / 'new'}/", IMAGES, "gaussian", 2) as writer:
        writer.write(levels + RNG.uniform(0, 1, levels.shape).astype(np.float32) * np.float32(0.99))
    assert writer.summary() == "2 PNG images, 0000.png … 0001.png"
    for number in (0, 1):
        assert np.array_equal(np.asarray(Image.open(tmp_path / f"new/000{number}.png")), levels[number])


def test_bits_are_an_image_with_a_row_for_each_sequence(tmp_path: Path) -> None:
    assert "a row for each sequence" in written(tmp_path / "x.png", "bits")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "x.png")), 255 * DRAWN["bits"][2])


def test_a_folder_of_bits_has_an_image_of_one_row_for_each(tmp_path: Path) -> None:
    written(f"{tmp_path / 'new'}/", "bits")
    found = [np.asarray(Image.open(path)) for path in sorted((tmp_path / "new").iterdir())]
    assert np.array_equal(np.concatenate(found), 255 * DRAWN["bits"][2])


@pytest.mark.parametrize(
    ("name", "kind", "hints"),
    [
        ("x.png", "points", ["x.npy", "x.npz", "x.csv"]),
        ("new/", "points", ["new.npy", "new.npz", "new.csv"]),
        ("there", "points", ["there/samples.npy", "there/samples.npz", "there/samples.csv"]),
        ("x.csv", "images", ["x.npy", "x.npz", "x.png"]),
    ],
)
def test_data_that_a_format_cannot_hold_are_refused_with_formats_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str, hints: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(BadInputError) as refused:
        written(name, kind)
    message = str(refused.value)
    assert message.startswith(f"{name}: ")
    assert [word.strip(",") for word in message.rpartition("write ")[2].split() if "." in word] == hints
    assert [each.name for each in tmp_path.rglob("*")] == ["there"]
    for hint in hints:
        written(hint, kind)


@pytest.mark.parametrize("name", ["x.txt", "x", "x.gif"])
def test_other_endings_are_refused_with_those_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match=r"^--out: .* does not end in \.npy, \.npz, \.csv, \.png, .*, nor in /"):
        check_samples_path(str(tmp_path / name), "--out")


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone/new/", "there is no folder"), ("file/", "this is a file, not a folder"), ("gone/x.png", "no folder")],
)
def test_a_folder_is_made_but_not_the_one_it_lies_in(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=said):
        check_samples_path(f"{tmp_path}/{name}", "--out")


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.csv", "x.png", "new/"])
def test_samples_that_are_cut_short_leave_nothing(tmp_path: Path, name: str) -> None:
    own, process, values = DRAWN["bits"]
    with (  # noqa: PT012 - half of the samples come first
        pytest.raises(KeyboardInterrupt),
        sample_writer(f"{tmp_path}/{name}", own, process, len(values)) as writer,
    ):
        writer.write(values[:3])
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.csv", "x.png", "x.tif", "new/"])
def test_the_bytes_that_are_asked_for_beforehand_suffice(tmp_path: Path, name: str) -> None:
    rough = data((64, 64))
    info = POINTS if name == "x.csv" else rough
    values = RNG.uniform(0, 255, (40, *info.shape)).astype(np.float32)
    with sample_writer(f"{tmp_path}/{name}", info, "gaussian", 40) as writer:
        writer.write(values)
    found = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert found <= 1.1 * bytes_of(name, info, 40) + 40 * 200
