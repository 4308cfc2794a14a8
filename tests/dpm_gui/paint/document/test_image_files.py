"""Masks and pictures as files: what is written comes back, and what is of another size or kind is made to fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from core.errors import BadInputError
from dpm_gui.paint.document import image_files
from dpm_gui.paint.document.image_files import (
    CROPPED,
    FITTED,
    grey_of,
    image_of_mask,
    levels_of_shape,
    mask_of,
    read_image,
    rgb_of,
    scaled_mask,
)
from dpm_gui.views.canvases import image_levels


def image_of(levels: np.ndarray) -> QImage:
    """Return levels ``[H, W, 3]`` as an image."""
    height, width = levels.shape[:2]
    return QImage(levels.astype(np.uint8).tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


@pytest.mark.parametrize("shape", [(8, 8), (3, 5), (28, 29), (64, 33)])
def test_a_mask_comes_back_from_its_png(shape: tuple[int, int], tmp_path: Path) -> None:
    mask = np.random.default_rng(1).random(shape) < 0.5
    assert image_of_mask(mask).save(str(tmp_path / "mask.png"))
    assert (mask_of(read_image(tmp_path / "mask.png")) == mask).all()


def test_light_is_to_be_filled_in_whatever_the_colour_and_the_kind_of_picture(tmp_path: Path) -> None:
    image = QImage(3, 1, QImage.Format.Format_RGB32)
    for column, colour in enumerate(("#ffff00", "#000080", "#ffffff")):
        image.setPixelColor(column, 0, QColor(colour))
    for suffix in ("png", "bmp"):
        image.save(str(tmp_path / f"mask.{suffix}"))
        assert mask_of(read_image(tmp_path / f"mask.{suffix}")).tolist() == [[True, False, True]]


def test_a_mask_is_scaled_by_its_nearest_pixels() -> None:
    mask = np.random.default_rng(2).random((5, 7)) < 0.5
    large = scaled_mask(mask, 15, 21)
    assert (large == np.repeat(np.repeat(mask, 3, 0), 3, 1)).all()
    assert (scaled_mask(large, 5, 7) == mask).all()
    assert scaled_mask(mask, 1, 1).shape == (1, 1)


def test_a_picture_of_the_right_size_is_taken_as_it_is() -> None:
    levels = np.random.default_rng(3).integers(0, 256, (6, 9, 3), np.uint8)
    image = image_of(levels)
    assert (rgb_of(image) == levels).all()
    assert (levels_of_shape(levels, (6, 9, 3), FITTED) == levels).all()
    grey = np.repeat(levels[:, :, :1], 3, axis=2)
    assert (levels_of_shape(grey_of(image_of(grey)), (6, 9), CROPPED) == grey[:, :, 0]).all()
    assert levels_of_shape(levels, (6, 9, 3), FITTED).dtype == np.float32


def test_fitting_keeps_all_and_cropping_keeps_the_middle() -> None:
    levels = np.zeros((10, 30, 3), np.uint8)
    levels[:, 10:20] = 250
    assert (levels_of_shape(levels[:, :, 0], (10, 10), CROPPED) == 250).all()
    fitted = levels_of_shape(levels[:, :, 0], (10, 10), FITTED)
    assert fitted[:, 0].max() < 30
    assert fitted[:, 5].min() > 200


def test_what_is_transparent_is_white() -> None:
    image = QImage(2, 1, QImage.Format.Format_ARGB32)
    image.setPixelColor(0, 0, QColor(0, 0, 0, 0))
    image.setPixelColor(1, 0, QColor(0, 0, 0, 255))
    assert grey_of(image).tolist() == [[255, 0]]


def test_what_is_no_picture_is_refused_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    (tmp_path / "folder.png").mkdir()
    for name in ("text.png", "folder.png", "missing.png"):
        with pytest.raises(BadInputError, match=name):
            read_image(tmp_path / name)
    image_of_mask(np.ones((4, 9), np.bool_)).save(str(tmp_path / "wide.png"))
    monkeypatch.setattr(image_files, "LARGEST_SIDE", 8)
    with pytest.raises(BadInputError, match="9 x 4 pixels"):
        read_image(tmp_path / "wide.png")


@pytest.mark.parametrize("colour", [True, False])
def test_what_is_converted_and_scaled_in_bands_is_the_same_picture(
    colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, columns = np.mgrid[:40, :50]
    levels = np.stack([rows * 6, columns * 5, (rows + columns) * 2], axis=2).astype(np.uint8)
    image = image_of(levels)
    turn = rgb_of if colour else grey_of
    shape = (12, 10, 3) if colour else (12, 10)
    whole = turn(image)
    wanted = {how: levels_of_shape(whole, shape, how) for how in (FITTED, CROPPED)}
    monkeypatch.setattr(image_files, "BAND", 130)
    assert (turn(image) == whole).all()
    for how, wanted_image in wanted.items():
        assert (levels_of_shape(whole, shape, how) == wanted_image).all()


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_an_image_of_levels_has_pixels_of_its_own_however_they_lie_in_memory(shape: tuple[int, ...]) -> None:
    levels = np.random.default_rng(4).integers(0, 256, (2, *shape)).astype(np.uint8)
    for some in (levels[0], levels[1][::-1, ::-1], np.asfortranarray(levels[0])):
        wanted, image = some.copy(), image_levels.image_of(some)
        some[:] = 0
        found = grey_of(image) if len(shape) == 2 else rgb_of(image)
        assert (found == wanted).all()
        some[:] = wanted
    levels.flags.writeable = False
    assert image_levels.image_of(levels[0]).width() == shape[1]
