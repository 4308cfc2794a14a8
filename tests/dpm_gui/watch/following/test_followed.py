"""What is followed in Watch: several paths, the points of a region, and how both end."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.items.path import path_colour
from tests.support.futures_desk import Desk
from tests.support.places import to_viewport
from tests.support.window_values import FEW, STEPS

SHIFT = Qt.KeyboardModifier.ShiftModifier


def view(desk: Desk, side: str = REVERSE) -> PointsView:
    found = desk.watch.views[side]
    assert isinstance(found, PointsView)
    return found


def shown(desk: Desk, side: str = REVERSE) -> list[int]:
    return [path.index for path in desk.watch.canvases.followed.paths if path.side == side]


def lonely(desk: Desk, count: int) -> list[int]:
    """Numbers of ``count`` points of the frame on show that lie apart from all others, within the axes."""
    x = view(desk).places
    apart = np.hypot(*(x[:, None] - x[None]).transpose(2, 0, 1)) + 9 * np.eye(len(x))
    inside = np.abs(x).max(axis=1) < 2.5
    return np.argsort(np.where(inside, -apart.min(axis=1), 9))[:count].tolist()


def click(desk: Desk, place: QPointF, key: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(view(desk).viewport(), Qt.MouseButton.LeftButton, key, to_viewport(view(desk), place).toPoint())


def draw_loop(
    desk: Desk, low: float, high: float, key: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> np.ndarray:
    """Draw a square loop that ends where it began; return the numbers of the points in it."""
    canvas = view(desk)
    corners = [(low, low), (high, low), (high, high), (low, high), (low, low)]
    start, *others = (to_viewport(canvas, QPointF(*corner)).toPoint() for corner in corners)
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, key, start)
    for place in others:
        QTest.mouseMove(canvas.viewport(), place)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, key, start + QPoint(1, 0))
    places = canvas.places
    return np.flatnonzero(((places > low) & (places < high)).all(axis=1))


def followed(desk: Desk, side: str = REVERSE) -> list[int]:
    return view(desk, side)._clouds.indices.tolist()


def test_shift_and_a_click_adds_a_path_and_takes_it_away_again(points: Desk) -> None:
    points.player.seek(3)
    one, two, three = lonely(points, 3)
    x = view(points).places.tolist()
    click(points, QPointF(*x[one]))
    click(points, QPointF(*x[two]), SHIFT)
    click(points, QPointF(*x[three]), SHIFT)
    assert shown(points) == [one, two, three]
    tracks = view(points)._path.tracks
    for track, index in zip(tracks, (one, two, three), strict=True):
        np.testing.assert_array_equal(track.places, points.session.recording(REVERSE).path(index))
        assert track.upto == 3
    click(points, QPointF(*x[two]), SHIFT)
    assert shown(points) == [one, three]
    click(points, QPointF(*x[two]), SHIFT)  # takes the colour that has become free
    colours = [path.colour for path in points.watch.canvases.followed.paths]
    assert sorted(colours) == [0, 1, 2]
    assert len({path_colour(view(points)._palette, colour) for colour in colours}) == 3
    click(points, QPointF(*x[three]))
    assert shown(points) == [three]


def test_paths_stay_while_one_scrubs_and_each_dot_follows(points: Desk) -> None:
    followed = points.watch.canvases.followed
    followed.choose(REVERSE, 4)
    followed.add(FORWARD, 7)
    for t in (0, 2, STEPS):
        points.player.seek(t)
        for side, index in ((REVERSE, 4), (FORWARD, 7)):
            frame = points.session.recording(side).frame(t)
            assert frame is not None
            assert view(points, side)._path.dot == QPointF(*frame.x[index].tolist())


def test_a_loop_highlights_its_points_at_every_step_and_tells_their_number(points: Desk) -> None:
    points.player.seek(2)
    inside = draw_loop(points, -1.0, 0.5)
    assert followed(points) == inside.tolist()
    assert not followed(points, FORWARD)
    assert view(points)._caption.text() == f"{len(inside)} points followed"
    assert not shown(points)
    for t in (0, STEPS):
        points.player.seek(t)
        frame = points.session.recording(REVERSE).frame(t)
        assert frame is not None
        np.testing.assert_array_equal(view(points)._clouds.followed.points, frame.x[inside])
        assert len(view(points)._cloud.points) == len(frame.x) - len(inside)


def test_with_shift_a_second_loop_adds_its_points_and_both_are_undone(points: Desk) -> None:
    stack = points.session.undo_stack
    first = draw_loop(points, -1.0, 0.0)
    second = draw_loop(points, -0.5, 1.0, SHIFT)
    both = np.union1d(first, second).tolist()
    assert followed(points) == both
    assert stack.undoText() == "highlight"
    stack.undo()
    assert followed(points) == first.tolist()
    stack.undo()
    assert not followed(points)
    stack.redo()
    stack.redo()
    assert followed(points) == both
    third = draw_loop(points, 0.0, 1.0)
    assert followed(points) == third.tolist()


@pytest.mark.parametrize("how", ["escape", "empty ground", "command"])
def test_paths_and_highlight_end_and_the_highlight_can_be_brought_back(points: Desk, how: str) -> None:
    inside = draw_loop(points, -1.0, 0.5)
    points.watch.canvases.choose(REVERSE, 3)
    assert followed(points) == inside.tolist()
    if how == "escape":
        QTest.keyClick(view(points), Qt.Key.Key_Escape)
    elif how == "command":
        points.actions["follow_none"].trigger()
    else:
        click(points, QPointF(-2.75, 2.75))
    assert not followed(points)
    assert not shown(points)
    assert view(points)._caption.isHidden()
    points.session.undo_stack.undo()
    assert followed(points) == inside.tolist()


def test_escape_gives_up_a_loop_that_is_being_drawn(points: Desk) -> None:
    canvas = view(points)
    places = [to_viewport(canvas, QPointF(x, y)).toPoint() for x, y in ((-1, -1), (1, -1), (1, 1))]
    QTest.mousePress(canvas.viewport(), Qt.MouseButton.LeftButton, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas.viewport(), place)
    assert len(canvas._lasso.outline) == 3
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=places[2])
    assert not len(canvas._lasso.outline)
    assert not followed(points)


def test_another_run_ends_what_is_followed_and_fewer_points_keep_what_is_left(points: Desk, qtbot: QtBot) -> None:
    draw_loop(points, -2.0, 2.0)
    points.watch.canvases.followed.choose(REVERSE, 150)
    points.watch.canvases.followed.add(REVERSE, 3)
    inside = np.array(followed(points))
    points.session.edit(count=100)
    assert followed(points) == inside[inside < 100].tolist()
    assert shown(points) == [3]
    with qtbot.waitSignal(points.session.run_ended):
        points.session.edit(seed=5)
    assert not followed(points)
    assert not shown(points)
    for _ in range(3):  # the last one is that of the highlight itself
        points.session.undo_stack.undo()
        assert not followed(points)


def test_the_keyboard_alone_shows_paths_and_highlights_what_is_near(points: Desk) -> None:
    actions = points.actions
    assert not actions["follow_near"].isEnabled()
    for name, expected in (("next_path", [0]), ("next_path", [1]), ("add_path", [1, 2]), ("add_path", [1, 2, 3])):
        actions[name].trigger()
        assert shown(points) == expected
    actions["follow_near"].trigger()
    places = view(points).places
    near = np.flatnonzero(np.hypot(*(places - places[3]).T) <= 0.3)
    assert followed(points) == near.tolist()
    assert 3 in near
    actions["follow_none"].trigger()
    assert not actions["follow_none"].isEnabled()
    assert actions["follow_none"].toolTip().endswith("nothing is followed")


def test_images_have_no_paths_and_the_commands_say_so(session: Session, path: str, trusted: None, qtbot: QtBot) -> None:
    session._spec = FEW
    desk = Desk(session, qtbot)
    assert desk.actions["next_path"].toolTip().endswith("open a checkpoint first")
    desk.opened(path)
    for name in ("next_path", "add_path"):
        assert desk.actions[name].toolTip().endswith("images have no paths; click one to enlarge it")
    assert desk.actions["follow_near"].toolTip().endswith("the samples are no points")
