"""The canvas of Paint: pixels as they are, a pointer that loses nothing, and a stroke that reaches the screen soon."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK, LIGHT, Palette
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.canvases.zoom import Zoom
from dpm_gui.paint.document.document import PaintDocument
from dpm_gui.paint.document.raster import Area
from dpm_gui.paint.document.tools import BRUSH, ToolBox
from tests.support.pixels import rgb
from tests.support.places import centre_of

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def canvas(qtbot: QtBot) -> PaintCanvas:
    """A canvas of 400 by 300 pixels on the screen, with a grey picture of 8 by 10."""
    made = PaintCanvas()
    made.resize(400, 300)
    made.set_palette(LIGHT)
    levels = (np.arange(80, dtype=np.uint8) * 3).reshape(8, 10)
    made.set_image(levels, np.zeros((8, 10), np.bool_))
    made.set_brush(1.0, True)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def colour_at(canvas: PaintCanvas, row: int, column: int) -> tuple[int, int, int]:
    """Return the colour on the screen in the middle of a pixel of the picture."""
    place = centre_of(canvas, row, column)
    colour = QColor(canvas.grab().toImage().pixel(place * canvas.devicePixelRatio()))
    return colour.red(), colour.green(), colour.blue()


def send(canvas: PaintCanvas, kind: QMouseEvent.Type, place: QPointF, button: Qt.MouseButton) -> None:
    """Send what a mouse with sub-pixel places would."""
    buttons = button if kind != QMouseEvent.Type.MouseButtonRelease else Qt.MouseButton.NoButton
    which = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else button
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), which, buttons, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas, event)


def connect(canvas: PaintCanvas, document: PaintDocument) -> None:
    canvas.pressed.connect(document.press)
    canvas.moved.connect(document.move)
    canvas.released.connect(document.release)
    document.mask.changed.connect(lambda area: canvas.update_mask(area, document.mask.values[area.slices]))


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (16, 24, 3), (1024, 1024), (1024, 8, 3)])
def test_pictures_of_any_size_are_shown_whole(shape: tuple[int, ...], canvas: PaintCanvas) -> None:
    canvas.set_image(np.full(shape, 200, np.uint8), np.zeros(shape[:2], np.bool_))
    corners = canvas.position_of(0, 0), canvas.position_of(shape[1], shape[0])
    assert all(0 <= corner.x() <= canvas.width() and 0 <= corner.y() <= canvas.height() for corner in corners)


def test_every_pixel_of_the_picture_is_a_block_of_its_own_level(canvas: PaintCanvas) -> None:
    for row, column in ((0, 0), (3, 7), (7, 9)):
        level = (10 * row + column) * 3
        assert colour_at(canvas, row, column) == (level, level, level)
    half = canvas.zoom.scale / 2 - 1
    image = canvas.grab().toImage()
    place = centre_of(canvas, 3, 7)
    colours = {
        image.pixel(QPoint(place.x() + round(dx * half), place.y() + round(dy * half)) * canvas.devicePixelRatio())
        for dx in (-1, 1)
        for dy in (-1, 1)
    }
    assert colours == {QColor(111, 111, 111).rgb()}  # to the very rim: nothing is blurred


def test_colours_are_shown_in_their_order(canvas: PaintCanvas) -> None:
    levels = np.zeros((4, 4, 3), np.uint8)
    levels[1, 2] = 250, 120, 10
    canvas.set_image(levels, np.zeros((4, 4), np.bool_))
    assert colour_at(canvas, 1, 2) == (250, 120, 10)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_mask_lies_over_the_picture_in_its_own_hue(palette: Palette, canvas: PaintCanvas) -> None:
    canvas.set_palette(palette)
    mask = np.zeros((8, 10), np.bool_)
    mask[2, 3] = True
    canvas.set_image(np.full((8, 10), 100, np.uint8), mask)
    wanted = [round(100 * (1 - palette.mask_alpha) + part * palette.mask_alpha) for part in rgb(palette.mask)]
    assert np.abs(np.subtract(colour_at(canvas, 2, 3), wanted)).max() <= 1
    assert colour_at(canvas, 2, 4) == (100, 100, 100)
    canvas.set_mask_shown(False)
    assert colour_at(canvas, 2, 3) == (100, 100, 100)
    canvas.set_mask_shown(True)
    assert np.abs(np.subtract(colour_at(canvas, 2, 3), wanted)).max() <= 1


def test_a_change_of_a_part_is_a_change_of_that_part(canvas: PaintCanvas) -> None:
    canvas.update_image(Area(2, 1, 4, 2), np.array([[250, 251]], np.uint8))
    assert colour_at(canvas, 1, 2) == (250, 250, 250)
    assert colour_at(canvas, 1, 3) == (251, 251, 251)
    assert colour_at(canvas, 1, 4) == (42, 42, 42)


def test_buttons_paint_erase_and_pan(canvas: PaintCanvas, qtbot: QtBot) -> None:
    received: list[tuple[Any, ...]] = []
    canvas.pressed.connect(lambda *what: received.append(what))
    canvas.released.connect(lambda: received.append(("up",)))
    place = centre_of(canvas, 4, 5)
    QTest.mouseClick(canvas, LEFT, pos=place)
    QTest.mouseClick(canvas, RIGHT, pos=place)
    assert [what[2:] for what in received] == [(False, 1.0, False), (), (True, 1.0, False), ()]
    assert all(np.allclose(what[:2], (5.5, 4.5), atol=0.1) for what in received[::2])
    corner = canvas.position_of(0, 0)
    QTest.mousePress(canvas, MIDDLE, pos=place)
    QTest.mouseMove(canvas, place + QPoint(30, -12))
    QTest.mouseRelease(canvas, MIDDLE, pos=place + QPoint(30, -12))
    assert canvas.position_of(0, 0) == corner + QPointF(30, -12)
    canvas.set_brush(None, False)  # without a brush to erase with, the right button pans as well
    QTest.mousePress(canvas, RIGHT, pos=place)
    QTest.mouseMove(canvas, place + QPoint(-30, 12))
    QTest.mouseRelease(canvas, RIGHT, pos=place + QPoint(-30, 12))
    assert canvas.position_of(0, 0) == corner
    assert len(received) == 4


def test_shift_asks_for_a_straight_line_and_shows_it_and_with_a_loop_it_erases(canvas: PaintCanvas) -> None:
    received: list[tuple[Any, ...]] = []
    canvas.pressed.connect(lambda *what: received.append(what[2:]))
    canvas.guides.line_start = lambda: (1.5, 1.5)
    shift, place = Qt.KeyboardModifier.ShiftModifier, centre_of(canvas, 4, 5)
    QTest.mouseMove(canvas, place)
    plain = canvas.grab().toImage()
    QTest.keyPress(canvas, Qt.Key.Key_Shift)
    assert canvas.grab().toImage() != plain
    QTest.keyRelease(canvas, Qt.Key.Key_Shift)
    assert canvas.grab().toImage() == plain
    QTest.mouseClick(canvas, LEFT, shift, place)
    canvas.set_brush(None, True, loops=True)
    QTest.mouseClick(canvas, LEFT, shift, place)
    QTest.mouseClick(canvas, RIGHT, pos=place)
    assert received == [(False, 1.0, True), (True, 1.0, False), (True, 1.0, False)]


def test_the_loop_of_a_lasso_is_shown_until_the_button_is_released(canvas: PaintCanvas) -> None:
    canvas.set_brush(None, True, loops=True)
    plain = canvas.grab().toImage()
    send(canvas, QMouseEvent.Type.MouseButtonPress, canvas.position_of(1, 1), LEFT)
    send(canvas, QMouseEvent.Type.MouseMove, canvas.position_of(6, 2), LEFT)
    send(canvas, QMouseEvent.Type.MouseMove, canvas.position_of(5, 6), LEFT)
    assert canvas.grab().toImage() != plain
    send(canvas, QMouseEvent.Type.MouseButtonRelease, canvas.position_of(5, 6), LEFT)
    assert canvas.grab().toImage() == plain


def pen(canvas: PaintCanvas, kind: QTabletEvent.Type, place: QPointF, pressure: float, eraser: bool = False) -> None:
    """Send what a pen on a tablet would."""
    tip = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, tip, QInputDevice.Capability.Pressure, 1, 1
    )  # fmt: skip
    buttons = LEFT if kind != QTabletEvent.Type.TabletRelease else Qt.MouseButton.NoButton
    button = Qt.MouseButton.NoButton if kind == QTabletEvent.Type.TabletMove else LEFT
    event = QTabletEvent(
        kind, device, place, canvas.mapToGlobal(place), pressure, 0.0, 0.0, 0.0, 0.0, 0.0,
        Qt.KeyboardModifier.NoModifier, button, buttons,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_a_pen_paints_with_its_pressure_and_erases_with_its_other_end(canvas: PaintCanvas) -> None:
    received: list[tuple[Any, ...]] = []
    canvas.pressed.connect(lambda *what: received.append(what[2:]))
    canvas.moved.connect(lambda *what: received.append(what[2:]))
    canvas.released.connect(lambda: received.append(("up",)))
    kind = QTabletEvent.Type
    for eraser in (False, True):
        pen(canvas, kind.TabletPress, canvas.position_of(2, 2), 0.25, eraser)
        pen(canvas, kind.TabletMove, canvas.position_of(4, 4), 0.75, eraser)
        pen(canvas, kind.TabletRelease, canvas.position_of(4, 4), 0.0, eraser)
    once = [[(erases, 0.25, False), (0.75,), ("up",)] for erases in (False, True)]
    assert received == [*once[0], *once[1]]


def turn(canvas: PaintCanvas, place: QPointF, notches: int, alt: bool = False) -> None:
    """Turn the wheel; with Alt down Qt turns it on its side."""
    delta = QPoint(120 * notches, 0) if alt else QPoint(0, 120 * notches)
    modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), delta, Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_the_wheel_zooms_at_the_pointer_and_with_alt_sets_the_brush(canvas: PaintCanvas) -> None:
    place = QPointF(123.0, 77.0)
    before, scale = canvas.place_of(place), canvas.zoom.scale
    turn(canvas, place, 3)
    assert canvas.zoom.scale > 1.5 * scale
    assert np.allclose(canvas.place_of(place), before)
    steps: list[int] = []
    canvas.size_asked.connect(steps.append)
    turn(canvas, place, 1, alt=True)
    turn(canvas, place, -1, alt=True)
    assert steps == [1, -1]
    canvas.fit()
    assert canvas.zoom.scale == scale


def test_a_wheel_that_was_not_turned_does_nothing(canvas: PaintCanvas) -> None:
    steps: list[int] = []
    canvas.size_asked.connect(steps.append)
    turn(canvas, QPointF(123.0, 77.0), 0, alt=True)
    turn(canvas, QPointF(123.0, 77.0), 0)
    assert steps == []
    scale = canvas.zoom.scale
    canvas.resize(800, 600)
    assert canvas.zoom.scale > scale  # what fits goes on to fit


def test_what_was_zoomed_stays_when_the_canvas_grows_and_what_fits_fits(canvas: PaintCanvas) -> None:
    fitted = canvas.zoom.scale
    canvas.resize(800, 600)
    assert canvas.zoom.scale > fitted
    turn(canvas, QPointF(10, 10), 2)
    zoomed = canvas.zoom.scale
    canvas.resize(500, 500)
    assert canvas.zoom.scale == zoomed


def test_two_thousand_events_of_a_fast_zigzag_lose_no_segment(canvas: PaintCanvas) -> None:
    """The mask must be that of every segment, one by one, painted by themselves."""
    document = PaintDocument()
    document.load_image(np.zeros((512, 512), np.float32), (0.0, 255.0))
    document.take(ToolBox(BRUSH, 5))
    canvas.set_image(np.zeros((512, 512), np.uint8), document.mask.values)
    connect(canvas, document)
    rng = np.random.default_rng(6)
    corner, size = canvas.position_of(0, 0), canvas.zoom.scale * 512
    places = [QPointF(corner.x() + size * x, corner.y() + size * y) for x, y in rng.uniform(0.02, 0.98, (2001, 2))]
    # short ways, as a hand makes them, and long ones in between
    for index in range(1, len(places)):
        if index % 10:
            places[index] = places[index - 1] + (places[index] - places[index - 1]) * 0.05
    send(canvas, QMouseEvent.Type.MouseButtonPress, places[0], LEFT)
    for place in places[1:]:
        send(canvas, QMouseEvent.Type.MouseMove, place, LEFT)
    send(canvas, QMouseEvent.Type.MouseButtonRelease, places[-1], LEFT)
    way = np.array([canvas.place_of(place) for place in places])
    for start, stop in pairwise(way):
        for x, y in np.linspace(start, stop, 1 + 2 * int(np.hypot(*(stop - start)))):
            assert document.mask.values[int(y), int(x)]
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert not document.mask.values.any()


def test_a_stroke_repaints_little_more_than_it_changes(canvas: PaintCanvas, qtbot: QtBot) -> None:
    document = PaintDocument()
    document.load_image(np.zeros((512, 512), np.float32), (0.0, 255.0))
    document.take(ToolBox(BRUSH, 8))
    canvas.resize(1000, 800)
    canvas.set_brush(8.0, True)
    canvas.set_image(np.zeros((512, 512), np.uint8), document.mask.values)
    connect(canvas, document)
    QTest.qWait(20)
    send(canvas, QMouseEvent.Type.MouseButtonPress, canvas.position_of(100, 100), LEFT)
    QTest.qWait(20)
    areas: list[int] = []
    paint = canvas.paintEvent

    def count(event: object) -> None:
        areas.append(sum(rect.width() * rect.height() for rect in event.region()))  # type: ignore[attr-defined]
        paint(event)  # type: ignore[arg-type]

    canvas.paintEvent = count  # type: ignore[method-assign]
    send(canvas, QMouseEvent.Type.MouseMove, canvas.position_of(110, 104), LEFT)
    qtbot.waitUntil(lambda: bool(areas))
    assert max(areas) < 4000  # of 800 000


def test_a_message_stands_in_the_place_of_the_picture_and_nothing_can_be_painted(canvas: PaintCanvas) -> None:
    received: list[object] = []
    canvas.pressed.connect(lambda *what: received.append(what))
    canvas.set_message("Opening the checkpoint…")
    QTest.mouseClick(canvas, LEFT, pos=QPoint(200, 150))
    assert received == []
    image: QImage = canvas.grab().toImage()
    assert QColor(image.pixel(centre_of(canvas, 0, 0) * canvas.devicePixelRatio())) == QColor(LIGHT.window)


@pytest.mark.parametrize(
    ("room", "ratio", "scale"),
    [(100, 1.0, 3.0), (100, 2.0, 3.5), (100, 1.5, 10 / 3), (20, 1.0, 20 / 28), (20, 2.0, 0.5)],
)
def test_a_fitted_image_takes_whole_pixels_of_the_screen_for_each_of_its_own(
    room: int, ratio: float, scale: float
) -> None:
    zoom = Zoom()
    zoom.fit((28, 28), room, room, 0, ratio)
    assert zoom.scale == pytest.approx(scale)
