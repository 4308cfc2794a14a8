"""The plot of both entropy bounds: what is drawn, and the cursor that is a second timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.views.plots.entropies import EntropyPlot
from dpm_gui.views.timeline.entropy_band import CLIPPED_TEXT
from tests.support.places import to_viewport
from tests.support.window_values import entropies

LEFT = Qt.MouseButton.LeftButton
STEPS = 40


@pytest.fixture
def plot(qtbot):
    made = EntropyPlot()
    qtbot.addWidget(made)
    made.resize(320, 420)
    made.show()
    made.show_entropies(entropies())
    made.set_cursor(20)
    return made


def place_of(plot: EntropyPlot, t: float) -> QPoint:
    return QPoint(to_viewport(plot, QPointF(t, 0.0)).toPoint().x(), 150)


def test_both_bounds_are_drawn_over_t(plot):
    given = entropies()
    x, upper, lower = plot._band.curves
    np.testing.assert_array_equal(x, np.arange(1, STEPS + 1))
    np.testing.assert_array_equal(upper, given.upper)
    np.testing.assert_array_equal(lower[1:], given.lower[1:])


def test_the_infinite_bound_is_clipped_at_the_edge_and_the_plot_says_so(plot):
    _, _, lower = plot._band.curves
    assert lower[0] == pytest.approx(plot.home.top())  # the least y in view
    assert plot._caption.text() == CLIPPED_TEXT
    assert plot._caption.isVisible()


def test_finite_bounds_need_no_note(plot):
    given = entropies()
    plot.show_entropies(StepEntropies(given.upper, given.upper - 1, given.t_given_0))
    assert plot._caption.isHidden()


def test_all_finite_values_are_in_view(plot):
    given = entropies()
    shown = plot.view.viewRect()
    assert shown.top() < given.lower[1:].min()
    assert shown.bottom() > given.upper.max()
    assert shown.left() < 1
    assert shown.right() > STEPS


@pytest.mark.parametrize("steps", [1, 2, 2000])
def test_any_number_of_steps_can_be_shown(plot, steps):
    plot.show_entropies(entropies(steps))
    plot.set_cursor(steps)
    plot.grab()
    assert plot.steps == steps
    assert plot._cursor.at == steps


def test_both_bounds_have_the_forward_hue_and_differ_in_their_strokes(plot):
    for palette in (LIGHT, DARK):
        plot.set_palette(palette)
        upper, lower = plot._band.pens
        assert upper.color() == lower.color() == QColor(palette.forward)
        assert upper.style() != lower.style()
        assert upper.widthF() == 2.0
    plot.set_line_scale(1.5)
    assert plot._band.pens[0].widthF() == 3.0


def test_the_legend_names_both_bounds(plot):
    assert plot._legend.names == ["upper bound", "lower bound"]
    assert plot._legend.isVisible()


def test_the_cursor_stands_on_the_step_and_the_readout_gives_its_numbers(plot):
    plot.set_cursor(17)
    given = entropies()
    assert plot._cursor.at == 17
    assert plot._cursor.scenePos().x() == pytest.approx(place_of(plot, 17).x(), abs=1)
    expected = f"t = 17 · upper {given.upper[16]:.2f} · lower {given.lower[16]:.2f} bits/dim".replace("-", "−")
    assert plot.header.readout == expected


def test_the_readout_at_the_first_step_says_minus_infinity(plot):
    plot.set_cursor(1)
    assert plot.header.readout == "t = 1 · upper −3.00 · lower −∞ bits/dim"


def test_no_step_belongs_to_the_data_and_the_cursor_hides(plot):
    plot.set_cursor(0)
    assert plot._cursor.at is None
    assert not plot._cursor.isVisible()
    assert plot.header.readout.startswith("t = 0")


def test_setting_the_cursor_is_not_told(plot, qtbot):
    with qtbot.assertNotEmitted(plot.step_chosen):
        plot.set_cursor(5)


def test_a_cursor_that_moves_repaints_a_strip_and_keeps_the_curves(plot):
    plot.grab()
    kept = plot._band._cache
    plot.set_cursor(30)
    plot.grab()
    assert plot._band._cache is kept
    assert plot._cursor.boundingRect().width() < 20


def test_a_press_moves_the_cursor_there_at_once(plot, qtbot):
    with qtbot.waitSignal(plot.step_chosen) as received:
        QTest.mousePress(plot.viewport(), LEFT, pos=place_of(plot, 31))
    assert received.args == [31]
    assert plot._cursor.at == 31
    QTest.mouseRelease(plot.viewport(), LEFT, pos=place_of(plot, 31))


def test_a_drag_of_the_cursor_tells_each_step_and_ends_under_the_pointer(plot, qtbot):
    received: list[int] = []
    plot.step_chosen.connect(received.append)
    QTest.mousePress(plot.viewport(), LEFT, pos=place_of(plot, 20))
    for t in (22, 22, 25, 90, 33):
        QTest.mouseMove(plot.viewport(), place_of(plot, t))
    QTest.mouseRelease(plot.viewport(), LEFT, pos=place_of(plot, 33))
    assert received == [22, 25, 40, 33]
    assert plot._cursor.at == 33


def test_the_pointer_alone_moves_nothing(plot, qtbot):
    with qtbot.assertNotEmitted(plot.step_chosen):
        QTest.mouseMove(plot.viewport(), place_of(plot, 30))
        QTest.mousePress(plot.viewport(), LEFT, pos=QPoint(3, 150))
        QTest.mouseRelease(plot.viewport(), LEFT, pos=QPoint(3, 150))


def test_the_pointer_changes_its_shape_over_the_cursor(plot):
    QTest.mouseMove(plot.viewport(), place_of(plot, 20))
    assert plot.viewport().cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.mouseMove(plot.viewport(), place_of(plot, 35))
    assert plot.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_cursor_keeps_its_step_when_the_plot_is_resized_or_zoomed(plot, qtbot):
    plot.resize(500, 300)
    QTest.qWait(1)
    assert plot._cursor.scenePos().x() == pytest.approx(place_of(plot, 20).x(), abs=1)
    plot.zoom(2.0, QPointF(20.0, 0.0))
    assert plot._cursor.scenePos().x() == pytest.approx(place_of(plot, 20).x(), abs=1)


def test_the_view_does_not_leave_the_steps(plot):
    plot.zoom(0.01, QPointF(20.0, 0.0))
    assert plot.region == plot.home
    plot.zoom(1e6, QPointF(20.0, 0.0))
    assert plot.region.width() == pytest.approx(3.0)


def test_ticks_are_whole_steps(plot):
    plot.zoom(1e6, QPointF(20.0, 0.0))
    (spacing, values), *_ = plot._axes[0].tickValues(*plot.view.viewRange()[0], 200.0)
    assert spacing >= 1
    assert all(value == int(value) for value in values)


def test_a_fewer_number_of_steps_takes_the_cursor_along(plot):
    plot.show_entropies(entropies(10))
    assert plot._cursor.at == 10


def test_the_table_has_both_bounds_of_every_step(plot):
    given = entropies()
    table = plot.table()
    assert table.name == "entropies"
    t, upper, lower = table.columns.values()
    np.testing.assert_array_equal(t, np.arange(1, STEPS + 1))
    np.testing.assert_array_equal(upper, given.upper)
    np.testing.assert_array_equal(lower, given.lower)
    assert [name for name in table.columns if "bits per dimension" in name] == list(table.columns)[1:]


def test_a_plot_without_entropies_paints_and_answers_no_click(qtbot):
    empty = EntropyPlot()
    qtbot.addWidget(empty)
    empty.show()
    with qtbot.assertNotEmitted(empty.step_chosen):
        QTest.mouseClick(empty.viewport(), LEFT, pos=QPoint(100, 100))
    empty.set_cursor(3)
    empty.grab()
    assert all(not len(column) for column in empty.table().columns.values())
    assert empty.header.readout.strip() == ""


def test_the_entropies_of_pictures_are_per_pixel(qtbot: QtBot) -> None:
    plot = EntropyPlot()
    qtbot.addWidget(plot)
    given = entropies()
    plot.show_entropies(given, channels=3)
    columns: Mapping[str, NDArray[Any]] = plot.table().columns
    np.testing.assert_allclose(columns["upper (bits per pixel)"], 3 * given.upper)
    plot.set_cursor(2)
    assert plot.header.readout.endswith("bits/pixel")
    plot.show_entropies(given)
    assert "upper (bits per dimension)" in plot.table().columns
