"""The canvas of bits: made-up sequences in, what its items hold out; rows clicked as a person clicks them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.values.runs import Frame
from dpm_gui.desktop.theme import DARK, LIGHT, Palette
from dpm_gui.views.canvases.bits import ROWS, BitsView, bit_thumbnail
from tests.support.places import to_viewport

COUNT, COLUMNS = 60, 10


def sequences(seed: int = 0, count: int = COUNT) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).random((count, COLUMNS)) < 0.4).astype(np.float32)


@pytest.fixture
def view(qtbot: QtBot) -> BitsView:
    made = BitsView("forward", "Forward: q destroys")
    qtbot.addWidget(made)
    made.resize(600, 700)
    made.show()
    made.show_frame(Frame(3, sequences()))
    return made


def pixel_of(view: BitsView, image: QImage, row: float, column: float) -> QColor:
    place = to_viewport(view, QPointF(column, -row))
    return image.pixelColor(place.toPoint())


def click(view: BitsView, row: float, column: float) -> None:
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=to_viewport(view, QPointF(column, -row)).toPoint())


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_every_bit_in_view_has_the_colour_of_its_value(view: BitsView, palette: Palette) -> None:
    view.set_palette(palette)
    image = view.viewport().grab().toImage()
    bits = sequences()
    for row in (1, 2, 17, ROWS - 1):
        for column in range(1, COLUMNS + 1):
            wanted = palette.ink if bits[row - 1, column - 1] else palette.surface
            assert pixel_of(view, image, row, column) == QColor(wanted)


def test_the_strip_above_shades_each_place_by_its_share_of_ones(view: BitsView) -> None:
    bits = sequences()
    bits[:, 2], bits[:, 3] = 1.0, 0.0
    view.show_frame(Frame(3, bits))
    image = view.viewport().grab().toImage()
    assert pixel_of(view, image, -1.5, 3) == QColor(LIGHT.ink)
    assert pixel_of(view, image, -1.5, 4) == QColor(LIGHT.surface)
    between = pixel_of(view, image, -1.5, 1).lightness()
    assert QColor(LIGHT.ink).lightness() < between < QColor(LIGHT.surface).lightness()


def test_a_click_tells_the_row_and_one_beside_the_rows_tells_none(view: BitsView) -> None:
    received: list[int] = []
    view.point_clicked.connect(received.append)
    click(view, 1, 1)
    click(view, 23, COLUMNS)
    click(view, -1.5, 3)
    assert received == [0, 22, -1]


def test_a_path_appears_beside_the_rows_with_the_noise_at_the_top(view: BitsView) -> None:
    path = np.zeros((8, COLUMNS), np.float32)
    path[7] = 1.0  # the last step, the noise
    before = view.home.width()
    view.show_path(path, 7)
    assert view.home.width() > before
    assert view.path is path
    place = view._path_place()
    height = place.height() / len(path)
    step = view._step.rect()
    assert step.center().y() == pytest.approx(place.bottom() - height / 2)  # y grows upwards: the uppermost row
    image = view.viewport().grab().toImage()
    for share, colour in ((0.25, LIGHT.surface), (0.75, LIGHT.surface)):
        y = place.top() + share * place.height()
        assert pixel_of(view, image, -y, place.center().x()) == QColor(colour)
    assert pixel_of(view, image, -(place.bottom() - height / 2), place.center().x()) == QColor(LIGHT.ink)
    view.show_path(None, None)
    assert view.home.width() == before


def test_the_mark_frames_the_row_of_the_path_and_goes_with_it(view: BitsView) -> None:
    view.mark(4)
    assert view._mark.isVisible()
    assert view._mark.rect().center().y() == pytest.approx(-5.0)
    view.mark(-1)
    assert not view._mark.isVisible()


@pytest.mark.parametrize("name", BitsView.layers)
def test_each_layer_can_be_shown_and_hidden(view: BitsView, name: str) -> None:
    assert view.layer_shown(name) == (name in BitsView.initial_layers)
    view.set_layer(name, False)
    assert not view.layer_shown(name)
    view.set_layer(name, True)
    assert view.layer_shown(name)


def test_the_rule_stands_after_every_fifth_place(view: BitsView) -> None:
    view.show_frame(Frame(0, np.zeros((COUNT, COLUMNS), np.float32)))
    view.set_layer("rule", True)
    image = view.viewport().grab().toImage()
    y = to_viewport(view, QPointF(0, -10)).toPoint().y()
    left, right = (round(to_viewport(view, QPointF(x, -10)).x()) for x in (0.6, COLUMNS + 0.4))
    ruled = [x for x in range(left, right) if image.pixelColor(x, y) == QColor(LIGHT.known)]
    assert ruled
    assert [view.to_data(QPointF(x, y)).x() for x in ruled] == pytest.approx([5.5] * len(ruled), abs=0.1)


def test_the_view_begins_with_the_first_rows_and_moves_to_the_last(view: BitsView) -> None:
    assert view.home.height() < COUNT
    view.set_region(view.limited(view.region.translated(0, -1000)))
    assert view.region.top() == pytest.approx(-COUNT - 1.0)


def test_the_table_has_a_column_for_each_place(view: BitsView) -> None:
    table = view.table()
    assert table.name == "forward-t3"
    assert list(table.columns) == [f"x{place}" for place in range(1, COLUMNS + 1)]
    np.testing.assert_array_equal(np.column_stack(list(table.columns.values())), sequences())


def test_a_thumbnail_has_a_pixel_for_each_bit_of_the_first_rows() -> None:
    bits = sequences()
    image = bit_thumbnail(bits, "#D55E00")
    assert (image.width(), image.height()) == (COLUMNS, COLUMNS)
    for row in range(COLUMNS):
        for column in range(COLUMNS):
            assert (image.pixelColor(column, row).alpha() == 255) == bool(bits[row, column])


def test_a_view_without_a_frame_paints_and_has_an_empty_table(qtbot: QtBot) -> None:
    empty = BitsView("reverse", "Reverse: p restores")
    qtbot.addWidget(empty)
    empty.show()
    empty.grab()
    assert [len(column) for column in empty.table().columns.values()] == [0]
    assert not empty.interpolates
