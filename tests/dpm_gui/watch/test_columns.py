"""Watch with points of one column and of many: both sides show the same ones, and so does what is exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dpm_gui.__main__ import main
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_scene import FilmScene
from dpm_gui.export.paper_figures import PaperFigure, figure_of
from dpm_gui.session.session import Session
from dpm_gui.views.canvases import canvas_of
from dpm_gui.views.canvases.line import LineView
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.watch.page import WatchPage
from tests.support.columns import NAMES, save_points
from tests.support.window_values import STEPS, close_figures, open_and_run
from tests.support.workspaces import shown_page

SIDES = (FORWARD, REVERSE)
Show = Callable[[int], WatchPage]


@pytest.fixture
def show(session: Session, qtbot: QtBot, tmp_path: Path, trusted: None) -> Show:
    """Opens points of so many columns in Watch and runs them."""
    page = shown_page(WatchPage, session, qtbot, (900, 700))

    def opened(dimensions: int) -> WatchPage:
        open_and_run(session, save_points(tmp_path, dimensions, NAMES if dimensions == 3 else ()), qtbot)
        return page

    return opened


def places(page: WatchPage, side: str) -> np.ndarray:
    view = page.views[side]
    assert isinstance(view, PointsView)
    return view._cloud.points


def states_at(session: Session, side: str, t: int) -> np.ndarray:
    frame = session.recording(side).frame(t)
    assert frame is not None
    return frame.x


def test_a_pair_is_chosen_for_both_sides(show: Show, session: Session) -> None:
    page = show(3)
    assert page.columns.isVisible()
    assert [page.columns.boxes[0].itemText(number) for number in range(2)] == list(NAMES[:2])
    colours = {side: page.views[side]._cloud.colours for side in SIDES}
    before = page.timeline.thumbnails._images
    page.columns.chosen.emit((2, 0))
    for side in SIDES:
        np.testing.assert_array_equal(places(page, side), states_at(session, side, 0)[:, [2, 0]])
        np.testing.assert_array_equal(page.views[side]._cloud.colours, colours[side])
    assert len(page.timeline.thumbnails._images) == len(before)
    assert page.timeline.thumbnails._images[0][1] != before[0][1]
    assert [box.currentIndex() for box in page.columns.boxes] == [2, 0]


def test_the_pair_stays_while_the_checkpoint_is_run_again_and_goes_with_it(
    show: Show, session: Session, qtbot: QtBot
) -> None:
    page = show(20)
    session.columns.choose((19, 7))
    with qtbot.waitSignal(session.run_ended):
        session.edit(seed=3)
    np.testing.assert_array_equal(places(page, REVERSE), states_at(session, REVERSE, 0)[:, [19, 7]])
    show(3)
    assert session.columns.shown == (0, 1)
    np.testing.assert_array_equal(places(page, REVERSE), states_at(session, REVERSE, 0)[:, :2])


def test_the_path_of_a_point_follows_the_pair(show: Show, session: Session) -> None:
    page = show(3)
    page.canvases.choose(REVERSE, 5)
    page._player.seek(2)
    session.columns.choose((1, 2))
    view = page.views[REVERSE]
    assert isinstance(view, PointsView)
    np.testing.assert_array_equal(view._path.places, session.recording(REVERSE).path(5)[:, [1, 2]])
    page._player.seek(4)
    np.testing.assert_allclose(view._path.places[4], states_at(session, REVERSE, 4)[5, [1, 2]])


def test_arrows_are_computed_anew_for_another_pair(show: Show, session: Session, qtbot: QtBot) -> None:
    page = show(3)
    page._actions["arrows"].setChecked(True)
    qtbot.waitUntil(lambda: len(session.drifts.found) == STEPS)
    session.columns.choose((2, 0))
    qtbot.waitUntil(lambda: len(session.drifts.found) == STEPS)
    view = page.views[REVERSE]
    assert isinstance(view, PointsView)
    drift = session.drifts.at(0)
    assert drift is not None
    np.testing.assert_allclose(view._drift.arrows[0], drift.x)
    page._actions["arrows"].setChecked(False)


def test_points_on_a_line_and_in_the_plane_have_no_pair_to_choose(show: Show) -> None:
    for dimensions in (1, 2):
        assert not show(dimensions).columns.isVisible()


def test_points_on_a_line_are_a_strip_and_a_histogram_on_both_sides(show: Show, session: Session) -> None:
    page = show(1)
    for side in SIDES:
        assert isinstance(page.views[side], LineView)
        np.testing.assert_array_equal(places(page, side)[:, 0], states_at(session, side, 0)[:, 0])
        assert page.views[side].layer_shown("density")
    assert page._actions["density"].isChecked()
    assert page.views[FORWARD].region == page.views[REVERSE].region
    page.canvases.choose(FORWARD, 9)
    view = page.views[FORWARD]
    assert isinstance(view, LineView)
    assert (view._path.places[:, 1] == places(page, FORWARD)[9, 1]).all()
    assert page.timeline.thumbnails._images
    assert not page._show_frame(STEPS)


@pytest.mark.parametrize(("dimensions", "columns"), [(1, (0,)), (3, (2, 1)), (64, (63, 5))])
def test_films_and_the_figure_of_the_paper_show_the_columns_on_show(
    session: Session, tmp_path: Path, trusted: None, qtbot: QtBot, dimensions: int, columns: tuple[int, ...]
) -> None:
    open_and_run(session, save_points(tmp_path, dimensions), qtbot)
    session.columns.choose(columns)
    session.compute_figure()
    qtbot.waitUntil(lambda: session.figure_ready)
    assert session.opened is not None
    checkpoint, recordings = session.opened.checkpoint, {side: session.recording(side) for side in SIDES}
    figure = figure_of(checkpoint, recordings, session, LIGHT, QSize(600, 620))
    assert isinstance(figure, PaperFigure)
    scene = FilmScene(recordings, LIGHT, QSize(400, 240), canvas_of(checkpoint), checkpoint.data, columns)
    for widget in (figure, scene):
        qtbot.addWidget(widget, before_close_func=close_figures)
    next(scene.images())
    shown = sorted(figure.findChildren(PointsView), key=lambda view: (view.y(), view.x()))
    assert len(shown) == 9
    assert all(len(view._drift.arrows[0]) for view in shown[6:])
    x = states_at(session, FORWARD, 0)[:, list(columns)]
    for view in (shown[0], scene.findChildren(PointsView)[0]):
        np.testing.assert_array_equal(view._cloud.points[:, : len(columns)], x)
    assert not figure.image().isNull()


@pytest.mark.parametrize("dimensions", [1, 3, 64])
def test_points_of_any_dimension_are_rendered_without_a_display(
    dimensions: int, tmp_path: Path, trusted: None, same_looks: None
) -> None:
    path = save_points(tmp_path, dimensions)
    for option, name in (("--screenshot", "shot.png"), ("--render", "figure.png")):
        target = tmp_path / name
        assert main([path, option, str(target), "--count", "50"]) == 0
        assert not QImage(str(target)).isNull()
