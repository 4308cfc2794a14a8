"""Images as people take them elsewhere: one, a grid, a folder; what has no room is refused with what has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import BadInputError, OutputError
from core.formats.images import read_image
from core.formats.reading.image_sets import read_folder
from core.formats.writing import images
from core.formats.writing.images import GAP, GAP_LEVEL, clipped_levels, grid, numbered_name, write_images

GREY = (7, 5)
LOSSLESS = [".png", ".webp", ".tif", ".tiff", ".PNG"]


def levels(count: int, shape: tuple[int, ...] = GREY) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape)).astype(np.uint8)


# ------------------------------------------------------------------------------------------------------------ levels
@pytest.mark.parametrize(
    ("value_range", "grey_level", "values", "expected", "clipped"),
    [
        ((0, 255), 1.0, [-0.1, 0.0, 0.9, 254.99, 255.0, 255.9, 256.0], [0, 0, 0, 254, 255, 255, 255], 2),
        ((0, 255), None, [-0.6, -0.4, 0.4, 0.6, 254.6, 255.4, 255.6], [0, 0, 0, 1, 255, 255, 255], 2),
        ((-1, 1), None, [-1.5, -1.0, 0.999999, 1.0, 1.5], [0, 0, 255, 255, 255], 2),
        ((0, 1), None, [0, 1], [0, 255], 0),
    ],
)
def test_values_outside_the_range_are_clipped_and_counted_and_none_wraps(
    value_range: tuple[float, float],
    grey_level: float | None,
    values: list[float],
    expected: list[int],
    clipped: int,
) -> None:
    found, count = clipped_levels(np.array(values, np.float32), value_range, grey_level)
    assert (found.tolist(), count) == (expected, clipped)


def test_values_that_are_no_numbers_count_as_clipped() -> None:
    found, count = clipped_levels(np.array([np.nan, np.inf, -np.inf, 5]), (0, 255), 1.0)
    assert (found.tolist(), count) == ([0, 255, 0, 5], 3)


# ------------------------------------------------------------------------------------------------------------- grids
@pytest.mark.parametrize("shape", [GREY, (*GREY, 3)])
def test_a_grid_holds_each_image_in_the_order_of_reading_with_grey_lines_between_them(shape: tuple[int, ...]) -> None:
    five = levels(5, shape)
    whole = grid(five)
    assert whole.shape == (2 * 7 + GAP, 3 * 5 + 2 * GAP, *shape[2:])
    for index, image in enumerate(five):
        top, left = index // 3 * (7 + GAP), index % 3 * (5 + GAP)
        assert np.array_equal(whole[top : top + 7, left : left + 5], image)
    assert (whole[7:9] == GAP_LEVEL).all()
    assert (whole[9:, 14:] == GAP_LEVEL).all()


def test_one_image_alone_is_no_grid() -> None:
    assert np.array_equal(grid(levels(1)), levels(1)[0])


@pytest.mark.parametrize("suffix", LOSSLESS)
@pytest.mark.parametrize("shape", [GREY, (*GREY, 3)])
def test_an_image_comes_back_level_by_level(tmp_path: Path, suffix: str, shape: tuple[int, ...]) -> None:
    path = tmp_path / f"x{suffix}"
    said = write_images(levels(1, shape), str(path))
    found = read_image(path).pixels
    assert np.array_equal(found if found.ndim == len(shape) else found[..., 0], levels(1, shape)[0])
    assert said.endswith(" image")
    assert "grid" not in said


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_a_jpeg_is_near(tmp_path: Path, suffix: str) -> None:
    smooth = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (1, 40, 1))
    assert write_images(smooth, str(tmp_path / f"x{suffix}")) == "JPEG image"
    assert np.abs(np.asarray(Image.open(tmp_path / f"x{suffix}")).astype(int) - smooth[0]).max() < 8


def test_several_images_in_one_file_are_a_grid_and_it_is_said(tmp_path: Path) -> None:
    assert write_images(levels(6), str(tmp_path / "x.webp")) == "WebP image, a grid of 2 x 3"
    assert np.array_equal(np.asarray(Image.open(tmp_path / "x.webp").convert("L")), grid(levels(6)))


# ----------------------------------------------------------------------------------------------------------- folders
@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_gets_a_file_for_each_whether_it_is_there_or_not(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "new"
    if exists:
        folder.mkdir()
    path = str(folder) if exists else f"{folder}/"
    assert write_images(levels(12), path) == "12 PNG images, 0000.png … 0011.png"
    assert [each.name for each in sorted(folder.iterdir())] == [f"{number:04d}.png" for number in range(12)]
    found, _ = read_folder(folder)
    assert np.array_equal(np.stack(found), levels(12))
    assert [each.name for each in tmp_path.iterdir()] == ["new"]


def test_names_sort_by_number_however_many_there_are() -> None:
    assert [numbered_name(number, 10_001) for number in (9, 10_000)] == ["00009.png", "10000.png"]


def test_nothing_in_a_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "0000.png").write_text("mine")
    with pytest.raises(OutputError, match="this folder is not empty, and nothing in it is replaced"):
        write_images(levels(2), f"{tmp_path}/")
    assert (tmp_path / "0000.png").read_text() == "mine"


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_that_is_cut_short_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool
) -> None:
    folder = tmp_path / "new"
    if exists:
        folder.mkdir()
    before = sorted(tmp_path.rglob("*"))
    saved = images._save

    def cut(found: np.ndarray, path: Path) -> None:
        if path.name == "0001.png":
            raise KeyboardInterrupt
        saved(found, path)

    monkeypatch.setattr(images, "_save", cut)
    with pytest.raises(KeyboardInterrupt):
        write_images(levels(3), f"{folder}/")
    assert sorted(tmp_path.rglob("*")) == before


# ------------------------------------------------------------------------------------------------------------ limits
@pytest.mark.parametrize(
    ("name", "count", "shape", "said"),
    [
        ("x.png", 90_000, (28, 28), "67108864 are the most; write a folder, x/, or an array, x.npz"),
        ("x.png", 300_000, (28, 28), "67108864 are the most; write an array, x.npz"),
        ("x.webp", 2, (16_400, 2), "the longest side of WebP is 16383"),
        ("x.jpg", 1, (65_501, 2), "the longest side of JPEG is 65500"),
        ("x/", 200_001, (2, 2), "200001 files are more than 200000; write an array, x.npz"),
    ],
)
def test_what_has_no_room_is_refused_with_what_has(name: str, count: int, shape: tuple[int, int], said: str) -> None:
    with pytest.raises(BadInputError) as refused:
        images.check_images_fit(name, count, shape)
    assert str(refused.value).startswith(f"{name}: ")
    assert said in str(refused.value)


def test_what_can_be_written_can_be_read_again() -> None:
    images.check_images_fit("x.png", 74_000, (28, 28))
    images.check_images_fit("x/", 200_000, (28, 28))
