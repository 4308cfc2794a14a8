"""Masks of every kind that people make, and the sentence about each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import BadInputError
from core.formats.images import read_image
from core.formats.reading.masks import (
    ALPHA_RULE,
    COLOUR_RULE,
    GREY_RULE,
    HOLE_RULE,
    LABEL_RULE,
    PER_ENTRY_RULE,
    hole_in,
    read_mask,
)

SHAPE = (12, 10)
OPEN = np.zeros(SHAPE, bool)
OPEN[3:7, 2:8] = True


def pixels(inside: tuple[int, ...] | int, outside: tuple[int, ...] | int) -> np.ndarray:
    """Return an image with one value where the mask is open, and another elsewhere."""
    mask = OPEN[..., None] if isinstance(inside, tuple) else OPEN
    return np.where(mask, inside, outside).astype(np.uint8)


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        (pixels(255, 0), GREY_RULE),
        (pixels(1, 0), LABEL_RULE),
        (pixels((255, 255, 255), (0, 0, 0)), GREY_RULE),
        (pixels((220, 0, 0), (255, 255, 255)), COLOUR_RULE),
        (pixels((0, 0, 220), (90, 90, 90)), COLOUR_RULE),
        (pixels((255, 255, 255, 255), (0, 0, 0, 0)), ALPHA_RULE),
        (pixels((0, 0, 0, 255), (0, 0, 0, 0)), ALPHA_RULE),
        (pixels((220, 0, 0, 255), (255, 255, 255, 0)), ALPHA_RULE),
        (pixels((255, 255, 255, 255), (0, 0, 0, 255)), GREY_RULE),
    ],
)
def test_a_mask_is_read_as_it_was_made_from_a_file_and_from_an_array(
    image: np.ndarray, rule: str, tmp_path: Path
) -> None:
    Image.fromarray(image).save(tmp_path / "m.png")
    np.save(tmp_path / "m.npy", image)
    for name in ("m.png", "m.npy"):
        found = read_mask(str(tmp_path / name))
        assert np.array_equal(found.mask, OPEN)
        assert not found.is_soft
        assert found.sentence() == f"mask: {rule}; 24 of 120 pixels are open"


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("shape", [SHAPE, (1, *SHAPE), (*SHAPE, 1)])
def test_zeros_and_ones_are_a_mask_whatever_their_type_and_axes(
    kind: type, shape: tuple[int, ...], tmp_path: Path
) -> None:
    np.save(tmp_path / "m.npy", OPEN.astype(kind).reshape(shape))
    assert np.array_equal(read_mask(str(tmp_path / "m.npy")).mask, OPEN)


def test_each_channel_may_have_a_mask_of_its_own(tmp_path: Path) -> None:
    mask = np.stack([OPEN, ~OPEN, OPEN], axis=2)
    np.save(tmp_path / "m.npy", mask)
    found = read_mask(str(tmp_path / "m.npy"))
    assert np.array_equal(found.mask, mask)
    assert found.rule == PER_ENTRY_RULE
    assert found.for_shape((*SHAPE, 3)) is found


def test_greys_are_a_confidence_or_count_from_a_half_on(tmp_path: Path) -> None:
    greys = np.zeros(SHAPE, np.uint8)
    greys[0, :4] = 127, 128, 51, 255
    Image.fromarray(greys).save(tmp_path / "m.png")
    found = read_mask(str(tmp_path / "m.png"))
    assert found.openness[0, 2] == pytest.approx(0.2)
    assert found.mask[0, :4].tolist() == [False, True, False, True]
    assert "2 of 120 pixels are open, greys by whether they reach a half" in found.sentence()
    assert "4 of 120 pixels are open, greys as a confidence" in found.sentence(soft=True)


@pytest.mark.parametrize(("level", "said"), [(0, "the mask is empty"), (90, "the mask is empty"), (255, "is full")])
def test_an_empty_or_full_mask_is_said(level: int, said: str, tmp_path: Path) -> None:
    Image.fromarray(np.full(SHAPE, level, np.uint8)).save(tmp_path / "m.png")
    assert said in read_mask(str(tmp_path / "m.png")).sentence()


def test_what_is_erased_in_an_image_is_open(tmp_path: Path) -> None:
    Image.fromarray(pixels((9, 9, 9, 0), (9, 9, 9, 255))).save(tmp_path / "image.png")
    alpha = read_image(tmp_path / "image.png").alpha
    assert alpha is not None
    hole = hole_in(alpha)
    assert hole is not None
    assert np.array_equal(hole.mask, OPEN)
    assert hole.rule == HOLE_RULE
    assert hole_in(np.full(SHAPE, 255, np.uint8)) is None


def test_a_mask_of_the_same_sides_ratio_is_scaled_and_another_is_refused(tmp_path: Path) -> None:
    Image.fromarray(pixels(255, 0).repeat(2, 0).repeat(2, 1)).save(tmp_path / "m.png")
    found = read_mask(str(tmp_path / "m.png")).for_shape(SHAPE)
    assert np.array_equal(found.mask, OPEN)
    assert "scaled from 24 x 20 pixels" in found.sentence()
    with pytest.raises(BadInputError, match="the mask has 12 x 10 pixels, and the image 12 x 12"):
        found.for_shape((12, 12))


def test_a_row_is_the_mask_of_points_or_bits(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.array([0, 1, 1, 0]))
    found = read_mask(str(tmp_path / "m.npy"))
    assert found.for_shape((4,)).mask.tolist() == [False, True, True, False]
    with pytest.raises(BadInputError, match="the mask has 4 entries, and the example 5"):
        found.for_shape((5,))


def test_what_is_no_mask_is_refused_in_one_line(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.linspace(-1, 1, 120).reshape(SHAPE))
    with pytest.raises(BadInputError, match=r"m.npy: a mask has no negative values"):
        read_mask(str(tmp_path / "m.npy"))
    np.save(tmp_path / "m.npy", np.zeros((3, *SHAPE, 4), np.uint8))
    with pytest.raises(BadInputError, match=r"m.npy: it holds 3 masks, and one is wanted"):
        read_mask(str(tmp_path / "m.npy"))


@pytest.mark.parametrize("values", [np.array([0, 4096], np.float16), np.array([0.0, 255.7])])
def test_no_entry_is_more_than_open(values: np.ndarray, tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", values.repeat(20).reshape(5, 8))
    openness = read_mask(str(tmp_path / "m.npy")).openness
    assert np.array_equal(np.unique(openness), [0.0, 1.0])
