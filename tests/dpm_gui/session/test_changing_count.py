"""More or fewer states of the same run: what is there stays, only the others are computed, all are the engine's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.formats import checkpoints
from core.values.runs import Branch, Frame, RunSpec
from dpm_gui.engine import runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.run_parts import Parts, parts_of, recording_space
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from tests.support.chains import reverse_frames
from tests.support.window_values import LAST, SPEC, Steered, listen, make_images, open_and_run

SIDES = (FORWARD, REVERSE)


@pytest.fixture
def many(tmp_path: Path) -> str:
    """A checkpoint with more images than a part holds."""
    checkpoints.save(make_images(LAST, count=70), tmp_path / "many.h5")
    return str(tmp_path / "many.h5")


@pytest.fixture
def sixteen(session: Session, many: str, trusted: None, long: None, qtbot: QtBot) -> Session:
    """A session that has run sixteen images, with a preview."""
    session._spec = RunSpec(16, 5, threads=1)
    open_and_run(session, many, qtbot)
    return session


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[Parts]:
    """The parts that the engine was asked for, one entry for each call."""
    asked: list[Parts] = []
    real = runs.run

    def noted(opened: Opened, spec: RunSpec, root: object = None, parts: Parts | None = None) -> Iterator[object]:
        asked.append(parts_of(opened, spec) if parts is None else parts)
        return real(opened, spec, root, parts)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "run", noted)
    return asked


def change(session: Session, qtbot: QtBot, **changes: int) -> None:
    with qtbot.waitSignal(session.run_ended) as ended:
        session.edit(**changes)  # type: ignore[arg-type]
    assert ended.args == [None]


def frames(session: Session, side: str) -> list[Frame]:
    recording = session.recording(side)
    found = [recording.frame(t) for t in range(recording.top + 1)]
    return [frame for frame in found if frame is not None]


def assert_engines(session: Session, spec: RunSpec) -> None:
    """The window shows, array for array, what the engine computes for ``spec`` alone."""
    from core.sampling.trajectories import forward

    assert session.spec == spec
    assert session.opened is not None
    model = session.opened.model
    for side, chain in ((FORWARD, list(forward(model, spec))), (REVERSE, list(reverse_frames(model, spec))[::-1])):
        assert session.recording(side).complete
        for shown, frame in zip(frames(session, side), chain, strict=True):
            assert shown.t == frame.t
            assert np.array_equal(shown.x, frame.x)
            assert not shown.x.flags.writeable


def test_sixteen_images_raised_to_64_are_the_engine_s_64(sixteen: Session, computed: list[Parts], qtbot: QtBot) -> None:
    assert_engines(sixteen, RunSpec(16, 5, threads=1))
    received = listen(sixteen, "activity_changed")
    change(sixteen, qtbot, count=64)
    assert computed == [{FORWARD: [range(16, 64)], REVERSE: [range(16, 64)]}]
    assert received[0].text == "Sampling 48 more images"
    assert received[0].total == LAST + 1 + 5
    assert_engines(sixteen, RunSpec(64, 5, threads=1))


def test_64_images_come_in_two_parts_and_are_the_engine_s(
    session: Session, many: str, trusted: None, long: None, computed: list[Parts], qtbot: QtBot
) -> None:
    session._spec = RunSpec(64, 5, threads=1)
    received = listen(session, "activity_changed")
    there: list[tuple[int, ...]] = []

    def note(side: str) -> None:
        if side == REVERSE:
            shown = session.recording(REVERSE).shown(0)
            there.append((0 if shown is None else len(shown.frame.x), session.recording(REVERSE).complete))

    session.frames_added.connect(note)
    open_and_run(session, many, qtbot)
    assert computed == [{FORWARD: [range(64)], REVERSE: [range(16), range(16, 64)]}]
    assert there[0] == (16, False)
    assert there[-1] == (64, True)
    assert {each.total for each in received if each is not None and each.total} == {(1 + 3) * (LAST + 1 + 5)}
    assert max(each.done for each in received if each is not None) == (1 + 3) * (LAST + 1 + 5)
    assert_engines(session, RunSpec(64, 5, threads=1))


@pytest.mark.parametrize("changes", [{"denoise_from": 3}, {}])
def test_points_that_are_raised_are_the_engine_s_with_their_colours(
    opened: Session, changes: dict[str, int], qtbot: QtBot
) -> None:
    if changes:
        change(opened, qtbot, **changes)
    before = opened.recording(REVERSE).along
    change(opened, qtbot, count=2003)
    assert_engines(opened, replace(SPEC, count=2003, **changes))  # type: ignore[arg-type]
    for side in SIDES:
        along = opened.recording(side).along
        assert along is not None
        assert along.shape == (2003,)
    assert before is not None
    assert np.array_equal(along[:200], before)


def test_the_surplus_of_a_block_is_there_when_it_is_wanted(
    sixteen: Session, computed: list[Parts], qtbot: QtBot
) -> None:
    for count in (17, 25, 32, 33):
        change(sixteen, qtbot, count=count)
        assert_engines(sixteen, RunSpec(count, 5, threads=1))
    assert [parts[REVERSE] for parts in computed] == [[range(16, 32)], [range(32, 48)]]


def test_fewer_are_the_first_ones_and_nothing_is_computed(
    sixteen: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(runs, "run", None)  # whoever runs calls it
    received = [listen(sixteen, name) for name in ("recording_replaced", "count_changed", "run_started", "run_ended")]
    sixteen.edit(count=5)
    assert [len(each) for each in received] == [0, 1, 1, 1]
    assert not sixteen.running
    monkeypatch.undo()
    assert_engines(sixteen, RunSpec(5, 5, threads=1))


def test_undo_and_redo_compute_nothing_that_is_there(sixteen: Session, computed: list[Parts], qtbot: QtBot) -> None:
    change(sixteen, qtbot, count=64)
    sixteen.undo_stack.undo()
    assert_engines(sixteen, RunSpec(16, 5, threads=1))
    sixteen.undo_stack.redo()
    assert_engines(sixteen, RunSpec(64, 5, threads=1))
    assert len(computed) == 1


def test_other_states_are_run_from_the_start(sixteen: Session, computed: list[Parts], qtbot: QtBot) -> None:
    change(sixteen, qtbot, count=20, seed=6)
    assert_engines(sixteen, RunSpec(20, 6, threads=1))
    sixteen.edit(count=16)
    with qtbot.waitSignal(sixteen.run_ended):
        sixteen.run()
    assert [parts[REVERSE][0].start for parts in computed] == [0, 0]


def newest_step(session: Session, first: int) -> int | None:
    """The step that the chains from number ``first`` on have reached, or None if none has begun."""
    reached = [part.newest.t for part in session.recording(REVERSE).parts if part.first == first and part.newest]
    return reached[0] if reached else None


def preview_steps(session: Session, first: int) -> tuple[int, ...]:
    """The steps of the preview of the chains from number ``first`` on, descending; empty if none has begun."""
    previews = [part.preview.steps for part in session.recording(REVERSE).parts if part.first == first and part.preview]
    return previews[0] if previews else ()


@pytest.fixture
def halfway(session: Session, steered: Steered, many: str, trusted: None, qtbot: QtBot) -> Session:
    """A session that shows the first 16 of 64 images, while the others stand still after some steps."""
    session._spec = RunSpec(64, 5, threads=1)
    steered.at_once = 2 * (LAST + 1) + 7
    session.open(many)
    qtbot.waitUntil(lambda: newest_step(session, 16) == LAST - 6)
    return session


def test_the_first_are_shown_until_the_others_come(halfway: Session, steered: Steered, qtbot: QtBot) -> None:
    recording = halfway.recording(REVERSE)
    assert [len(recording.frame(t).x) for t in (0, LAST - 7, LAST - 6, LAST)] == [16, 16, 64, 64]
    assert recording.available == (0, LAST)
    assert not recording.complete
    assert halfway.recording(FORWARD).complete
    assert len(recording.path(3)) == LAST + 1
    assert len(recording.path(40)) == 7
    later, earlier = recording.neighbours(LAST - 6)
    assert len(later.x) == len(earlier.x) == 16
    with qtbot.waitSignal(halfway.run_ended):
        steered.let_go()
    assert_engines(halfway, RunSpec(64, 5, threads=1))


def test_raised_while_it_runs_a_run_goes_on_and_adds_the_rest_at_its_end(
    halfway: Session, steered: Steered, qtbot: QtBot
) -> None:
    ended = listen(halfway, "run_ended")
    halfway.edit(count=70)
    assert halfway.running
    assert ended == []
    assert len(halfway.recording(REVERSE).frame(LAST).x) == 64
    with qtbot.waitSignal(halfway.run_ended):
        steered.let_go()
    assert ended == [None]
    assert len(steered._passes) == 2
    assert_engines(halfway, RunSpec(70, 5, threads=1))


@pytest.mark.parametrize("count", [16, 9])
def test_lowered_to_what_is_there_a_run_stops(halfway: Session, steered: Steered, qtbot: QtBot, count: int) -> None:
    ended = listen(halfway, "run_ended")
    halfway.edit(count=count)
    assert ended == [None]
    assert not halfway.running
    steered.let_go()
    steered.wait_until_closed(call=0)
    assert_engines(halfway, RunSpec(count, 5, threads=1))
    change(halfway, qtbot, count=40)
    assert_engines(halfway, RunSpec(40, 5, threads=1))


def test_lowered_to_what_is_not_there_yet_a_run_goes_on(halfway: Session, steered: Steered, qtbot: QtBot) -> None:
    halfway.edit(count=20)
    assert halfway.running
    with qtbot.waitSignal(halfway.run_ended):
        steered.let_go()
    assert len(steered._passes) == 1
    assert_engines(halfway, RunSpec(20, 5, threads=1))


def test_a_stopped_run_keeps_its_first_images_when_the_count_changes(
    halfway: Session, steered: Steered, computed: list[Parts], qtbot: QtBot
) -> None:
    halfway.stop()
    assert not halfway.running
    steered.let_go()
    change(halfway, qtbot, count=48)
    assert computed == [{FORWARD: [], REVERSE: [range(16, 48)]}]
    assert_engines(halfway, RunSpec(48, 5, threads=1))


def test_a_run_stopped_before_any_image_was_there_begins_again(
    session: Session, steered: Steered, many: str, trusted: None, computed: list[Parts], qtbot: QtBot
) -> None:
    session._spec = RunSpec(64, 5, threads=1)
    steered.at_once = LAST + 1 + 7
    session.open(many)
    qtbot.waitUntil(lambda: session.recording(REVERSE).newest is not None)
    session.stop()
    steered.let_go()
    received = listen(session, "recording_replaced")
    change(session, qtbot, count=48)
    assert len(received) == 1
    assert_engines(session, RunSpec(48, 5, threads=1))


def test_while_the_others_have_a_preview_it_is_shown_and_counted_apart(
    session: Session, steered: Steered, many: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = RunSpec(64, 5, threads=1)
    # The forward side, the first part with its preview, then the preview of the others.
    steered.at_once = 2 * (LAST + 1) + 5 + 5
    session.open(many)
    qtbot.waitUntil(lambda: preview_steps(session, 16)[-1:] == (0,))
    assert session.recording(REVERSE).parts[0].complete
    shown = session.recording(REVERSE).shown(3)
    assert shown is not None
    assert (shown.frame.t, len(shown.frame.x), shown.preview, shown.exact_count) == (3, 64, False, 16)
    assert len(shown.of_one_step.frame.x) == 16
    first = session.recording(REVERSE).frame(3)
    assert first is not None
    assert np.array_equal(shown.frame.x[:16], first.x)
    with qtbot.waitSignal(session.run_ended):
        steered.let_go()
    shown = session.recording(REVERSE).shown(3)
    assert shown is not None
    assert shown.exact_count is None


def test_an_export_of_a_run_keeps_its_number_of_states(sixteen: Session, qtbot: QtBot) -> None:
    recordings = {side: sixteen.recording(side) for side in SIDES}
    change(sixteen, qtbot, count=40)
    sixteen.edit(count=4)
    assert all(len(recording.frame(3).x) == 16 for recording in recordings.values())
    assert all(recording.complete for recording in recordings.values())


def test_back_from_futures_to_another_count_the_samples_are_kept(
    sixteen: Session, computed: list[Parts], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(sixteen.run_ended):
        sixteen.edit(branches=(Branch(9, 3),))
    change(sixteen, qtbot, count=32)
    assert_engines(sixteen, RunSpec(32, 5, threads=1))
    assert [parts[REVERSE] for parts in computed] == [[range(64)], [range(16, 32)]]


def test_all_parts_together_obey_the_cap_of_memory(
    sixteen: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    used = sixteen._runner.recorded.memory
    assert used == 4 * 64 * 16 * (2 * (LAST + 1) + 5)
    monkeypatch.setattr("core.formats.recordings.recording.DEFAULT_CAP", used + 40_000)
    assert sixteen.opened is not None
    parts = parts_of(sixteen.opened, replace(sixteen.spec, count=64), dict.fromkeys(SIDES, 16))
    space = recording_space(sixteen.opened, sixteen.spec, parts, used)
    assert {part.store.storage for part in space.parts} == {"disk"}
    change(sixteen, qtbot, count=64)
    assert sixteen._runner.recorded.memory <= used + 40_000
    assert_engines(sixteen, RunSpec(64, 5, threads=1))


def test_predictions_are_those_of_the_states_that_are_shown(
    halfway: Session, steered: Steered, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    def predicted(t: int) -> Frame | None:
        shown = halfway.recording(REVERSE).shown(t)
        assert shown is not None
        found = halfway.predict("x0_estimate", {REVERSE: shown})
        return found[REVERSE].frame if found else None

    with qtbot.waitSignal(halfway.predictions_changed):
        assert predicted(5) is None
    few = predicted(5)
    with qtbot.waitSignal(halfway.run_ended):
        steered.let_go()
    with qtbot.waitSignal(halfway.predictions_changed):
        assert predicted(5) is None
    all_of_them = predicted(5)
    assert few is not None
    assert all_of_them is not None
    assert (len(few.x), len(all_of_them.x)) == (16, 64)
    assert np.array_equal(few.x, all_of_them.x[:16])
