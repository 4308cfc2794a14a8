"""Somebody masks a part of a picture and watches the model fill it in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QMessageBox, QPushButton, QSpinBox, QToolButton

from core import cli, trajectories
from core.values import RunSpec
from dpm_gui.engine import FORWARD, REVERSE
from dpm_gui.paint_session import PaintSession
from dpm_gui.painting.mask_files import image_of_mask
from dpm_gui.views.paint_canvas import PaintCanvas, centre_of
from tests.journeys.conftest import Start
from tests.journeys.person import (
    RIGHT,
    Person,
    answer_file_dialog,
    child,
    choose,
    choose_from,
    click,
    close_error,
    drag,
    drop,
    let_pass,
    open_menu,
    press,
    shown,
    the,
    wait_until,
)
from tests.journeys.pictures import save_rings


@pytest.fixture
def rings(tmp_path: Path) -> Path:
    save_rings(tmp_path / "rings.h5")
    return tmp_path / "rings.h5"


@pytest.fixture
def painter(start: Start, rings: Path) -> Person:
    """Someone in Paint before a ring, with nothing masked and nothing being filled in."""
    person = start(rings, count=6)
    person.wait_for_run()
    press("Ctrl+2", "Del")
    return person


def paint_of(person: Person) -> PaintSession:
    paint = person.program.painter.paint
    assert paint is not None
    return paint


def canvas_of(person: Person) -> PaintCanvas:
    return person.window.findChild(PaintCanvas)


def settle(person: Person) -> None:
    """Wait until what is painted has been filled in."""
    paint = paint_of(person)
    wait_until(lambda: not paint._rest.stale and not paint.running and paint.result is not None and paint.result.final)


def rub(person: Person, start: tuple[int, int], stop: tuple[int, int], **how: object) -> None:
    """Drag across the picture, from a row and column to another."""
    canvas = canvas_of(person)
    drag(canvas, centre_of(canvas, *start), centre_of(canvas, *stop), **how)


def pictures(person: Person) -> np.ndarray:
    settle(person)
    return paint_of(person).result.pictures


def test_a_picture_is_filled_in_as_soon_as_paint_is_opened(start: Start, rings: Path) -> None:
    person = start(rings, count=6)
    person.wait_for_run()
    assert person.window.focusWidget() is person.views["forward"]
    press("Ctrl+2")
    assert person.window.focusWidget() is canvas_of(person)
    found = pictures(person)
    mask, picture = paint_of(person).easel.mask.values, paint_of(person).easel.picture.values
    assert 0 < mask.sum() < mask.size
    assert (found[:, ~mask] == picture[~mask]).all()
    assert len(person.window.findChild(PaintCanvas).parent().findChildren(PaintCanvas)) == 1
    page = person.window.workspaces.currentWidget().picture
    assert len(page.results.samples.tiles) == 4
    assert len(page.results.mean.tiles) == len(page.results.spread.tiles) == 1
    assert page.results.bar.top > 0


def test_a_stroke_is_filled_in_by_itself_and_known_pixels_stay(painter: Person) -> None:
    rub(painter, (4, 2), (8, 9))
    paint = paint_of(painter)
    mask = paint.easel.mask.values.copy()
    assert mask.any()
    found = pictures(painter)
    assert (found[:, ~mask] == paint.easel.picture.values[~mask]).all()
    rub(painter, (1, 1), (1, 5))
    assert paint.easel.mask.values.sum() > mask.sum()
    assert (
        pictures(painter)[:, ~paint.easel.mask.values] == paint.easel.picture.values[~paint.easel.mask.values]
    ).all()


def test_the_window_gives_what_the_command_gives(painter: Person, rings: Path, tmp_path: Path) -> None:
    rub(painter, (4, 2), (8, 9))
    found, paint = pictures(painter), paint_of(painter)
    np.save(tmp_path / "x.npy", paint.easel.picture.values)
    np.save(tmp_path / "m.npy", paint.easel.mask.values)
    files = ["--image", str(tmp_path / "x.npy"), "--mask", str(tmp_path / "m.npy"), "--out", str(tmp_path / "y.npy")]
    assert cli.main(["inpaint", str(rings), *files, "--count", "4", "--seed", "17"]) == 0
    assert painter.session.spec.threads == RunSpec().threads
    assert np.load(tmp_path / "y.npy").tobytes() == found.tobytes()


def test_tools_are_at_hand_on_the_keys_and_the_right_button_erases(painter: Person) -> None:
    easel = paint_of(painter).easel
    for key, tool in (
        ("E", "eraser"),
        ("R", "rectangle"),
        ("G", "fill"),
        ("P", "colour"),
        ("B", "brush"),
        ("X", "eraser"),
    ):
        press(key)
        assert easel.tools.tool == tool
        assert painter.window.actions_[f"tool_{tool}"].isChecked()
    press("X")
    assert easel.tools.tool == "brush"
    size = easel.tools.size
    press("]")
    assert easel.tools.size == size + 1
    press("[", "[")
    assert easel.tools.size == size - 1
    rub(painter, (6, 2), (6, 9))
    assert easel.mask.values.any()
    rub(painter, (6, 2), (6, 9), button=RIGHT)
    assert not easel.mask.values.any()
    press("I")
    assert easel.mask.values.all()
    press("R")
    rub(painter, (2, 3), (5, 7))
    press("Del")
    assert not easel.mask.values.any()
    rub(painter, (2, 3), (5, 7))
    assert easel.mask.values.sum() == 4 * 5
    press("M")
    assert not painter.window.actions_["show_mask"].isChecked()


def test_masks_are_at_hand_and_it_is_said_what_they_come_to(painter: Person) -> None:
    press("Ctrl+Return")
    page = painter.window.workspaces.currentWidget().picture
    assert "Nothing is masked" in page._note.text()
    assert paint_of(painter).result is None
    press("I")
    assert "plain sampling" in page._note.text()
    assert pictures(painter).shape == (4, 12, 12)
    press("Del")
    easel = paint_of(painter).easel
    button = child(painter.window.workspaces.currentWidget(), QToolButton, "Mask")
    choose_from(button, "Lower half")
    assert easel.mask.values[6:].all()
    assert not easel.mask.values[:6].any()
    wait_until(lambda: QApplication.activePopupWidget() is None and QApplication.activeWindow() is painter.window)
    press("Ctrl+Z")
    assert not easel.mask.values.any()


def test_more_samples_other_pictures_and_a_rough_one_to_be_finished(painter: Person) -> None:
    page, paint = painter.window.workspaces.currentWidget().picture, paint_of(painter)
    press("P")
    rub(painter, (2, 2), (2, 9))
    page.panel.start.setValue(8)
    found = pictures(painter)
    assert paint.request.start == 8
    assert paint.request.mask.all()
    assert found.shape == (4, 12, 12)
    page.panel.start.setValue(40)
    assert paint.options.start is None
    press("Ctrl+Z", "B")
    rub(painter, (4, 2), (8, 9))
    box = child(page.panel, QSpinBox, "Samples")
    box.setValue(16)
    assert len(pictures(painter)) == 16
    box.setValue(1)
    assert len(pictures(painter)) == 1
    assert page.results.bar.top is None
    press("Del")
    examples = painter.session.opened.checkpoint.data.examples
    press("PgDown")
    assert (paint.easel.picture.values == examples[1]).all()
    press("PgUp", "PgUp")
    assert (paint.easel.picture.values == examples[-1]).all()
    press("Ctrl+Z")
    assert (paint.easel.picture.values == examples[0]).all()
    click(child(painter.window.workspaces.currentWidget(), QToolButton, "Sample"))
    assert not any((paint.easel.picture.values == example).all() for example in examples)


def test_undo_and_docks_belong_to_the_workspace_and_changing_it_stops_nothing(painter: Person) -> None:
    easel = paint_of(painter).easel
    rub(painter, (4, 2), (8, 9))
    painted = easel.mask.values.copy()
    press("Ctrl+Z")
    assert not easel.mask.values.any()
    press("Ctrl+Shift+Z")
    assert (easel.mask.values == painted).all()
    press("Ctrl+1")
    painter.set_seed(5)
    press("Ctrl+Z")
    assert painter.session.spec.seed == 17
    assert (easel.mask.values == painted).all()
    press("Ctrl+2", "Ctrl+Z")
    assert not easel.mask.values.any()
    dock = painter.window.findChild(QDockWidget, "entropies")
    assert dock.isHidden()
    press("F5")
    rub(painter, (4, 2), (8, 9))
    let_pass(0.3)
    press("Ctrl+1")
    assert dock.isVisible()
    assert painter.window.focusWidget() is painter.views["forward"]  # on a button Space would press it
    settle(painter)
    painter.wait_for_run()
    assert painter.recording().complete
    click(child(painter.window, QToolButton, "Paint"))
    assert painter.window.workspaces.current == "paint"


def test_a_new_seed_in_paint_fills_in_anew_and_watch_runs_when_it_is_shown(painter: Person) -> None:
    rub(painter, (4, 2), (8, 9))
    filled, session = pictures(painter), painter.session
    before = {side: painter.recording(side) for side in (FORWARD, REVERSE)}
    painter.set_seed(5)
    assert not session.running
    assert (pictures(painter) != filled).any()
    assert {side: painter.recording(side) for side in before} == before
    press("Ctrl+1")
    assert painter.recording() is not before[REVERSE]
    painter.wait_for_run()
    assert session.spec == RunSpec(count=6, seed=5)
    for frame in trajectories.reverse(session.opened.model, session.spec):
        assert np.array_equal(painter.recording().frame(frame.t).x, frame.x)
    press("Ctrl+Z")
    painter.wait_for_run()
    assert np.array_equal(painter.recording().frame(0).x, before[REVERSE].frame(0).x)
    recording = painter.recording()
    press("Ctrl+2", "Ctrl+1")
    assert painter.recording() is recording
    assert not session.running


def test_a_sample_is_looked_at_while_a_key_is_held_and_kept_undoably(painter: Person) -> None:
    rub(painter, (4, 2), (8, 9))
    found = pictures(painter)
    page, easel = painter.window.workspaces.currentWidget().picture, paint_of(painter).easel
    samples = page.results.samples
    click(samples, samples.place_of(2).center())
    before = page.canvas.composition.image.copy()
    page.canvas.setFocus()
    QTest.keyPress(page.canvas, "z")
    held = page.canvas.composition.image.copy()
    QTest.keyRelease(page.canvas, "z")
    assert page.canvas.composition.image == before != held
    assert held.pixelColor(5, 6).red() == np.floor(found[2, 6, 5]).clip(0, 255)
    old = easel.picture.values.copy()
    press("Ctrl+K")
    assert (easel.picture.values == found[2]).all()
    press("Ctrl+Z")
    assert (easel.picture.values == old).all()


# ---------------------------------------------------------------------------------------------------------- the files


def test_a_mask_is_saved_and_opened_and_one_of_another_size_is_scaled_if_one_likes(
    painter: Person, tmp_path: Path
) -> None:
    easel = paint_of(painter).easel
    rub(painter, (4, 2), (8, 9))
    mask = easel.mask.values.copy()
    choose(open_menu("P"), "Save mask")
    answer_file_dialog(tmp_path / "mask.png")
    assert QImage(str(tmp_path / "mask.png")).width() == 12
    press("Del")
    choose(open_menu("P"), "Open mask")
    answer_file_dialog(tmp_path / "mask.png")
    wait_until(lambda: np.array_equal(easel.mask.values, mask))
    press("Del")
    image_of_mask(np.repeat(np.repeat(mask, 3, 0), 3, 1)).save(str(tmp_path / "large.png"))
    for answer, wanted in (("Cancel", np.zeros_like(mask)), ("Scale", mask)):
        QTest.mouseMove(painter.window.windowHandle(), QPoint(5, 5))  # a menu opens where the pointer is not
        choose(open_menu("P"), "Open mask")
        answer_file_dialog(tmp_path / "large.png")
        box = the(QMessageBox)
        assert "36 × 36" in box.text()
        assert "12 × 12" in box.text()
        click(child(box, QPushButton, answer))
        wait_until(lambda: not shown(QMessageBox))
        assert (easel.mask.values == wanted).all()


def test_pictures_of_ones_own_are_fitted_or_cropped_and_what_is_none_is_refused(
    painter: Person, tmp_path: Path
) -> None:
    image = QImage(24, 12, QImage.Format.Format_RGB32)
    image.fill(0xFF808080)
    image.save(str(tmp_path / "own.png"))
    for answer in ("Fit", "Crop"):
        choose(open_menu("P"), "Open picture")
        answer_file_dialog(tmp_path / "own.png")
        click(child(the(QMessageBox), QPushButton, answer))
        wait_until(lambda: not shown(QMessageBox))
        wait_until(lambda: bool((paint_of(painter).easel.picture.values == 128).all()))
        press("Ctrl+Z")
    easel = paint_of(painter).easel
    image.scaled(12, 12).save(str(tmp_path / "fits.png"))
    assert not (easel.picture.values == 128).all()
    assert drop(painter.window, QUrl.fromLocalFile(str(tmp_path / "fits.png")))
    wait_until(lambda: bool((easel.picture.values == 128).all()))
    rub(painter, (4, 2), (8, 9))
    mask, picture = easel.mask.values.copy(), easel.picture.values.copy()
    (tmp_path / "bad.png").write_bytes(b"no picture at all")
    np.savez(tmp_path / "bad.npz", a=1)
    for entry, name in (("Open mask", "bad.png"), ("Open picture", "bad.png"), ("Open what", "bad.npz")):
        choose(open_menu("P"), entry)
        answer_file_dialog(tmp_path / name)
        (reason,) = close_error()
        assert name in reason
    assert (easel.mask.values == mask).all()
    assert (easel.picture.values == picture).all()


def test_what_to_fill_in_is_saved_and_opened_again(painter: Person, rings: Path, tmp_path: Path) -> None:
    rub(painter, (4, 2), (8, 9))
    found, easel = pictures(painter), paint_of(painter).easel
    press("Ctrl+S")
    answer_file_dialog(tmp_path / "wish.npz")
    mask = easel.mask.values.copy()
    assert (
        cli.main(["inpaint", str(rings), "--spec", str(tmp_path / "wish.npz"), "--out", str(tmp_path / "y.npy")]) == 0
    )
    assert np.load(tmp_path / "y.npy").tobytes() == found.tobytes()
    press("Del", "PgDown")
    choose(open_menu("P"), "Open what")
    answer_file_dialog(tmp_path / "wish.npz")
    wait_until(lambda: np.array_equal(easel.mask.values, mask))
    assert pictures(painter).tobytes() == found.tobytes()


# ------------------------------------------------------------------------------------------------------- interrupting


def test_stroke_after_stroke_is_answered_for_the_last_one(painter: Person) -> None:
    for row in range(1, 11):
        rub(painter, (row, 1), (row, 10))
        let_pass(0.05)
    found, paint = pictures(painter), paint_of(painter)
    mask = paint.easel.mask.values
    assert (found[:, ~mask] == paint.easel.picture.values[~mask]).all()
    assert paint.easel.undo_stack.count() > 5


def test_another_checkpoint_while_filling_in_is_taken_up_with_its_own_picture(painter: Person, tmp_path: Path) -> None:
    save_rings(tmp_path / "colour.h5", (10, 14, 3), steps=150)
    rub(painter, (4, 2), (8, 9))
    let_pass(0.26)
    painter.window.file_chosen.emit(str(tmp_path / "colour.h5"))
    wait_until(lambda: paint_of(painter).easel.picture.values.shape == (10, 14, 3))
    found = pictures(painter)
    mask = paint_of(painter).easel.mask.values
    assert found.shape == (4, 10, 14, 3)
    assert (found[:, ~mask] == paint_of(painter).easel.picture.values[~mask]).all()
    assert not paint_of(painter).easel.undo_stack.canUndo()


def test_closing_while_filling_in_ends_it(painter: Person, tmp_path: Path) -> None:
    save_rings(tmp_path / "long.h5", (28, 28), steps=1000)
    painter.window.file_chosen.emit(str(tmp_path / "long.h5"))
    wait_until(lambda: paint_of(painter).running)
    painter.window.close()
    assert not paint_of(painter).running or not painter.window.isVisible()


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A picture of one's own that takes a while to read."""
    levels = np.random.default_rng(5).integers(0, 256, (1500, 2000, 3), np.uint8)
    QImage(levels.tobytes(), 2000, 1500, 6000, QImage.Format.Format_RGB888).save(str(tmp_path / "large.png"))
    return tmp_path / "large.png"


