"""The slider by mouse and keyboard: it stands where it is told, and tells which step is wished."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QKeySequence, QMouseEvent, QShortcut, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSlider, QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import LIGHT
from dpm_gui.views.timeline.time_slider import TimeSlider

LAST = 40
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def slider(qtbot: QtBot) -> Iterator[TimeSlider]:
    window = QWidget()
    qtbot.addWidget(window)
    slider = TimeSlider(window)
    slider.set_last(LAST)
    QVBoxLayout(window).addWidget(slider)
    window.resize(1000, 100)
    window.show()
    qtbot.waitExposed(window)
    yield slider
    window.close()


@pytest.fixture
def received(slider: TimeSlider) -> list[tuple[object, ...]]:
    """All that the slider tells, in its order."""
    received: list[tuple[object, ...]] = []
    for name in ("seek_asked", "step_asked"):
        getattr(slider, name).connect(lambda value, name=name: received.append((name, value)))
    for name in ("home_asked", "end_asked", "drag_started", "drag_ended"):
        getattr(slider, name).connect(lambda name=name: received.append((name,)))
    return received


def place(slider: TimeSlider, t: float) -> QPoint:
    return QPoint(round(slider.axis.x_of(t)), slider.height() // 2)


def moved_to(slider: TimeSlider, t: float, buttons: Qt.MouseButton = LEFT) -> QMouseEvent:
    here, none = QPointF(place(slider, t)), Qt.MouseButton.NoButton
    modifiers = Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QEvent.Type.MouseMove, here, slider.mapToGlobal(here), none, buttons, modifiers)


def seeks(received: list[tuple[object, ...]]) -> list[object]:
    return [entry[1] for entry in received if entry[0] == "seek_asked"]


def test_a_click_on_the_track_jumps_there(slider: TimeSlider, received: list[tuple[object, ...]]) -> None:
    slider.seek_asked.connect(slider.set_t)
    QTest.mouseClick(slider, LEFT, pos=place(slider, 29))
    assert received == [("drag_started",), ("seek_asked", 29), ("drag_ended",)]


def test_the_step_under_the_mouse_is_the_nearest_one_also_beyond_the_ends(slider: TimeSlider) -> None:
    axis = slider.axis
    assert [axis.t_at(axis.x_of(t) + 0.3 * (axis.x_of(1) - axis.x_of(0))) for t in range(LAST + 1)] == [
        *range(LAST + 1)
    ]
    assert (axis.t_at(-500), axis.t_at(5000)) == (0, LAST)


def test_moves_faster_than_they_are_handled_become_one_wish_for_the_newest(
    slider: TimeSlider, received: list[tuple[object, ...]]
) -> None:
    QTest.mousePress(slider, LEFT, pos=place(slider, 5))
    for t in range(6, 31):
        QApplication.sendEvent(slider, moved_to(slider, t))
    assert seeks(received) == [5]
    QApplication.processEvents()
    assert seeks(received) == [5, 30]
    QTest.mouseRelease(slider, LEFT, pos=place(slider, 30))


def test_a_drag_ends_on_the_exact_step_under_the_mouse_at_release(
    slider: TimeSlider, received: list[tuple[object, ...]]
) -> None:
    slider.seek_asked.connect(slider.set_t)
    QTest.mousePress(slider, LEFT, pos=place(slider, 5))
    QApplication.sendEvent(slider, moved_to(slider, 12))
    QTest.mouseRelease(slider, LEFT, pos=place(slider, 33))
    assert seeks(received) == [5, 33]
    assert received[-1] == ("drag_ended",)
    assert slider.value() == 33
    QApplication.processEvents()
    assert seeks(received) == [5, 33]


def test_a_clock_that_moves_during_a_drag_does_not_move_the_end_of_the_drag(
    slider: TimeSlider, received: list[tuple[object, ...]]
) -> None:
    QTest.mousePress(slider, LEFT, pos=place(slider, 20))
    slider.set_t(3)
    QTest.mouseRelease(slider, LEFT, pos=place(slider, 20))
    assert seeks(received)[-1] == 20
    assert len(seeks(received)) == 2


def test_a_release_that_was_not_seen_ends_the_drag_at_the_next_move(
    slider: TimeSlider, received: list[tuple[object, ...]]
) -> None:
    QTest.mousePress(slider, LEFT, pos=place(slider, 20))
    QApplication.sendEvent(slider, moved_to(slider, 25, Qt.MouseButton.NoButton))
    assert received[-1] == ("drag_ended",)
    assert 25 not in seeks(received)
    QTest.mouseRelease(slider, LEFT)


def test_a_drag_ends_where_the_timeline_is_hidden(slider: TimeSlider, received: list[tuple[object, ...]]) -> None:
    QTest.mousePress(slider, LEFT, pos=place(slider, 20))
    slider.hide()
    assert received[-1] == ("drag_ended",)
    QTest.mouseRelease(slider, LEFT)


def test_a_right_click_on_the_track_asks_for_nothing(slider: TimeSlider, received: list[tuple[object, ...]]) -> None:
    QTest.mouseClick(slider, Qt.MouseButton.RightButton, pos=place(slider, 20))
    assert received == []


def test_two_notches_of_the_wheel_are_two_steps(slider: TimeSlider, received: list[tuple[object, ...]]) -> None:
    here = QPointF(place(slider, 20))
    for turn in (60, 60, -240):
        wheel = QWheelEvent(
            here,
            QPointF(slider.mapToGlobal(here)),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(slider, wheel)
    assert received == [("step_asked", 1), ("step_asked", -2)]


def test_the_step_under_the_mouse_is_written_over_the_track(slider: TimeSlider) -> None:
    before = slider.grab().toImage()
    QTest.mouseMove(slider, place(slider, 29))
    assert slider.grab().toImage() != before
    QApplication.sendEvent(slider, QEvent(QEvent.Type.Leave))
    assert slider.grab().toImage() == before


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, ("step_asked", 1)),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, ("step_asked", -1)),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier, ("step_asked", 10)),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier, ("step_asked", -10)),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, ("home_asked",)),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, ("end_asked",)),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.NoModifier, ("step_asked", 10)),
        (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier, ("step_asked", -10)),
    ],
)
def test_the_focused_slider_obeys_the_keys_of_a_slider(
    slider: TimeSlider,
    received: list[tuple[object, ...]],
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    expected: tuple[object, ...],
) -> None:
    slider.setFocus()
    QTest.keyClick(slider, key, modifier)
    assert received == [expected]


def test_a_shortcut_of_the_window_and_the_slider_never_both_handle_a_key(
    slider: TimeSlider, received: list[tuple[object, ...]], qtbot: QtBot
) -> None:
    taken: list[str] = []
    shortcut = QShortcut(QKeySequence("Right"), slider.window())
    shortcut.activated.connect(lambda: taken.append("Right"))
    slider.window().activateWindow()
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert (taken, received) == (["Right"], [])


def test_the_focus_of_the_slider_is_to_be_seen(slider: TimeSlider, qtbot: QtBot) -> None:
    slider.window().activateWindow()
    slider.clearFocus()
    without = slider.grab().toImage()
    slider.setFocus()
    qtbot.waitUntil(slider.hasFocus)
    assert slider.grab().toImage() != without


def test_assistive_technology_reads_the_step_and_may_set_it(
    slider: TimeSlider, received: list[tuple[object, ...]]
) -> None:
    slider.set_t(17)
    interface = QAccessible.queryAccessibleInterface(slider)
    assert interface is not None
    assert interface.role() == QAccessible.Role.Slider
    assert interface.text(QAccessible.Text.Name) == "Step t"
    value = interface.valueInterface()
    assert value is not None
    assert (value.currentValue(), value.maximumValue()) == (17, LAST)
    assert received == []
    value.setCurrentValue(23)
    assert received == [("seek_asked", 23)]


def test_assistive_technology_reads_the_step_in_words(slider: TimeSlider) -> None:
    interface = QAccessible.queryAccessibleInterface(slider)
    assert interface is not None
    slider.set_signal(np.linspace(1.0, 0.0, LAST + 1).tolist())
    for t, words in ((0, "data"), (30, "log signal-to-noise −1.1"), (LAST, "log signal-to-noise −∞")):
        slider.set_t(t)
        slider._spoken.stop()
        slider._tell()
        assert interface.text(QAccessible.Text.Description) == f"t = {t} of {LAST}, {words}"


class CountedSlider(TimeSlider):
    """Counts how often Qt's own value changes, of which it tells screen readers each time."""

    told = 0

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:  # noqa: N802 - Qt's name
        self.told += change == QAbstractSlider.SliderChange.SliderValueChange
        super().sliderChange(change)


