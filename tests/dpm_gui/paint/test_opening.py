"""Files opened in Paint: read in a job, the newest alone, and left where something else has been opened meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtGui import QColor, QImage, QUndoStack
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from core.data import files_for_model
from core.formats import requests
from core.formats.reading import masks
from core.values.inpainting import InpaintingRequest
from dpm_gui.dialogs.arrays import ArrayDialog
from dpm_gui.engine import image_files
from dpm_gui.jobs.tasks import Activity
from dpm_gui.paint import opening
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import PaintOpener
from dpm_gui.paint.potential.files import load_potential, save_potential
from dpm_gui.paint.potential.parts import DiscPart
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.session.session import Session
from tests.support.painting import save_mask_image, save_rings
from tests.support.window_values import Steered

HEIGHT, WIDTH = 9, 11


class Desk:
    """Paint before a session, what opens files for it, and all that this tells."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self.session = session
        self.paint = PaintSession(session, window)
        self.potential_session = PotentialSession(session, self.paint.document.undo_stack, window)
        self.opener = PaintOpener(self.paint, self.potential_session, window)
        self.received: list[str] = []
        self.failed: list[Exception] = []
        self.activities: list[Activity | None] = []
        self.checkpoints: list[str] = []
        self.opener.notified.connect(self.received.append)
        self.opener.loaded.connect(self.received.append)
        self.opener.checkpoint_found.connect(self.checkpoints.append)
        self.opener.failed.connect(self.failed.append)
        self.opener.activity_changed.connect(self.activities.append)

    @property
    def image(self) -> np.ndarray:
        return self.paint.document.image.values

    @property
    def mask(self) -> np.ndarray:
        return self.paint.document.mask.values


@pytest.fixture
def desk(session: Session, qtbot: QtBot) -> Iterator[Desk]:
    """Paint with nothing open."""
    window = QWidget()
    qtbot.addWidget(window)
    made = Desk(session, window)
    yield made
    for part in (made.opener, made.paint, made.potential_session):
        part.shut_down()


@pytest.fixture
def before_rings(desk: Desk, tmp_path: Path, trusted: None, qtbot: QtBot) -> Desk:
    """Paint with grey rings open."""
    save_rings(tmp_path / "rings.h5", (HEIGHT, WIDTH), steps=5)
    open_here(desk, tmp_path / "rings.h5", qtbot)
    return desk


@pytest.fixture
def steer_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Steered]]:
    """Makes one way to read stand still until it is let on."""
    made: list[Steered] = []

    def begin(name: str) -> Steered:
        made.append(Steered(getattr(image_files, name)))
        monkeypatch.setattr(image_files, name, made[-1])
        return made[-1]

    yield begin
    for steered in made:
        steered.let_go()


def open_here(desk: Desk, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.open(str(path))
    qtbot.waitUntil(lambda: not desk.session._tasks._activities)


def save_plain(path: Path, level: int, size: tuple[int, int] = (HEIGHT, WIDTH)) -> str:
    """Save a picture of one grey level, and return where."""
    levels = np.full(size, level, np.uint8)
    assert QImage(levels.tobytes(), size[1], size[0], size[1], QImage.Format.Format_Grayscale8).save(str(path))
    return str(path)


def questions() -> list[QMessageBox]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]


def answer(text: str) -> None:
    (box,) = questions()
    (button,) = [each for each in box.buttons() if each.text().replace("&", "") == text]
    button.click()


