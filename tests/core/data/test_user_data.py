"""Data of a user: from a file or a folder, what they are interpreted as, and what is held out."""

from __future__ import annotations

import gzip
import pickle
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from core.data.crops import Crops
from core.data.images import StoredImages
from core.data.registry import source_of
from core.data.sources import Examples
from core.data.user_data import read_data
from core.errors import BadInputError, DpmError


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.fixture
def grey(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(0, 256, (40, 12, 14), dtype=np.uint8)


def saved(values: np.ndarray, path: Path) -> str:
    np.save(path, values)
    return str(path)


# --- ready to be trained on
def test_points_are_standardised_and_a_part_is_kept_apart(tmp_path: Path, rng: np.random.Generator) -> None:
    points = rng.normal((3.0, -2.0), (0.1, 20.0), (500, 2))
    data = read_data(saved(points, tmp_path / "moons.npy"))
    assert data.kind == "gaussian"
    assert data.sentence == (
        f"{tmp_path / 'moons.npy'}: interpreted as 500 points in 2 dimensions; "
        "100 of them are held out, 60 are for validation"
    )
    source = data.source
    assert isinstance(source, Examples)
    assert isinstance(source.held_out, Examples)
    assert (len(source.examples), len(source.held_out.examples)) == (340, 100)
    assert isinstance(data.validation, Examples)
    together = np.concatenate([source.examples, data.validation.examples, source.held_out.examples])
    assert np.array_equal(np.sort(together, axis=0), np.sort(points.astype(np.float32), axis=0))
    assert np.array_equal(np.asarray(data.info.held_out), source.held_out.examples)
    states = data.info.to_model(source.examples)
    assert np.abs(states.mean(axis=0)).max() < 1e-4
    assert np.abs(states.std(axis=0) - 1).max() < 1e-4
    assert data.info.grey_level is None
    assert data.info.name == "moons.npy"


def test_bits_go_to_the_binomial_process(tmp_path: Path, rng: np.random.Generator) -> None:
    data = read_data(saved(rng.random((100, 20)) < 0.3, tmp_path / "bits.npy"))
    assert data.kind == "binomial"
    assert isinstance(data.source, Examples)
    assert data.info.shape == (20,)
    assert not data.info.shift.any()
    assert (data.info.scale == 1).all()
    assert "interpreted as 100 sequences of 20 bits; 25 of them are held out, 16 are for validation" in data.sentence


def test_bits_are_taken_from_every_format(tmp_path: Path, rng: np.random.Generator) -> None:
    bits = rng.random((100, 20)) < 0.3
    np.save(tmp_path / "a.npy", bits)
    np.savez(tmp_path / "b.npz", bits=bits)
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file["bits"] = bits
    for name in ("a.npy", "b.npz", "c.h5"):
        data = read_data(str(tmp_path / name))
        assert data.kind == "binomial"
        assert np.array_equal(data.info.examples, read_data(str(tmp_path / "a.npy")).info.examples)


def test_pictures_have_noise_scalar_units_and_a_part_kept_apart(tmp_path: Path, grey: np.ndarray) -> None:
    data = read_data(saved(grey, tmp_path / "some.npy"))
    assert data.kind == "gaussian"
    assert isinstance(data.source, StoredImages)
    assert data.info.shape == (12, 14)
    assert data.info.grey_level == 1.0
    assert data.info.shift.shape == ()
    assert (
        "interpreted as 40 grey images of 12 x 14 pixels; 10 of them are held out, 6 are for validation"
        in data.sentence
    )
    held_out = data.source.held_out
    assert isinstance(held_out, StoredImages)
    kept = {image.tobytes() for image in held_out.stored}
    assert len(kept) == 10
    assert not kept & {image.tobytes() for image in data.source.stored}
    assert kept < {image.tobytes() for image in grey}
    assert len(np.unique(data.info.examples, axis=0)) == len(data.info.examples) == 24
    assert not kept & {image.astype(np.uint8).tobytes() for image in data.info.examples}
    assert kept == {image.astype(np.uint8).tobytes() for image in np.asarray(data.info.held_out)}


def test_every_format_gives_the_same_pictures(tmp_path: Path, grey: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", grey)
    np.savez_compressed(tmp_path / "b.npz", images=grey, labels=np.arange(40))
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file["pictures"], file["other"] = grey, grey[:2]
    header = bytes([0, 0, 8, 3]) + struct.pack(">3I", *grey.shape)
    (tmp_path / "d").write_bytes(header + grey.tobytes())
    (tmp_path / "e.gz").write_bytes(gzip.compress(header + grey.tobytes()))
    (tmp_path / "f").mkdir()
    for number, image in enumerate(grey):
        Image.fromarray(image).save(tmp_path / f"f/{number:03}.png")
    for name in ("a.npy", "b.npz", "c.h5:/pictures", "d", "e.gz", "f"):
        data = read_data(str(tmp_path / name))
        assert isinstance(data.source, StoredImages)
        assert data.info.shape == (12, 14)
        drawn = data.source.sample(9, np.random.default_rng(0))
        assert np.array_equal(drawn, read_data(str(tmp_path / "a.npy")).source.sample(9, np.random.default_rng(0)))


def test_a_folder_of_cifar_batches_keeps_its_test_batch_apart(tmp_path: Path, rng: np.random.Generator) -> None:
    for name in ("data_batch_1", "data_batch_2", "test_batch"):
        batch = {b"data": rng.integers(0, 256, (11, 3072), dtype=np.uint8), b"labels": [0] * 11}
        (tmp_path / name).write_bytes(pickle.dumps(batch, 2))
    data = read_data(str(tmp_path))
    assert isinstance(data.source, StoredImages)
    assert data.source.stored.shape == (19, 32, 32, 3)
    assert (
        "22 RGB images of 32 x 32 pixels; 2 batches of CIFAR; the 11 of the test batch are held out, 3 of the others"
        in data.sentence
    )
    alone = read_data(str(tmp_path / "test_batch"))
    assert "11 RGB images of 32 x 32 pixels; a batch of CIFAR; 3 of them are held out" in alone.sentence


def test_a_large_picture_is_cut_into_crops(tmp_path: Path, rng: np.random.Generator) -> None:
    levels = rng.integers(0, 200, (90, 400), dtype=np.uint8)
    levels[:, 304:] = rng.integers(200, 256, (90, 96), dtype=np.uint8)
    Image.fromarray(levels).save(tmp_path / "wood.png")
    data = read_data(str(tmp_path / "wood.png"), side=24)
    assert isinstance(data.source, Crops)
    assert data.info.shape == (24, 24)
    assert data.source.images(500, rng).max() < 200
    assert data.source.held_out.images(50, rng).min() >= 200
    assert np.asarray(data.info.held_out).min() >= 200
    assert "interpreted as one grey image of 90 x 400 pixels; training uses crops of 24 x 24;" in data.sentence
    assert read_data(str(tmp_path / "wood.png")).info.shape == (32, 32)


@pytest.mark.parametrize("size", [(60, 60), (20, 20), (40, 33), (8, 9), (16, 200)])
def test_the_side_that_is_advised_for_crops_can_be_taken(
    tmp_path: Path, rng: np.random.Generator, size: tuple[int, int]
) -> None:
    path = str(tmp_path / "small.png")
    Image.fromarray(rng.integers(0, 256, size, dtype=np.uint8)).save(path)
    with pytest.raises(BadInputError, match=r"give --side \d+ or less, or 10 images or more") as refused:
        read_data(path)
    side = int(str(refused.value).partition("--side ")[2].split()[0])
    assert read_data(path, side).info.shape == (side, side)


def test_a_picture_may_have_idx_in_its_name(tmp_path: Path, rng: np.random.Generator) -> None:
    Image.fromarray(rng.integers(0, 256, (40, 90), dtype=np.uint8)).save(tmp_path / "scan_idx_3.png")
    assert "one grey image of 40 x 90 pixels" in read_data(str(tmp_path / "scan_idx_3.png")).sentence


def test_few_large_pictures_are_cut_into_crops_too(tmp_path: Path, rng: np.random.Generator) -> None:
    for name in "abc":
        Image.fromarray(rng.integers(0, 256, (70, 80, 3), dtype=np.uint8)).save(tmp_path / f"{name}.png")
    data = read_data(str(tmp_path))
    assert isinstance(data.source, Crops)
    assert data.info.shape == (32, 32, 3)


def test_pictures_of_mixed_sizes_are_resized_and_it_is_said(tmp_path: Path, rng: np.random.Generator) -> None:
    for number in range(12):
        Image.fromarray(rng.integers(0, 256, (20 + number, 40), dtype=np.uint8)).save(tmp_path / f"{number}.png")
    data = read_data(str(tmp_path), side=16)
    assert data.info.shape == (16, 16)
    assert "12 grey images of mixed sizes, 20 x 40 to 31 x 40 pixels" in data.sentence
    assert "the middle square of each is resized to 16 x 16" in data.sentence
    assert read_data(str(tmp_path)).info.shape == (32, 32)


def test_many_large_pictures_are_resized(tmp_path: Path, rng: np.random.Generator) -> None:
    values = np.repeat(rng.integers(0, 256, (10, 1, 130), dtype=np.uint8), 130, axis=1)
    assert read_data(saved(values, tmp_path / "some.npy")).info.shape == (32, 32)


def test_a_colourless_photograph_is_grey(tmp_path: Path, rng: np.random.Generator) -> None:
    levels = np.repeat(rng.integers(0, 256, (70, 70, 1), dtype=np.uint8), 3, axis=2)
    Image.fromarray(levels).save(tmp_path / "some.png")
    assert read_data(str(tmp_path / "some.png")).info.shape == (32, 32)


def test_a_checkpoint_of_own_data_stands_for_its_examples(tmp_path: Path, rng: np.random.Generator) -> None:
    (tmp_path / "digits").mkdir()
    for number in range(20):
        levels = rng.integers(0, 256, (28, 28), dtype=np.uint8)
        Image.fromarray(levels).save(tmp_path / f"digits/{number}.png")
    info = read_data(str(tmp_path / "digits")).info
    assert info.name == "digits (own)"  # and not those that ship
    assert isinstance(source_of(info), Examples)


def test_the_same_file_is_divided_the_same_way_again(tmp_path: Path, grey: np.ndarray) -> None:
    path = saved(grey, tmp_path / "some.npy")
    one, two = read_data(path), read_data(path)
    assert np.array_equal(one.info.examples, two.info.examples)
    assert np.array_equal(
        one.source.held_out.sample(5, np.random.default_rng(1)), two.source.held_out.sample(5, np.random.default_rng(1))
    )


def test_own_rows_are_drawn_with_replacement_or_each_once(rng: np.random.Generator) -> None:
    source = Examples("some", np.arange(10, dtype=np.float32)[:, None])
    assert sorted(source.sample(10, rng)[:, 0]) == list(range(10))
    assert source.sample(50, rng).shape == (50, 1)
    assert source.held_out is source


# --- what is refused, each in one line that begins with the path
def one_line(path: Path | str, side: int | None = None) -> str:
    with pytest.raises(DpmError) as caught:
        read_data(str(path), side)
    message = str(caught.value)
    assert message.startswith(str(path).partition(":/")[0])
    assert "\n" not in message
    return message


def test_bad_data_are_refused_in_one_line(tmp_path: Path, rng: np.random.Generator, grey: np.ndarray) -> None:
    assert "there is no such file" in one_line(tmp_path / "nothing.npy")
    assert "no image in this folder" in one_line(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    assert "this file is empty" in one_line(tmp_path / "empty")
    (tmp_path / "text.csv").write_text("1,2\n3,4\n")
    assert "2 rows, but training needs 10 or more" in one_line(tmp_path / "text.csv")
    (tmp_path / "letter.txt").write_text("Dear 3 friends,\nthis is no table.\n")
    assert "this is no table of numbers: line 1, column 1" in one_line(tmp_path / "letter.txt")
    (tmp_path / "all.tar.gz").write_bytes(gzip.compress(b"archive"))
    assert "unpack it first" in one_line(tmp_path / "all.tar.gz")
    (tmp_path / "some.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    assert "nothing in it was unpacked" in one_line(tmp_path / "some.pkl")
    labels = bytes([0, 0, 8, 1]) + struct.pack(">I", 9) + bytes(9)
    (tmp_path / "labels-idx1-ubyte").write_bytes(labels)
    assert "numbers: labels, not data" in one_line(tmp_path / "labels-idx1-ubyte")
    (tmp_path / "train-images.idx3-ubyte").write_bytes(bytes(20))
    assert "this is no idx file: its magic number is wrong" in one_line(tmp_path / "train-images.idx3-ubyte")
    assert "9 rows, but training needs 10 or more" in one_line(saved(rng.normal(size=(9, 2)), tmp_path / "few.npy"))
    assert "fewer than 10 images are cut into crops" in one_line(saved(grey[:5], tmp_path / "small.npy"))
    same = np.stack([rng.normal(size=30), np.full(30, 0.1)], axis=1)
    assert "its column 2 is the same in all rows" in one_line(saved(same, tmp_path / "same.npy"))
    assert "all pixels of all images are 9" in one_line(saved(np.full((20, 8, 8), 9), tmp_path / "flat.npy"))
    assert "--side: 3 pixels" in one_line(saved(grey, tmp_path / "grey.npy"), 3)
    np.savez(tmp_path / "two.npz", a=grey, b=grey)
    assert "choose one as in" in one_line(tmp_path / "two.npz")
    assert "no array 'c'" in one_line(f"{tmp_path / 'two.npz'}:/c")
    with h5py.File(tmp_path / "two.h5", "w") as file:
        file["a"], file["b"] = grey, grey
    assert "choose one as in" in one_line(tmp_path / "two.h5")


def test_a_line_break_in_a_name_does_not_break_the_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.npy"
    path.write_bytes(b"nothing")
    with pytest.raises(BadInputError) as caught:
        read_data(str(path))
    assert "\n" not in str(caught.value)
