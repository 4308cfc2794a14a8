"""Somebody masks a part of a picture and watches the model fill it in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QSpinBox, QToolButton

from core import cli
from core.sampling import trajectories
from core.values.runs import RunSpec
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from tests.support.painting import canvas_of, images, paint_of, rub, settle, workspace_of
from tests.support.person import RIGHT, Person, Start, child, choose_from, click, let_pass, press, wait_until


def test_a_picture_is_filled_in_as_soon_as_paint_is_opened(start: Start, rings: Path) -> None:
    person = start(rings, count=6)
    person.wait_for_run()
    assert person.window.focusWidget() is person.views["forward"]
    press("Ctrl+2")
    assert person.window.focusWidget() is canvas_of(person)
    found = images(person)
    mask, image = paint_of(person).document.masked, paint_of(person).document.image.values
    assert 0 < mask.sum() < mask.size
    assert (found[:, ~mask] == image[~mask]).all()
    assert len(person.window.findChild(PaintCanvas).parent().findChildren(PaintCanvas)) == 1
    page = workspace_of(person).image
    assert len(page.results.samples.tiles) == 4
    assert len(page.results.mean.tiles) == len(page.results.std.tiles) == 1
    assert page.results.bar.top > 0


def test_a_stroke_is_filled_in_by_itself_and_known_pixels_stay(painter: Person) -> None:
    rub(painter, (4, 2), (8, 9))
    paint = paint_of(painter)
    mask = paint.document.masked
    assert mask.any()
    found = images(painter)
    assert (found[:, ~mask] == paint.document.image.values[~mask]).all()
    rub(painter, (1, 1), (1, 5))
    assert paint.document.mask.values.sum() > mask.sum()
    assert (images(painter)[:, ~paint.document.masked] == paint.document.image.values[~paint.document.masked]).all()


def test_the_window_gives_what_the_command_gives(painter: Person, rings: Path, tmp_path: Path) -> None:
    rub(painter, (4, 2), (8, 9))
    found, paint = images(painter), paint_of(painter)
    np.save(tmp_path / "x.npy", paint.document.image.values)
    np.save(tmp_path / "m.npy", paint.document.masked)
    files = ["--image", str(tmp_path / "x.npy"), "--mask", str(tmp_path / "m.npy"), "--out", str(tmp_path / "y.npy")]
    assert cli.main(["inpaint", str(rings), *files, "--count", "4", "--seed", "17"]) == 0
    assert painter.session.spec.threads == RunSpec().threads
    assert np.load(tmp_path / "y.npy").tobytes() == found.tobytes()


def test_tools_are_at_hand_on_the_keys_and_the_right_button_erases(painter: Person) -> None:
    document = paint_of(painter).document
    for key, tool in (
        ("E", "eraser"),
        ("R", "rectangle"),
        ("G", "fill"),
        ("P", "colour"),
        ("B", "brush"),
        ("X", "eraser"),
    ):
        press(key)
        assert document.tools.tool == tool
        assert painter.window.actions_[f"tool_{tool}"].isChecked()
    press("X")
    assert document.tools.tool == "brush"
    size = document.tools.size
    press("]")
    assert document.tools.size == size + 1
    press("[", "[")
    assert document.tools.size == size - 1
    rub(painter, (6, 2), (6, 9))
    assert document.mask.values.any()
    rub(painter, (6, 2), (6, 9), button=RIGHT)
    assert not document.mask.values.any()
    press("I")
    assert document.mask.values.all()
    press("R")
    rub(painter, (2, 3), (5, 7))
    press("Del")
    assert not document.mask.values.any()
    rub(painter, (2, 3), (5, 7))
    assert document.mask.values.sum() == 4 * 5
    press("M")
    assert not painter.window.actions_["show_mask"].isChecked()


def test_masks_are_at_hand_and_it_is_said_what_they_come_to(painter: Person) -> None:
    press("Ctrl+Return")
    page = workspace_of(painter).image
    assert "Nothing is masked" in page._note.text()
    assert paint_of(painter).result is None
    press("I")
    assert "plain sampling" in page._note.text()
    assert images(painter).shape == (4, 12, 12)
    press("Del")
    document = paint_of(painter).document
    button = child(painter.window.workspaces.currentWidget(), QToolButton, "Mask")
    choose_from(button, "Lower half")
    assert document.mask.values[6:].all()
    assert not document.mask.values[:6].any()
    wait_until(lambda: QApplication.activePopupWidget() is None)
    painter.window.activateWindow()  # some platforms do not give it the focus back when a menu closes
    wait_until(lambda: QApplication.activeWindow() is painter.window)
    press("Ctrl+Z")
    assert not document.mask.values.any()


def test_more_samples_other_pictures_and_a_rough_one_to_be_finished(painter: Person) -> None:
    page, paint = workspace_of(painter).image, paint_of(painter)
    press("P")
    rub(painter, (2, 2), (2, 9))
    page.panel.start.setValue(8)
    found = images(painter)
    assert paint.request.start == 8
    assert paint.request.mask.all()
    assert found.shape == (4, 12, 12)
    page.panel.start.setValue(40)
    assert paint.options.start is None
    press("Ctrl+Z", "B")
    rub(painter, (4, 2), (8, 9))
    box = child(page.panel, QSpinBox, "Samples")
    box.setValue(16)
    assert len(images(painter)) == 16
    box.setValue(1)
    assert len(images(painter)) == 1
    assert page.results.bar.top is None
    press("Del")
    examples = painter.session.opened.checkpoint.data.examples
    press("PgDown")
    assert (paint.document.image.values == examples[1]).all()
    press("PgUp", "PgUp")
    assert (paint.document.image.values == examples[-1]).all()
    press("Ctrl+Z")
    assert (paint.document.image.values == examples[0]).all()
    click(child(painter.window.workspaces.currentWidget(), QToolButton, "Sample"))
    assert not any((paint.document.image.values == example).all() for example in examples)


def test_undo_and_docks_belong_to_the_workspace_and_what_it_computes_goes_on_when_it_is_shown(painter: Person) -> None:
    document = paint_of(painter).document
    rub(painter, (4, 2), (8, 9))
    painted = document.mask.values.copy()
    press("Ctrl+Z")
    assert not document.mask.values.any()
    press("Ctrl+Shift+Z")
    assert (document.mask.values == painted).all()
    press("Ctrl+1")
    painter.set_seed(5)
    press("Ctrl+Z")
    assert painter.session.spec.seed == 17
    assert (document.mask.values == painted).all()
    press("Ctrl+2", "Ctrl+Z")
    assert not document.mask.values.any()
    dock = painter.window.findChild(QDockWidget, "entropies")
    assert dock.isHidden()
    press("F5")
    rub(painter, (4, 2), (8, 9))
    let_pass(0.3)
    press("Ctrl+1")
    assert dock.isVisible()
    assert painter.window.focusWidget() is painter.views["forward"]  # on a button Space would press it
    painter.wait_for_run()
    assert painter.recording().complete
    click(child(painter.window, QToolButton, "Paint"))
    assert painter.window.workspaces.current == "paint"
    settle(painter)  # what waited while Watch was shown goes on


def test_a_new_seed_in_paint_fills_in_anew_and_watch_runs_when_it_is_shown(painter: Person) -> None:
    rub(painter, (4, 2), (8, 9))
    filled, session = images(painter), painter.session
    before = {side: painter.recording(side) for side in (FORWARD, REVERSE)}
    painter.set_seed(5)
    assert not session.running
    assert (images(painter) != filled).any()
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
    found = images(painter)
    page, document = workspace_of(painter).image, paint_of(painter).document
    samples = page.results.samples
    click(samples, samples.place_of(0).center())
    QTest.keyClick(samples, Qt.Key.Key_Right)
    before = page.canvas.composition.image.copy()
    page.canvas.setFocus()
    QTest.keyPress(page.canvas, Qt.Key.Key_Z)
    held = page.canvas.composition.image.copy()
    QTest.keyRelease(page.canvas, Qt.Key.Key_Z)
    assert page.canvas.composition.image == before != held
    assert held.pixelColor(5, 6).red() == np.floor(found[1, 6, 5]).clip(0, 255)
    old = document.image.values.copy()
    press("Ctrl+K")
    assert (document.image.values == found[1]).all()
    press("Ctrl+Z")
    assert (document.image.values == old).all()