# ---------------------------------------------------------------------------------------------------------- in a job
def test_pictures_masks_and_requests_are_read_beside_the_window_which_says_so(
    before_rings: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    threads: list[int] = []

    def noted(name: str, module: object) -> None:
        real = getattr(module, name)

        def work(*arguments: object, **options: object) -> object:
            threads.append(threading.get_ident())
            return real(*arguments, **options)

        monkeypatch.setattr(module, name, work)

    noted("read_example", files_for_model)
    noted("read_mask", masks)
    noted("load_request", requests)
    desk, opener = before_rings, before_rings.opener
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[2:5, 3:7] = True
    save_mask_image(mask, tmp_path / "mask.png")
    image = np.full((HEIGHT, WIDTH), 7, np.float32)
    requests.save_request(InpaintingRequest(image, ~mask, count=3, seed=5, threads=1), str(tmp_path / "wish.npz"))

    assert opener.open(save_plain(tmp_path / "own.png", 99))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 99).all()
    assert desk.received == ["own.png: interpreted as one image of 9 x 11 pixels"]
    assert desk.activities[0] == Activity("Opening own.png", 0, 0, None, can_stop=True)
    assert desk.activities[-1] is None

    opener.open_mask(str(tmp_path / "mask.png"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.mask == mask).all()
    assert desk.received[1:] == ["mask.png: mask: white is open, black is known; 12 of 99 pixels are open"]

    assert opener.open(str(tmp_path / "wish.npz"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 7).all()
    assert (desk.mask == ~mask).all()
    assert desk.session.spec.seed == 5
    assert len(threads) == 3
    assert threading.get_ident() not in threads
    assert desk.failed == []


def test_a_wish_over_the_plane_is_read_beside_the_window(
    desk: Desk, files: dict[str, str], trusted: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    open_here(desk, Path(files["small"]), qtbot)
    potential = PlanePotential((DiscPart(0.5, -0.5, 0.7),))
    stack = QUndoStack(desk.paint)
    other = PotentialSession(desk.session, stack, desk.paint)
    other.document.edit(potential)
    save_potential(other.saved, tmp_path / "wish.npz")
    other.shut_down()
    threads: list[int] = []
    real = load_potential
    monkeypatch.setattr(opening, "load_potential", lambda path: (threads.append(threading.get_ident()), real(path))[1])
    desk.opener.open_request(str(tmp_path / "wish.npz"))
    qtbot.waitUntil(lambda: not desk.opener.busy)
    assert desk.potential_session.document.potential == potential
    assert threads != [threading.get_ident()]


def test_a_picture_of_another_size_is_made_to_fit_as_a_person_says(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    path = save_plain(tmp_path / "own.png", 99, (30, 20))
    before = before_rings.image.copy()
    for button, received in (
        ("Cancel", []),
        ("Fit", ["own.png: fitted from 30 x 20 to 9 x 11 pixels; interpreted as one image of 30 x 20 pixels"]),
    ):
        before_rings.opener.open_image(path)
        qtbot.waitUntil(lambda: bool(questions()))
        answer(button)
        qtbot.waitUntil(lambda: not before_rings.opener.busy)
        assert before_rings.received == received
    assert (before_rings.image == 99).all()
    before_rings.paint.document.undo_stack.undo()
    assert (before_rings.image == before).all()


def test_a_mask_is_scaled_where_it_has_the_form_of_the_image_and_cropped_like_it(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk, opener = before_rings, before_rings.opener
    opener.open_image(save_plain(tmp_path / "tall.png", 99, (27, 11)))
    qtbot.waitUntil(lambda: bool(questions()))
    answer("Crop")
    qtbot.waitUntil(lambda: not opener.busy)
    mask = np.zeros((27, 11), np.bool_)
    mask[9:14] = True
    save_mask_image(mask, tmp_path / "tall_mask.png")
    opener.open_mask(str(tmp_path / "tall_mask.png"))
    qtbot.waitUntil(lambda: not opener.busy)
    wanted = np.zeros((HEIGHT, WIDTH), np.bool_)
    wanted[:5] = True
    assert (desk.mask == wanted).all()
    assert "cropped like the image" in desk.received[-1]
    large = np.repeat(np.repeat(wanted, 3, 0), 3, 1)
    save_mask_image(~large, tmp_path / "large.png")
    opener.open_mask(str(tmp_path / "large.png"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.mask == ~wanted).all()
    assert "scaled from 27 x 33 pixels; 44 of 99 pixels are open" in desk.received[-1]
    save_mask_image(mask[:, :5], tmp_path / "other.png")
    opener.open_mask(str(tmp_path / "other.png"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert str(desk.failed.pop()).startswith(f"{tmp_path / 'other.png'}: the mask has 27 x 5 pixels")
    assert (desk.mask == ~wanted).all()


def test_a_hole_in_the_image_itself_is_its_mask_and_both_go_with_one_undo(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk, opener = before_rings, before_rings.opener
    image, mask = desk.image.copy(), desk.mask.copy()
    pixels = np.full((HEIGHT, WIDTH, 2), 255, np.uint8)
    pixels[..., 0] = 150
    pixels[2:4, 3:8, 1] = 0
    Image.fromarray(pixels).save(tmp_path / "hole.png")
    assert opener.open(str(tmp_path / "hole.png"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 150).all()
    assert (desk.mask == (pixels[..., 1] == 0)).all()
    (said,) = desk.received
    assert said.startswith(
        "hole.png: interpreted as one image of 9 x 11 pixels; mask: what is transparent is open; 10 of"
    )
    desk.paint.document.undo_stack.undo()
    assert (desk.image == image).all()
    assert (desk.mask == mask).all()
    assert opener.open(save_plain(tmp_path / "opaque.png", 30))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 30).all()
    assert (desk.mask == mask).all()


def test_hdf5_is_a_checkpoint_or_else_data_and_a_request_is_known_by_its_content(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk, opener = before_rings, before_rings.opener
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["image"] = np.full((HEIGHT, WIDTH), 77, np.uint8)
        file["other"] = np.zeros((1, HEIGHT, WIDTH), np.uint8)
    np.savez(tmp_path / "data.npz", image=np.full((1, HEIGHT, WIDTH), 66, np.uint8))
    for name in ("rings.h5", "gone.h5"):
        assert opener.open(str(tmp_path / name))
        qtbot.waitUntil(lambda: not opener.busy)
        assert desk.checkpoints[-1] == str(tmp_path / name)
    assert opener.open(f"{tmp_path / 'data.h5'}:/image")
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 77).all()
    assert desk.received[-1].startswith("data.h5:/image: interpreted as one image of 9 x 11 pixels")
    assert opener.open(str(tmp_path / "data.npz"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 66).all()
    (tmp_path / "rings.h5").write_bytes((tmp_path / "rings.h5").read_bytes()[:3000])
    assert opener.open(str(tmp_path / "rings.h5"))
    qtbot.waitUntil(lambda: not opener.busy)
    assert str(desk.failed.pop()).startswith(f"{tmp_path / 'rings.h5'}: ")
    assert desk.failed == []
    assert len(desk.checkpoints) == 2


def test_an_image_of_the_clipboard_is_taken_as_one_of_a_file_with_its_hole(before_rings: Desk, qtbot: QtBot) -> None:
    desk, opener = before_rings, before_rings.opener
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_ARGB32)
    image.fill(QColor(120, 120, 120))
    for column in range(4):
        image.setPixelColor(column, 2, QColor(0, 0, 0, 0))
    opener.open_pasted(image)
    qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image[desk.mask == 0] == 120).all()
    assert desk.mask.sum() == 4
    assert desk.received[-1].startswith("pasted image: interpreted as one image of 9 x 11 pixels; ")
    opener.open_pasted(QImage())
    qtbot.waitUntil(lambda: not opener.busy)
    assert str(desk.failed.pop()).startswith("pasted image: ")


def test_of_several_arrays_the_one_that_is_chosen_is_the_image_or_the_mask(
    before_rings: Desk, tmp_path: Path, qtbot: QtBot
) -> None:
    desk, opener = before_rings, before_rings.opener
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[4] = True
    np.savez(tmp_path / "both.npz", image=np.full((HEIGHT, WIDTH), 88, np.uint8), mask=mask)
    for open_file, row in ((opener.open, 0), (opener.open_mask, 1)):
        open_file(str(tmp_path / "both.npz"))
        qtbot.waitUntil(lambda: opener._asked is not None)
        dialog = opener._asked
        assert isinstance(dialog, ArrayDialog)
        assert opener.busy
        dialog.list.setCurrentRow(row)
        dialog.accept()
        qtbot.waitUntil(lambda: not opener.busy)
    assert (desk.image == 88).all()
    assert (desk.mask == mask).all()
    opener.open_mask(str(tmp_path / "both.npz"))
    qtbot.waitUntil(lambda: opener._asked is not None)
    opener.stop()
    assert not opener.busy
    assert (desk.mask == mask).all()
    assert desk.failed == []


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
