"""The workspace Watch: its description, its commands and their effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpm_gui.window.commands import Gesture
from dpm_gui.window.workspaces import Dock, Workspace

if TYPE_CHECKING:
    from dpm_gui.watch.page import WatchPage
    from dpm_gui.window.page import Services
from dpm_gui.watch.commands import COMMANDS


def _make(services: Services) -> WatchPage:
    from dpm_gui.watch.page import WatchPage  # imported when first shown: the command line needs no Qt

    return WatchPage(services)


WATCH = Workspace(
    name="watch",
    title="Watch",
    tip="Watch both processes",
    make=_make,
    commands=COMMANDS,
    gestures=(
        Gesture("Mouse on a canvas or plot", "Draw the path of a point", "Left click on it"),
        Gesture("Mouse on a canvas or plot", "Enlarge an image, or show all again", "Left click on it"),
        Gesture("Mouse on a canvas or plot", "Go to a step", "Left drag in the entropy plot"),
        Gesture("Mouse on the timeline", "Go to a step", "Click or drag the slider, click a thumbnail"),
    ),
    docks=(
        Dock("entropies", "Entropy bounds", 260),
        Dock("futures", "Spread of futures", 260),
        Dock("bound", "Bound K", 200),
    ),
)
