"""From many futures back to their samples: the recordings that were kept are put back, and nothing is walked again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.engine import runs as runs_module
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.watch.workspace import WATCH
from tests.support.futures_desk import OTHER, Desk, assert_recorded, computed
from tests.support.window_values import SPEC, Steered


def both(session: Session) -> list[SideRecording]:
    return [session.recording(side) for side in (FORWARD, REVERSE)]


@pytest.mark.parametrize("back", ["undo", "from noise", "from futures of futures"])
def test_back_to_the_samples_nothing_is_walked_again(points: Desk, back: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session, samples = points.session, both(points.session)
    points.player.seek(3)
    points.branch()
    if back == "from futures of futures":
        points.player.seek(2)
        points.branch()
    assert both(session) != samples
    monkeypatch.setattr(runs_module, "run", None)  # whoever runs calls it
    received: list[str] = []
    for name in ("recording_replaced", "run_started", "frames_added", "colours_changed", "run_ended"):
        getattr(session, name).connect(lambda *_, name=name: received.append(name))
    session.undo_stack.undo() if back == "undo" else points.watch.starts.from_noise()
    assert session.spec == SPEC
    assert both(session) == samples
    assert received == ["recording_replaced", "run_started", *2 * ["colours_changed", "frames_added"], "run_ended"]
    assert not session.running
    assert not session.out_of_date
    points.player.seek(1)
    for side, recording in zip((FORWARD, REVERSE), samples, strict=True):
        view = points.watch.views[side]
        assert view.message is None
        assert np.array_equal(view._frame.x, recording.frame(1).x)
        assert np.array_equal(view._clouds.along, recording.along)
    assert points.note() == "t = 1"
    assert points.dock.isHidden()


def test_from_samples_that_were_put_back_others_branch_without_a_walk(
    points: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    points.player.seek(3)
    points.branch()
    points.session.undo_stack.undo()
    monkeypatch.setattr("core.sampling.starts.reverse", None)
    points.player.seek(4)
    points.branch()
    monkeypatch.undo()
    assert_recorded(points.session, computed(points.session))


def test_going_back_while_the_futures_are_walked_stops_them(points: Desk, steer: Callable[[str], Steered]) -> None:
    session, samples, steered = points.session, both(points.session), steer("run")
    points.player.seek(3)
    points.watch.starts.branch()
    points.qtbot.waitUntil(lambda: len(steered._passes) == 1)
    session.undo_stack.undo()
    assert not session.running
    steered.let_go()
    steered.wait_until_closed(call=0)
    points.qtbot.wait(20)
    assert both(session) == samples
    assert all(recording.complete for recording in samples)


def test_samples_that_were_not_all_there_are_walked_again(points: Desk, qtbot: QtBot) -> None:
    session = points.session
    points.player.seek(3)
    session.recording(REVERSE).parts[0]._missing = 1
    samples = both(session)
    points.branch()
    with qtbot.waitSignal(session.run_ended):
        session.undo_stack.undo()
    assert both(session) != samples
    assert all(recording.complete for recording in both(session))


def test_to_run_again_is_to_run_again_and_another_run_lets_go_of_the_samples(points: Desk, qtbot: QtBot) -> None:
    session, samples = points.session, both(points.session)
    points.player.seek(3)
    points.branch()
    with qtbot.waitSignal(session.run_ended):
        session.edit(seed=4)
    assert session._runner.recorded._samples is None
    with qtbot.waitSignal(session.run_ended):
        session.edit(seed=SPEC.seed)
    again = both(session)
    assert again != samples
    points.player.seek(3)
    points.branch()
    session.undo_stack.undo()
    assert both(session) == again
    with qtbot.waitSignal(session.run_ended):
        session.run()
    assert both(session) != again


def test_samples_are_put_back_when_somebody_looks(points: Desk) -> None:
    session, samples = points.session, both(points.session)
    points.player.seek(3)
    points.branch()
    points.workspaces.show_workspace(OTHER.name)
    session.undo_stack.undo()
    assert both(session) != samples
    points.workspaces.show_workspace(WATCH.name)
    assert both(session) == samples
