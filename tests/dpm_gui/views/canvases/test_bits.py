"""The canvas of bits: made-up sequences in, what its items hold out; rows clicked as a person clicks them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
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


def scene_of(view: BitsView, t: float, column: float) -> QPoint:
    """Where a bit of the path is, in the viewport."""
    return view.mapFromScene(view.bit_path.view.mapViewToScene(QPointF(column, t)))


def show_path(view: BitsView, path: NDArray[np.float32], upto: int, row: int = 4, first: int = 0) -> None:
    view.mark(row)
    view.show_path(path, upto, first)
    QApplication.processEvents()  # the layout


def test_a_path_appears_beside_the_rows_with_the_noise_at_the_top(view: BitsView) -> None:
    path = np.zeros((8, COLUMNS), np.float32)
    path[7] = 1.0  # the last step, the noise
    region, width = view.region, view.view.width()
    show_path(view, path, 3)
    assert view.path is path
    assert view.region == region
    assert view.view.width() < 0.6 * width
    assert view.bit_path.view.width() == pytest.approx(view.view.width(), abs=2)
    image = view.viewport().grab().toImage()
    for t, colour in ((0, LIGHT.surface), (5, LIGHT.surface), (7, LIGHT.ink)):
        assert image.pixelColor(scene_of(view, t, 5.0)) == QColor(colour)
    view.mark(-1)
    view.show_path(None, None)
    QApplication.processEvents()
    assert view.view.width() == width


def test_the_axis_of_t_reaches_to_the_last_step_and_its_mark_follows_the_step(view: BitsView) -> None:
    view.set_steps(40)
    path = sequences(3, 21)
    show_path(view, path, 0, first=20)  # as far as the chain has come
    axis = view.bit_path.times
    assert axis.label.toPlainText().strip() == "step t"
    assert axis.range == pytest.approx([-1.5, 41.5])
    strings = axis.tickStrings(axis.tickValues(*axis.range, axis.height())[0][1], 1.0, 10.0)
    assert "20" in strings
    for upto in (0, 7, 20):
        view.show_path(path, upto, 20)
        t = 20 + upto
        assert view.bit_path.tag.text == str(t)
        assert view.bit_path.mark.rect().center().y() == pytest.approx(t)
        tag = view.bit_path.tag.mapToScene(QPointF(0, 0))
        assert tag.y() == pytest.approx(scene_of(view, t, 1.0).y(), abs=1.5)


def test_a_line_leads_from_the_row_to_its_present_step_also_after_scrolling(view: BitsView) -> None:
    path = sequences(3, 9)
    show_path(view, path, 6, row=20)
    assert view.bit_path.places.label.toPlainText().strip() == "sequence 21 at every t"

    def ends() -> list[float]:
        lead = view.bit_path.lead
        assert lead is not None
        return [view.plotItem.mapToScene(point).y() for point in (lead.p1(), lead.p2())]

    def wanted() -> list[float]:
        row = view.view.mapViewToScene(QPointF(1.0, -21.0)).y()
        return [row, view.bit_path.view.mapViewToScene(QPointF(1.0, 6.0)).y()]

    assert ends() == pytest.approx(wanted(), abs=0.5)
    before = wanted()
    view.set_region(view.limited(view.region.translated(0, -5)))
    assert wanted()[0] != before[0]
    assert wanted()[1] == before[1]  # the path stays in view
    assert ends() == pytest.approx(wanted(), abs=0.5)
    view.resize(500, 500)
    QApplication.processEvents()
    assert ends() == pytest.approx(wanted(), abs=0.5)
    view.zoom(4.0, QPointF(1.0, -40.0))
    assert view.bit_path.lead is None  # the row is out of view
    assert view.path is path


def test_the_layer_of_the_path_gives_its_room_back_and_takes_it_again(view: BitsView) -> None:
    width = view.view.width()
    show_path(view, sequences(3, 9), 2)
    view.set_layer("path", False)
    QApplication.processEvents()
    assert view.view.width() == width
    view.set_layer("path", True)
    QApplication.processEvents()
    assert view.view.width() < width


def test_the_line_below_the_title_tells_the_bit_under_the_pointer(view: BitsView) -> None:
    bits = sequences()
    assert "frequency of ones" in view.header.readout
    QTest.mouseMove(view.viewport(), to_viewport(view, QPointF(3, -2)).toPoint())
    assert view.header.readout == f"sequence 2, place 3: {bits[1, 2]:.0f}"
    view.show_frame(Frame(4, 1.0 - bits))
    assert view.header.readout == f"sequence 2, place 3: {1 - bits[1, 2]:.0f}"
    QTest.mouseMove(view.viewport(), to_viewport(view, QPointF(5, 1.5)).toPoint())
    assert view.header.readout == f"place 5: frequency of ones {1 - bits[:, 4].mean():.3f}"
    path = sequences(3, 9)
    show_path(view, path, 2)
    QTest.mouseMove(view.viewport(), scene_of(view, 6, 7.0))
    assert view.header.readout == f"sequence 5 at t = 6, place 7: {path[6, 6]:.0f}"
    view.leaveEvent(QEvent(QEvent.Type.Leave))
    assert "frequency of ones" in view.header.readout


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
