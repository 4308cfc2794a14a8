"""Many futures in the window: which state branches, what the session records, and how Watch shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from core.values.runs import Branch, Frame
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.recorded_run import BranchStates
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.plots.futures_spread import NONE_YET
from tests.support.futures_desk import Desk, assert_recorded, computed
from tests.support.window_values import FEW, LAST, SPEC, STEPS, Steered, add_frame


@pytest.fixture
def images(session: Session, path: str, trusted: None, long: None, qtbot: QtBot) -> Desk:
    """Four pictures have been run in 24 steps."""
    session._spec = FEW
    return Desk(session, qtbot).opened(path)


# ----------------------------------------------------------------------------------------------------- the session
def test_the_futures_are_those_of_the_state_that_was_on_show(points: Desk) -> None:
    state = points.frame(3).x[17].copy()
    points.player.seek(3)
    points.watch.canvases.choose(REVERSE, 17)
    points.branch()
    assert points.session.spec == replace(SPEC, branches=(Branch(3, 17),))
    assert np.array_equal(points.frame(3).x, np.tile(state, (64, 1)))
    assert_recorded(points.session, computed(points.session))
    assert points.session.recording(REVERSE).complete
    assert points.session.recording(FORWARD).complete


def test_the_state_is_taken_from_the_recording_and_the_run_is_not_walked_again(
    images: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = replace(FEW, branches=(Branch(20, 0),))
    images.player.seek(20)
    monkeypatch.setattr("core.sampling.starts.reverse", None)  # whoever walks calls it
    images.branch()
    assert images.session.spec == expected
    monkeypatch.undo()
    assert_recorded(images.session, computed(images.session))


def test_undo_and_from_noise_lead_back_and_redo_knows_the_state_still(
    points: Desk, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session = points.session
    before = [points.frame(t).x for t in range(STEPS + 1)]
    points.player.seek(2)
    points.branch()
    futures = [points.frame(t).x for t in range(3)]
    assert session.undo_stack.undoText() == "many futures"
    with qtbot.waitSignal(session.run_ended):
        session.undo_stack.undo()
    assert all(np.array_equal(points.frame(t).x, before[t]) for t in range(STEPS + 1))
    assert session.recording(REVERSE).spreads == {}
    monkeypatch.setattr("core.sampling.starts.reverse", None)
    for again in (session.undo_stack.redo, session.run):
        with qtbot.waitSignal(session.run_ended):
            again()
        assert all(np.array_equal(points.frame(t).x, futures[t]) for t in range(3))
    with qtbot.waitSignal(session.run_ended):
        points.watch.starts.from_noise()
    assert session.spec == SPEC
    assert np.array_equal(points.frame(0).x, before[0])


def test_a_spec_that_was_never_on_show_is_walked_to(points: Desk, qtbot: QtBot) -> None:
    session = points.session
    with qtbot.waitSignal(session.run_ended) as ended:
        session.edit(seed=4, branches=(Branch(2, 199),))
    assert ended.args == [None]
    assert_recorded(session, computed(session))


@pytest.mark.parametrize("change", [{"seed": 3}, {"count": 150}, {"denoise_from": 4}])
def test_another_run_shows_its_own_states_and_no_futures(points: Desk, change: dict[str, int], qtbot: QtBot) -> None:
    points.player.seek(2)
    points.branch()
    with qtbot.waitSignal(points.session.run_ended):
        points.session.edit(**change)  # type: ignore[arg-type]
    assert points.session.spec == replace(SPEC, **change)  # type: ignore[arg-type]
    assert len(points.frame(0).x) == points.session.spec.count


def test_a_future_has_futures_and_a_denoised_point_too(points: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(points.session.run_ended):
        points.session.edit(denoise_from=4)
    points.player.seek(4)
    points.branch()
    assert points.note() == "t = 4 · 64 futures of denoised point 1 from t = 4"
    points.player.seek(2)
    points.watch.canvases.choose(REVERSE, 63)
    points.branch()
    assert points.session.spec.branches == (Branch(4, 0), Branch(2, 63))
    assert points.note() == "t = 2 · 64 futures of future 64 from t = 2"
    assert_recorded(points.session, computed(points.session))


def test_another_file_shows_no_futures(points: Desk, files: dict[str, str], qtbot: QtBot) -> None:
    points.player.seek(2)
    points.branch()
    with qtbot.waitSignal(points.session.run_ended):
        points.session.open(files["other"])
    assert points.session.spec.branches == ()
    assert points.dock.isHidden()
    assert points.plot.message == NONE_YET


def test_a_trajectory_that_is_not_there_is_told_by_name(points: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(points.session.run_ended) as ended:
        points.session.edit(branches=(Branch(2, 200),))
    assert isinstance(ended.args[0], BadInputError)
    assert str(ended.args[0]) == "branches: 200 is not a trajectory between 0 and 199"


def test_the_spread_is_computed_in_the_thread_of_the_job(points: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.sampling import predictions

    threads, real = set(), predictions.state_spread

    def watched(*arguments: object) -> float:
        threads.add(threading.get_ident())
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(predictions, "state_spread", watched)
    points.player.seek(3)
    points.branch()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_figure_1_is_not_made_of_futures(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    with pytest.raises(BadInputError, match="sample from noise first"):
        points.session.compute_figure()


def test_a_state_is_known_for_the_run_that_is_recorded_alone() -> None:
    roots, recording, spec = BranchStates(), SideRecording(3), replace(SPEC, branches=(Branch(2, 1),))
    add_frame(recording, Frame(2, np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)))
    assert roots.find(spec, None, recording) is None
    assert roots.find(spec, replace(SPEC, seed=1), recording) is None
    found = roots.find(spec, SPEC, recording)
    assert found is not None
    assert found.tolist() == [3.0, 4.0]
    assert roots.find(spec, None, recording) is found
    assert roots.find(replace(spec, branches=(Branch(1, 1),)), spec, recording) is None
    roots.forget()
    assert roots.find(spec, None, recording) is None


# --------------------------------------------------------------------------------------------------- the workspace
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
        (0, "at t = 0 nothing is left to come"),
        (9, "the reverse has not come to t = 9 yet"),
        (15, ""),
    ):
        desk.player.seek(t)
        assert action.isEnabled() == (not reason)
        assert action.toolTip().endswith(reason)
    desk.player.seek(9)
    session.stop()
    steered.let_go()
    assert action.toolTip().endswith("run again: t = 9 is missing")


def test_at_the_state_itself_its_futures_are_on_show_already(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    action = points.actions["branch"]
    for t, enabled in ((5, False), (3, False), (2, True)):
        points.player.seek(t)
        assert action.isEnabled() == enabled
    assert points.actions["from_noise"].isEnabled()


@pytest.mark.parametrize("chosen", [None, (FORWARD, 5)])
def test_without_a_chosen_state_of_the_reverse_the_first_branches(points: Desk, chosen: tuple[str, int] | None) -> None:
    if chosen is not None:
        points.watch.canvases.choose(*chosen)
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
    assert images.note() == "t = 12 · 64 futures of picture 3 from t = 12"
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
    assert images.note() == "t = 18 · 64 futures of picture 1, preview in 4 steps"
    assert not len(images.plot.curve[0])
    with qtbot.waitSignal(images.session.run_ended):
        running.let_go()
    assert images.note() == "t = 18 · 64 futures of picture 1 from t = 18"
