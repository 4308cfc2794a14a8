"""Greys of a mask as a confidence: what is shown, told, run and undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.values.inpainting import InpaintingRequest
from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.paint.document.tools import BRUSH, ERASER, ToolBox
from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.inpainting.image_page import ImagePage
from dpm_gui.paint.inpainting.options import ALL_MASKED, NOTHING_MASKED
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions
from dpm_gui.window.workspaces import all_commands
from tests.support.painting import save_rings

SHAPE = (9, 11)


@pytest.fixture
def paint(session: Session, trusted: None, tmp_path: Path, qtbot: QtBot) -> Iterator[PaintSession]:
    """Paint with rings open, and a mask of every kind of grey on them."""
    made = PaintSession(session)
    made.set_options(automatic=False)
    save_rings(tmp_path / "rings.h5", SHAPE, steps=5)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "rings.h5"))
    openness = np.zeros(SHAPE, np.float32)
    openness[2] = np.linspace(0, 1, 11)
    openness[3] = 1
    made.take_mask(openness)
    yield made
    made.shut_down()
    made.deleteLater()


def test_off_a_grey_is_open_from_a_half_on_and_on_it_is_a_confidence(paint: PaintSession) -> None:
    openness = paint.document.mask.values
    assert paint.request.confidence is None
    assert (paint.request.mask == (openness >= 0.5)).all()
    paint.set_options(soft=True)
    assert np.array_equal(paint.request.confidence, 1 - openness)
    assert (paint.request.mask == (openness > 0)).all()
    paint.set_options(soft=False)
    assert paint.request.confidence is None


def test_the_note_tells_how_many_pixels_are_partly_known(paint: PaintSession) -> None:
    notes: list[str] = []
    paint.note_changed.connect(notes.append)
    paint.say("mask.png: mask")
    paint.set_options(soft=True)
    assert notes == ["mask.png: mask", "Greys as confidence: 9 pixels are partly known, as noisy observations."]
    paint.document.set_mask(np.full(SHAPE, 0.25), "grey")
    assert notes[-1].startswith("Greys as confidence: 99 pixels")
    paint.set_options(soft=False)
    assert notes[-1] == NOTHING_MASKED
    paint.document.set_mask(np.full(SHAPE, 0.75), "grey")
    assert notes[-1] == ALL_MASKED


def test_brush_and_eraser_set_pixels_open_and_known_and_leave_the_greys_beside(paint: PaintSession) -> None:
    document = paint.document
    before = document.mask.values.copy()
    for tool, value in ((BRUSH, 1), (ERASER, 0)):
        document.take(ToolBox(tool, 1))
        document.press(4.5, 2.5, False, 1.0)
        document.release()
        wanted = before.copy()
        wanted[2, 4] = value
        assert (document.mask.values == wanted).all()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (document.mask.values == before).all()
    document.invert()
    assert np.allclose(document.mask.values, 1 - before)


def test_the_overlay_tints_partly_open_pixels_in_proportion_while_the_switch_is_on(
    paint: PaintSession, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    page = ImagePage(paint, HistoryKeeper(paint, paint), Actions(window, all_commands(WORKSPACES)), IconSet(), window)
    page.set_palette(LIGHT)
    paint.document.replace_image(np.zeros(SHAPE, np.float32), "black")
    composition = page.canvas.composition

    def reds() -> np.ndarray:
        return np.array([composition.image.pixelColor(column, 2).red() for column in range(11)])

    full = composition.image.pixelColor(0, 3).red()
    assert full > 50
    assert reds().tolist() == [0] * 5 + [full] * 6
    paint.set_options(soft=True)
    assert np.abs(reds() - full * np.linspace(0, 1, 11)).max() <= 1
    document = paint.document
    document.take(ToolBox(BRUSH, 1))
    document.press(1.5, 2.5, False, 1.0)
    document.release()
    assert reds()[1] == full
    assert abs(reds()[2] - 0.2 * full) <= 1
    paint.set_options(soft=False)
    assert reds().tolist() == [0, full] + [0] * 3 + [full] * 6


def test_a_request_with_a_confidence_turns_the_switch_on_and_one_without_turns_it_off(paint: PaintSession) -> None:
    image = np.zeros(SHAPE, np.float32)
    confidence = np.ones(SHAPE, np.float32)
    confidence[4, :6] = 0.25
    paint.take_request(InpaintingRequest(image, np.ones(SHAPE, np.bool_), confidence=confidence))
    assert paint.options.soft
    assert (paint.document.mask.values == 1 - confidence).all()
    assert np.array_equal(paint.request.confidence, confidence)
    paint.take_request(InpaintingRequest(image, confidence < 1))
    assert not paint.options.soft
    assert (paint.request.mask == (confidence < 1)).all()
