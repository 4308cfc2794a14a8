"""Shipped recordings in a session: the first start shows them without the engine, until the run itself is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.formats import checkpoints
from core.formats.recordings import shipped_runs
from core.formats.recordings.cache import sha256_of
from core.model import model_from
from core.sampling.trajectories import forward, reverse
from dpm_gui.engine import opening, runs
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.shipped import ShippedRuns
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from tests.support.window_values import FEW, SPEC, Steered, open_and_run
from tools import recordings

Start = Callable[..., Session]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "recordings"
    made.mkdir()
    return made


@pytest.fixture
def start(qapp: QApplication, folder: Path, tmp_path: Path) -> Iterator[Start]:
    """Makes sessions with an empty cache and shipped recordings."""
    made: list[Session] = []

    def begin(spec: object = SPEC, limit: int = 10**8) -> Session:
        memory = RunMemory(tmp_path / "cache", limit, ShippedRuns(folder))
        made.append(Session(spec, memory=memory))  # type: ignore[arg-type]
        return made[-1]

    yield begin
    for session in made:
        session.shut_down()
        session.deleteLater()


def ship(folder: Path, path: str, count: int) -> shipped_runs.ShippedRun:
    """Write the recording of the checkpoint at ``path`` that it would be shipped with."""
    checkpoint = checkpoints.read(path)
    model, spec = model_from(checkpoint, path), replace(SPEC, count=count, threads=1)
    sides = {FORWARD: forward(model, spec), REVERSE: reverse(model, spec)}
    run = replace(recordings.recording_of(sha256_of(path), checkpoint, model, sides), seed=SPEC.seed)
    shipped_runs.write(folder / shipped_runs.file_name("made", run.sha256), run)
    return run


def test_a_first_start_shows_the_shipped_recording_without_the_model_and_then_the_run(
    start: Start, files: dict[str, str], folder: Path, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    run = ship(folder, files["small"], 500)  # a whole block, of which some are shown
    steered = steer("run")
    steered.at_once = 0
    session = start()
    opened: list[object] = []
    session.preview_read.connect(opened.append)
    session.open(files["small"])
    qtbot.waitUntil(lambda: session.recording(REVERSE).shown_range == (0, run.steps[0]))
    assert opened == []
    shown = {side: session.recording(side).shown(3) for side in (FORWARD, REVERSE)}
    for side, each in shown.items():
        assert each is not None
        assert each.preview
        assert session.recording(side).preview.shipped
        assert session.recording(side).frame(3) is None
        assert len(session.recording(side).along) == len(each.frame.x) == SPEC.count
    steered.let_go()
    with qtbot.waitSignal(session.run_ended):
        pass
    for side, each in shown.items():
        frame = session.recording(side).shown(3)
        assert not frame.preview
        np.testing.assert_allclose(each.frame.x, frame.frame.x, rtol=0, atol=0.51 * recordings.POINT)


def test_the_model_is_not_built_before_the_shipped_recording_is_on_show(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(folder, files["small"], SPEC.count)
    session, shown = start(), []
    real = opening._model_of

    def build(*arguments: object) -> object:
        wait_in_a_job(lambda: session.recording(REVERSE).has_preview)
        shown.append(session.recording(REVERSE).has_preview)
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "_model_of", build)
    open_and_run(session, files["small"], qtbot)
    assert shown == [True]


def wait_in_a_job(there: Callable[[], bool]) -> None:
    """Wait in the thread of a job, at most for seconds, until the window's thread has taken what was sent."""
    end = monotonic() + 20
    while not there() and monotonic() < end:
        sleep(0.001)


def test_the_preview_of_shipped_images_is_not_computed_and_their_part_ends_with_them(
    start: Start, path: str, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(folder, path, 4)
    asked: list[dict[str, list[range]]] = []
    real = runs.run

    def run(opened: object, spec: object, root: object, parts: dict[str, list[range]]) -> Iterator[object]:
        asked.append({side: list(each) for side, each in parts.items()})
        return real(opened, spec, root, parts)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "run", run)
    session = start(replace(FEW, count=16))
    open_and_run(session, path, qtbot)
    assert asked == [{FORWARD: [range(16)], REVERSE: [range(4), range(4, 16)]}]
    other = start(replace(FEW, count=16, seed=FEW.seed + 1))
    open_and_run(other, path, qtbot)
    assert asked[1:] == [{FORWARD: [range(16)], REVERSE: [range(16)]}]


def test_another_checkpoint_of_the_same_name_does_not_show_it(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot, steer: Callable[[str], Steered]
) -> None:
    run = ship(folder, files["other"], SPEC.count)
    forged = folder / shipped_runs.file_name("made", sha256_of(files["small"]))
    shipped_runs.write(forged, run)
    steered = steer("run")
    steered.at_once = 0
    session = start()
    with qtbot.waitSignal(session.run_started):
        session.open(files["small"])
    assert session.opened.shipped is None
    assert not session.recording(REVERSE).has_preview
    steered.let_go()


def test_a_damaged_recording_is_told_of_in_one_line_and_the_run_is_computed(
    start: Start, files: dict[str, str], folder: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    ship(folder, files["small"], SPEC.count)
    (shipped,) = folder.iterdir()
    shipped.write_bytes(shipped.read_bytes()[:500])
    session = start()
    open_and_run(session, files["small"], qtbot)
    assert session.recording(REVERSE).complete
    assert capsys.readouterr().err == f"dpm-gui: {shipped}: this shipped recording is not used: it is damaged\n"


def test_it_is_shown_without_a_cache_too_and_not_in_place_of_a_remembered_run(
    start: Start, files: dict[str, str], folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    ship(folder, files["small"], SPEC.count)
    off = start(limit=0)
    open_and_run(off, files["small"], qtbot)
    assert off.opened.shipped is not None
    assert not (tmp_path / "cache").exists()
    open_and_run(start(), files["small"], qtbot)
    qtbot.waitUntil(lambda: len(list((tmp_path / "cache").glob("*.run"))) == 1)
    again, marked = start(), []
    again.frames_added.connect(lambda side: marked.append(again.recording(side).has_preview))
    open_and_run(again, files["small"], qtbot)
    assert marked == [False, False]
