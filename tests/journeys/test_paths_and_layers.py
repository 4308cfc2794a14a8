"""On the canvases: the path of a clicked point, the layers, the drift, zoom."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolButton

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.items.drift import DriftItem
from dpm_gui.views.items.path import PathItem
from tests.support.person import Person, child, click, drag, press, wait_until

LAYERS = {"1": "points", "2": "density", "3": "arrows", "4": "path", "5": "prior"}


def path_of(view: PointsView) -> PathItem:
    (item,) = [item for item in view.scene().items() if isinstance(item, PathItem)]
    return item


def drift_of(view: PointsView) -> DriftItem:
    (item,) = [item for item in view.scene().items() if isinstance(item, DriftItem)]
    return item


def image(view: PointsView) -> QImage:
    return view.viewport().grab().toImage()


def click_on_point(person: Person, side: str, number: int) -> int:
    """Click on a point of the frame on show; return the number of the one that is nearest to that pixel."""
    x = person.recording(side).frame(person.t).x
    person.click_in_plane(side, *x[number].tolist())
    place = person.views[side].to_data(QPointF(person.place_on(side, *x[number].tolist())))
    return int(np.argmin(np.hypot(*(x - (place.x(), place.y())).T)))


def trajectory(person: Person, side: str, number: int) -> np.ndarray:
    recording = person.recording(side)
    return np.stack([recording.frame(t).x[number] for t in range(41)])


def test_a_clicked_point_shows_its_whole_path_while_one_scrubs(person: Person) -> None:
    for side, other in ((FORWARD, REVERSE), (REVERSE, FORWARD)):
        person.stand_on(12)
        number = click_on_point(person, side, 7)
        path, expected = path_of(person.views[side]), trajectory(person, side, number)
        assert np.array_equal(path.places, expected)
        assert not len(path_of(person.views[other]).places)
        for t in (12, 0, 40, 23):
            person.stand_on(t)
            assert np.array_equal(path.places, expected)
            assert path.dot == QPointF(*expected[t].tolist())
    press("Space")
    assert person.player.playing
    wait_until(lambda: abs(person.t - 23) > 3)
    assert np.array_equal(path.places, expected)


def test_a_click_on_nothing_or_a_new_run_takes_the_path_away(person: Person) -> None:
    person.stand_on(0)
    path, before = path_of(person.views[REVERSE]), image(person.views[REVERSE])
    click_on_point(person, REVERSE, 11)
    assert len(path.places) == 41
    assert image(person.views[REVERSE]) != before
    person.click_in_plane(REVERSE, -2.7, 2.7)
    assert not len(path.places)
    assert image(person.views[REVERSE]) == before
    click_on_point(person, REVERSE, 11)
    press("F5")
    person.wait_for_run()
    assert not len(path.places)


def test_each_digit_switches_its_layer_on_both_canvases_and_so_does_its_button(person: Person) -> None:
    person.stand_on(9)
    click_on_point(person, FORWARD, 3)
    click_on_point(person, REVERSE, 3)
    for key, name in LAYERS.items():
        action = person.window.actions_[name]
        on = action.isChecked()
        assert on == (name in ("points", "path", "prior"))
        for _ in range(2):
            before = image(person.views[REVERSE])
            press(key)
            if name == "arrows":
                wait_until(lambda: person.session.drifts.at(40))
            on = not on
            assert action.isChecked() == on
            assert all(view.layer_shown(name) == on for view in person.views.values())
            assert image(person.views[REVERSE]) != before
    button = child(person.window, QToolButton, "Density")
    click(button)
    assert person.window.actions_["density"].isChecked()
    press("2")
    assert not button.isChecked()


def test_drift_arrows_are_computed_when_they_are_first_asked_for(person: Person) -> None:
    person.stand_on(20)
    drift = drift_of(person.views[REVERSE])
    assert not person.session.drifts.found
    assert not len(drift.arrows[0])
    press("3")
    wait_until(lambda: len(person.session.drifts.found) == 40)
    for t in (20, 1, 40):
        person.stand_on(t)
        frame = person.session.drifts.at(t)
        tails, tips = drift.arrows
        assert np.allclose(tails, frame.x)
        assert np.allclose(tips - tails, drift.factor * frame.drift)
        caption = f"arrows drawn × {drift.factor:g}"
        assert [label.text() for label in person.views[REVERSE].findChildren(QLabel) if label.text() == caption]
    press("3")
    assert not person.views[REVERSE].layer_shown("arrows")


def test_drift_that_was_stopped_is_computed_when_it_is_asked_for_again(person: Person) -> None:
    person.stand_on(20)
    press("3", "Esc", "3", "3")
    wait_until(lambda: len(person.session.drifts.found) == 40)
    assert len(drift_of(person.views[REVERSE]).arrows[0])


def test_the_wheel_zooms_both_canvases_and_f_shows_the_whole_plane_again(person: Person) -> None:
    person.pause()
    forward, reverse = person.views[FORWARD], person.views[REVERSE]
    home = forward.region
    place = QPointF(person.place_on(FORWARD, 1.0, 1.0))
    event = QWheelEvent(
        place,
        QPointF(forward.viewport().mapToGlobal(place)),
        QPoint(),
        QPoint(0, 360),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(forward.viewport(), event)
    assert forward.region.width() < home.width()
    assert reverse.region == forward.region
    zoomed = forward.region
    start = person.place_on(REVERSE, 1.0, 1.0)
    drag(reverse.viewport(), start, start + QPoint(40, 30), Qt.MouseButton.MiddleButton)
    assert reverse.region != zoomed
    assert forward.region == reverse.region
    press("F")
    assert forward.region == home
    assert reverse.region == home
