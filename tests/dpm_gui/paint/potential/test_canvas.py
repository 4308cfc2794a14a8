"""The plane of Paint: the pointer's brush, the wheel, and contours that are drawn and not merely shown."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QSpinBox, QStackedWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.paint.inpainting.panel import InpaintPanel
from dpm_gui.paint.potential import contours as contours_module
from dpm_gui.paint.potential.canvas import PotentialCanvas
from dpm_gui.paint.potential.contours import PotentialItem, contours
from dpm_gui.paint.potential.panels.panel import PotentialPanel
from dpm_gui.paint.potential.soft_field import EXTENT

CONE = -np.hypot(*np.meshgrid(np.linspace(-3.0, 3.0, 31), np.linspace(-3.0, 3.0, 31))).astype(np.float32)


@pytest.fixture
def canvas(qtbot: QtBot) -> PotentialCanvas:
    made = PotentialCanvas()
    made.resize(600, 500)
    made.set_palette(LIGHT)
    made.show_potential(CONE, EXTENT)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    QTest.qWait(50)
    return made


def turn(canvas: PotentialCanvas, notches: int, alt: bool = False) -> None:
    place = QPointF(canvas.viewport().rect().center())
    event = QWheelEvent(
        place, canvas.mapToGlobal(place), QPoint(), QPoint(120 * notches, 0), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas.viewport(), event)


def test_the_wheel_with_alt_sets_the_brush_and_without_a_turn_does_nothing(canvas: PotentialCanvas) -> None:
    steps: list[int] = []
    canvas.size_asked.connect(steps.append)
    region = canvas.region
    for notches in (1, -1, 0):
        turn(canvas, notches, alt=True)
    turn(canvas, 0)
    assert steps == [1, -1]
    assert canvas.region == region
    turn(canvas, 1)
    assert canvas.region.height() < region.height()


def test_a_pointer_that_moves_repaints_its_brush_and_no_more(canvas: PotentialCanvas, qtbot: QtBot) -> None:
    canvas.set_brush(0.4)
    middle = canvas.viewport().rect().center()
    QTest.mouseMove(canvas.viewport(), middle)
    QTest.qWait(50)
    painted: list[QRectF] = []
    paint = canvas.paintEvent

    def note(event: object) -> None:
        painted.append(QRectF(event.region().boundingRect()))  # type: ignore[attr-defined]
        paint(event)  # type: ignore[arg-type]

    canvas.paintEvent = note  # type: ignore[method-assign]
    QTest.mouseMove(canvas.viewport(), middle + QPoint(7, 3))
    qtbot.waitUntil(lambda: bool(painted))
    side = 0.4 / canvas.view.viewPixelSize()[0]
    assert all(place.contains(QPointF(middle)) for place in painted)
    assert max(place.width() * place.height() for place in painted) < 3 * side * side
    assert 3 * side * side < 0.05 * canvas.width() * canvas.height()


def outlined(canvas: PotentialCanvas) -> bool:
    """Tell whether what is seen differs from what is seen without a pointer."""
    with_it = canvas.viewport().grab().toImage()
    pointer, canvas._pointer = canvas._pointer, None
    without = canvas.viewport().grab().toImage()
    canvas._pointer = pointer
    return bool(with_it != without)


def test_the_outline_of_a_brush_is_seen_under_the_pointer_alone(canvas: PotentialCanvas) -> None:
    middle = canvas.viewport().rect().center()
    QTest.mouseMove(canvas.viewport(), middle)
    assert not outlined(canvas)
    canvas.set_brush(1.0)
    assert outlined(canvas)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    assert not outlined(canvas)


def test_contours_are_found_once_and_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch, qapp: object) -> None:
    found: list[object] = []

    def counted(*what: object) -> np.ndarray:
        found.append(what)
        return contours(*what)  # type: ignore[arg-type]

    monkeypatch.setattr(contours_module, "contours", counted)
    item = PotentialItem()
    for shift in range(5):
        item.show_field(CONE - shift, EXTENT)
    assert found == []
    item.show_field(CONE, EXTENT)
    assert len(item.lines) == len(item.lines) > 0
    assert len(found) == 1
    item.show_field(np.zeros_like(CONE), EXTENT)
    assert len(item.lines) == 0
    item.show_field(None, EXTENT)
    assert len(item.lines) == 0
    assert len(found) == 1


@pytest.mark.parametrize(
    "make", [lambda: PotentialPanel(QAction("Run"), IconSet()), lambda: InpaintPanel(QAction("Run"), QAction("How"))]
)
def test_enter_in_a_box_for_a_number_gives_the_keyboard_back(
    make: Callable[[], PotentialPanel | InpaintPanel], qtbot: QtBot
) -> None:
    panel = make()
    qtbot.addWidget(panel)
    panel.show()
    if isinstance(panel, InpaintPanel):
        panel.body.show()
    panel.activateWindow()
    boxes = [*panel.findChildren(QSpinBox), *panel.findChildren(QDoubleSpinBox)]
    assert boxes
    for box in boxes:
        if isinstance(panel, PotentialPanel) and isinstance(box.parentWidget().parentWidget(), QStackedWidget):
            panel.numbers.setCurrentWidget(box.parentWidget())  # of another kind of part
        box.setVisible(True)  # some are there for one tool alone
        box.setFocus()
        qtbot.waitUntil(box.hasFocus)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert not box.hasFocus(), box.accessibleName()
