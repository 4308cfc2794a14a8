"""What is painted is filled in: when, with what, and what of it is heeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from core.posterior.inpainting import inpaint
from core.values.inpainting import InpaintingFrame, InpaintingRequest
from dpm_gui.paint.document.tools import BRUSH, ToolBox
from dpm_gui.paint.inpainting.options import ALL_MASKED, NOTHING_MASKED
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.session.session import Session
from tests.support.painting import save_rings
from tests.support.window_values import Steered


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("rings") / "rings.h5"
    save_rings(path, (9, 11), steps=30)
    return str(path)


@pytest.fixture
def paint(session: Session, rings: str, trusted: None, qtbot: QtBot) -> Iterator[PaintSession]:
    """Paint with rings open, in view, and filled in once."""
    made = PaintSession(session)
    made._debounce.setInterval(5)
    session._spec = session.spec.__class__(count=2, seed=17, threads=1)
    with qtbot.waitSignal(session.opened_changed):
        session.open(rings)
    with qtbot.waitSignal(made.ended):
        made.set_in_view(True)
    yield made
    made.shut_down()
    made.deleteLater()


def stroke(paint: PaintSession, row: float = 4.5) -> None:
    document = paint.document
    document.take(ToolBox(BRUSH, 3))
    document.press(2.0, row, False, 1.0)
    document.move(8.0, row, 1.0)
    document.release()


def test_what_is_filled_in_is_what_the_engine_gives_for_the_request(paint: PaintSession, qtbot: QtBot) -> None:
    with qtbot.waitSignal(paint.ended):
        stroke(paint)
    *_, wanted = inpaint(paint.opened.model, paint.request)
    assert paint.result.final
    assert paint.result.images.tobytes() == wanted.images.tobytes()


def test_nothing_is_begun_for_nobody_and_made_up_for_when_somebody_looks(paint: PaintSession, qtbot: QtBot) -> None:
    paint.set_in_view(False)
    started: list[bool] = []
    paint.started.connect(lambda: started.append(True))
    stroke(paint)
    qtbot.wait(50)
    assert not started
    with qtbot.waitSignal(paint.ended):
        paint.set_in_view(True)
    assert started


def test_who_leaves_before_the_rest_is_over_has_nothing_begun(paint: PaintSession, qtbot: QtBot) -> None:
    paint._debounce.setInterval(30)
    started: list[bool] = []
    paint.started.connect(lambda: started.append(True))
    stroke(paint)
    paint.set_in_view(False)
    qtbot.wait(80)
    assert not started
    assert paint._debounce.stale


def test_of_a_spec_the_seed_alone_has_it_filled_in_anew(paint: PaintSession, session: Session, qtbot: QtBot) -> None:
    started: list[bool] = []
    paint.started.connect(lambda: started.append(True))
    session.edit(count=3)
    qtbot.wait(50)
    assert not started
    with qtbot.waitSignal(paint.ended):
        session.edit(seed=4)
    assert len(started) == 1


def test_without_the_switch_nothing_runs_until_it_is_asked_for(paint: PaintSession, qtbot: QtBot) -> None:
    paint.set_options(automatic=False)
    started: list[bool] = []
    paint.started.connect(lambda: started.append(True))
    stroke(paint)
    qtbot.wait(50)
    assert not started
    with qtbot.waitSignal(paint.ended):
        paint.run()


def test_several_strokes_within_the_rest_are_one_run(paint: PaintSession, qtbot: QtBot) -> None:
    paint._debounce.setInterval(60)
    started: list[bool] = []
    paint.started.connect(lambda: started.append(True))
    with qtbot.waitSignal(paint.ended):
        for row in (2.5, 4.5, 6.5):
            stroke(paint, row)
    assert len(started) == 1


def test_a_newer_stroke_stops_what_ran_and_what_comes_late_is_turned_away(
    paint: PaintSession, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer("inpaint")
    stroke(paint, 2.5)
    qtbot.waitUntil(lambda: len(steered._passes) == 1)
    steered.let(2, call=0)
    old = paint.request
    with qtbot.waitSignal(paint.started):
        stroke(paint, 6.5)
    steered.let_go()
    with qtbot.waitSignal(paint.ended):
        qtbot.waitUntil(lambda: not paint.running)
    steered.wait_until_closed(0)
    assert (old.mask != paint.request.mask).any()
    known = ~paint.document.masked
    assert (paint.result.images[:, known] == paint.document.image.values[known]).all()


def test_stopping_keeps_what_is_there(paint: PaintSession, steer: Callable[[str], Steered], qtbot: QtBot) -> None:
    steered = steer("inpaint")
    stroke(paint)
    qtbot.waitUntil(lambda: len(steered._passes) == 1)
    with qtbot.waitSignal(paint.result_changed):
        steered.let(3, call=0)
    with qtbot.waitSignal(paint.ended) as ended:
        paint.stop()
    assert ended.args == [None]
    assert paint.result.images is not None
    assert not paint.running


def test_an_empty_mask_runs_nothing_and_says_what_to_do(paint: PaintSession, qtbot: QtBot) -> None:
    notes: list[str] = []
    paint.note_changed.connect(notes.append)
    paint.document.clear()
    qtbot.waitUntil(lambda: paint.result is None)
    assert notes[-1] == NOTHING_MASKED
    with qtbot.waitSignal(paint.ended):
        paint.document.invert()
    assert notes[-1] == ALL_MASKED


def test_options_that_do_not_go_together_are_said_and_run_nothing(paint: PaintSession, qtbot: QtBot) -> None:
    notes: list[str] = []
    paint.note_changed.connect(notes.append)
    paint.set_options(weighted=True, start=9)
    qtbot.waitUntil(lambda: any("start" in note for note in notes))
    qtbot.waitUntil(lambda: paint.result is None and not paint.running)


def test_weights_leave_out_what_is_walked_again_and_it_comes_back_with_the_plain_kernels(paint: PaintSession) -> None:
    usual = paint.options
    assert paint.request.resample_times == usual.resample_times > 0
    assert "denoises them again" in usual.sentence("pixels")
    paint.set_options(weighted=True)
    assert paint.request.resample_times == 0
    assert "denoises them again" not in paint.options.sentence("pixels")
    paint.take_request(paint.request)
    paint.set_options(weighted=False)
    assert paint.request.resample_times == usual.resample_times


def test_a_kept_sample_is_the_picture_and_undo_brings_the_old_one_back(paint: PaintSession) -> None:
    before, kept = paint.document.image.values.copy(), paint.result.images[1]
    paint.keep_sample(1)
    assert (paint.document.image.values == kept).all()
    paint.document.undo_stack.undo()
    assert (paint.document.image.values == before).all()


def test_another_seed_fills_in_anew(paint: PaintSession, session: Session, qtbot: QtBot) -> None:
    before = paint.result.images.copy()
    with qtbot.waitSignal(paint.ended):
        session.edit(seed=18)
    assert (paint.result.images != before).any()


def test_a_request_from_a_file_is_taken_with_all_it_says(paint: PaintSession, qtbot: QtBot) -> None:
    mask = np.zeros((9, 11), np.bool_)
    mask[3:5, 2:9] = True
    image = np.full((9, 11), 77, np.float32)
    wanted = InpaintingRequest(image, mask, count=3, seed=5, threads=1, known_mode="clean", resample_times=1)
    paint.take_request(wanted)
    found = paint.request
    assert (found.image == image).all()
    assert (found.mask == mask).all()
    assert (found.count, found.seed, found.known_mode, found.resample_times) == (3, 5, "clean", 1)
    with pytest.raises(BadInputError, match="shape"):
        paint.take_request(InpaintingRequest(np.zeros((4, 4)), np.ones((4, 4), np.bool_)))


def test_a_failed_run_is_told_once_and_the_painting_stays(
    paint: PaintSession, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    from dpm_gui.engine import painting

    def broken(*_: object) -> Iterator[InpaintingFrame]:
        raise BadInputError("count: the disk is full of cats")
        yield

    monkeypatch.setattr(painting, "inpaint", broken)
    received: list[Exception] = []
    paint.failed.connect(received.append)
    with qtbot.waitSignal(paint.ended):
        stroke(paint)
    assert [str(error) for error in received] == ["count: the disk is full of cats"]
    assert paint.document.mask.values.any()


def test_a_fresh_sample_is_in_whole_grey_levels(paint: PaintSession, session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not session.running)
    paint.show_sample()
    image = paint.document.image.values
    assert (image == np.floor(image)).all()
    assert image.min() >= 0
    assert image.max() <= 255


def test_a_request_says_which_file_is_for_another_checkpoint(paint: PaintSession, tmp_path: Path) -> None:
    from core.formats.requests import load_request, save_request

    save_request(paint.request, str(tmp_path / "wish.npz"))
    read = load_request(str(tmp_path / "wish.npz"))
    assert (read.mask == paint.request.mask).all()
