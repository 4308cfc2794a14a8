"""Many futures on the canvas: their fan, the run before in grey behind them, and that they play at once."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.views.canvases.points import PointsView
from tests.support.futures_desk import Desk
from tests.support.window_values import STEPS


def view(desk: Desk) -> PointsView:
    found = desk.watch.views[REVERSE]
    assert isinstance(found, PointsView)
    return found


@pytest.mark.parametrize("side", [REVERSE, FORWARD])
def test_futures_are_a_fan_before_the_run_that_was_there_at_the_same_step(points: Desk, side: str) -> None:
    before = points.session.recording(REVERSE)
    points.player.seek(3)
    points.watch.canvases.choose(side, 17)
    points.branch()
    fan = view(points)._paths.fan.fan
    assert fan is not None
    assert fan.shape == (4, 64, 2)
    for t in (1, 2, 5):
        points.player.seek(t)
        frame, futures = before.frame(min(t, 3)), points.frame(min(t, 3))
        assert frame is not None
        np.testing.assert_array_equal(view(points)._clouds.behind.points, frame.x)
        np.testing.assert_array_equal(view(points)._cloud.points, futures.x)
        np.testing.assert_array_equal(fan[min(t, 3)], futures.x)
    assert view(points)._cloud._scale > view(points)._clouds.behind._scale
    assert view(points).values_text(4).startswith("future 5: ")
    points.session.undo_stack.undo()
    assert points.session.recording(REVERSE) is before  # at once, and nothing is computed again
    assert not len(view(points)._clouds.behind.points)
    assert view(points)._paths.fan.fan is None
    assert view(points)._cloud._scale == view(points)._clouds.behind._scale
    assert view(points).values_text(4).startswith("point 5: ")


def test_futures_play_from_their_state_to_the_data_at_once(points: Desk, qtbot: QtBot) -> None:
    points.player.seek(4)
    with qtbot.waitSignal(points.session.run_ended):
        points.watch.starts.branch()
    assert points.player.playing
    assert points.player.direction == "backward"
    assert points.player.t <= 4
    qtbot.waitUntil(lambda: points.player.t < 4)
    assert points.player.bounds == (0, 4)
    points.watch.starts.from_noise()
    assert points.player.bounds is None


def test_who_has_gone_elsewhere_meanwhile_stays_there(points: Desk, qtbot: QtBot) -> None:
    points.player.seek(4)
    with qtbot.waitSignal(points.session.run_ended):
        points.watch.starts.branch()
        points.player.seek(2)
    assert not points.player.playing
    assert points.player.t == 2


@pytest.mark.parametrize(("bounds", "plays"), [((1, 5), True), ((4, 5), False), ((0, 3), False)])
def test_a_range_that_was_chosen_stays_and_futures_outside_it_are_not_played(
    points: Desk, qtbot: QtBot, bounds: tuple[int, int], plays: bool
) -> None:
    points.player.seek(4)
    points.player.set_bounds(bounds)
    with qtbot.waitSignal(points.session.run_ended):
        points.watch.starts.branch()
    assert points.player.playing == plays
    points.watch.starts.from_noise()
    assert points.player.bounds == bounds


def test_while_it_plays_a_state_that_branches_is_played_from_there(points: Desk, qtbot: QtBot) -> None:
    points.player.seek(STEPS)
    points.player.play_forward()
    points.player.seek(4)
    with qtbot.waitSignal(points.session.run_ended):
        points.watch.starts.branch()
    assert points.player.playing
    assert points.player.direction == "backward"
    assert points.session.spec.branches[0].t == 4


def test_futures_that_are_stopped_are_not_played(points: Desk, qtbot: QtBot) -> None:
    points.player.seek(4)
    points.watch.starts.branch()
    points.session.undo_stack.undo()
    assert not points.player.playing
    assert points.player.t == 4
