"""Going through time with the mouse: the slider, the small pictures, the entropy plot's cursor, the buttons."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.views.figures.step_plot import StepCursor
from tests.support.person import Person, child, choose_from, click, drag, let_pass, wait_until
from tests.support.places import to_viewport


def shown(person: Person, side: str) -> np.ndarray:
    return np.column_stack(list(person.views[side].table().columns.values()))


def shows_frame(person: Person, t: int) -> bool:
    """Tell whether both canvases show the very numbers of frame ``t``, and the timeline says so."""
    frames = {side: person.recording(side).frame(t).x for side in (FORWARD, REVERSE)}
    return person.t == t and all(np.array_equal(shown(person, side), frame) for side, frame in frames.items())


def on_slider(person: Person, t: float) -> QPoint:
    slider = person.timeline.slider
    return QPoint(round(slider.axis.x_of(t)), slider.height() // 2)


def in_plot(person: Person, t: float) -> QPoint:
    """Return where step ``t`` is in the entropy plot, at half its height."""
    plot = person.entropies
    return to_viewport(plot, QPointF(t, plot.home.center().y())).toPoint()


def test_a_drag_of_the_slider_follows_the_pointer_and_ends_on_the_exact_frame(person: Person) -> None:
    person.pause()
    slider, window = person.timeline.slider, person.window.windowHandle()

    def place(t: int) -> QPoint:
        return slider.mapTo(person.window, on_slider(person, t))

    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=place(4))
    for t in (4, 11, 30, 23):
        QTest.mouseMove(window, place(t))
        wait_until(partial(shows_frame, person, t))
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=place(9))
    assert shows_frame(person, 9)
    for begin, end in ((0, 40), (40, 0), (3, 29), (38, 1), (17, 18), (20, 20)):
        drag(slider, on_slider(person, begin), on_slider(person, end))
        assert shows_frame(person, end)
    for x, end in ((slider.width() - 1, 40), (1, 0)):  # beyond the ends
        drag(slider, on_slider(person, 20), QPoint(x, 5))
        assert shows_frame(person, end)


def test_a_drag_holds_what_plays_and_lets_it_go_on_from_there(person: Person) -> None:
    slider, window = person.timeline.slider, person.window.windowHandle()
    place = slider.mapTo(person.window, on_slider(person, 22))
    QTest.mousePress(window, Qt.MouseButton.LeftButton, pos=place)
    let_pass(0.4)
    assert person.t == 22
    QTest.mouseRelease(window, Qt.MouseButton.LeftButton, pos=place)
    assert person.player.playing
    wait_until(lambda: abs(person.t - 22) >= 2)


def test_a_click_on_a_small_picture_shows_its_step(person: Person) -> None:
    person.pause()
    strip = person.timeline.thumbnails
    places = {t: place for t in range(41) if (place := strip.place_of(t)) is not None}
    assert len(places) > 5
    assert {0, 40} <= places.keys()
    for t, place in places.items():
        click(strip, place.center().toPoint())
        assert shows_frame(person, t)


def test_the_cursor_of_the_entropy_plot_is_a_second_timeline(person: Person) -> None:
    person.pause()
    plot = person.entropies
    (cursor,) = [item for item in plot.scene().items() if isinstance(item, StepCursor)]
    click(plot.viewport(), in_plot(person, 12))
    assert shows_frame(person, 12)
    for stop in (33, 1, 40, 17):
        drag(plot.viewport(), in_plot(person, person.t), in_plot(person, stop))
        assert shows_frame(person, stop)
        assert cursor.at == stop


def test_the_wheel_over_the_slider_goes_step_by_step(person: Person) -> None:
    person.stand_on(20)
    slider = person.timeline.slider
    for notches, t in ((1, 21), (3, 24), (-10, 14)):
        place = QPointF(slider.rect().center())
        event = QWheelEvent(
            place,
            QPointF(slider.mapToGlobal(place)),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(slider, event)
        assert shows_frame(person, t)


def test_the_buttons_do_what_they_say(person: Person) -> None:
    person.stand_on(20)
    for name, t in (("One step on", 21), ("One step back", 20), ("Go to the noise", 40), ("Go to the data", 0)):
        click(child(person.window, QToolButton, name))
        assert shows_frame(person, t)
    click(child(person.window, QToolButton, "Play"))
    assert person.player.playing
    click(child(person.window, QToolButton, "Pause"))
    assert not person.player.playing
    click(child(person.window, QToolButton, "Loop"))
    assert not person.window.actions_["loop"].isChecked()
    choose_from(child(person.window, QToolButton, "Speed"), "4×")
    choose_from(child(person.window, QToolButton, "Direction"), "Backward")
    assert (person.player.speed, person.player.direction) == (4.0, "backward")
