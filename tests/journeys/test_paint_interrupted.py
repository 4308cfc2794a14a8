"""Somebody paints on, switches, stops or leaves while a picture is being filled in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel

from dpm_gui.paint.files import PaintFiles
from dpm_gui.paint.inpainting.session import PaintSession
from tests.support.painting import canvas_of, images, paint_of, rub, save_rings, settle, workspace_of
from tests.support.person import Person, Start, click, close_error, let_pass, press, wait_until


def test_stroke_after_stroke_is_answered_for_the_last_one(painter: Person) -> None:
    for row in range(1, 11):
        rub(painter, (row, 1), (row, 10))
        let_pass(0.05)
    found, paint = images(painter), paint_of(painter)
    mask = paint.document.masked
    assert (found[:, ~mask] == paint.document.image.values[~mask]).all()
    assert paint.document.undo_stack.count() > 5


def test_another_checkpoint_while_filling_in_is_taken_up_with_its_own_picture(painter: Person, tmp_path: Path) -> None:
    save_rings(tmp_path / "colour.h5", (10, 14, 3), steps=150)
    rub(painter, (4, 2), (8, 9))
    let_pass(0.26)
    painter.window.file_chosen.emit(str(tmp_path / "colour.h5"))
    wait_until(lambda: paint_of(painter).document.image.values.shape == (10, 14, 3))
    found = images(painter)
    mask = paint_of(painter).document.masked
    assert found.shape == (4, 10, 14, 3)
    assert (found[:, ~mask] == paint_of(painter).document.image.values[~mask]).all()
    assert not paint_of(painter).document.undo_stack.canUndo()


def test_closing_while_filling_in_ends_it(painter: Person, tmp_path: Path) -> None:
    save_rings(tmp_path / "long.h5", (28, 28), steps=1000)
    painter.window.file_chosen.emit(str(tmp_path / "long.h5"))
    wait_until(lambda: paint_of(painter).running)
    painter.window.close()
    assert not paint_of(painter).running or not painter.window.isVisible()


@pytest.mark.alone
def test_escape_stops_and_keeps_what_is_there(start: Start, tmp_path: Path) -> None:
    save_rings(tmp_path / "long.h5", (28, 28), steps=1000)
    person = start(tmp_path / "long.h5", count=1)
    wait_until(lambda: person.session.opened is not None)
    press("Ctrl+2")
    paint = paint_of(person)
    wait_until(lambda: paint.result is not None)
    press("Esc")
    wait_until(lambda: not paint.running, seconds=0.5)
    assert paint.result is not None
    assert "stopped" in workspace_of(person).image.results.state


def test_paint_with_nothing_open_says_what_to_do(start: Start, tmp_path: Path) -> None:
    person = start(tmp_path / "missing.h5")
    press("Ctrl+2")
    close_error()
    canvas = canvas_of(person)
    assert "Nothing is open" in canvas._message
    click(canvas)
    press("I", "Del", "Ctrl+Return")
    assert not paint_of(person).running


def test_what_is_painted_before_anything_is_open_is_nothing(start: Start, rings: Path) -> None:
    person = start(rings, count=6)
    press("Ctrl+2")
    canvas = canvas_of(person)
    click(canvas, QPoint(50, 50))
    settle(person)
    assert paint_of(person).document.mask.values.any()


def test_only_the_workspace_on_show_samples_and_the_other_goes_on_when_it_is_shown(
    start: Start, tmp_path: Path
) -> None:
    save_rings(tmp_path / "long.h5", (28, 28), steps=1000)
    person = start(tmp_path / "long.h5", count=6)
    press("Ctrl+2")
    paint = paint_of(person)
    wait_until(lambda: paint.running)
    assert not person.session.running
    assert person.recording().shown_range is None
    press("Ctrl+1")
    wait_until(lambda: person.recording().shown_range is not None)
    texts = [label.text() for label in person.window.activity.findChildren(QLabel) if label.isVisible()]
    assert texts[0].startswith("Sampling 6 images")
    press("Ctrl+2", "Esc")
    assert not paint.running


def test_files_are_complete_before_what_only_computes_is_waited_for(
    painter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    for name, kind in (("files", PaintFiles), ("computing", PaintSession)):
        end = kind.shut_down
        monkeypatch.setattr(kind, "shut_down", lambda part, name=name, end=end: (order.append(name), end(part)))
    painter.program.written.connect(lambda: order.append("written"))
    painter.window.close()
    assert order[:3] == ["files", "written", "computing"]
