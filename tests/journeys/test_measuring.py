"""The workspace Measure in the window: its plots, its timeline, and the command that gives its numbers."""

from __future__ import annotations

import json
import shlex

import pytest

from core.cli import main
from dpm_gui.measure.page import MeasurePage
from dpm_gui.measure.plots import ENTROPY, GAPS, KL, RATES
from tests.support.person import Person, press, wait_until


def measure(person: Person) -> MeasurePage:
    """Go to Measure; a fixture would keep its plots beyond the end of the test."""
    press("Ctrl+3")
    found = person.window.workspaces.page
    assert isinstance(found, MeasurePage)
    return found


def test_measuring_fills_every_plot_and_the_ledger(person: Person) -> None:
    page = measure(person)
    press("Ctrl+Shift+M")
    wait_until(lambda: page.measured.idle and person.session.idle and not page.measured.steps)
    for name in (ENTROPY, KL, RATES, GAPS):
        assert page.plots.plots[name].message is None
    assert page.ledger.topLevelItemCount() > 3
    assert "model" in [curve.name for curve in page.plots.plots[ENTROPY].curves]


def test_all_cursors_and_the_timeline_stand_at_one_step(person: Person) -> None:
    page = measure(person)
    person.pause()
    page.plots.plots[RATES].step_chosen.emit(3)
    assert person.player.t == 3
    assert page.timeline.slider.value() == 3
    assert page.plots.plots[ENTROPY].header.readout.startswith("t = 3 ·")


def test_the_command_that_is_copied_gives_the_numbers_on_show(
    person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    page = measure(person)
    press("Ctrl+M")
    wait_until(lambda: person.session.idle)
    command, *arguments = shlex.split(page.command())
    assert command == "dpm"
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert person.session.bound is not None
    assert found["K_bits"] == person.session.bound.k
    assert found["kl_bits"] == person.session.bound.kl.tolist()


def test_entropies_are_shown_below_their_upper_bound(person: Person) -> None:
    page = measure(person)
    press("B")
    upper = page.plots.plots[ENTROPY].curves[0]
    assert not upper.values.any()
    press("B")
    assert page.plots.plots[ENTROPY].curves[0].values.any()
