"""Opening files: by the dialog, by dropping them, from the list of recent ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QFileDialog, QMenu

from dpm_gui.dialogs.errors import ErrorDialog
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import REVERSE
from tests.support.person import (
    Person,
    Start,
    answer_file_dialog,
    choose,
    close_error,
    drop,
    open_menu,
    press,
    shown,
    the,
    the_popup,
    wait_until,
)


def wait_for(person: Person, path: Path) -> None:
    """Wait until ``path`` is open and has been run."""
    wait_until(lambda: person.session.opened.path == str(path))
    person.wait_for_run()


def is_open(person: Person, path: Path, steps: int) -> bool:
    """Tell whether the small file is what the whole window shows."""
    recording = person.recording(REVERSE)
    return (
        person.session.opened.path == str(path)
        and person.window.windowTitle().startswith("Small roll · Gaussian, T = ")
        and recording.complete
        and recording.steps == person.player.last == person.entropies.steps == steps
        and person.timeline.readout.text().split(" · ")[0].endswith(f"of {steps}")
    )


def recent_menu() -> QMenu:
    """Open File, Open recent by the mouse and return the list."""
    choose(open_menu("F"), "Open recent")
    return the_popup()


def test_a_file_given_to_the_command_is_opened(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    assert is_open(person, good_file, 5)
    assert person.program.preferences.recent_files == (str(good_file),)


def test_a_second_file_takes_the_place_of_the_first(person: Person, good_file: Path) -> None:
    person.stand_on(30)
    press("Ctrl+R", "Ctrl+O")
    answer_file_dialog(good_file)
    wait_for(person, good_file)
    assert is_open(person, good_file, 5)
    assert person.t == 5  # the nearest there is to 30
    assert not person.window.actions_["undo"].isEnabled()
    press("Space")
    assert person.player.playing
    wait_until(lambda: person.t < 4)


def test_the_dialog_can_be_left_and_nothing_has_happened(person: Person) -> None:
    before = person.recording()
    press("Ctrl+O")
    the(QFileDialog)
    press("Esc")
    wait_until(lambda: not shown(QFileDialog))
    assert person.recording() is before
    assert person.player.playing


def is_another(person: Person, before: Opened) -> bool:
    return person.session.opened is not before


def test_a_file_is_dropped_anywhere_on_the_window(person: Person, good_file: Path) -> None:
    canvas, plot = person.views["forward"].viewport(), person.entropies.viewport()
    for target in (canvas, plot, person.timeline.slider, person.window.statusBar()):
        before = person.session.opened
        assert drop(target, QUrl.fromLocalFile(str(good_file)))
        wait_until(partial(is_another, person, before))
        person.wait_for_run()
        assert is_open(person, good_file, 5)


def test_what_is_no_file_or_too_many_cannot_be_dropped(person: Person, good_file: Path) -> None:
    canvas, url = person.views["forward"].viewport(), QUrl.fromLocalFile(str(good_file))
    assert not drop(canvas, QUrl("https://example.org/roll.h5"))
    assert not drop(canvas, url, url)
    assert not drop(canvas)
    assert person.session.opened.path != str(good_file)


def test_a_recent_file_is_opened_again_after_a_restart(start: Start, good_file: Path) -> None:
    first = start(good_file)
    first.wait_for_run()
    press("Ctrl+Q")
    person = start()
    person.wait_for_run()
    assert person.window.windowTitle().startswith("Swiss roll")
    choose(recent_menu(), good_file.name)
    wait_for(person, good_file)
    assert is_open(person, good_file, 5)


def test_the_list_of_recent_files_can_be_cleared(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    choose(recent_menu(), "Clear the list")
    assert person.program.preferences.recent_files == ()
    menu = open_menu("F")
    (entry,) = [action for action in menu.actions() if action.text() == "Open recent"]
    assert not entry.isEnabled()
    menu.close()


def test_a_recent_file_that_is_gone_is_reported_and_leaves_the_list(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    good_file.unlink()
    choose(recent_menu(), good_file.name)
    assert close_error() == (f"{good_file}: there is no such file",)
    assert is_open(person, good_file, 5)
    assert person.player.playing
    assert person.program.preferences.recent_files == ()
    assert not shown(ErrorDialog)


def test_the_shipped_file_comes_back_by_its_menu_entry(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    choose(open_menu("F"), "Open the shipped")
    wait_until(lambda: person.player.last == 40)
    person.wait_for_run()
    assert person.window.windowTitle().startswith("Swiss roll · Gaussian, T = 40")
