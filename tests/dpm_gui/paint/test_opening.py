"""Files opened in Paint: read in a job, the newest alone, and left where something else has been opened meanwhile."""

from __future__ import annotations

import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QColor, QImage, QUndoStack
from pytestqt.qtbot import QtBot

from core.data import files_for_model
from core.formats import requests
from core.formats.reading import masks
from core.values.inpainting import InpaintingRequest
from dpm_gui.dialogs.arrays import ArrayDialog
from dpm_gui.jobs.tasks import Activity
from dpm_gui.paint import opening
from dpm_gui.paint.potential.files import load_potential, save_potential
from dpm_gui.paint.potential.parts import DiscPart
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.paint.potential.session import PotentialSession
from tests.support.opening import HEIGHT, WIDTH, Desk, answer, open_here, questions, save_plain
from tests.support.painting import save_mask_image


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
