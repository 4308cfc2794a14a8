"""Files that are opened in Paint are left where something else comes first, and refused in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from core.formats import requests
from core.values.inpainting import InpaintingRequest
from tests.support.opening import Desk, open_here, questions, save_plain
from tests.support.painting import save_rings
from tests.support.window_values import Steered


# ------------------------------------------------------------------------------------------------------- interrupting
def test_of_two_pictures_the_one_that_was_chosen_last_is_taken(
    before_rings: Desk, tmp_path: Path, steer_reading: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer_reading("read_file")
    before_rings.opener.open_image(save_plain(tmp_path / "first.png", 11))
    qtbot.waitUntil(lambda: len(steered._passes) == 1)
    before_rings.opener.open_image(save_plain(tmp_path / "second.png", 222))
    qtbot.waitUntil(lambda: len(steered._passes) == 2)
    steered.let(1, call=1)
    qtbot.waitUntil(lambda: bool((before_rings.image == 222).all()))
    steered.let(1, call=0)
    steered.wait_until_closed(call=0)
    QCoreApplication.processEvents()
    qtbot.waitUntil(lambda: not before_rings.opener.busy)
    assert (before_rings.image == 222).all()
    assert before_rings.received == ["second.png: interpreted as one image of 9 x 11 pixels"]


def test_a_picture_is_left_where_another_checkpoint_comes_first(
    before_rings: Desk, tmp_path: Path, steer_reading: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer_reading("read_file")
    save_rings(tmp_path / "other.h5", (5, 6), steps=5)
    before_rings.opener.open_image(save_plain(tmp_path / "own.png", 11))
    qtbot.waitUntil(lambda: len(steered._passes) == 1)
    open_here(before_rings, tmp_path / "other.h5", qtbot)
    assert not before_rings.opener.busy
    example = before_rings.image.copy()
    steered.let_go()
    steered.wait_until_closed(call=0)
    QCoreApplication.processEvents()
    assert before_rings.image.shape == (5, 6)
    assert (before_rings.image == example).all()
    assert before_rings.received == ["own.png was not used: another checkpoint is open now"]
    assert before_rings.activities[-1] is None
    assert before_rings.failed == []


def test_a_question_about_a_file_goes_when_another_checkpoint_comes(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    save_rings(tmp_path / "other.h5", (5, 6), steps=5)
    before_rings.opener.open_image(save_plain(tmp_path / "own.png", 200, (30, 20)))
    qtbot.waitUntil(lambda: bool(questions()))
    open_here(before_rings, tmp_path / "other.h5", qtbot)
    assert questions() == []
    assert not before_rings.opener.busy
    assert before_rings.image.shape == before_rings.mask.shape == (5, 6)
    assert before_rings.received == ["own.png was not used: another checkpoint is open now"]


def test_stopping_leaves_the_file_and_the_painting(
    before_rings: Desk, tmp_path: Path, steer_reading: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer_reading("read_file")
    before = before_rings.image.copy()
    before_rings.opener.open_image(save_plain(tmp_path / "own.png", 11))
    qtbot.waitUntil(lambda: len(steered._passes) == 1)
    before_rings.opener.stop()
    assert not before_rings.opener.busy
    steered.let_go()
    steered.wait_until_closed(call=0)
    QCoreApplication.processEvents()
    assert (before_rings.image == before).all()
    assert (before_rings.received, before_rings.failed) == ([], [])


def test_after_the_end_no_thread_reads_and_nothing_is_told(
    before_rings: Desk, tmp_path: Path, steer_reading: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer_reading("read_file")
    path = save_plain(tmp_path / "own.png", 11)
    before_rings.opener.open_image(path)
    qtbot.waitUntil(lambda: len(steered._passes) == 1)
    steered.let_go()
    before_rings.opener.shut_down()
    assert all(thread.isFinished() for thread in before_rings.opener.findChildren(QThread))
    before_rings.opener.open_image(path)
    QCoreApplication.processEvents()
    assert not before_rings.opener.busy
    assert (before_rings.received, before_rings.failed) == ([], [])
    assert not (before_rings.image == 11).all()


# ------------------------------------------------------------------------------------------------------ what is refused
def test_a_file_that_is_refused_is_told_once_and_the_painting_stays(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk, opener = before_rings, before_rings.opener
    image, mask = desk.image.copy(), desk.mask.copy()
    (tmp_path / "bad.png").write_bytes(b"no picture at all")
    (tmp_path / "bad.npz").write_bytes(b"no request at all")
    small = InpaintingRequest(np.zeros((4, 4), np.float32), np.ones((4, 4), np.bool_), seed=5)
    requests.save_request(small, str(tmp_path / "small.npz"))
    for open_it, name, reason in (
        (opener.open_image, "bad.png", "bad.png"),
        (opener.open_image, "missing.png", "missing.png"),
        (opener.open_mask, "bad.png", "bad.png"),
        (opener.open_request, "bad.npz", "bad.npz"),
        (opener.open_request, "small.npz", "shape (4, 4) is not (9, 11)"),
    ):
        open_it(str(tmp_path / name))
        qtbot.waitUntil(lambda: not opener.busy)
        assert reason in str(desk.failed.pop())
        assert desk.failed == []
    assert (desk.image == image).all()
    assert (desk.mask == mask).all()
    assert desk.received == []
    assert desk.session.spec.seed == 17


def test_a_picture_is_refused_at_once_where_there_is_none_to_be_filled_in(desk: Desk, tmp_path: Path) -> None:
    desk.opener.open_image(save_plain(tmp_path / "own.png", 11))
    assert not desk.opener.busy
    assert "open a checkpoint of images first" in str(desk.failed[0])
    assert str(desk.failed[0]).startswith(str(tmp_path / "own.png"))