def test_the_window_says_that_a_large_picture_is_being_opened_and_goes_on(painter: Person, large: Path) -> None:
    assert drop(painter.window, QUrl.fromLocalFile(str(large)))
    assert painter.window.activity.text == "Opening large.png"
    rub(painter, (4, 2), (8, 9))
    assert paint_of(painter).easel.mask.values.any()
    box = the(QMessageBox)
    assert "2000 × 1500" in box.text()
    click(child(box, QPushButton, "Crop"))
    wait_until(lambda: paint_of(painter).easel.undo_stack.undoText() == "picture of one's own")
    assert paint_of(painter).easel.mask.values.any()


def test_another_checkpoint_or_the_end_while_a_picture_is_being_opened(
    painter: Person, large: Path, tmp_path: Path
) -> None:
    save_rings(tmp_path / "other.h5", (10, 14))
    opener, told = painter.program.painter._opener, []
    opener.told.connect(told.append)
    painter.window.file_chosen.emit(str(tmp_path / "other.h5"))
    assert drop(painter.window, QUrl.fromLocalFile(str(large)))
    wait_until(lambda: paint_of(painter).easel.picture.values.shape == (10, 14))
    assert not opener.busy
    assert told == ["large.png was not used: another checkpoint is open now"]
    let_pass(0.3)
    assert not shown(QMessageBox)
    assert drop(painter.window, QUrl.fromLocalFile(str(large)))
    painter.window.close()
    let_pass(0.1)
    assert not shown(QMessageBox)


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
    assert "stopped" in person.window.workspaces.currentWidget().picture.results.state


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
    assert paint_of(person).easel.mask.values.any()
