"""A larger frame: the dialog that asks for it, and what becomes of image and mask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from core.formats import checkpoints
from core.posterior.inpainting import inpaint
from core.values.checkpoints import NetworkInfo
from core.values.inpainting import enlarged
from dpm_gui.app import WORKSPACES
from dpm_gui.paint.commands import ONE_SIZE
from dpm_gui.paint.enlarge import EnlargeDialog
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.page import allow_commands
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions
from dpm_gui.window.workspaces import all_commands
from tests.support.image_models import images_checkpoint, network_of
from tests.support.painting import save_rings

MARGINS = (3, 0, 1, 2)


@pytest.fixture(params=[(8, 8), (8, 8, 3)], ids=["grey", "colour"])
def paint(
    request: pytest.FixtureRequest, session: Session, tmp_path: Path, trusted: None, qtbot: QtBot
) -> Iterator[PaintSession]:
    """Paint with a network for images of any size, in view, where nothing runs by itself."""
    shape = request.param
    network = network_of("unet", 3 if len(shape) == 3 else 1)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    parts = NetworkInfo(network.kind, network.config, weights)
    checkpoints.save(replace(images_checkpoint(shape, steps=5), network=parts), tmp_path / "any.h5")
    made = PaintSession(session)
    made.set_options(automatic=False)
    made.set_in_view(True)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "any.h5"))
    yield made
    made.shut_down()
    made.deleteLater()


@pytest.fixture
def dialog(qtbot: QtBot) -> Iterator[EnlargeDialog]:
    """It asks about an image of 20 x 30 pixels, which may have 1000."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = EnlargeDialog((20, 30), 1000, window)
    made.open()
    yield made
    window.close()


def enlarge_button(dialog: EnlargeDialog) -> QPushButton:
    (button,) = [each for each in dialog.findChildren(QPushButton) if each.text().replace("&", "") == "Enlarge"]
    return button


def test_the_border_is_open_and_one_undo_brings_back_image_and_mask(paint: PaintSession) -> None:
    document = paint.document
    image, mask = document.image.values.copy(), document.mask.values.copy()
    paint.enlarge(MARGINS)
    wanted_image, wanted_mask = enlarged(image, mask, MARGINS)
    assert (document.image.values == wanted_image).all()
    assert (document.mask.values == wanted_mask).all()
    assert document.mask.values.shape == (10, 12)
    assert document.mask.values[:, :3].all()
    assert not document.mask.values[0, 3:-1].any()
    assert document.undo_stack.undoText() == "enlarge the frame"
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert (document.image.values == image).all()
    assert (document.mask.values == mask).all()
    document.undo_stack.redo()
    assert (document.image.values == wanted_image).all()


def test_what_is_inpainted_in_a_larger_frame_is_what_the_engine_gives(paint: PaintSession, qtbot: QtBot) -> None:
    inner = paint.document.image.values.copy()
    paint.enlarge(MARGINS)
    with qtbot.waitSignal(paint.ended, timeout=30_000):
        paint.run()
    *_, wanted = inpaint(paint.opened.model, paint.request)
    assert paint.result.images.tobytes() == wanted.images.tobytes()
    assert paint.result.images.shape[:3] == (4, 10, 12)
    known = ~paint.document.masked[:8, 3:-1]
    assert (paint.result.images[:, :8, 3:-1][:, known] == inner[known]).all()


def test_a_frame_that_is_too_large_is_refused_and_nothing_changes(
    paint: PaintSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.posterior.large_images.MOST_PIXELS", 100)
    failed: list[Exception] = []
    paint.failed.connect(failed.append)
    paint.enlarge(MARGINS)
    assert [type(each) for each in failed] == [BadInputError]
    assert paint.document.image.values.shape[:2] == (8, 8)
    assert paint.document.undo_stack.count() == 0


def test_the_dialog_shows_the_size_and_the_limit_while_one_types(dialog: EnlargeDialog, qtbot: QtBot) -> None:
    asked: list[tuple[int, ...]] = []
    dialog.asked.connect(asked.append)
    assert dialog.size_text == "20 x 30\n→ 20 x 30"
    assert not enlarge_button(dialog).isEnabled()
    dialog._boxes["left"].lineEdit().selectAll()
    qtbot.keyClicks(dialog._boxes["left"], "12")
    assert dialog.size_text == "20 x 30\n→ 20 x 42"
    assert enlarge_button(dialog).isEnabled()
    dialog._boxes["bottom"].setValue(9)
    assert dialog.size_text == "20 x 30\n→ 29 x 42"
    assert not enlarge_button(dialog).isEnabled()
    assert "1 218" in dialog._limit.text().replace("\N{NARROW NO-BREAK SPACE}", " ")
    dialog._boxes["bottom"].setValue(3)
    enlarge_button(dialog).click()
    assert asked == [(12, 0, 0, 3)]


def test_no_side_can_be_given_more_than_the_image_may_have(dialog: EnlargeDialog) -> None:
    assert [dialog._boxes[side].maximum() for side in ("left", "right")] == [20, 20]
    assert [dialog._boxes[side].maximum() for side in ("top", "bottom")] == [13, 13]


def test_where_the_size_is_fixed_the_command_says_why_it_is_not_there(
    paint: PaintSession, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window, all_commands(WORKSPACES))
    allow_commands(actions, paint.opened)
    assert actions["enlarge_frame"].isEnabled()
    save_rings(tmp_path / "rings.h5", (9, 11), steps=5)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "rings.h5"))
    allow_commands(actions, paint.opened)
    assert not actions["enlarge_frame"].isEnabled()
    assert ONE_SIZE in actions["enlarge_frame"].toolTip()
