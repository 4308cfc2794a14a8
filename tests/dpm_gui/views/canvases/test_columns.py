"""The canvas of points of more than two columns: a pair of them, by any of which all that is drawn follows."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from core.values.runs import DriftFrame, Frame
from dpm_gui.views.canvases.points import LONGEST_LABEL, PointsView
from dpm_gui.views.items.density import REACH
from tests.support.columns import NAMES, column_info, states
from tests.support.places import to_viewport

X = states(50, 3)


@pytest.fixture
def view(qtbot: QtBot) -> PointsView:
    made = PointsView("forward", "Forward: q destroys")
    qtbot.addWidget(made)
    made.resize(420, 460)
    made.show()
    made.set_data(column_info(3, NAMES))
    made.show_frame(Frame(3, X))
    return made


def labels(view: PointsView) -> list[str]:
    return [axis.label.toPlainText().strip() for axis in view._axes]


def test_the_first_two_columns_are_shown_until_others_are_chosen(view: PointsView) -> None:
    np.testing.assert_array_equal(view._cloud.points, X[:, :2])
    view.show_columns((2, 0))
    np.testing.assert_array_equal(view._cloud.points, X[:, [2, 0]])
    view.show_frame(Frame(4, X + 1))
    np.testing.assert_array_equal(view._cloud.points, X[:, [2, 0]] + 1)


def test_the_axes_have_the_names_of_the_columns_as_they_are(view: PointsView) -> None:
    assert labels(view) == ["height (standard deviations)", "a <b> & c (standard deviations)"]
    view.show_columns((2, 0))
    first, second = labels(view)
    assert first == f"{'x' * (LONGEST_LABEL - 1)}… (standard deviations)"
    assert second == "height (standard deviations)"
    view.set_data(column_info(20))
    view.show_columns((19, 8))
    assert labels(view) == ["x₂₀ (standard deviations)", "x₉ (standard deviations)"]


def test_colours_stay_with_their_points(view: PointsView) -> None:
    view.set_colours(np.linspace(0, 1, 50, dtype=np.float32))
    before = view._cloud.colours
    view.show_columns((1, 2))
    np.testing.assert_array_equal(view._cloud.colours, before)


def test_the_density_and_the_small_image_are_those_of_the_pair(view: PointsView) -> None:
    view.set_layer("density", True)
    flat = np.zeros((50, 3), np.float32)
    flat[:, 0] = np.linspace(-2, 2, 50)
    view.show_frame(Frame(3, flat))
    image = view.thumbnail(flat, "#000000")
    assert np.ptp(np.argwhere(view._density.image > 0)[:, 1]) > 100  # a line
    view.show_columns((1, 2))
    assert np.ptp(np.argwhere(view._density.image > 0), axis=0).max() <= 2 * REACH  # a spot
    assert view.thumbnail(flat, "#000000") != image


def test_a_path_and_its_dot_follow_the_pair(view: PointsView) -> None:
    path = states(6, 3)
    view.show_path(path, 2)
    view.show_columns((2, 1))
    np.testing.assert_array_equal(view._path.places, path[:, [2, 1]])
    assert view._path.dot == QPointF(*path[2, [2, 1]].tolist())
    drawn = view._path.places
    view.show_path(path, 3)
    assert view._path.places is drawn  # the line is drawn once, and the dot alone moves
    assert view._path.dot == QPointF(*path[3, [2, 1]].tolist())
    view.show_path(None, None)
    view.show_columns((0, 1))
    assert not len(view._path.places)


def test_a_click_finds_the_point_where_it_is_drawn(view: PointsView) -> None:
    view.show_columns((2, 1))
    inside = next(number for number in range(50) if np.abs(X[number]).max() < 2)
    near = view.nearest(to_viewport(view, QPointF(*X[inside, [2, 1]].tolist())))
    np.testing.assert_allclose(X[near, [2, 1]], X[inside, [2, 1]], atol=0.1)


def test_arrows_are_drawn_over_their_own_columns_alone_and_say_where_the_others_are(view: PointsView) -> None:
    drift = DriftFrame(3, X[:4, :2], np.full((4, 2), 0.01, np.float32), (0, 1))
    view.set_layer("arrows", True)
    view.show_drift(drift)
    assert view._caption.text() == f"arrows drawn × {view._drift.factor:g} · other columns at their mean"
    view.show_columns((1, 2))
    view.show_drift(drift)
    assert not len(view._drift.arrows[0])
    assert view._caption.isHidden()


def test_the_table_has_all_columns_by_their_names(view: PointsView) -> None:
    view.show_columns((2, 1))
    table = view.table()
    assert list(table.columns) == [f"{name} (model units)" for name in NAMES]
    np.testing.assert_array_equal(np.column_stack(list(table.columns.values())), X)


def test_columns_of_one_name_have_their_numbers_in_the_table(view: PointsView) -> None:
    view.set_data(column_info(3, ("a", "b", "a")))
    assert list(view.table().columns) == ["x1 a (model units)", "x2 b (model units)", "x3 a (model units)"]


def test_other_data_leave_nothing_of_the_points_before(view: PointsView) -> None:
    view.show_path(X, 1)
    view.set_data(column_info(5))
    assert not len(view._cloud.points)
    assert not len(view._path.places)
    view.grab()
    view.show_columns((4, 3))
    assert [len(column) for column in view.table().columns.values()] == [0] * 5


def test_another_pair_of_10_000_points_of_64_columns_is_there_within_a_frame(view: PointsView) -> None:
    view.set_data(column_info(64))
    view.show_frame(Frame(1, states(10_000, 64)))
    view.show_path(states(41, 64), 3)
    times = []
    for second in range(1, 20):
        begin = perf_counter()
        view.show_columns((0, second))
        times.append(perf_counter() - begin)
    assert sorted(times)[10] < 0.016
