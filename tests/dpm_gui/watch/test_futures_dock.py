"""The dock of many futures: when it is there, and that it shows what the frames say."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dpm_gui.engine.values import REVERSE
from dpm_gui.watch.workspace import WATCH
from tests.support.futures_desk import OTHER, Desk
from tests.support.places import to_viewport
from tests.support.window_values import STEPS


def test_the_dock_is_there_while_there_are_futures(points: Desk, qtbot: QtBot) -> None:
    assert points.dock.isHidden()
    points.player.seek(3)
    points.branch()
    assert points.dock.isVisible()
    assert points.made_room == 1
    with qtbot.waitSignal(points.session.run_ended):
        points.session.undo_stack.undo()
    assert points.dock.isHidden()


def test_a_dock_that_was_closed_stays_closed_until_there_are_other_futures(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    points.dock.close()
    points.session.frames_added.emit(REVERSE)
    points.player.seek(1)
    assert points.dock.isHidden()
    points.branch()
    assert points.dock.isVisible()


def test_in_another_workspace_the_dock_waits(points: Desk, qtbot: QtBot) -> None:
    points.player.seek(3)
    points.branch()
    points.workspaces.show_workspace(OTHER.name)
    assert points.dock.isHidden()
    points.session.undo_stack.undo()
    points.workspaces.show_workspace(WATCH.name)
    assert points.dock.isHidden()
    points.workspaces.show_workspace(OTHER.name)
    points.session.undo_stack.redo()
    assert points.dock.isHidden()
    with qtbot.waitSignal(points.session.run_ended):
        points.workspaces.show_workspace(WATCH.name)
    assert points.dock.isVisible()


def test_what_is_drawn_is_what_the_frames_say(points: Desk) -> None:
    from core.sampling.predictions import state_spread

    points.player.seek(4)
    points.branch()
    opened = points.session.opened
    assert opened is not None
    steps, values = points.plot.curve
    assert steps.tolist() == [0, 1, 2, 3, 4]
    expected = [state_spread(opened.checkpoint.data, "gaussian", points.frame(t).x) for t in range(5)]
    assert values.tolist() == expected
    assert points.plot.home.left() < 0
    assert points.plot.home.right() > STEPS  # the time axis of the whole chain


def test_both_cursors_are_one_time(points: Desk) -> None:
    points.player.seek(4)
    points.branch()
    points.player.seek(2)
    assert points.plot._cursor.at == 2
    assert points.plot.header.readout.startswith("t = 2 · ")
    points.player.seek(STEPS)
    assert points.plot.header.readout == "the futures begin at t = 4"
    place = to_viewport(points.plot, QPointF(1.0, 0.0)).toPoint()
    place.setY(points.plot.viewport().height() // 2)
    QTest.mouseClick(points.plot.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert points.player.t == 1
