"""The workspace Measure as registered with the window: its commands and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpm_gui.window.commands import Command, Gesture
from dpm_gui.window.workspaces import Dock, Workspace

if TYPE_CHECKING:
    from dpm_gui.measure.page import MeasurePage
    from dpm_gui.window.page import Services

COMMANDS = (
    Command(
        "measure_all",
        "Run",
        "Measure K, its limit and the entropies",
        ("Ctrl+Shift+M",),
        "Measure K, the limit of K and the true entropies, where the distribution is known (Ctrl+Shift+M)",
        "gauge",
        line=True,
    ),
    Command(
        "measure_work",
        "Run",
        "Measure the work of paths",
        (),
        "Draw forward paths from data points and sum up the work",
    ),
    Command(
        "measure_crooks",
        "Run",
        "Compare forward and reverse paths",
        (),
        "Draw both kinds of paths for Crooks' relation, where the density of x¹ is known",
    ),
    Command(
        "entropies_below",
        "View",
        "Entropies below their upper bound",
        ("B",),
        "Show entropies as differences from their upper bound, so that the band opens (B)",
        checkable=True,
    ),
)


def _make(services: Services) -> MeasurePage:
    from dpm_gui.measure.page import MeasurePage  # imported only when shown, so that the window opens sooner

    return MeasurePage(services)


MEASURE = Workspace(
    name="measure",
    title="Measure",
    tip="Measure entropies, K and the work of paths",
    make=_make,
    commands=COMMANDS,
    gestures=(
        Gesture("Mouse in Measure", "Go to a step, in all plots", "Left drag in a plot"),
        Gesture("Mouse in Measure", "Open a band of steps in the ledger", "Click on it"),
    ),
    docks=(Dock("ledger", "Ledger of K", 240), Dock("work", "Work", 340), Dock("checkpoint", "Checkpoint", 160)),
)
