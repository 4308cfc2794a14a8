"""Many futures in Watch: which state branches, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.values.runs import Branch
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from tests.support.futures_desk import Desk
from tests.support.window_values import FEW, LAST, Steered


@pytest.fixture
def images(session: Session, path: str, trusted: None, long: None, qtbot: QtBot) -> Desk:
    """Four pictures have been run in 24 steps."""
    session._spec = FEW
    return Desk(session, qtbot).opened(path)


def test_where_there_are_no_futures_the_command_says_why(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = FEW
    desk = Desk(session, qtbot)
    action = desk.actions["branch"]
    assert action.toolTip().endswith("open a checkpoint first")
    steered.at_once = 5 + LAST + 1 + 10  # the preview, the forward side, the reverse from 24 to 15
    session.open(path)
    qtbot.waitUntil(lambda: session.recording(REVERSE).available == (15, LAST))
    for t, reason in (
        (0, "no reverse step is left at t = 0; go to a later step"),
        (9, "a preview is shown; wait until its chain is there"),
        (15, "a preview is shown; wait until its chain is there"),
    ):
        desk.player.seek(t)
        assert not action.isEnabled()
        assert action.toolTip().endswith(reason)
    session.stop()
    steered.let_go()
    assert action.toolTip().endswith("a preview is shown; run again for its chain")


def test_at_the_state_itself_its_futures_are_on_show_already(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    action = points.actions["branch"]
    for t, enabled in ((5, False), (3, False), (2, True)):
        points.player.seek(t)
        assert action.isEnabled() == enabled
    assert points.actions["from_noise"].isEnabled()


def test_a_chosen_state_of_the_forward_side_branches_itself(points: Desk, qtbot: QtBot) -> None:
    points.watch.canvases.choose(FORWARD, 5)
    points.player.seek(3)
    state = np.array(frame_of(points, FORWARD, 3)[5])
    points.branch()
    assert (points.session.spec.denoise_from, points.session.spec.branches) == (3, (Branch(3, 5),))
    futures = frame_of(points, REVERSE, 3)
    assert (futures == state).all()
    assert len(futures) == 64
    points.watch.canvases.choose(FORWARD, 5)
    assert not points.actions["branch"].isEnabled()
    points.watch.canvases.choose(FORWARD, 6)
    assert points.actions["branch"].isEnabled()
    with qtbot.waitSignal(points.session.run_ended):
        points.session.undo_stack.undo()
    assert (points.session.spec.denoise_from, points.session.spec.branches) == (None, ())


def frame_of(desk: Desk, side: str, t: int) -> np.ndarray:
    frame = desk.session.recording(side).frame(t)
    assert frame is not None
    return frame.x


def test_without_a_chosen_state_the_first_of_the_reverse_branches(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    assert points.session.spec.branches == (Branch(3, 0),)
    assert points.note() == "t = 3 · 64 futures of point 1 from t = 3"


def test_the_enlarged_picture_branches_and_its_futures_are_a_grid_of_their_own(images: Desk, qtbot: QtBot) -> None:
    ours, other = (images.watch.views[side] for side in (REVERSE, FORWARD))
    images.player.seek(12)
    ours.enlarge(2)
    images.branch()
    assert images.session.spec.branches == (Branch(12, 2),)
    assert images.note() == "t = 12 · 64 futures of image 3 from t = 12"
    assert (ours.grid.count, other.grid.count) == (64, 4)
    assert (ours.enlarged_image, other.enlarged_image) == (-1, -1)
    assert ours.region == ours.home
    ours.enlarge(40)
    assert other.enlarged_image == -1
    images.player.seek(7)
    images.branch()
    assert images.session.spec.branches == (Branch(12, 2), Branch(7, 40))
    assert ours.enlarged_image == -1
    with qtbot.waitSignal(images.session.run_ended):
        images.watch.starts.from_noise()
    assert (ours.grid.count, other.region) == (4, other.home)
    ours.enlarge(3)
    assert other.enlarged_image == 3


def test_a_preview_of_futures_says_so(images: Desk, steer: Callable[[str], Steered], qtbot: QtBot) -> None:
    running = steer("run")
    running.at_once = 1
    images.player.seek(18)
    images.watch.starts.branch()
    qtbot.waitUntil(lambda: images.session.recording(REVERSE).shown_range is not None)
    assert images.note() == "t = 18 · 64 futures of image 1, preview"
    assert not len(images.plot.curve[0])
    with qtbot.waitSignal(images.session.run_ended):
        running.let_go()
    assert images.note().endswith(" · 64 futures of image 1 from t = 18")  # it plays by now
