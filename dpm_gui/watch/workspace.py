"""The workspace Watch, as the window knows it: forward and reverse side by side, and what belongs to each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpm_gui.watch.commands import WATCH_COMMANDS
from dpm_gui.window.workspaces import Dock, Gesture, Workspace

if TYPE_CHECKING:
    from dpm_gui.window.page import Services, WorkspacePage


def _make(services: Services) -> WorkspacePage:
    from dpm_gui.watch.page import WatchPage  # not before it is shown: the command line needs no Qt

    return WatchPage(services)


WATCH = Workspace(
    name="watch",
    title="Watch",
    tip="Watch both processes",
    make=_make,
    commands=WATCH_COMMANDS,
    gestures=(
        Gesture("Mouse on a canvas or plot", "Draw the path of a point", "Left click on it"),
        Gesture("Mouse on a canvas or plot", "Enlarge a picture, and go back", "Left click on it"),
        Gesture("Mouse on a canvas or plot", "Go to a step", "Left drag in the entropy plot"),
        Gesture("Mouse on the timeline", "Go to a step", "Click or drag the slider, click a picture"),
    ),
    docks=(
        Dock("entropies", "Entropy bounds", 260),
        Dock("futures", "Spread of futures", 260),
        Dock("bound", "Bound K", 200),
    ),
)
