"""The canvas of pictures: made-up frames in, what is drawn and said out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.values.checkpoints import DataInfo
from core.values.runs import Frame
from dpm_gui.desktop.numbers import with_minus
from dpm_gui.desktop.theme import DARK, LIGHT, Palette
from dpm_gui.views.canvases.images import ImagesView
from tests.support.pixels import rgb
from tests.support.places import to_viewport
from tests.support.window_values import image_info, image_states

SHAPE = (6, 5)
LEVELS = np.random.default_rng(0).integers(0, 256, (9, *SHAPE))


def frame(t: int = 3, levels: np.ndarray = LEVELS, data: DataInfo | None = None) -> Frame:
    return Frame(t, image_states(levels, data or image_info(SHAPE)))


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ImagesView]:
    made = ImagesView("forward", "Forward: q destroys")
    made.set_data(image_info(SHAPE))
    made.resize(420, 460)
    made.show_frame(frame())
    made.show()
    yield made
    made.close()
    made.deleteLater()


def middle_of(view: ImagesView, image: int, row: int = 0, column: int = 0) -> QPoint:
    """Where a pixel is, in the viewport."""
    y, x = view.grid.corner(image)
    return to_viewport(view, QPointF(x + column + 0.5, -(y + row) - 0.5)).toPoint()


def click(view: ImagesView, place: QPoint) -> None:
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def shown(view: ImagesView, image: int) -> np.ndarray:
    """The grey levels of one picture as they are drawn."""
    y, x = view.grid.corner(image)
    return np.array([[view.image.pixelColor(x + j, y + i).red() for j in range(SHAPE[1])] for i in range(SHAPE[0])])


def test_every_picture_is_drawn_as_it_is(view: ImagesView) -> None:
    for image in range(9):
        np.testing.assert_array_equal(shown(view, image), LEVELS[image])


def test_a_pixel_is_one_square_on_the_screen_and_never_blurred(view: ImagesView) -> None:
    two = np.zeros((1, *SHAPE))
    two[0, :, 2:] = 255
    view.show_frame(frame(levels=two))
    image = view.viewport().grab().toImage()
    left, right = (to_viewport(view, QPointF(x, -2.5)).toPoint().x() for x in (0.3, 4.7))
    row = [image.pixelColor(x, to_viewport(view, QPointF(0, -2.5)).toPoint().y()).red() for x in range(left, right)]
    assert set(row) == {0, 255}
    assert row == sorted(row)


def test_another_step_is_drawn_in_the_same_range_unless_stretched(view: ImagesView) -> None:
    narrow = np.clip(LEVELS, 100, 140)
    view.show_frame(frame(4, narrow))
    np.testing.assert_array_equal(shown(view, 2), narrow[2])
    view.set_layer("stretch", True)
    assert (min(shown(view, p).min() for p in range(9)), max(shown(view, p).max() for p in range(9))) == (0, 255)
    assert view.header.readout == "xᵗ · auto contrast: grey levels 100 … 140"
    view.set_layer("stretch", False)
    np.testing.assert_array_equal(shown(view, 2), narrow[2])


def test_the_difference_of_two_steps_has_one_colour_for_more_and_another_for_less(view: ImagesView) -> None:
    earlier = np.full((1, *SHAPE), 100)
    later = earlier.copy()
    later[0, 0, 0], later[0, 1, 1] = 140, 60
    view.show_mode("difference", frame(8, later), frame(7, earlier))
    more, less, same = (view.image.pixelColor(x, y) for x, y in ((0, 0), (1, 1), (3, 3)))
    assert more.red() > more.blue() + 50
    assert less.blue() > less.red() + 50
    assert abs(same.red() - same.blue()) < 25
    assert view.header.readout.startswith("x⁸ − x⁷ · −")


def test_after_a_difference_a_state_is_grey_again(view: ImagesView) -> None:
    view.show_mode("difference", frame(8), frame(7, np.clip(LEVELS, 50, 90)))
    view.show_frame(frame(8))
    np.testing.assert_array_equal(shown(view, 5), LEVELS[5])


@pytest.mark.parametrize(("mode", "words"), [("x0_estimate", "x⁰ estimate"), ("mean", "mean of the next step")])
def test_what_is_shown_is_said(view: ImagesView, mode: str, words: str) -> None:
    view.show_mode(mode, frame())
    assert view.header.readout.startswith(words)
    assert view.header.readout.endswith("grey levels 0 … 255")


def test_the_pointer_reads_place_and_value_and_follows_the_step(view: ImagesView) -> None:
    QTest.mouseMove(view.viewport(), middle_of(view, 4, row=2, column=3))
    assert view.header.readout == f"image 5, row 3, column 4: {LEVELS[4, 2, 3]}"
    view.show_frame(frame(4, 255 - LEVELS))
    assert view.header.readout.endswith(f": {255 - LEVELS[4, 2, 3]}")
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert view.header.readout.startswith("xᵗ")


def test_of_colours_three_values_are_read(qtbot: QtBot) -> None:
    data = image_info((4, 4, 3))
    view = ImagesView("reverse", "Reverse: p restores")
    qtbot.addWidget(view)
    view.set_data(data)
    view.resize(300, 340)
    levels = np.random.default_rng(1).integers(0, 256, (1, 4, 4, 3))
    view.show_frame(Frame(0, image_states(levels, data)))
    view.show()
    QTest.mouseMove(view.viewport(), middle_of(view, 0, row=1, column=2))
    assert view.header.readout == "row 2, column 3: " + ", ".join(map(str, levels[0, 1, 2]))
    assert rgb(view.image.pixelColor(2, 1)) == tuple(levels[0, 1, 2])


def test_a_click_enlarges_a_picture_and_another_one_goes_back(view: ImagesView) -> None:
    whole = view.region
    click(view, middle_of(view, 5, 2, 2))
    assert view.enlarged_image == 5
    y, x = view.grid.corner(5)
    assert view.region.contains(QRectF(x, -y - SHAPE[0], SHAPE[1], SHAPE[0]))
    assert view.region.width() < 1.2 * max(SHAPE)
    click(view, middle_of(view, 5, 2, 2))
    assert view.enlarged_image == -1
    assert view.region == whole


def test_a_click_between_pictures_does_nothing(view: ImagesView) -> None:
    click(view, to_viewport(view, QPointF(SHAPE[1] + 0.5, -1.0)).toPoint())
    assert view.enlarged_image == -1


def test_escape_goes_back_and_is_nobody_else_s_meanwhile(view: ImagesView) -> None:
    def override() -> QKeyEvent:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        view.event(event)
        return event

    assert not override().isAccepted()
    view.enlarge(3)
    assert override().isAccepted()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.enlarged_image == -1
    assert not override().isAccepted()


def test_linked_canvases_enlarge_the_same_picture(view: ImagesView, qtbot: QtBot) -> None:
    other = ImagesView("reverse", "Reverse: p restores")
    qtbot.addWidget(other)
    other.set_data(image_info(SHAPE))
    other.show_frame(frame())
    view.link_to(other)
    view.enlarge(7)
    assert other.enlarged_image == 7
    assert other.region == view.region
    other.fit()
    assert view.enlarged_image == -1
    assert view.region == other.region == view.home


def test_other_pictures_take_the_whole_canvas_again(view: ImagesView) -> None:
    view.enlarge(3)
    view.show_frame(frame(levels=LEVELS[:4]))
    assert view.enlarged_image == -1
    assert view.grid.count == 4
    assert view.region == view.home


def test_zooming_ends_at_a_few_pixels_and_beyond_the_whole(view: ImagesView) -> None:
    for factor in (0.5, 2.0):
        for _ in range(40):
            view.zoom(factor, view.home.center())
        assert 1.0 < view.region.width() < 5.0 * view.home.width()
        assert view.region.intersects(view.home)


def test_the_table_has_a_row_for_each_pixel(view: ImagesView) -> None:
    table = view.table()
    assert table.name == "forward-t3"
    columns = table.columns
    assert list(columns) == ["image", "row", "column", "value"]
    for image, row, column in ((1, 1, 1), (9, 6, 5), (4, 2, 3)):
        here = (columns["image"] == image) & (columns["row"] == row) & (columns["column"] == column)
        np.testing.assert_allclose(columns["value"][here], LEVELS[image - 1, row - 1, column - 1] + 0.5, rtol=1e-5)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_gaps_have_the_surface_s_colour_in_either_theme(view: ImagesView, palette: object) -> None:
    view.set_palette(palette)  # type: ignore[arg-type]
    assert view.image.pixelColor(SHAPE[1], 0).name().upper() == palette.surface  # type: ignore[attr-defined]
    np.testing.assert_array_equal(shown(view, 8), LEVELS[8])


def test_a_thumbnail_is_the_first_picture(view: ImagesView) -> None:
    image = view.thumbnail(frame().x, "#D55E00")
    assert (image.width(), image.height()) == (SHAPE[1], SHAPE[0])
    assert image.pixelColor(2, 4).red() == LEVELS[0, 4, 2]


def test_a_view_without_a_frame_paints_and_has_an_empty_table(qtbot: QtBot) -> None:
    empty = ImagesView("reverse", "Reverse: p restores")
    qtbot.addWidget(empty)
    empty.show()
    empty.grab()
    assert [len(column) for column in empty.table().columns.values()] == [0]
    assert empty.thumbnail(np.zeros((0, 2, 2), np.float32), "#000000").isNull()
    assert not empty.interpolates


def test_with_room_for_more_the_first_pictures_keep_their_places_when_the_rest_come(view: ImagesView) -> None:
    view.set_count(9)
    view.show_frame(frame(levels=LEVELS[:4]))
    assert view.grid.count == 9
    places = [view.grid.corner(image) for image in range(4)]
    for image in range(4):
        np.testing.assert_array_equal(shown(view, image), LEVELS[image])
    for image in range(4, 9):  # of the frame before
        assert not np.array_equal(shown(view, image), LEVELS[image])
    view.show_frame(frame())
    assert [view.grid.corner(image) for image in range(4)] == places
    for image in range(9):
        np.testing.assert_array_equal(shown(view, image), LEVELS[image])


def test_a_place_whose_picture_is_not_there_yet_is_not_enlarged(view: ImagesView) -> None:
    view.set_count(9)
    view.show_frame(frame(levels=LEVELS[:4]))
    view.enlarge(6)
    assert view.enlarged_image == -1
    view.enlarge(3)
    assert view.enlarged_image == 3


def test_the_value_under_the_pointer_is_one_of_the_images_that_are_shown_now(view: ImagesView) -> None:
    QTest.mouseMove(view.viewport(), middle_of(view, 8, 5, 4))
    assert view.header.readout.startswith("image 9, row 6, column 5")
    small = image_info((2, 2))
    view.set_data(small)
    view.show_frame(frame(levels=LEVELS[:9, :2, :2], data=small))
    assert "row 6" not in view.header.readout


def test_a_difference_has_a_bar_whose_ends_are_labelled_and_whose_place_is_free_before(view: ImagesView) -> None:
    before = view.colour_bar.geometry(), view.view.sceneBoundingRect()
    assert view.colour_bar.reach is None
    view.show_mode("difference", frame(8), frame(7, LEVELS[::-1]), 2.0)
    assert view.colour_bar.reach == 50.0
    assert view.header.readout == "x⁸ − x⁷ · −50 … 50"
    assert (view.colour_bar.geometry(), view.view.sceneBoundingRect()) == before
    view.show_frame(frame(8))
    assert view.colour_bar.reach is None


def bar_pixels(view: ImagesView) -> list[QColor]:
    """Colours along the bar, from one end to the other."""
    image, ramp = view.grab().toImage(), view.colour_bar.ramp
    place = view.viewport().mapTo(view, view.mapFromScene(view.colour_bar.mapToScene(ramp.center())))
    left = round(place.x() - ramp.width() / 2)
    return [image.pixelColor(x, place.y()) for x in range(left + 2, left + round(ramp.width()) - 2)]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_bar_has_the_colours_of_the_images_and_its_middle_is_like_the_surface(
    view: ImagesView, palette: Palette
) -> None:
    view.set_palette(palette)
    same = np.full((1, *SHAPE), 100)
    later = same.copy()
    later[0, 0, 0], later[0, 0, 1] = 150, 50
    view.show_mode("difference", frame(8, later), frame(7, same), 2.0)
    bar = bar_pixels(view)
    for shown_colour, of_bar in (((0, 0), bar[-1]), ((1, 0), bar[0]), ((3, 3), bar[len(bar) // 2])):
        assert rgb(view.image.pixelColor(*shown_colour)) == pytest.approx(rgb(of_bar), abs=20)
    assert abs(bar[len(bar) // 2].lightness() - QColor(palette.surface).lightness()) < 40


def test_the_value_under_the_pointer_is_marked_on_the_bar_and_of_colours_their_mean(
    view: ImagesView, qtbot: QtBot
) -> None:
    view.show_mode("difference", frame(8), frame(7, LEVELS[::-1]), 2.0)
    QTest.mouseMove(view.viewport(), middle_of(view, 4, row=2, column=3))
    QTest.mouseMove(view.viewport(), middle_of(view, 2, row=2, column=3))
    value = LEVELS[2, 2, 3] - LEVELS[6, 2, 3]
    assert view.colour_bar.marked == pytest.approx(value, abs=1e-3)
    assert view.header.readout == f"image 3, row 3, column 4: {with_minus(str(value))}"
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert view.colour_bar.marked is None
    data = image_info((4, 4, 3))
    view.set_data(data)
    later, earlier = (np.broadcast_to(levels, (1, 4, 4, 3)) for levels in ([10, 20, 60], [0, 0, 0]))
    view.show_mode("difference", Frame(3, image_states(later, data)), Frame(2, image_states(earlier, data)))
    QTest.mouseMove(view.viewport(), middle_of(view, 0, row=1, column=1))
    assert view.header.readout == "row 2, column 2: 30 (mean of 10, 20, 60)"
    assert view.colour_bar.marked == pytest.approx(30.0, abs=1e-3)


@pytest.mark.parametrize("width", [60, 140, 240, 420])
def test_the_bar_stays_within_a_view_of_any_width(view: ImagesView, width: int) -> None:
    view.resize(width, 300)
    view.show_mode("difference", frame(8), frame(7, LEVELS[::-1]), 2.0)
    view.grab()
    ramp = view.colour_bar.ramp
    assert ramp.isEmpty() or (ramp.left() > 0 and ramp.right() < view.colour_bar.size().width())


# ------------------------------------------------------------------------------------- whole pixels of the screen
def scale_of(view: ImagesView) -> float:
    """Pixels of the screen for each pixel of an image."""
    return view.view.size().width() / view.view.viewRect().width() * view.devicePixelRatioF()


@pytest.mark.parametrize("size", [(420, 460), (263, 301), (640, 280), (150, 900)])
def test_all_images_and_an_enlarged_one_are_fitted_in_whole_pixels_in_the_middle(
    view: ImagesView, size: tuple[int, int]
) -> None:
    view.resize(*size)
    for image in (-1, 4):
        view.enlarge(image)
        high, wide = view.grid.size if image < 0 else SHAPE
        y, x = (0, 0) if image < 0 else view.grid.corner(image)
        scale, room = scale_of(view), view.view.size()
        assert scale == pytest.approx(round(scale))
        assert round(scale) == int(min(room.width() / wide, room.height() / high))
        middle = view.view.viewRect().center() - QPointF(x + wide / 2, -y - high / 2)
        assert abs(middle.x()) * scale <= 1.0
        assert abs(middle.y()) * scale <= 1.0


def test_every_pixel_takes_as_many_of_the_screen_as_any_other(view: ImagesView) -> None:
    view.resize(263, 301)
    levels = np.zeros((9, *SHAPE), int)
    levels[:, ::2, ::2] = levels[:, 1::2, 1::2] = 255
    view.show_frame(frame(levels=levels))
    scale, image = round(scale_of(view)), view.viewport().grab().toImage()
    start = to_viewport(view, QPointF(0.0, -0.5)).toPoint()
    row = [image.pixelColor(start.x() + x, start.y()).red() for x in range(scale * SHAPE[1])]
    assert row == np.repeat([255, 0, 255, 0, 255], scale).tolist()


def test_where_no_whole_pixel_fits_all_images_are_shown_smaller(view: ImagesView) -> None:
    data = image_info((64, 64))
    view.set_data(data)
    view.resize(200, 200)
    view.show_frame(Frame(0, np.zeros((16, 64, 64), np.float32)))
    assert scale_of(view) < 1.0
    assert view.view.viewRect().contains(QRectF(0.0, -view.grid.size[0], view.grid.size[1], view.grid.size[0]))


def test_linked_canvases_have_the_scale_of_the_smaller_one_until_they_are_unlinked(
    view: ImagesView, qtbot: QtBot
) -> None:
    other = ImagesView("reverse", "Reverse: p restores")
    qtbot.addWidget(other)
    other.set_data(image_info(SHAPE))
    other.show_frame(frame())
    other.resize(200, 260)
    other.show()
    alone = scale_of(view)
    view.link_to(other)
    assert scale_of(view) == pytest.approx(scale_of(other)) == pytest.approx(int(scale_of(other) + 1e-6))
    assert scale_of(view) < alone
    for canvas in (view, other):
        canvas.enlarge(5)
        assert scale_of(view) == pytest.approx(scale_of(other))
    view.fit()
    other.resize(600, 660)
    assert scale_of(view) == pytest.approx(scale_of(other)) == pytest.approx(alone)
    other.resize(200, 260)
    view.unlink_from(other)
    assert scale_of(view) == pytest.approx(alone)


def test_a_canvas_that_was_linked_before_it_had_images_is_fitted_once_it_has(view: ImagesView, qtbot: QtBot) -> None:
    other = ImagesView("reverse", "Reverse: p restores")
    qtbot.addWidget(other)
    other.set_data(image_info(SHAPE))
    other.resize(300, 410)
    other.show()
    view.link_to(other)
    view.show_frame(frame(levels=LEVELS[:4]))
    other.show_frame(frame(levels=LEVELS[:4]))
    assert scale_of(view) == pytest.approx(scale_of(other)) == pytest.approx(round(scale_of(other)))


def test_a_zoom_by_hand_is_free_and_stays_when_the_window_is_resized(view: ImagesView) -> None:
    view.zoom(1.37, view.home.center())
    zoomed = view.view.viewRect().width()
    assert scale_of(view) != pytest.approx(round(scale_of(view)))
    view.resize(view.width(), view.height() + 10)
    assert view.view.viewRect().width() == pytest.approx(zoomed)
    view.fit()
    assert scale_of(view) == pytest.approx(round(scale_of(view)))


def test_a_wide_view_can_be_zoomed_into(view: ImagesView) -> None:
    view.resize(900, 200)
    before = view.view.viewRect().width()
    view.zoom(1.2, view.home.center())
    assert view.view.viewRect().width() < before
