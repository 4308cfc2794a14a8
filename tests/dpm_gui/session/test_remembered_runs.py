"""Runs that are remembered: a second start shows the same frames without the engine, or computes what is missing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from core.formats.recordings.cache import RunCache
from core.formats.recordings.run_files import SIDES
from core.values.runs import Branch, Frame, RunSpec
from dpm_gui.engine import opening, runs
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session import session as module
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from tests.support.window_values import FEW, LAST, SPEC, Steered, open_and_run

Start = Callable[..., Session]
LIMIT = 10**8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "runs"


@pytest.fixture
def start(qapp: QApplication, folder: Path, trusted: None) -> Iterator[Start]:
    """Makes sessions that share one folder of remembered runs."""
    made: list[Session] = []

    def begin(spec: RunSpec = SPEC, limit: int = LIMIT) -> Session:
        made.append(Session(spec, memory=RunMemory(folder, limit)))
        return made[-1]

    yield begin
    for session in made:
        session.shut_down()
        session.deleteLater()


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, list[range]]]:
    """The parts that the engine has computed, of each run."""
    asked: list[dict[str, list[range]]] = []
    real = runs.run

    def run(opened: object, spec: object, root: object, parts: dict[str, list[range]]) -> Iterator[object]:
        asked.append({side: list(each) for side, each in parts.items()})
        return real(opened, spec, root, parts)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "run", run)
    return asked


def remembered(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.run"))


def run_and_remember(session: Session, path: str, qtbot: QtBot, folder: Path, count: int = 1) -> None:
    open_and_run(session, path, qtbot)
    qtbot.waitUntil(lambda: len(remembered(folder)) == count)


def frames(session: Session, side: str) -> list[Frame]:
    recording = session.recording(side)
    found = [recording.frame(t) for t in range(recording.top + 1)]
    assert None not in found
    return [frame for frame in found if frame is not None]


def assert_same_run(one: Session, other: Session) -> None:
    for side in (FORWARD, REVERSE):
        for first, second in zip(frames(one, side), frames(other, side), strict=True):
            np.testing.assert_array_equal(first.x, second.x)
        np.testing.assert_array_equal(one.recording(side).along, other.recording(side).along)


def test_a_second_start_shows_the_same_run_without_computing_it_or_building_the_model(
    start: Start,
    files: dict[str, str],
    folder: Path,
    computed: list[object],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = start(), start()
    run_and_remember(first, files["small"], qtbot, folder)
    assert len(computed) == 1
    monkeypatch.setattr(opening, "_model_of", lambda *_: pytest.fail("the model was built"))
    open_and_run(second, files["small"], qtbot)
    assert len(computed) == 1
    assert_same_run(first, second)
    assert first.opened is not None
    assert second.opened is not None
    np.testing.assert_array_equal(first.opened.entropies.lower, second.opened.entropies.lower)
    np.testing.assert_array_equal(first.opened.alpha_bars, second.opened.alpha_bars)


def test_a_run_that_ended_just_before_the_window_is_closed_is_remembered(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SECONDS_TO_REMEMBER", 30.0)  # on a busy machine, too
    first = start()
    open_and_run(first, files["small"], qtbot)
    first.finish_writing()
    first.shut_down()
    assert len(remembered(folder)) == 1


def test_a_path_and_a_frame_are_read_when_they_are_asked_for(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot
) -> None:
    first, second = start(), start()
    run_and_remember(first, files["small"], qtbot, folder)
    open_and_run(second, files["small"], qtbot)
    for side in (FORWARD, REVERSE):
        np.testing.assert_array_equal(second.recording(side).path(150), first.recording(side).path(150))
    with pytest.raises(BadInputError, match="index: 5000 is not between"):
        second.recording(REVERSE).path(5000)
    second._tasks.wait()
    remembered(folder)[0].unlink()
    assert_same_run(first, second)


def test_a_file_that_is_spoilt_while_it_is_on_show_has_no_frames_any_more_and_nothing_fails(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot
) -> None:
    run_and_remember(start(), files["small"], qtbot, folder)
    session = start()
    open_and_run(session, files["small"], qtbot)
    session._tasks.wait()
    os.truncate(remembered(folder)[0], 100)
    recording = session.recording(REVERSE)
    assert recording.frame(3) is None
    assert recording.shown(3) is None
    assert recording.path(7).shape == (0, 2)
    with qtbot.waitSignal(session.run_ended):
        session.run()
    assert recording is not session.recording(REVERSE)
    assert session.recording(REVERSE).frame(3) is not None


def test_what_needs_the_model_after_that_builds_it(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot
) -> None:
    run_and_remember(start(), files["small"], qtbot, folder)
    second = start()
    open_and_run(second, files["small"], qtbot)
    with qtbot.waitSignal(second.drift_changed):
        second.compute_drift()
    with qtbot.waitSignal(second.run_ended):
        second.edit(seed=18)
    assert second.recording(REVERSE).complete


def test_another_seed_or_file_is_computed(
    start: Start, files: dict[str, str], folder: Path, computed: list[object], qtbot: QtBot
) -> None:
    run_and_remember(start(), files["small"], qtbot, folder)
    open_and_run(start(replace(SPEC, seed=18)), files["small"], qtbot)
    assert len(computed) == 2
    open_and_run(start(), files["other"], qtbot)
    assert len(computed) == 3


def test_a_spec_that_comes_again_is_not_computed_again(
    start: Start, files: dict[str, str], folder: Path, computed: list[object], qtbot: QtBot
) -> None:
    session = start()
    run_and_remember(session, files["small"], qtbot, folder)
    with qtbot.waitSignal(session.run_ended):
        session.edit(seed=18)
    assert len(computed) == 2
    with qtbot.waitSignal(session.run_ended):
        session.undo_stack.undo()
    assert len(computed) == 2
    assert session.recording(REVERSE).complete


def test_fewer_states_are_a_part_of_the_remembered_ones_and_more_are_added(
    start: Start, path: str, folder: Path, computed: list[dict[str, list[range]]], qtbot: QtBot
) -> None:
    run_and_remember(start(replace(FEW, count=16)), path, qtbot, folder)
    few = start(FEW)
    open_and_run(few, path, qtbot)
    assert len(computed) == 1
    assert [len(frame.x) for frame in frames(few, REVERSE)] == [4] * 25
    many = start(replace(FEW, count=20))
    open_and_run(many, path, qtbot)
    assert computed[1:] == [{FORWARD: [range(32)], REVERSE: [range(16, 32)]}]
    qtbot.waitUntil(lambda: remembered(folder)[0].stat().st_size > 2 * 25 * 32 * 64 * 4)
    alone = Session(replace(FEW, count=20))
    open_and_run(alone, path, qtbot)
    assert_same_run(many, alone)
    alone.shut_down()


def test_a_damaged_run_is_never_shown_and_is_computed_again(
    start: Start,
    files: dict[str, str],
    folder: Path,
    computed: list[object],
    qtbot: QtBot,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = start(), start()
    run_and_remember(first, files["small"], qtbot, folder)
    (path,) = remembered(folder)
    content = bytearray(path.read_bytes())
    content[-2000] ^= 1
    path.write_bytes(content)
    path.chmod(0o400)
    shown: list[object] = []
    second.frames_added.connect(lambda side: shown.append(second.recording(side).frame(second.recording(side).top)))
    open_and_run(second, files["small"], qtbot)
    assert None in shown  # the last frame, which is the damaged one
    qtbot.waitUntil(lambda: len(computed) == 2 and not second.running)
    assert_same_run(first, second)
    assert capsys.readouterr().err == f"dpm-gui: {path}: this remembered run is not used: its frames are damaged\n"


def test_a_damaged_run_that_cannot_be_removed_is_not_read_again(
    start: Start,
    files: dict[str, str],
    folder: Path,
    computed: list[object],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_and_remember(start(), files["small"], qtbot, folder)
    (path,) = remembered(folder)
    content = bytearray(path.read_bytes())
    content[-2000] ^= 1
    path.write_bytes(content)
    monkeypatch.setattr(RunCache, "_remove", lambda *_: None)
    session = start()
    open_and_run(session, files["small"], qtbot)
    qtbot.waitUntil(lambda: len(computed) == 2 and not session.running)
    session._tasks.wait()
    assert path.read_bytes() == content
    with qtbot.waitSignal(session.run_ended):
        session.run()
    assert len(computed) == 3


def test_the_whole_of_a_remembered_run_is_there_with_its_first_values(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot
) -> None:
    run_and_remember(start(), files["small"], qtbot, folder)
    session = start()
    complete: list[bool] = []
    session.frames_added.connect(lambda _: complete.append(all(map(is_complete, map(session.recording, SIDES)))))
    open_and_run(session, files["small"], qtbot)
    assert complete == [True, True]


def is_complete(recording: SideRecording) -> bool:
    return recording.complete


def test_a_cache_that_cannot_be_written_is_told_of_in_one_line_and_everything_else_goes_on(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.parent.write_bytes(b"no folder")
    session = start()
    open_and_run(session, files["small"], qtbot)
    for _ in range(2):
        with qtbot.waitSignal(session.run_ended):
            session.run()
    session._tasks.wait()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"dpm-gui: {folder}: this run is not remembered: ")
    assert session.recording(REVERSE).complete


def test_nothing_is_remembered_of_futures_or_given_data_or_without_a_limit(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot
) -> None:
    off = start(limit=0)
    open_and_run(off, files["small"], qtbot)
    off._tasks.wait()
    assert not folder.exists()
    session = start()
    run_and_remember(session, files["small"], qtbot, folder)
    with qtbot.waitSignal(session.run_ended):
        session.edit(branches=(Branch(3, 0),))
    session._tasks.wait()
    assert len(remembered(folder)) == 1


def test_the_first_images_are_remembered_while_the_others_are_computed(
    start: Start,
    path: str,
    folder: Path,
    computed: list[dict[str, list[range]]],
    steer: Callable[[str], Steered],
    qtbot: QtBot,
) -> None:
    steered = steer("run")
    steered.at_once = 2 * (LAST + 1)  # the forward side and the first part
    first, second = (start(replace(FEW, count=32)) for _ in range(2))
    first.open(path)
    qtbot.waitUntil(lambda: len(remembered(folder)) == 1)
    assert first.running
    first.stop()
    steered.let_go()
    open_and_run(second, path, qtbot)
    assert computed[1:] == [{FORWARD: [], REVERSE: [range(16, 32)]}]
    for side in (FORWARD, REVERSE):
        for one, other in zip(frames(first, side), frames(second, side), strict=True):
            np.testing.assert_array_equal(one.x, other.x[: len(one.x)])


def test_a_run_that_was_stopped_is_not_remembered(
    start: Start, files: dict[str, str], folder: Path, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer("run")
    session = start()
    with qtbot.waitSignal(session.run_started):
        session.open(files["small"])
    session.stop()
    steered.let_go()  # it may stand still already, or never begin
    session._tasks.wait()
    assert remembered(folder) == []


def test_the_engine_is_loaded_at_once_for_a_file_of_which_nothing_is_remembered_and_else_after_its_run(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[bool] = []

    def preload() -> Iterator[object]:
        loaded.append(True)
        yield from ()

    monkeypatch.setattr(opening, "preload", preload)
    first = start()
    first.preload()
    assert first.idle
    seen: list[int] = []
    first.preview_read.connect(lambda _: seen.append(1))
    run_and_remember(first, files["small"], qtbot, folder)
    assert loaded == [True]
    second = start()
    second.preload()
    ended: list[int] = []
    second.run_ended.connect(lambda _: ended.append(len(loaded)))
    open_and_run(second, files["small"], qtbot)
    assert ended == [1]
    qtbot.waitUntil(lambda: len(loaded) == 2)


def test_a_broken_file_is_refused_as_without_a_memory_and_the_engine_is_loaded(
    start: Start, files: dict[str, str], qtbot: QtBot
) -> None:
    session = start()
    with qtbot.waitSignal(session.failed) as refused:
        session.open(files["broken"])
    assert "no HDF5 file" in str(refused.args[0])
