"""What pictures are drawn with: the grid, the shades and the item that draws them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from dpm_gui.views.canvases.image_levels import ImageLevels
from dpm_gui.views.items.image_grid import GridPixel, ImageGrid
from dpm_gui.views.items.image_item import ImageGridItem
from tests.support.pixels import rgb
from tests.support.window_values import image_info, image_states


# ------------------------------------------------------------------------------------------------------- the grid
@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 65, 100, 400])
def test_every_picture_has_a_place_of_its_own_and_none_is_left_over(count: int) -> None:
    grid = ImageGrid.square(count, 28, 28)
    corners = {grid.corner(image) for image in range(count)}
    assert len(corners) == count
    assert (grid.rows - 1) * grid.columns < count <= grid.rows * grid.columns
    high, wide = grid.size
    assert all(y + 28 <= high and x + 28 <= wide for y, x in corners)


def test_square_numbers_make_squares_and_wide_pictures_make_more_rows() -> None:
    assert ImageGrid.square(64, 28, 28).columns == 8
    assert ImageGrid.square(400, 32, 32).columns == 20
    wide = ImageGrid.square(16, 10, 40)
    assert wide.rows > wide.columns


@pytest.mark.parametrize(("height", "width"), [(8, 8), (5, 9), (64, 64)])
def test_a_place_knows_its_picture_and_pixel_and_gaps_belong_to_none(height: int, width: int) -> None:
    grid = ImageGrid.square(7, height, width)
    for image in range(7):
        y, x = grid.corner(image)
        assert grid.at(x + 2.5, y + 3.5) == GridPixel(image, 3, 2)
        assert grid.at(x + width + 0.5 * grid.gap, y + 0.5) is None
        assert grid.at(x + 0.5, y + height + 0.5 * grid.gap) is None
    assert grid.at(-0.5, 1.0) is None
    y, x = grid.corner(7)
    assert grid.at(x + 0.5, y + 0.5) is None


# ----------------------------------------------------------------------------------------------------- the shades
def test_each_grey_level_is_shown_as_itself_whatever_noise_of_one_level_it_has() -> None:
    data = image_info((16, 16))
    levels = np.arange(256, dtype=np.float32).reshape(1, 16, 16)
    for noise in (0.01, 0.5, 0.99):
        shown = ImageLevels(data).levels(data.to_model(levels + np.float32(noise)), stretched=False)
        np.testing.assert_array_equal(shown, levels)


def test_what_is_beyond_the_range_is_black_or_white_and_so_is_what_is_no_number() -> None:
    data = image_info((1, 5))
    x = np.array([[[-1e3, 1e3, np.inf, -np.inf, np.nan]]], np.float32)
    assert ImageLevels(data).levels(x, stretched=False).ravel().tolist() == [0, 255, 255, 0, 255]


def test_bits_and_other_ranges_take_the_whole_range_of_shades() -> None:
    data = image_info((1, 3), value_range=(0.0, 1.0), shift=np.array(0.0), scale=np.array(1.0), grey_level=None)
    shown = ImageLevels(data).levels(np.array([[[0.0, 0.5, 1.0]]], np.float32), stretched=False)
    assert shown.ravel().tolist() == [0, 128, 255]


def test_a_shift_and_a_scale_for_each_channel_are_kept_apart() -> None:
    data = image_info((1, 1, 3), shift=np.array([0.0, 100.0, 200.0]), scale=np.array([1.0, 10.0, 20.0]))
    shown = ImageLevels(data).levels(np.full((1, 1, 1, 3), 2.0, np.float32), stretched=False)
    assert shown.ravel().tolist() == [2, 120, 240]


def test_stretching_goes_from_the_least_to_the_greatest_of_this_very_step() -> None:
    data = image_info((1, 4))
    x = image_states(np.array([[[100, 110, 120, 130]]]), data)
    assert ImageLevels(data).levels(x, stretched=True).ravel().tolist() == pytest.approx([0, 85, 170, 255], abs=1)
    flat = ImageLevels(data).levels(np.zeros((1, 1, 4), np.float32), stretched=True)
    assert len(set(flat.ravel().tolist())) == 1


def test_a_difference_is_in_user_s_units_and_of_rgb_the_mean() -> None:
    grey, colour = image_info((1, 2)), image_info((1, 1, 3))
    change = ImageLevels(grey).difference(np.array([[[3.0, 1.0]]], np.float32), np.array([[[1.0, 2.0]]], np.float32))
    assert change.ravel().tolist() == [20.0, -10.0]
    change = ImageLevels(colour).difference(
        np.array([[[[3.0, 0.0, 0.0]]]], np.float32), np.zeros((1, 1, 1, 3), np.float32)
    )
    assert change.shape == (1, 1, 1)
    assert change.ravel().tolist() == pytest.approx([10.0])


@pytest.mark.parametrize(("change", "reach"), [(0.39, 10.0), (0.41, 12.0), (0.7, 20.0), (3.9, 100.0), (41.0, 255.0)])
def test_the_reach_of_the_colours_is_a_round_number_within_the_range_of_the_data(change: float, reach: float) -> None:
    assert ImageLevels(image_info((2, 3))).reach(change) == pytest.approx(reach)


def test_the_mean_of_three_channels_changes_less_than_one_of_them() -> None:
    assert ImageLevels(image_info((2, 3, 3))).reach(1.0) == pytest.approx(15.0)


def test_without_any_change_there_is_still_a_reach() -> None:
    assert ImageLevels(image_info((2, 3))).reach(0.0) == 1.0
    assert ImageLevels(image_info((2, 3))).reach(float("nan")) == 1.0


def test_a_difference_has_the_unit_of_its_data() -> None:
    assert ImageLevels(image_info((2, 3))).unit == "grey levels"
    assert ImageLevels(image_info((2, 3, 3))).unit == "levels"
    assert ImageLevels(image_info((2, 3), value_range=(0.0, 1.0), grey_level=None)).unit == "data units"


def test_the_value_of_a_pixel_is_what_the_file_of_pixels_would_have() -> None:
    data = image_info((2, 3))
    levels = np.arange(12).reshape(2, 2, 3)
    shades = ImageLevels(data)
    (value,) = shades.value(image_states(levels, data), 1, 0, 2)
    assert shades.value_text(value) == "8"
    colour = image_info((1, 1, 3))
    values = ImageLevels(colour).value(image_states(np.array([[[[7, 8, 255]]]]), colour), 0, 0, 0)
    assert [ImageLevels(colour).value_text(each) for each in values] == ["7", "8", "255"]


# ------------------------------------------------------------------------------------------------------- the item
def drawn(item: ImageGridItem, x: int, y: int) -> tuple[int, ...]:
    return rgb(item.image.pixelColor(x, y))


@pytest.mark.parametrize("count", [4, 3])
def test_grey_pictures_stand_pixel_by_pixel_in_their_places_with_the_gap_s_colour_between(count: int) -> None:
    grid, item = ImageGrid.square(4, 3, 2), ImageGridItem()
    grid = ImageGrid(count, 3, 2, grid.columns)
    item.set_grid(grid)
    item.set_between(QColor("#123456"))
    levels = np.arange(count * 6, dtype=np.uint8).reshape(count, 3, 2)
    item.show_levels(levels)
    for image in range(count):
        y, x = grid.corner(image)
        for row in range(3):
            for column in range(2):
                assert drawn(item, x + column, y + row) == (levels[image, row, column],) * 3
        assert drawn(item, x + 2, y) == rgb("#123456")
    if count == 3:
        y, x = grid.corner(3)
        assert drawn(item, x, y) == rgb("#123456")


def test_colours_keep_their_order() -> None:
    item = ImageGridItem()
    item.set_grid(ImageGrid.square(1, 1, 1))
    item.show_levels(np.array([[[[250, 100, 3]]]], np.uint8))
    assert drawn(item, 0, 0) == (250, 100, 3)


def test_an_index_is_drawn_through_its_table() -> None:
    item = ImageGridItem()
    item.set_grid(ImageGrid.square(1, 1, 2))
    table = np.zeros((256, 3), np.uint8)
    table[7], table[9] = (1, 2, 3), (4, 5, 6)
    item.show_index(np.array([[[7, 9]]], np.uint8), table)
    assert [drawn(item, x, 0) for x in (0, 1)] == [(1, 2, 3), (4, 5, 6)]


def test_another_colour_between_leaves_the_pictures_as_they_are() -> None:
    grid, item = ImageGrid.square(3, 2, 2), ImageGridItem()
    item.set_grid(grid)
    item.show_levels(np.full((3, 2, 2), 77, np.uint8))
    item.set_between(QColor("#ABCDEF"))
    assert drawn(item, 0, 0) == (77, 77, 77)
    assert drawn(item, 2, 0) == rgb("#ABCDEF")


@pytest.mark.parametrize("count", [24, 25])
def test_fewer_images_take_the_places_of_more_in_a_smaller_grid(qapp: object, count: int) -> None:
    item = ImageGridItem()
    item.set_grid(ImageGrid.square(64, 4, 4))
    item.show_levels(np.full((64, 4, 4), 200, np.uint8))
    grid = ImageGrid.square(count, 4, 4)
    item.set_grid(grid)
    assert item.image.pixelColor(1, 1) == QColor("#FFFFFF")
    item.show_levels(np.full((count, 4, 4), 100, np.uint8))
    y, x = grid.corner(count - 1)
    assert item.image.pixelColor(x + 1, y + 1).red() == 100
    if count < 25:
        y, x = grid.corner(24)
        assert item.image.pixelColor(x + 1, y + 1) == QColor("#FFFFFF")
