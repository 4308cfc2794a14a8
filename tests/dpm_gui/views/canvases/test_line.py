"""The canvas of points of one column: a strip and a histogram on one axis."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.values.runs import DriftFrame, Frame
from dpm_gui.views.canvases import canvas_of
from dpm_gui.views.canvases.line import HEADROOM, LEAST_TOP, STRIP, LineView, line_thumbnail
from dpm_gui.views.canvases.points import HALF_RANGE, PointsView
from tests.support.columns import column_info, states
from tests.support.places import to_viewport
from tests.support.window_values import make_checkpoint

X = states(200, 1)


@pytest.fixture
def view(qtbot: QtBot) -> LineView:
    made = LineView("reverse", "Reverse: p restores")
    qtbot.addWidget(made)
    made.resize(420, 460)
    made.show()
    made.set_data(column_info(1, ("heart rate",)))
    made.show_frame(Frame(3, X))
    return made


def test_points_of_one_column_have_a_canvas_of_their_own() -> None:
    assert canvas_of(make_checkpoint(shape=(1,))) is LineView
    assert canvas_of(make_checkpoint(shape=(3,))) is PointsView


def test_each_point_is_at_its_value_and_keeps_its_height(view: LineView, qtbot: QtBot) -> None:
    before = view._cloud.points
    np.testing.assert_array_equal(before[:, 0], X[:, 0])
    assert (before[:, 1] >= STRIP[0] * view.top).all()
    assert (before[:, 1] <= STRIP[1] * view.top).all()
    view.show_frame(Frame(4, -X[:100]))
    np.testing.assert_array_equal(view._cloud.points[:, 1], before[:100, 1])
    other = LineView("forward", "Forward: q destroys")
    qtbot.addWidget(other)
    other.set_data(column_info(1))
    other.show_frame(Frame(0, X))
    np.testing.assert_array_equal(other._cloud.points[:, 1], before[:, 1])


@pytest.mark.parametrize("count", [10, 100, 1000])
def test_the_heights_of_the_first_points_fill_the_strip_evenly(view: LineView, count: int) -> None:
    view.show_frame(Frame(1, np.zeros((count, 1), np.float32)))
    heights = np.sort(view._cloud.points[:, 1])
    gaps = np.diff(heights) / ((STRIP[1] - STRIP[0]) * view.top)
    assert gaps.max() < 3 / count


def test_the_histogram_stands_above_and_has_the_area_one(view: LineView) -> None:
    assert view.layer_shown("density")
    item = view._density
    within = ((item.edges[0] <= X) & (item.edges[-1] > X)).mean()
    assert (item.heights * np.diff(item.edges)).sum() == pytest.approx(within)
    view.show_frame(Frame(4, X * 0 + 1))
    assert item.edges[item.heights.argmax()] == pytest.approx(1.0, abs=0.1)
    view.set_layer("density", False)
    view.show_frame(Frame(5, X * 0))
    assert item.edges[item.heights.argmax()] == pytest.approx(1.0, abs=0.1)  # what is hidden is not counted


def test_a_narrower_view_has_narrower_bins_and_the_densities_stay(view: LineView) -> None:
    width = np.diff(view._density.edges)[0]
    bottom, top = view.view.viewRect().top(), view.view.viewRect().bottom()
    view.zoom(4.0, QPointF(0.5, 0.0))
    shown = view.view.viewRect()
    assert shown.width() == pytest.approx(HALF_RANGE / 2)
    assert (shown.top(), shown.bottom()) == (pytest.approx(bottom), pytest.approx(top))
    assert np.diff(view._density.edges)[0] == pytest.approx(width / 4)
    for _ in range(100):
        view.zoom(4.0, QPointF(0.5, 0.0))
    view.grab()
    assert view.region.width() > 0


def test_the_room_above_is_for_the_greatest_density_of_the_examples(view: LineView) -> None:
    assert view.region == view.home
    info = column_info(1)
    narrow = (info.examples * 0.1 + np.sign(info.examples)).astype(np.float32)
    view.set_data(type(info)(info.name, info.shape, info.value_range, info.shift, info.scale, narrow))
    assert view.top > 1.0
    assert view.home.bottom() == pytest.approx(view.top)
    wide = np.linspace(-1.7, 1.7, 400, dtype=np.float32)[:, None]
    view.set_data(type(info)(info.name, info.shape, info.value_range, info.shift, info.scale, wide))
    assert view.top == max(LEAST_TOP, HEADROOM * 12 / 400 / 0.1)


def test_the_axes_have_the_name_of_the_column_and_no_density_below_zero(view: LineView) -> None:
    assert view._axes[0].label.toPlainText().strip() == "heart rate (standard deviations)"
    assert view._axes[1].label.toPlainText().strip() == "density per standard deviation"
    ticks = [value for _, values in view._axes[1].tickValues(-0.4, 0.6, 300.0) for value in values]
    assert ticks
    assert min(ticks) == 0.0


def test_a_path_runs_along_the_strip_at_the_height_of_its_point(view: LineView) -> None:
    path = states(6, 1)
    view.mark(17)
    view.show_path(path, 2)
    np.testing.assert_array_equal(view._path.places[:, 0], path[:, 0])
    assert (view._path.places[:, 1] == view._cloud.points[17, 1]).all()
    assert view._path.dot == QPointF(*view._path.places[2].tolist())


def test_a_click_finds_the_point_in_the_strip(view: LineView) -> None:
    view.show_frame(Frame(3, X[:20]))
    number = next(number for number in range(20) if abs(X[number, 0]) < 2)
    assert view.nearest(to_viewport(view, QPointF(*view._cloud.points[number].tolist()))) == number


def test_arrows_lie_along_the_strip(view: LineView) -> None:
    places = np.linspace(-2, 2, 5, dtype=np.float32)[:, None]
    view.set_layer("arrows", True)
    view.show_drift(DriftFrame(3, places, np.full((5, 1), 0.1, np.float32), (0,)))
    tails, tips = view._drift.arrows
    np.testing.assert_allclose(tails[:, 0], places[:, 0])
    np.testing.assert_allclose(tips - tails, [[0.5, 0.0]] * 5, rtol=1e-5)
    assert (tails[:, 1] < 0).all()
    assert view._caption.text() == "arrows drawn × 5"
    view.show_drift(DriftFrame(3, np.zeros((1, 2), np.float32), np.ones((1, 2), np.float32)))
    assert not len(view._drift.arrows[0])


def test_two_lines_are_linked_and_have_one_table_each(view: LineView, qtbot: QtBot) -> None:
    other = LineView("forward", "Forward: q destroys")
    qtbot.addWidget(other)
    view.link_to(other)
    view.set_region(QRectF(-1, 0, 2, 1))
    assert other.view.viewRect() == view.view.viewRect()
    assert list(view.table().columns) == ["heart rate (model units)"]
    assert [len(column) for column in other.table().columns.values()] == [0]


def test_points_that_are_nowhere_are_drawn_nowhere(view: LineView) -> None:
    view.show_frame(Frame(1, np.array([[np.nan], [np.inf], [0.0]], np.float32)))
    view.grab()
    assert view._density.heights.max() == pytest.approx(1 / 3 / 0.1)


def test_the_small_image_is_the_histogram() -> None:
    values = np.repeat(np.array([-1.0, 1.0], np.float32), (100, 50))
    image = line_thumbnail(values, "#D55E00", 10.0).convertToFormat(QImage.Format.Format_ARGB32)
    alphas = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 3] > 0
    heights = alphas.sum(0)
    assert sorted(set(heights.tolist()))[0] == 0
    left, right = heights[: image.width() // 2].max(), heights[image.width() // 2 :].max()
    assert left == pytest.approx(2 * right, abs=1)
    assert alphas[-1].any()
    assert not alphas[0].any()
    line_thumbnail(np.array([np.nan, np.inf], np.float32), "#D55E00", 1.0)
