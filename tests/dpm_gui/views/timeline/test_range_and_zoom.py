"""The slider's range, dragged with Shift, and its zoom: what they ask for, show, and leave alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.thumbnails import even_steps
from dpm_gui.views.timeline.time_slider import TimeSlider
from dpm_gui.views.timeline.time_slider_painter import EDGE, TimeAxis
from dpm_gui.views.timeline.timeline import Timeline

LAST = 1000
LEFT, SHIFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def timeline(qtbot: QtBot) -> Iterator[Timeline]:
    made = Timeline((1.0,))
    qtbot.addWidget(made)
    made.set_range(LAST)
    made.resize(1000, 200)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def slider(timeline: Timeline) -> TimeSlider:
    return timeline.slider


@pytest.fixture
def asked(slider: TimeSlider) -> list[object]:
    """The ranges that the slider asks for."""
    received: list[object] = []
    slider.range_asked.connect(received.append)
    return received


def place(slider: TimeSlider, t: float) -> QPoint:
    return QPoint(round(slider.axis.x_of(t)), slider.height() // 2)


def drag(slider: TimeSlider, start: float, stop: float, modifiers: Qt.KeyboardModifier) -> None:
    QTest.mousePress(slider, LEFT, modifiers, place(slider, start))
    QTest.mouseMove(slider, place(slider, (start + stop) / 2))
    QTest.mouseRelease(slider, LEFT, modifiers, place(slider, stop))


def turn(slider: TimeSlider, notches: int, x: float) -> None:
    here, none = QPointF(x, 10), Qt.MouseButton.NoButton
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(here, slider.mapToGlobal(here), QPoint(), QPoint(0, 120 * notches), none, CTRL, phase, False)
    QApplication.sendEvent(slider, event)


def painted(slider: TimeSlider) -> QImage:
    return slider.grab().toImage()


@pytest.mark.parametrize(("start", "stop"), [(200, 600), (600, 200)])
def test_a_drag_with_shift_asks_for_a_range_and_moves_no_step(
    slider: TimeSlider, asked: list[object], start: int, stop: int
) -> None:
    seeks: list[int] = []
    slider.seek_asked.connect(seeks.append)
    drag(slider, start, stop, SHIFT)
    assert len(asked) == 1
    assert asked[0] == pytest.approx((200, 600), abs=1)
    assert seeks == []


def test_a_click_with_shift_asks_for_no_range(slider: TimeSlider, asked: list[object]) -> None:
    drag(slider, 300, 300, SHIFT)
    assert asked == []


def test_the_range_is_shown_on_the_track(slider: TimeSlider) -> None:
    before = painted(slider)
    slider.set_range_played((200, 600))
    after = painted(slider)
    above = slider.height() // 2 - 5
    for t, differs in ((100, False), (400, True), (800, False)):
        x = round(slider.axis.x_of(t))
        assert (before.pixel(x, above) != after.pixel(x, above)) == differs
    slider.set_range_played(None)
    assert painted(slider) == before


def test_esc_takes_the_range_away_and_is_left_to_the_window_where_there_is_none(
    slider: TimeSlider, asked: list[object]
) -> None:
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Escape)
    assert asked == []
    slider.set_range_played((200, 600))
    QTest.keyClick(slider, Qt.Key.Key_Escape)
    assert asked == [None]


def test_a_double_click_plays_and_shows_all_again(slider: TimeSlider, asked: list[object]) -> None:
    turn(slider, 4, 300)
    QTest.mouseDClick(slider, LEFT, NONE, place(slider, 300))
    assert asked == [None]
    assert slider.axis.view == (0.0, 1.0)


@pytest.mark.parametrize("x", [60.0, 400.0, 900.0])
@pytest.mark.parametrize("scale", [None, TimeScale(np.linspace(0.0, 1.0, LAST + 1) ** 2)])
def test_the_wheel_with_ctrl_zooms_around_the_pointer(slider: TimeSlider, x: float, scale: TimeScale | None) -> None:
    slider.set_scale(scale)
    steps: list[int] = []
    slider.step_asked.connect(steps.append)
    before = slider.axis.place_at(x)
    turn(slider, 5, x)
    assert slider.axis.place_at(x) == pytest.approx(before)
    assert slider.axis.view[1] - slider.axis.view[0] == pytest.approx(1.25**-5)
    turn(slider, -5, x)
    assert slider.axis.view == pytest.approx((0.0, 1.0))
    assert steps == []


def test_zoom_is_bounded_and_never_leaves_the_axis(slider: TimeSlider) -> None:
    for x in (0.0, 999.0, 500.0):
        for notches in (100, -3, 100, -200):
            turn(slider, notches, x)
            left, right = slider.axis.view
            assert 0.0 <= left < right <= 1.0
            assert (right - left) * LAST >= 3.999
    assert slider.axis.view == (0.0, 1.0)


def test_zoomed_a_pixel_is_less_than_a_step_and_a_click_goes_to_the_step_under_it(slider: TimeSlider) -> None:
    turn(slider, 100, 500)
    seeks: list[int] = []
    slider.seek_asked.connect(seeks.append)
    first, last = slider.axis.ends
    assert last - first <= 5
    QTest.mouseClick(slider, LEFT, NONE, place(slider, first + 2))
    assert set(seeks) == {first + 2}


def test_a_handle_out_of_view_is_not_drawn_and_another_chain_shows_all(slider: TimeSlider) -> None:
    turn(slider, 10, 900)
    slider.set_t(0)
    out_of_view = painted(slider)
    slider.set_t(1)
    assert painted(slider) == out_of_view
    slider.set_last(40)
    assert slider.axis.view == (0.0, 1.0)


def test_the_thumbnails_follow_the_zoom(timeline: Timeline) -> None:
    image = QImage(28, 28, QImage.Format.Format_RGB32)
    steps = even_steps(timeline.slider.axis, LAST, 11)
    timeline.thumbnails.set_thumbnails([(t, image) for t in steps])
    turn(timeline.slider, 4, 500)
    first, last = timeline.slider.axis.ends
    shown = [t for t in steps if timeline.thumbnails.place_of(t) is not None]
    assert shown == [t for t in steps if first <= t <= last]
    assert 2 < len(shown) < len(steps)
    place_of = timeline.thumbnails.place_of(shown[1])
    assert place_of is not None
    assert place_of.center().x() == pytest.approx(timeline.slider.axis.x_of(shown[1]), abs=1.5)


def test_steps_of_thumbnails_lie_evenly_in_the_part_in_view() -> None:
    axis = TimeAxis(1000, LAST, None, (0.25, 0.75))
    steps = even_steps(axis, LAST, 6)
    assert steps == [250, 350, 450, 550, 650, 750]
    assert even_steps(axis, 600, 3) == [250, 425, 600]
    assert even_steps(axis, 100, 3) == []
    assert axis.x_of(250) == EDGE
