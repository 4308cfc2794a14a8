"""A large image is composed beside the window, and nothing that is painted meanwhile is lost."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK
from dpm_gui.paint.canvases import composition
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.document.tools import BRUSH, ERASER, ToolBox
from dpm_gui.paint.inpainting.image_display import ImageDisplay
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.results.tiles import TileGrid
from dpm_gui.session.session import Session


@pytest.fixture
def display(session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageDisplay]:
    """A canvas of which every image is large."""
    monkeypatch.setattr(composition, "LARGE", 1)
    canvas, paint = PaintCanvas(), PaintSession(session)
    qtbot.addWidget(canvas)
    grid = TileGrid("Samples", canvas)
    made = ImageDisplay(paint, canvas, grid, canvas)
    yield made
    made.shut_down()
    paint.shut_down()
    paint.deleteLater()


def at_once(display: ImageDisplay, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QImage:
    """Return what the canvas shows of the document when everything is composed at once."""
    monkeypatch.setattr(composition, "LARGE", 10**9)
    display.show_all()
    shown: QImage = display._canvas.composition.image.copy()
    monkeypatch.setattr(composition, "LARGE", 1)
    return shown


def test_a_large_image_is_shown_as_a_small_one_with_what_is_painted_meanwhile(
    display: ImageDisplay, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = display._paint.document
    image = np.random.default_rng(0).integers(0, 256, (30, 40)).astype(np.float32)
    document.load_image(image, (0.0, 255.0))
    assert display.running
    document.take(ToolBox(BRUSH, 5))
    document.press(10.0, 10.0, False, 1.0)
    document.move(30.0, 20.0, 1.0)
    document.release()
    qtbot.waitUntil(lambda: not display.running)
    shown = display._canvas.composition.image.copy()
    assert shown.size() == display._canvas.composition.image.size()
    assert shown == at_once(display, qtbot, monkeypatch)
    document.invert()
    assert display.running
    qtbot.waitUntil(lambda: not display.running)
    assert display._canvas.composition.image.copy() == at_once(display, qtbot, monkeypatch)


def test_a_mask_hidden_meanwhile_is_hidden_on_the_large_image(
    display: ImageDisplay, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = display._paint.document
    document.load_image(np.zeros((30, 40), np.float32), (0.0, 255.0), np.ones((30, 40), np.bool_))
    display._canvas.set_mask_shown(False)
    qtbot.waitUntil(lambda: not display.running)
    assert display._canvas.composition.image.pixelColor(5, 5).red() == 0
    assert display._canvas.composition.image == at_once(display, qtbot, monkeypatch)


@pytest.mark.parametrize("change", ["hidden", "theme", "both"])
def test_the_mask_of_a_large_image_is_drawn_otherwise_beside_the_window(
    display: ImageDisplay, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    document, canvas = display._paint.document, display._canvas
    mask = np.ones((30, 40), np.bool_)
    document.load_image(np.zeros((30, 40), np.float32), (0.0, 255.0), mask)
    qtbot.waitUntil(lambda: not display.running)
    before = canvas.composition.image.copy()
    if change != "theme":
        canvas.set_mask_shown(False)
    if change != "hidden":
        canvas.set_palette(DARK)
    assert display.running
    assert canvas.composition.image == before
    document.take(ToolBox(ERASER, 5))
    document.press(10.0, 10.0, False, 1.0)
    document.move(30.0, 20.0, 1.0)
    document.release()
    qtbot.waitUntil(lambda: not display.running)
    shown = canvas.composition.image.copy()
    assert shown == at_once(display, qtbot, monkeypatch) != before
