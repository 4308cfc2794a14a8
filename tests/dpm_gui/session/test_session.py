"""The session: one door to the spec, undo, runs that equal the engine's, files that replace it or are refused."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from core.values.runs import Frame, RunSpec
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE, CheckpointPreview
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.session import Session
from tests.support.window_values import SPEC, STEPS, Steered


class Told:
    """What a session tells, by name, in its order."""

    def __init__(self, session: Session, *names: str) -> None:
        self.all: list[tuple[str, tuple[object, ...]]] = []
        for name in names:
            getattr(session, name).connect(lambda *values, name=name: self.all.append((name, values)))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.all]


def frames(session: Session, side: str) -> list[Frame]:
    """All frames of one side, t ascending."""
    found = [session.recording(side).frame(t) for t in range(session.recording(side).steps + 1)]
    assert None not in found
    return found


def computed(session: Session, spec: RunSpec) -> dict[str, list[Frame]]:
    """The same run by the engine itself, t ascending."""
    from core.sampling.trajectories import forward, reverse

    assert session.opened is not None
    model = session.opened.model
    return {FORWARD: list(forward(model, spec)), REVERSE: list(reverse(model, spec))[::-1]}


def assert_equal_to_the_engine(session: Session, spec: RunSpec) -> None:
    for side, expected in computed(session, spec).items():
        for shown, frame in zip(frames(session, side), expected, strict=True):
            assert shown.t == frame.t
            np.testing.assert_array_equal(shown.x, frame.x)


def equal(some: list[Frame], others: list[Frame]) -> bool:
    return all(np.array_equal(one.x, other.x) for one, other in zip(some, others, strict=True))


# ------------------------------------------------------------------------------------------------------- opening
def test_with_nothing_open_nothing_can_be_run_and_nothing_is_told(session: Session) -> None:
    received = Told(session, "run_started", "recording_replaced", "activity_changed", "run_ended", "failed")
    session.run()
    session.compute_drift()
    session.measure_bound()
    session.stop()
    assert received.all == []
    assert session.opened is None
    assert session.bound is None
    assert not session.running


def test_a_file_is_read_then_opened_then_run(
    session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    received = Told(session, "preview_read", "opened_changed", "bound_changed", "recording_replaced", "run_started")
    with qtbot.waitSignal(session.run_ended) as ended:
        session.open(files["other"])
    assert ended.args == [None]
    assert received.names == ["preview_read", "opened_changed", "bound_changed", "recording_replaced", "run_started"]
    (preview,), (opened,), (bound,) = (values for _, values in received.all[:3])
    assert isinstance(preview, CheckpointPreview)
    assert isinstance(opened, Opened)
    assert preview.path == opened.path == files["other"]
    assert session.opened is opened
    assert session.bound is bound
    assert bound.k == opened.checkpoint.bound.k
    assert session.recording(FORWARD).steps == session.recording(REVERSE).steps == 3


def test_a_run_in_the_window_equals_a_run_of_the_engine(opened: Session) -> None:
    assert opened.recording(FORWARD).complete
    assert_equal_to_the_engine(opened, SPEC)
    assert all(len(frame.x) == SPEC.count for side in (FORWARD, REVERSE) for frame in frames(opened, side))


def test_the_points_of_both_sides_are_coloured_by_their_place_in_the_data(opened: Session) -> None:
    for side in (FORWARD, REVERSE):
        x0, along = frames(opened, side)[0].x, opened.recording(side).along
        assert along is not None
        turn = np.exp(2j * np.pi * along)  # made-up data: the direction as seen from their mean
        np.testing.assert_allclose(turn, -(x0[:, 0] + 1j * x0[:, 1]) / np.hypot(*x0.T), atol=1e-5)


def test_a_file_read_while_another_is_open_is_not_previewed(
    opened: Session, files: dict[str, str], qtbot: QtBot
) -> None:
    received = Told(opened, "preview_read")
    with qtbot.waitSignals([opened.opened_changed, opened.run_ended], order="strict"):
        opened.open(files["other"])
    assert received.all == []
    assert opened.recording(REVERSE).steps == 3
    assert_equal_to_the_engine(opened, SPEC)


def test_opening_another_file_drops_what_was_measured_and_what_could_be_undone(
    opened: Session, files: dict[str, str], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.run_ended):
        opened.edit(seed=4)
    with qtbot.waitSignal(opened.drift_changed):
        opened.compute_drift()
    qtbot.waitUntil(lambda: len(opened.drifts.found) == STEPS)
    with qtbot.waitSignal(opened.opened_changed):
        opened.open(files["other"])
    assert not opened.drifts.found
    assert not opened.undo_stack.canUndo()
    assert opened.bound is not None
    assert opened.spec.seed == 4


def test_a_file_opened_during_a_run_ends_that_run_and_runs_itself(
    session: Session, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 3
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    received = Told(session, "run_ended", "opened_changed", "run_started")
    with qtbot.waitSignal(session.run_started):
        session.open(files["other"])
    with qtbot.waitSignal(session.run_ended):
        steered.let_go()
    assert received.names == ["run_ended", "opened_changed", "run_started", "run_ended"]
    assert_equal_to_the_engine(session, SPEC)


@pytest.mark.parametrize(("name", "reason"), [("broken", "it is no HDF5 file"), ("wide", "data have shape (65,)")])
def test_a_refused_file_leaves_what_was_open_and_running(
    session: Session, steered: Steered, files: dict[str, str], qtbot: QtBot, name: str, reason: str
) -> None:
    steered.at_once = 3
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    was_open = session.opened
    received = Told(session, "preview_read", "opened_changed", "recording_replaced", "run_ended", "bound_changed")
    with qtbot.waitSignal(session.failed) as failed:
        session.open(files[name])
    assert str(failed.args[0]).startswith(files[name])
    assert reason in str(failed.args[0])
    assert session.opened is was_open
    assert session.running
    assert received.all == []
    with qtbot.waitSignal(session.run_ended) as ended:
        steered.let_go()
    assert ended.args == [None]
    assert_equal_to_the_engine(session, SPEC)


def test_of_two_files_asked_for_in_one_breath_the_second_is_opened(
    session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    received = Told(session, "opened_changed", "failed")
    with qtbot.waitSignal(session.run_ended):
        session.open(files["broken"])
        session.open(files["small"])
        session.open(files["other"])
    assert [values[0].path for _, values in received.all] == [files["other"]]  # type: ignore[attr-defined]


# -------------------------------------------------------------------------------------------- editing and undoing
def test_an_edit_changes_the_spec_and_runs_it(opened: Session, qtbot: QtBot) -> None:
    before = frames(opened, REVERSE)
    received = Told(opened, "spec_changed", "recording_replaced", "run_started")
    with qtbot.waitSignal(opened.run_ended):
        opened.edit(seed=18, count=150)
    expected = dataclasses.replace(SPEC, seed=18, count=150)
    assert opened.spec == expected
    assert received.all == [("spec_changed", (expected,)), ("recording_replaced", ()), ("run_started", ())]
    assert len(frames(opened, REVERSE)[0].x) == 150 != len(before[0].x)
    assert_equal_to_the_engine(opened, expected)


def test_an_edit_that_changes_nothing_runs_nothing(opened: Session) -> None:
    received = Told(opened, "spec_changed", "run_started", "recording_replaced")
    opened.edit(seed=SPEC.seed, count=SPEC.count)
    assert received.all == []
    assert not opened.undo_stack.canUndo()


def test_undo_and_redo_swap_specs_and_bring_each_picture_back(opened: Session, qtbot: QtBot) -> None:
    images = {SPEC.seed: frames(opened, REVERSE)}
    with qtbot.waitSignal(opened.run_ended):
        opened.edit(seed=99)
    images[99] = frames(opened, REVERSE)
    assert not equal(images[99], images[SPEC.seed])
    for act, seed in ((opened.undo_stack.undo, SPEC.seed), (opened.undo_stack.redo, 99)):
        with qtbot.waitSignal(opened.run_ended):
            act()
        assert opened.spec == dataclasses.replace(SPEC, seed=seed)
        assert equal(frames(opened, REVERSE), images[seed])


def test_every_edit_can_be_undone_and_says_what_it_changed(session: Session) -> None:
    session.edit(seed=1)
    session.edit(count=300)
    assert session.undo_stack.undoText() == "change of count"
    session.undo_stack.undo()
    assert session.undo_stack.undoText() == "change of seed"
    assert session.spec == dataclasses.replace(SPEC, seed=1)
    session.undo_stack.undo()
    assert session.spec == SPEC
    assert not session.undo_stack.canUndo()


def test_an_edit_during_a_run_replaces_it_and_late_frames_of_the_old_run_are_turned_away(
    session: Session, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 1
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    steered.at_once = 0
    session.edit(seed=5)
    received = Told(session, "frames_added", "colours_changed", "run_ended")
    steered.let(4, call=0)
    steered.wait_until_closed(call=0)  # what the old run has found out is now on its way to the session
    QCoreApplication.processEvents()
    assert session.recording(FORWARD).available is None
    assert received.all == []
    with qtbot.waitSignal(session.run_ended):
        steered.let_go()
    assert_equal_to_the_engine(session, dataclasses.replace(SPEC, seed=5))


# ------------------------------------------------------------------------------------------- when nobody looks at it
def test_an_edit_is_not_run_for_nobody_but_when_somebody_looks_again(opened: Session, qtbot: QtBot) -> None:
    before = {side: opened.recording(side) for side in (FORWARD, REVERSE)}
    opened.set_in_view(False)
    received = Told(opened, "spec_changed", "run_started", "recording_replaced")
    opened.edit(seed=5)
    opened.edit(seed=6)
    expected = dataclasses.replace(SPEC, seed=6)
    assert received.names == ["spec_changed", "spec_changed"]
    assert opened.spec == expected
    assert opened.out_of_date
    assert not opened.running
    assert all(opened.recording(side) is recording for side, recording in before.items())
    with qtbot.waitSignal(opened.run_ended):
        opened.set_in_view(True)
    assert received.names[2:] == ["recording_replaced", "run_started"]
    assert not opened.out_of_date
    assert_equal_to_the_engine(opened, expected)
    with qtbot.waitSignal(opened.run_ended):
        opened.undo_stack.undo()
    assert_equal_to_the_engine(opened, dataclasses.replace(SPEC, seed=5))


def test_what_is_there_already_is_not_run_again_when_somebody_looks(opened: Session) -> None:
    received = Told(opened, "run_started", "recording_replaced")
    opened.set_in_view(False)
    opened.edit(seed=5)
    opened.undo_stack.undo()
    assert not opened.out_of_date
    opened.set_in_view(True)
    assert received.all == []


def test_what_is_asked_for_outright_is_run_for_nobody_too(opened: Session, qtbot: QtBot) -> None:
    opened.set_in_view(False)
    opened.edit(seed=5)
    with qtbot.waitSignal(opened.run_ended):
        opened.run()
    assert_equal_to_the_engine(opened, dataclasses.replace(SPEC, seed=5))


def test_a_checkpoint_opened_while_nobody_looks_is_run_when_somebody_does(
    opened: Session, files: dict[str, str], qtbot: QtBot
) -> None:
    opened.set_in_view(False)
    received = Told(opened, "run_started", "recording_replaced")
    with qtbot.waitSignal(opened.opened_changed):
        opened.open(files["other"])
    assert received.names == ["recording_replaced"]
    assert opened.recording(REVERSE).shown_range is None
    assert not opened.running
    with qtbot.waitSignal(opened.run_ended):
        opened.set_in_view(True)
    assert not opened.out_of_date
    assert opened.recording(REVERSE).complete


def test_a_run_under_way_waits_while_nobody_looks_and_goes_on_when_somebody_does(
    session: Session, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 1
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    qtbot.waitUntil(lambda: "open" not in session._tasks)  # on a busy machine its end arrives after the first frame
    activities: list[Activity] = []
    session.activity_changed.connect(activities.append)
    session.set_in_view(False)
    assert activities[-1].text == "Paused: Sampling 200 points"
    steered.let_go()
    qtbot.wait(200)
    assert session.running
    assert not session.recording(REVERSE).complete
    received = Told(session, "run_started", "recording_replaced")
    with qtbot.waitSignal(session.run_ended):
        session.set_in_view(True)
    assert received.all == []
    assert_equal_to_the_engine(session, SPEC)


def test_a_run_that_waits_is_stopped_and_ended_with_the_program(
    session: Session, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 1
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    session.set_in_view(False)
    with qtbot.waitSignal(session.run_ended):
        session.stop()
    steered.let_go()
    session.set_in_view(True)
    assert not session.running
    with qtbot.waitSignal(session.run_started):
        session.run()
    session.set_in_view(False)
    session.shut_down()


def test_a_run_that_waits_is_replaced_by_what_was_asked_for_meanwhile(
    session: Session, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 1
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    session.set_in_view(False)
    session.edit(seed=5)
    steered.let_go()
    assert session.running
    with qtbot.waitSignal(session.run_ended):
        session.set_in_view(True)
    assert_equal_to_the_engine(session, dataclasses.replace(SPEC, seed=5))


def test_nothing_is_out_of_date_before_anything_is_open(session: Session) -> None:
    session.set_in_view(False)
    session.edit(seed=5)
    assert not session.out_of_date
    session.set_in_view(True)
    assert not session.running
