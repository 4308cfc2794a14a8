"""What the session does beside opening: stopping, failing, saying how far it is, the drift and the bound."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from core.values.runs import DriftFrame, RunSpec
from dpm_gui.engine import runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.session import OPENING, Session
from tests.support.window_values import SPEC, STEPS, Steered, listen


@pytest.fixture
def halfway(session: Session, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot) -> Session:
    """A session whose run stands still after three frames of the forward side, with their colours."""
    steered.at_once = 4
    session.open(files["small"])
    qtbot.waitUntil(lambda: session.recording(FORWARD).frame(0) is not None)
    qtbot.waitUntil(lambda: OPENING not in session._tasks)  # it may be told later that opening is done
    return session


# ------------------------------------------------------------------------------------------- stopping and failing
def test_stop_ends_the_run_once_and_keeps_the_frames_that_are_there(
    halfway: Session, steered: Steered, qtbot: QtBot
) -> None:
    there = halfway.recording(FORWARD).available
    ended, failed, added = (listen(halfway, name) for name in ("run_ended", "failed", "frames_added"))
    halfway.stop()
    halfway.stop()
    assert (ended, failed) == ([None], [])
    assert not halfway.running
    steered.let_go()
    steered.wait_until_closed(call=0)
    QCoreApplication.processEvents()
    assert added == []
    assert there is not None
    assert halfway.recording(FORWARD).available == there
    assert halfway.recording(FORWARD).frame(0) is not None


def test_a_stopped_run_can_be_run_again_from_the_start(halfway: Session, steered: Steered, qtbot: QtBot) -> None:
    halfway.stop()
    steered.let_go()
    with qtbot.waitSignal(halfway.run_ended) as ended:
        halfway.run()
    assert ended.args == [None]
    assert halfway.recording(FORWARD).complete
    assert halfway.recording(REVERSE).complete


def test_a_run_that_fails_tells_its_error_once_and_keeps_the_frames_before_it(
    opened: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    error = FloatingPointError("x is no number at t = 2")
    real = runs.run

    def failing(what: Opened, spec: RunSpec, *rest: object) -> Iterator[object]:
        run = real(what, spec, *rest)  # type: ignore[arg-type]
        for _ in range(4):
            yield next(run)
        raise error

    monkeypatch.setattr(runs, "run", failing)
    ended, failed, activities = (listen(opened, name) for name in ("run_ended", "failed", "activity_changed"))
    with qtbot.waitSignal(opened.failed):
        opened.run()
    assert (ended, failed) == ([error], [error])
    assert not opened.running
    assert activities[-1] is None
    assert opened.recording(FORWARD).available == (0, 2)
    assert opened.opened is not None


def test_what_no_run_can_do_is_told_by_name(opened: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.run_ended) as ended:
        opened.edit(count=0)
    assert isinstance(ended.args[0], BadInputError)
    assert str(ended.args[0]).startswith("count: 0 is not between 1 and")


def test_after_shut_down_no_thread_runs_and_nothing_is_told(halfway: Session, steered: Steered, qtbot: QtBot) -> None:
    received = [listen(halfway, name) for name in ("frames_added", "run_ended", "failed", "drift_changed")]
    halfway.compute_drift()
    halfway.measure_bound()
    steered.let_go()
    halfway.shut_down()
    assert all(thread.isFinished() for thread in halfway.findChildren(QThread))
    QCoreApplication.processEvents()
    assert received == [[], [], [], []]


def test_the_engine_can_be_woken_again_after_the_thread_that_woke_it_is_gone(session: Session, qtbot: QtBot) -> None:
    def all_gone() -> bool:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return not session.findChildren(QThread)

    for _ in range(2):
        session.preload()
        assert not all_gone()
        qtbot.waitUntil(all_gone)


# --------------------------------------------------------------------------------------------- how far things are
def test_opening_says_which_file_and_cannot_be_stopped(
    session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    received = listen(session, "activity_changed")
    with qtbot.waitSignal(session.run_ended):
        session.open(files["small"])
    assert received[0] == Activity(f"Opening {Path(files['small']).name}", 0, 0, None, can_stop=False)
    assert received[-1] is None


def test_a_run_says_what_it_does_and_how_far_it_is(opened: Session, qtbot: QtBot) -> None:
    received = listen(opened, "activity_changed")
    with qtbot.waitSignal(opened.run_ended):
        opened.run()
    *running, last = received
    total = 2 * (STEPS + 1)
    assert running[0] == Activity("Sampling 200 points", 0, total, None, can_stop=True)
    assert running[-1] == Activity("Sampling 200 points", total, total, 0.0, can_stop=True)
    done = [each.done for each in running if isinstance(each, Activity)]
    assert done == sorted(done)
    assert last is None


def test_the_time_left_is_what_a_step_has_taken_so_far_for_each_that_is_missing(
    halfway: Session, steered: Steered, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    now = [50.0]
    monkeypatch.setattr("dpm_gui.jobs.tasks.monotonic", lambda: now[0])
    steered.at_once = 1
    received = listen(halfway, "activity_changed")
    with qtbot.waitSignal(halfway.frames_added):
        halfway.run()
        now[0] += 3.0
    assert received[-1] == Activity("Sampling 200 points", 1, 12, 33.0, can_stop=True)


def test_of_two_things_at_once_the_run_is_told_and_then_the_other(
    halfway: Session, steered: Steered, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    received = listen(halfway, "activity_changed")
    drifting = steer("drift")
    drifting.at_once = 1
    with qtbot.waitSignal(halfway.drift_changed):
        halfway.compute_drift()
    with qtbot.waitSignal(halfway.run_ended):
        steered.let_go()
    texts = [each.text for each in received if isinstance(each, Activity)]
    assert set(texts[:-1]) == {"Sampling 200 points"}
    assert texts[-1] == "Computing the drift"
    drifting.let_go()
    qtbot.waitUntil(lambda: received[-1] is None)


@pytest.mark.parametrize("count", [1, 999, 1_000, 50_000])
def test_thousands_are_set_apart(opened: Session, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "run", lambda *_: iter(()))
    received = listen(opened, "activity_changed")
    opened.edit(count=count, seed=SPEC.seed + 1)
    text = {1: "1 point", 999: "999 points", 1_000: "1\u202f000 points", 50_000: "50\u202f000 points"}[count]
    assert isinstance(received[0], Activity)
    assert received[0].text == f"Sampling {text}"


# ------------------------------------------------------------------------------------------------ drift and bound
def test_the_drift_of_every_step_equals_the_engine_s(opened: Session, qtbot: QtBot) -> None:
    from core.sampling.predictions import drift_field

    assert opened.drifts.at(1) is None
    opened.compute_drift()
    qtbot.waitUntil(lambda: len(opened.drifts.found) == STEPS)
    assert opened.opened is not None
    for expected in drift_field(opened.opened.model, SPEC.threads):
        shown = opened.drifts.at(expected.t)
        assert shown is not None
        np.testing.assert_array_equal(shown.x, expected.x)
        np.testing.assert_array_equal(shown.drift, expected.drift)
    assert opened.drifts.at(0) is opened.drifts.at(1)


@pytest.fixture
def drifts_asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time the engine was asked for the drift."""
    asked: list[int] = []
    real: Callable[[Opened, int, tuple[int, ...]], Iterator[DriftFrame]] = runs.drift

    def counted(opened: Opened, threads: int, columns: tuple[int, ...]) -> Iterator[DriftFrame]:
        asked.append(threads)
        return real(opened, threads, columns)

    monkeypatch.setattr(runs, "drift", counted)
    return asked


