"""Many futures in the session: those of the state on show, recorded, undone and done again."""

from __future__ import annotations

import threading
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
from tests.support.window_values import FEW, SPEC, STEPS, add_frame


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
