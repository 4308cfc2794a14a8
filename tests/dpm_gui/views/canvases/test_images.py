"""The canvas of pictures: made-up frames in, what is drawn and said out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.values.checkpoints import DataInfo
from core.values.runs import Frame
from dpm_gui.desktop.theme import DARK, LIGHT
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
    assert "stretched" in view.header.readout
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