def test_the_drift_is_computed_once(opened: Session, drifts_asked: list[int], qtbot: QtBot) -> None:
    opened.compute_drift()
    opened.compute_drift()
    qtbot.waitUntil(lambda: len(opened.drifts.found) == STEPS)
    opened.compute_drift()
    assert drifts_asked == [SPEC.threads]


def test_a_drift_that_was_stopped_is_completed_when_it_is_asked_for_again(
    opened: Session, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    drifting = steer("drift")
    drifting.at_once = 2
    with qtbot.waitSignal(opened.drift_changed):
        opened.compute_drift()
    opened.stop()
    assert 0 < len(opened.drifts.found) < STEPS
    drifting.let_go()
    opened.compute_drift()
    qtbot.waitUntil(lambda: len(opened.drifts.found) == STEPS)


def test_measuring_gives_the_engine_s_bound(opened: Session, qtbot: QtBot) -> None:
    from core.measurement.bound import measure_bound

    received = listen(opened, "activity_changed")
    with qtbot.waitSignal(opened.bound_changed):
        opened.measure_bound()
    assert opened.opened is not None
    *_, last = measure_bound(opened.opened.model, SPEC)
    assert last.result is not None
    assert opened.bound is not None
    assert opened.bound.k == last.result.k
    np.testing.assert_array_equal(opened.bound.kl, last.result.kl)
    assert isinstance(received[0], Activity)
    assert (received[0].text, received[0].total) == ("Measuring K", STEPS)


def test_a_measurement_that_is_stopped_leaves_the_bound_as_it_was(
    opened: Session, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    measuring = steer("measure_bound")
    measuring.at_once = STEPS - 2  # all but the last, which carries the bound
    received = listen(opened, "bound_changed")
    opened.measure_bound()
    with qtbot.waitSignal(opened.activity_changed):
        pass
    opened.stop()
    measuring.let_go()
    measuring.wait_until_closed(call=0)
    QCoreApplication.processEvents()
    assert received == []
    assert opened.bound is None


def test_a_recording_is_gone_as_soon_as_the_next_is_begun(halfway: Session, steered: Steered) -> None:
    old = weakref.ref(halfway.recording(FORWARD).parts[0])
    halfway.run()  # while the thread of the first run stands still
    gc.collect()
    assert old() is None
    steered.let_go()
