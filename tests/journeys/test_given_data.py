"""The user's data in Watch: opened by keys, by dropping and from a list of arrays; back to the model's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QToolButton

from dpm_gui.dialogs.arrays import ArrayDialog
from dpm_gui.dialogs.errors import ErrorDialog
from dpm_gui.engine.values import FORWARD, REVERSE
from tests.support.given_data import write_arrays, write_points
from tests.support.person import (
    Person,
    answer_file_dialog,
    child,
    choose,
    click,
    close_error,
    drop,
    open_menu,
    press,
    shown,
    the,
    wait_until,
)


def wait_for_data(person: Person, name: str) -> None:
    wait_until(lambda: person.session.given is not None and person.session.given.name == name)
    person.wait_for_run()


def radii(person: Person) -> np.ndarray:
    """The distances from the origin of the data that the forward side starts from, user's units."""
    states = person.recording(FORWARD).frame(0).x
    return np.hypot(*person.session.opened.checkpoint.data.to_user(states).T)


def test_data_are_opened_by_keys_and_the_button_leads_back(person: Person, tmp_path: Path) -> None:
    person.wait_for_run()
    reverse, own = person.recording(), radii(person)
    press("Ctrl+D")
    answer_file_dialog(write_points(tmp_path))
    wait_for_data(person, "rings.npy")
    assert np.allclose(radii(person), 7.0, atol=1e-4)
    assert person.recording() is reverse
    person.stand_on(0)
    assert person.views[FORWARD].header.note == "t = 0 · given data: rings.npy"
    press("Ctrl+R")
    person.wait_for_run()
    assert np.allclose(radii(person), 7.0, atol=1e-4)
    press("Ctrl+Z")
    person.wait_for_run()
    click(child(person.window, QToolButton, "Back to the model's data"))
    wait_until(lambda: person.session.given is None)
    person.wait_for_run()
    assert np.array_equal(radii(person), own)
    assert not person.watch.data_bar.isVisible()


def test_data_are_dropped_on_watch_and_one_of_several_arrays_is_chosen(person: Person, tmp_path: Path) -> None:
    canvas = person.views[FORWARD].viewport()
    assert drop(canvas, QUrl.fromLocalFile(write_points(tmp_path)))
    wait_for_data(person, "rings.npy")
    assert drop(canvas, QUrl.fromLocalFile(write_arrays(tmp_path)))
    the(ArrayDialog)
    press("Down", "Return")
    wait_for_data(person, "several.h5:/inner/second")
    choose(open_menu("F"), "Back to the model's data")
    wait_until(lambda: person.session.given is None)


def test_an_array_is_named_in_the_dialog(person: Person, tmp_path: Path) -> None:
    person.wait_for_run()
    choose(open_menu("F"), "Open data")
    answer_file_dialog(f"{write_arrays(tmp_path)}:/inner/second")
    wait_for_data(person, "several.h5:/inner/second")


def test_data_that_do_not_fit_are_refused_in_one_sentence_and_nothing_changes(person: Person, tmp_path: Path) -> None:
    person.wait_for_run()
    before = [person.recording(side) for side in (FORWARD, REVERSE)]
    np.save(tmp_path / "wide.npy", np.zeros((4, 3)))
    for path in (tmp_path / "wide.npy", tmp_path / "none.csv"):
        assert drop(person.views[FORWARD].viewport(), QUrl.fromLocalFile(str(path)))
        (received,) = close_error()
        assert received.startswith(f"{path}: ")
        assert not shown(ErrorDialog)
    assert [person.recording(side) for side in (FORWARD, REVERSE)] == before
    assert person.session.given is None
    assert person.window.activity.text == "Ready"
    assert person.player.playing
