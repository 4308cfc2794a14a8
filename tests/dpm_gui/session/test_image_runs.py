"""Runs of images in the session: where frames are written, what is counted, and how many are run."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from core.values.runs import Frame, RunSpec
from dpm_gui.engine import measuring, opening
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.recorded_part import RecordedPart
from dpm_gui.session.session import Session
from tests.support.window_values import FEW, LAST, SPEC, Steered, listen, open_and_run


@pytest.fixture
def model(path: str, trusted: None) -> Opened:
    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    return opened


# ----------------------------------------------------------------------------------------------------- the session
def test_frames_are_written_in_the_thread_of_the_job(
    images: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    threads, store = set(), RecordedPart.store

    def watched(self: RecordedPart, frame: Frame, *, preview: bool = False) -> None:
        threads.add(threading.get_ident())
        store(self, frame, preview=preview)

    monkeypatch.setattr(RecordedPart, "store", watched)
    with qtbot.waitSignal(images.run_ended):
        images.run()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_points_are_denoised_as_the_engine_does(opened: Session, qtbot: QtBot) -> None:
    from tests.support.chains import reverse_frames

    with qtbot.waitSignal(opened.run_ended):
        opened.edit(denoise_from=3)
    assert opened.opened is not None
    assert opened.recording(REVERSE).along is not None
    for frame in reverse_frames(opened.opened.model, opened.spec):
        kept = opened.recording(REVERSE).frame(frame.t)
        assert kept is not None
        assert np.array_equal(kept.x, frame.x)


def test_a_run_leaves_the_chain_alone_and_no_preview(images: Session) -> None:
    from core.sampling.trajectories import reverse

    recording = images.recording(REVERSE)
    assert recording.complete
    assert recording.preview is None
    assert images.opened is not None
    for frame in reverse(images.opened.model, FEW):
        kept = recording.frame(frame.t)
        assert kept is not None
        assert np.array_equal(kept.x, frame.x)


def test_a_run_that_is_stopped_keeps_its_preview(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = FEW
    steered.at_once = 12  # the preview's first moves, the forward side between them
    with qtbot.waitSignal(session.opened_changed):
        session.open(path)
    qtbot.waitUntil(lambda: (session.recording(REVERSE).shown_range or (LAST,))[0] < LAST)
    session.stop()
    steered.let_go()
    assert not session.running
    recording = session.recording(REVERSE)
    assert recording.available is None
    shown = recording.shown(0)
    assert shown is not None
    assert shown.preview


def test_what_is_counted_are_the_steps_that_take_the_time(images: Session, qtbot: QtBot) -> None:
    received = listen(images, "activity_changed")
    with qtbot.waitSignal(images.run_ended):
        images.run()
    assert {each.total for each in received if each is not None} == {LAST + 1 + 5}
    assert max(each.done for each in received if each is not None) == LAST + 1 + 5


def test_denoising_can_be_taken_back_and_another_file_starts_from_noise(
    images: Session, files: dict[str, str], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(images.run_ended):
        images.edit(denoise_from=12)
    assert images.recording(REVERSE).top == 12
    assert images.recording(REVERSE).available == (0, 12)
    assert images.recording(FORWARD).available == (0, LAST)
    assert images.undo_stack.undoText() == "change of start"
    with qtbot.waitSignal(images.run_ended):
        images.undo_stack.undo()
    assert images.recording(REVERSE).top == LAST
    with qtbot.waitSignal(images.run_ended):
        images.undo_stack.redo()
    with qtbot.waitSignal(images.run_ended):
        images.open(files["other"])
    assert images.spec.denoise_from is None


def test_a_start_that_is_no_step_is_told_by_name(images: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(images.run_ended) as ended:
        images.edit(denoise_from=LAST + 1)
    assert isinstance(ended.args[0], BadInputError)
    assert str(ended.args[0]).startswith(f"denoise_from: {LAST + 1} is not a step")


def test_few_pictures_are_run_unless_a_number_was_chosen_that_can_be(
    session: Session, path: str, trusted: None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session._spec = RunSpec(threads=1)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    assert session.spec.count == 16
    session._spec = RunSpec(count=5_000, threads=1)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    assert session.spec.count == 16
    session._spec = RunSpec(count=9, threads=1)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    assert session.spec.count == 9


@pytest.mark.parametrize(("chosen", "count"), [(True, 16), (False, 10_000)])
def test_a_chosen_number_is_kept_also_if_it_is_usual_for_data_of_another_kind(
    qapp: QApplication, files: dict[str, str], path: str, trusted: None, chosen: bool, count: int, qtbot: QtBot
) -> None:
    session = Session(RunSpec(count=16, threads=1), count_chosen=chosen)
    for file in (path, files["small"]):  # 16 is usual for the first
        open_and_run(session, file, qtbot)
    assert session.spec.count == count
    session.shut_down()
    session.deleteLater()


def test_a_number_that_was_chosen_in_the_window_is_kept_unless_it_was_undone(
    images: Session, files: dict[str, str], qtbot: QtBot
) -> None:
    images.edit(count=64)
    images.undo_stack.undo()
    images.edit(seed=5)
    images.edit(count=500)
    with qtbot.waitSignal(images.run_ended):
        images.open(files["small"])
    assert images.spec.count == 500


# ------------------------------------------------------------------------------------------------ the rows of figure 3


def test_the_bound_is_measured_on_as_many_pictures_as_is_usual_and_per_pixel(
    model: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.measurement.examples.DEFAULT_IMAGES", 4)
    *_, last = measuring.measure_bound(model, replace(SPEC, count=400, denoise_from=3))
    assert last.result is not None
    assert last.result.count == 4
    assert last.result.unit == "pixel"
    assert last.result.bits_per_dimension is not None