def test_screen_readers_are_told_one_step_at_once_and_of_many_only_some(qtbot: QtBot) -> None:
    slider = CountedSlider()
    qtbot.addWidget(slider)
    slider.set_last(LAST)
    slider.set_t(1)
    value = QAccessible.queryAccessibleInterface(slider).valueInterface()
    assert (slider.told, value.currentValue()) == (1, 1)
    for t in range(2, LAST):  # as while playing
        slider.set_t(t)
    assert slider.value() == LAST - 1
    assert (slider.told, value.currentValue()) == (1, 1)
    slider._spoken.timeout.emit()
    assert (slider.told, value.currentValue()) == (2, LAST - 1)
    slider._spoken.timeout.emit()
    assert slider.told == 2


def test_the_frames_that_are_there_are_a_band_on_the_track(slider: TimeSlider) -> None:
    slider.set_t(0)
    slider.set_available(10, 30)
    image = slider.grab().toImage()
    inside, outside = (image.pixelColor(place(slider, t)).lightness() for t in (25, 35))
    assert inside < outside - 20
    slider.set_available(1, 0)
    assert slider.grab().toImage().pixelColor(place(slider, 25)).lightness() == outside


def test_the_handle_is_drawn_where_the_position_is_also_between_two_steps(slider: TimeSlider) -> None:
    slider.set_t(20)
    slider.set_position(20.5)
    here = place(slider, 20.5)
    assert slider.grab().toImage().pixelColor(here).name() == QColor(LIGHT.ink).name()
    slider.set_t(21)
    assert slider.grab().toImage().pixelColor(here).name() != QColor(LIGHT.ink).name()


def test_with_nothing_to_choose_a_click_asks_for_nothing(
    slider: TimeSlider, received: list[tuple[object, ...]]
) -> None:
    slider.set_last(0)
    here, none = QPointF(place(slider, 0)), Qt.KeyboardModifier.NoModifier
    press = QMouseEvent(QEvent.Type.MouseButtonPress, here, slider.mapToGlobal(here), LEFT, LEFT, none)
    QApplication.sendEvent(slider, press)
    assert received == []
    assert not press.isAccepted()
