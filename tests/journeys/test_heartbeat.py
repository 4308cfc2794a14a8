"""The shipped heartbeat: rows of bits dissolve and return, with everything that points have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from core.data.formulas import Heartbeat
from core.runtime.assets import asset
from dpm_gui import __main__
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.views.canvases.bits import BitsView
from tests.support.person import Person, Start, choose, click, drag, open_menu, press, wait_until
from tests.support.pixels import frame_count
from tests.support.places import to_viewport

FAST = asset("checkpoints/heartbeat_fast.h5")
LAST = 200


@pytest.fixture
def person(start: Start) -> Person:
    """Someone before the heartbeat in 200 steps, which has been sampled and plays."""
    person = start(FAST, count=200)
    person.wait_for_run()
    return person


def is_heartbeat(rows: np.ndarray) -> np.ndarray:
    known = {tuple(row) for row in Heartbeat().support().tolist()}
    return np.array([tuple(row) in known for row in rows.tolist()])


def bits_on(person: Person, side: str) -> np.ndarray:
    view = person.watch.views[side]
    assert isinstance(view, BitsView)
    return np.column_stack(list(view.table().columns.values()))


def test_rows_of_bits_dissolve_and_return(person: Person) -> None:
    assert "Binomial, T = 200" in person.window.windowTitle()
    assert person.player.playing
    person.stand_on(0)
    assert is_heartbeat(bits_on(person, FORWARD)).all()
    assert is_heartbeat(bits_on(person, REVERSE)).mean() > 0.95
    person.stand_on(LAST)
    for side in (FORWARD, REVERSE):
        assert is_heartbeat(bits_on(person, side)).mean() < 0.05
        assert 0.4 < bits_on(person, side).mean() < 0.6


def test_the_entropy_plot_has_the_bounds_of_bits_and_its_cursor_is_a_timeline(person: Person) -> None:
    person.stand_on(1)
    table: Mapping[str, NDArray[Any]] = person.entropies.table().columns
    upper, lower = (table[f"{name} (bits per dimension)"] for name in ("upper", "lower"))
    assert len(upper) == LAST
    assert (lower <= upper + 1e-12).all()
    assert np.isfinite(lower).all()
    plot = person.entropies
    middle = plot.view.viewRect().center().y()
    start, stop = (to_viewport(plot, QPointF(t, middle)).toPoint() for t in (20, 150))
    drag(plot.viewport(), start, stop)
    assert abs(person.t - 150) <= 1


def test_a_clicked_row_shows_its_path_while_one_scrubs(person: Person) -> None:
    person.stand_on(40)
    view = person.watch.views[REVERSE]
    click(view.viewport(), to_viewport(view, QPointF(3.0, -6.0)).toPoint())
    expected = np.stack([person.recording(REVERSE).frame(t).x[5] for t in range(LAST + 1)])
    assert np.array_equal(view.path, expected)
    person.stand_on(0)
    assert np.array_equal(view.path, expected)
    press("4")
    assert not view.layer_shown("path")
    press("4", "3")
    assert view.layer_shown("path")
    assert view.layer_shown("rule")


def test_a_seed_gives_the_same_rows_again(person: Person) -> None:
    before = person.recording(REVERSE).frame(0).x.copy()
    person.set_seed(5)
    person.wait_for_run()
    assert not np.array_equal(person.recording(REVERSE).frame(0).x, before)
    press("Ctrl+Z")
    person.wait_for_run()
    assert np.array_equal(person.recording(REVERSE).frame(0).x, before)


def test_the_menu_leads_from_the_roll_to_the_heartbeat_and_back(start: Start) -> None:
    person = start()
    person.wait_for_run()
    choose(open_menu("F"), "Open the heartbeat in 200 steps")
    wait_until(lambda: "Heartbeat" in person.window.windowTitle())
    person.wait_for_run()
    assert isinstance(person.watch.views[FORWARD], BitsView)
    assert any(label.text() == "Sequences" for label in person.window.findChildren(QLabel))
    choose(open_menu("F"), "Open the shipped swiss roll")
    wait_until(lambda: "Swiss roll" in person.window.windowTitle())
    person.wait_for_run()
    assert not isinstance(person.watch.views[FORWARD], BitsView)
    press("2")
    assert person.watch.views[FORWARD].layer_shown("density")


@pytest.mark.parametrize("suffix", ["gif", "png"])
def test_a_film_and_figure_2_need_no_display(tmp_path: Path, suffix: str, qapp: object) -> None:
    out = tmp_path / f"beat.{suffix}"
    assert __main__.main([str(FAST), "--render", str(out), "--size", "640x400"]) == 0
    with Image.open(out) as image:
        assert image.size == (640, 400)
        assert frame_count(image) > 100 if suffix == "gif" else True


def test_left_and_right_reach_every_step(person: Person) -> None:
    person.stand_on(7)
    press("Right")
    assert person.t == 8
    press("Left", "Left")
    assert person.t == 6
    press("End")
    assert person.t == LAST
    assert person.window.focusWidget() is None or person.window.focusWidget().focusPolicy() != Qt.FocusPolicy.NoFocus
