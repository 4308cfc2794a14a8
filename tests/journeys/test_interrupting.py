"""Stopping, running again and opening in the middle of a run, and closing the window in the middle of anything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QThread, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox, QToolButton

from core.sampling import trajectories
from dpm_gui.dialogs.errors import ErrorDialog
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_dialog import FilmDialog
from tests.support.person import (
    Person,
    Start,
    answer_file_dialog,
    child,
    click,
    drop,
    let_pass,
    press,
    the,
    type_in,
    wait_until,
)

MANY = 50_000
"""Points that take seconds, so that there is a middle to interrupt."""


@pytest.fixture
def crowded(start: Start) -> Person:
    """Someone before a run of many points whose reverse side has begun; no shipped recording shows any of them."""
    person = start(count=MANY, seed=18)
    wait_until(lambda: person.recording(REVERSE).available)
    assert person.session.running
    return person


def threads(person: Person) -> list[QThread]:
    """Return the threads that are at work for the window."""
    owners = (person.program, person.window)
    return [thread for owner in owners for thread in owner.findChildren(QThread) if thread.isRunning()]


def test_esc_stops_a_run_and_its_frames_stay(crowded: Person) -> None:
    press("Space", "Esc")
    assert not crowded.session.running
    assert not crowded.window.actions_["stop"].isEnabled()
    assert crowded.window.activity.text == "Ready"
    first, last = crowded.recording(REVERSE).available
    assert 0 < first <= last == 40
    let_pass(0.2)
    assert crowded.recording(REVERSE).available == (first, last)
    press("End")
    assert crowded.views[REVERSE].header.note == "t = 40"
    press("Home")
    assert crowded.views[REVERSE].header.note == f"stopped, t = {first}"
    assert crowded.views[FORWARD].header.note == "t = 0"


def test_the_stop_button_stops_and_fewer_points_run_to_the_end(crowded: Person) -> None:
    buttons = crowded.window.activity.findChildren(QToolButton)
    (stop,) = [button for button in buttons if button.text() == "Stop" and button.isVisible()]
    click(stop)
    assert not crowded.session.running
    click(child(crowded.window, QSpinBox, "Number of points"))
    press("Ctrl+A")
    type_in("300")
    press("Return")
    crowded.wait_for_run()
    assert crowded.recording(REVERSE).complete
    assert crowded.recording(FORWARD).complete


def test_a_run_that_is_stopped_at_once_says_what_to_do(crowded: Person) -> None:
    press("F5", "Esc")
    assert not crowded.session.running
    assert not crowded.recording(REVERSE).available
    assert "F5" in crowded.views[REVERSE].message
    press("Space", "Home", "Right", "End")
    press("F5")
    assert crowded.views[REVERSE].message == "Sampling…"
    wait_until(lambda: crowded.views[REVERSE].message is None)
    assert crowded.recording(REVERSE).available


def test_the_timeline_scrubs_over_the_frames_that_are_there(crowded: Person) -> None:
    crowded.stand_on(40)
    assert crowded.session.running
    assert crowded.views[REVERSE].header.note == "t = 40"
    press("Home")
    assert crowded.views[FORWARD].header.note == "t = 0"
    assert crowded.views[REVERSE].header.note.startswith("computing, t = ")
    first = crowded.recording(REVERSE).available[0]
    wait_until(lambda: crowded.recording(REVERSE).available[0] < first)
    assert crowded.session.running


def test_running_again_in_the_middle_leaves_the_last_run_alone(start: Start) -> None:
    person = start(count=4000)
    wait_until(lambda: person.session.running)
    for _ in range(5):
        press("Ctrl+R")
        let_pass(0.02)
    press("Ctrl+Z", "F5")
    person.wait_for_run()
    wait_until(lambda: not threads(person))
    expected = list(trajectories.reverse(person.session.opened.model, person.session.spec))
    for frame in expected:
        assert np.array_equal(person.recording(REVERSE).frame(frame.t).x, frame.x)


def test_opening_another_file_in_the_middle_of_a_run_leaves_nothing_of_the_first(
    crowded: Person, good_file: Path
) -> None:
    assert drop(crowded.views[FORWARD].viewport(), QUrl.fromLocalFile(str(good_file)))
    wait_until(lambda: crowded.session.opened.path == str(good_file))
    crowded.wait_for_run()
    wait_until(lambda: not threads(crowded))
    let_pass(0.1)
    for side in (FORWARD, REVERSE):
        assert crowded.recording(side).complete
        assert crowded.recording(side).steps == 5


def open_again(person: Person, path: Path) -> None:
    press("Ctrl+O")
    answer_file_dialog(path)
    wait_until(lambda: person.window.activity.text.startswith("Opening"))


def export_film(person: Person, path: Path) -> None:
    press("Ctrl+E")
    the(FilmDialog)
    press("Return")
    answer_file_dialog(path.with_name("film.gif"))
    wait_until(lambda: "step" in person.window.activity.text)


def fail_to_open(person: Person, path: Path) -> None:
    drop(person.views[FORWARD].viewport(), QUrl.fromLocalFile(str(path.with_name("missing.h5"))))
    the(ErrorDialog)


def take_the_handle(person: Person, path: Path) -> None:
    slider = person.timeline.slider
    place = slider.mapTo(person.window, QPoint(200, 20))
    QTest.mousePress(person.window.windowHandle(), Qt.MouseButton.LeftButton, pos=place)


MIDDLES: dict[str, Callable[[Person, Path], object]] = {
    "a run": lambda person, _: press("F5"),
    "measuring K": lambda person, _: press("Ctrl+M"),
    "computing the drift": lambda person, _: press("3"),
    "everything at once": lambda person, _: press("F5", "Ctrl+M", "3"),
    "opening a file": open_again,
    "a film": export_film,
    "telling of an error": fail_to_open,
    "asking for a file": lambda person, _: press("Ctrl+O"),
    "a drag": take_the_handle,
}


@pytest.mark.parametrize("middle", list(MIDDLES))
def test_the_window_closes_in_the_middle_of(person: Person, good_file: Path, middle: str) -> None:
    folder = sorted(good_file.parent.iterdir())
    MIDDLES[middle](person, good_file)
    person.window.close()
    assert not person.window.isVisible()
    assert not threads(person)
    let_pass(0.05)
    assert {path.suffix for path in good_file.parent.iterdir()} == {path.suffix for path in folder} | {".ini"}
    assert not any(path.name.startswith(".") for path in good_file.parent.iterdir())


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.2, 0.4])
def test_the_window_closes_in_the_middle_of_its_start(start: Start, seconds: float) -> None:
    person = start()
    let_pass(seconds)
    person.window.close()
    assert not person.window.isVisible()
    assert not threads(person)


def test_a_field_that_is_being_typed_in_starts_no_run_after_the_end(person: Person) -> None:
    field = child(person.window, QSpinBox, "Seed")
    click(field)
    type_in("5")
    press("Ctrl+Q")
    let_pass(0.1)
    assert not threads(person)
