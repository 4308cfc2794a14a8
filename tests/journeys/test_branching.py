"""Somebody asks, in the window itself, what may still come of one state of the reverse, and goes back."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton

from core.runtime.assets import asset
from dpm_gui.dialogs.command_palette import CommandPalette
from dpm_gui.engine.values import REVERSE
from tests.support.chains import reverse_frames
from tests.support.person import (
    Person,
    Start,
    answer_file_dialog,
    child,
    choose,
    choose_from,
    click,
    open_menu,
    press,
    the,
    type_in,
    wait_until,
)


def note(person: Person) -> str:
    return person.views[REVERSE].header.note


def wait_for_futures(person: Person, t: int) -> None:
    """Wait until the futures that begin at ``t`` have come to the data."""
    wait_until(lambda: person.recording().top == t and person.recording().complete)
    person.wait_for_run()


def test_the_futures_of_a_clicked_point_are_the_engines_and_are_taken_back(person: Person, tmp_path: Path) -> None:
    spread = person.futures_plot
    assert not spread.isVisible()
    person.stand_on(30)
    person.click_in_plane(REVERSE, *map(float, person.recording().frame(30).x[17]))
    side, index = person.watch.canvases.chosen
    assert side == REVERSE
    state, samples = person.recording().frame(30).x[index].copy(), person.recording().frame(0).x.copy()
    press("U")
    wait_for_futures(person, 30)
    wait_until(lambda: person.player.playing and person.t < 30)
    assert person.player.bounds == (0, 30)
    person.pause()
    assert note(person).endswith(f" · 64 futures of point {index + 1} from t = 30")  # it plays by now
    assert np.array_equal(person.recording().frame(30).x, np.tile(state, (64, 1)))
    for frame in reverse_frames(person.session.opened.model, person.session.spec):
        assert np.array_equal(person.recording().frame(frame.t).x, frame.x)

    assert spread.isVisible()
    press("Home")
    assert spread.header.readout.startswith("t = 0 · ")
    menu = person.right_click(spread)
    choose(menu, "Save numbers as CSV")
    answer_file_dialog(tmp_path / "spread.csv")
    wait_until((tmp_path / "spread.csv").exists)
    rows = list(csv.reader((tmp_path / "spread.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["t", "standard deviation (data units)"]
    assert [int(t) for t, _ in rows[1:]] == list(range(31))
    assert float(rows[1][1]) == pytest.approx(person.recording().spreads[0])
    assert float(rows[31][1]) == 0.0

    press("Ctrl+Z")
    wait_for_futures(person, 40)
    assert person.player.bounds is None
    assert np.array_equal(person.recording().frame(0).x, samples)
    assert not spread.isVisible()
    press("Ctrl+Shift+Z")
    wait_for_futures(person, 30)
    choose_from(child(person.window, QToolButton, "More: start of the reverse"), "Back to pure noise")
    wait_for_futures(person, 40)
    assert np.array_equal(person.recording().frame(0).x, samples)


def test_button_menu_and_palette_ask_for_the_same(start: Start) -> None:
    person = start(asset("checkpoints/heartbeat_fast.h5"), count=100)
    person.wait_for_run()
    person.stand_on(90)
    for t, ask in (
        (90, lambda: click(child(person.window, QToolButton, "Resample from here ×64"))),
        (60, lambda: choose(open_menu("R"), "Resample from here ×64")),
        (30, find_and_run),
    ):
        person.pause()
        person.player.seek(t)
        ask()
        wait_for_futures(person, t)
    assert [branch.t for branch in person.session.spec.branches] == [90, 60, 30]
    assert note(person).endswith(" · 64 futures of future 1 from t = 30")
    assert person.recording().frame(0).x.shape == (64, 20)
    assert person.futures_plot.curve[0].tolist() == list(range(31))


def find_and_run() -> None:
    """Find the command by its name, and give it."""
    press("Ctrl+Shift+P")
    the(CommandPalette)
    type_in("resample here")
    press("Return")
