"""The canvas of a sequence of bits: what is drawn, and what clicking and dragging ask for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK, LIGHT, Palette, mixed
from dpm_gui.paint.canvases.bit_canvas import FREE, GAP, BitCanvas


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_bits_are_drawn_in_the_mixture_that_each_is(palette: Palette, qtbot: QtBot) -> None:
    canvas = BitCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(800, 400)
    canvas.set_palette(palette)
    shares = np.random.default_rng(3).uniform(-0.1, 1.1, (5, 12)).astype(np.float32)
    canvas.show_wanted(np.array([FREE, 1, 0] * 4, np.int8))
    canvas.show_samples(shares)
    image, ratio = canvas.grab().toImage(), canvas.devicePixelRatio()
    height = 26
    for number, row in enumerate([shares.mean(axis=0), *shares]):
        y = canvas.cell(0).bottom() + 1 + GAP + number * height + (GAP if number else 0)
        for place, share in enumerate(row):
            wanted = mixed(palette.surface, palette.ink, min(max(float(share), 0.0), 1.0))
            cell = canvas.cell(place)
            for x in (cell.left(), cell.right()):
                assert QColor(image.pixel(QPoint(x, y) * ratio)).name() == wanted.lower()
            below = wanted if canvas.wanted[place] == FREE else palette.known
            assert QColor(image.pixel(QPoint(cell.left(), y + height - 2) * ratio)) == QColor(below)


@pytest.mark.parametrize("count", [1, 4, 33])
def test_the_place_under_the_pointer_is_the_one_drawn_there(count: int, qtbot: QtBot) -> None:
    canvas = BitCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(701, 300)
    canvas.show_wanted(np.full(count, FREE, np.int8))
    for place in range(count):
        cell = canvas.cell(place)
        assert canvas._place_at(QPointF(cell.topLeft())) == canvas._place_at(QPointF(cell.bottomRight())) == place
        assert canvas._place_at(QPointF(cell.topLeft()) - QPointF(0, 1)) is None
        assert canvas._place_at(QPointF(cell.bottomRight()) + QPointF(0, 1)) is None
    assert canvas._place_at(QPointF(canvas.cell(0).topLeft()) - QPointF(1, 0)) is None
    assert canvas._place_at(QPointF(canvas.cell(count - 1).topRight()) + QPointF(1, 0)) is None


def test_places_of_a_sequence_are_cycled_dragged_and_set_free(qtbot: QtBot) -> None:
    canvas = BitCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(700, 300)
    canvas.set_palette(LIGHT)
    wanted = np.array([FREE, 1, 0, FREE], np.int8)
    canvas.show_wanted(wanted)
    canvas.show_samples(np.array([[0, 1, 0, 1], [1, 1, 0, 0]], np.float32))
    canvas.show()
    asked: list[tuple[int, int]] = []
    canvas.bit_asked.connect(lambda place, value: asked.append((place, value)))
    for place in range(3):
        QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.cell(place).center())
    QTest.mouseClick(canvas, Qt.MouseButton.RightButton, pos=canvas.cell(1).center())
    assert asked == [(0, 1), (1, 0), (2, FREE), (1, FREE)]
    image = canvas.grab().toImage()
    inside = (canvas.cell(0).center() - canvas.cell(0).topLeft()) / 4
    one, zero = (QColor(image.pixel(canvas.cell(place).topLeft() + inside)) for place in (1, 2))
    assert one.lightness() < 60
    assert zero.lightness() > 200


def test_keys_alone_go_to_a_place_and_set_it(qtbot: QtBot) -> None:
    canvas = BitCanvas()
    qtbot.addWidget(canvas)
    canvas.show_wanted(np.array([FREE, 1, 0, FREE], np.int8))
    canvas.show()
    asked: list[tuple[int, int]] = []
    canvas.bit_asked.connect(lambda place, value: asked.append((place, value)))
    for key in ("Right", "Right", "Space", "0", "1", "Right", "Backspace", "Home", "Left", "Space", "End", "0"):
        QTest.keyClick(canvas, Qt.Key[f"Key_{key}"])
    assert asked == [(2, FREE), (2, 0), (3, 1), (3, FREE), (0, 1), (3, 0)]
    assert canvas.accessibleDescription() == "Place 4: free"


@pytest.mark.parametrize("size", [9, 24])
def test_places_are_numbered_above_them_in_text_of_any_size(size: int, qtbot: QtBot) -> None:
    canvas = BitCanvas()
    qtbot.addWidget(canvas)
    font = canvas.font()
    font.setPointSize(size)
    canvas.setFont(font)
    canvas.set_palette(LIGHT)
    canvas.resize(900, 400)
    canvas.show_wanted(np.full(20, FREE, np.int8))
    image = canvas.grab().toImage()

    def inked(place: int) -> bool:
        cell, background = canvas.cell(place), QColor(LIGHT.window)
        columns = range(cell.left() + 2, cell.right() - 2)
        return any(image.pixelColor(x, y) != background for x in columns for y in range(cell.top() - 2))

    assert inked(0)
    assert inked(9)
    assert not inked(6)
    assert canvas.cell(0).top() >= canvas.fontMetrics().height()
