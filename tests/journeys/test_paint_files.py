"""Somebody opens and saves masks, pictures and what to fill in, and goes on while a large one is being read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from core import cli
from core.formats.reading.masks import read_mask
from tests.support.painting import images, paint_of, rub, save_mask_image, save_rings, workspace_of
from tests.support.person import (
    Person,
    answer_file_dialog,
    child,
    choose,
    click,
    close_error,
    drop,
    let_pass,
    open_menu,
    press,
    shown,
    the,
    wait_until,
)


def test_a_mask_is_saved_and_opened_and_one_of_another_size_is_scaled_and_it_is_said(
    painter: Person, tmp_path: Path
) -> None:
    document = paint_of(painter).document
    rub(painter, (4, 2), (8, 9))
    mask = document.mask.values.copy()
    choose(open_menu("P"), "Save mask")
    answer_file_dialog(tmp_path / "mask.png")
    wait_until((tmp_path / "mask.png").exists)  # the notice may soon give way to a run
    assert QImage(str(tmp_path / "mask.png")).width() == 12
    press("Del")
    choose(open_menu("P"), "Open mask")
    answer_file_dialog(tmp_path / "mask.png")
    wait_until(lambda: np.array_equal(document.mask.values, mask))
    press("Del")
    save_mask_image(np.repeat(np.repeat(mask, 3, 0), 3, 1), tmp_path / "large.png")
    QTest.mouseMove(painter.window.windowHandle(), QPoint(5, 5))  # a menu opens where the pointer is not
    choose(open_menu("P"), "Open mask")
    answer_file_dialog(tmp_path / "large.png")
    wait_until(lambda: np.array_equal(document.mask.values, mask))
    note = workspace_of(painter).image._note.text()
    open_pixels = int(mask.sum())
    assert note.startswith("large.png: mask: white is open, black is known, scaled from 36 x 36 pixels; ")
    assert f"; {open_pixels} of 144 pixels are open " in note


def test_pictures_of_ones_own_are_fitted_or_cropped_and_what_is_none_is_refused(
    painter: Person, tmp_path: Path
) -> None:
    made = QImage(24, 12, QImage.Format.Format_RGB32)
    made.fill(0xFF808080)
    made.save(str(tmp_path / "own.png"))
    for answer in ("Fit", "Crop"):
        choose(open_menu("P"), "Open image")
        answer_file_dialog(tmp_path / "own.png")
        click(child(the(QMessageBox), QPushButton, answer))
        wait_until(lambda: not shown(QMessageBox))
        wait_until(lambda: bool((paint_of(painter).document.image.values == 128).all()))
        press("Ctrl+Z")
    document = paint_of(painter).document
    made.scaled(12, 12).save(str(tmp_path / "fits.png"))
    assert not (document.image.values == 128).all()
    assert drop(painter.window, QUrl.fromLocalFile(str(tmp_path / "fits.png")))
    wait_until(lambda: bool((document.image.values == 128).all()))
    rub(painter, (4, 2), (8, 9))
    mask, image = document.mask.values.copy(), document.image.values.copy()
    (tmp_path / "bad.png").write_bytes(b"no picture at all")
    np.savez(tmp_path / "bad.npz", a=1)
    for entry, name in (("Open mask", "bad.png"), ("Open image", "bad.png"), ("Open request", "bad.npz")):
        choose(open_menu("P"), entry)
        answer_file_dialog(tmp_path / name)
        (reason,) = close_error()
        assert name in reason
    assert (document.mask.values == mask).all()
    assert (document.image.values == image).all()


def test_what_to_fill_in_is_saved_and_opened_again(painter: Person, rings: Path, tmp_path: Path) -> None:
    rub(painter, (4, 2), (8, 9))
    found, document = images(painter), paint_of(painter).document
    press("Ctrl+S")
    answer_file_dialog(tmp_path / "wish.npz")
    saved = f"Saved {tmp_path / 'wish.npz'}: npz file, an inpainting request"
    wait_until(lambda: painter.window.activity.text == saved)
    mask = document.mask.values.copy()
    assert (
        cli.main(["inpaint", str(rings), "--spec", str(tmp_path / "wish.npz"), "--out", str(tmp_path / "y.npy")]) == 0
    )
    assert np.load(tmp_path / "y.npy").tobytes() == found.tobytes()
    press("Del", "PgDown")
    choose(open_menu("P"), "Open request")
    answer_file_dialog(tmp_path / "wish.npz")
    wait_until(lambda: np.array_equal(document.mask.values, mask))
    assert images(painter).tobytes() == found.tobytes()


# ------------------------------------------------------------------------------------------------------- interrupting
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
    assert paint_of(painter).document.mask.values.any()
    box = the(QMessageBox)
    assert "1500 x 2000" in box.text()
    click(child(box, QPushButton, "Crop"))
    wait_until(lambda: paint_of(painter).document.undo_stack.undoText() == "open image")
    assert paint_of(painter).document.mask.values.any()


def test_what_was_to_be_saved_is_saved_although_the_window_is_closed(painter: Person, tmp_path: Path) -> None:
    mask, path = paint_of(painter).document.mask.values.copy(), tmp_path / "mask.png"
    choose(open_menu("P"), "Save mask")
    answer_file_dialog(path)
    painter.window.close()
    assert (read_mask(str(path)).mask == mask).all()
    assert [each.name for each in tmp_path.glob("*.png")] == ["mask.png"]


def test_another_checkpoint_or_the_end_while_a_picture_is_being_opened(
    painter: Person, large: Path, tmp_path: Path
) -> None:
    save_rings(tmp_path / "other.h5", (10, 14))
    opener = workspace_of(painter)._opener
    received: list[str] = []
    opener.notified.connect(received.append)
    painter.window.file_chosen.emit(str(tmp_path / "other.h5"))
    assert drop(painter.window, QUrl.fromLocalFile(str(large)))
    wait_until(lambda: paint_of(painter).document.image.values.shape == (10, 14))
    assert not opener.busy
    assert received == ["large.png was not used: another checkpoint is open now"]
    let_pass(0.3)
    assert not shown(QMessageBox)
    assert drop(painter.window, QUrl.fromLocalFile(str(large)))
    painter.window.close()
    let_pass(0.1)
    assert not shown(QMessageBox)
