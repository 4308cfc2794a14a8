"""The workspace Watch: its description, its commands and their effects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpm_gui.window.commands import Gesture
from dpm_gui.window.workspaces import Dock, TourStep, Workspace

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
        Gesture("Mouse on a canvas or plot", "Add or remove the path of a point", "Shift and left click on it"),
        Gesture("Mouse on a canvas or plot", "Highlight the points of a region", "Left drag around them"),
        Gesture("Mouse on a canvas or plot", "Highlight those of one more region", "Shift and left drag around them"),
        Gesture("Mouse on a canvas or plot", "Clear paths and highlight", "Left click on empty ground, or Esc"),
        Gesture("Mouse on a canvas or plot", "Enlarge an image, or show all again", "Left click on it"),
        Gesture("Mouse on a canvas or plot", "Go to a step", "Left drag in the entropy plot"),
        Gesture(
            "Mouse on the timeline", "Play a range of steps alone; all again", "Shift and drag; double click or Esc"
        ),
        Gesture("Mouse on the timeline", "Zoom at the pointer; out again", "Ctrl and wheel; double click"),
        Gesture("Mouse on the timeline", "Go to a step", "Click or drag the slider, click a thumbnail"),
    ),
    docks=(
        Dock("entropies", "Entropy bounds", 260),
        Dock("futures", "Spread of futures", 260),
        Dock("bound", "Bound K", 200),
    ),
    tour=(
        TourStep(
            "Forward: q destroys",
            "Here the data dissolve into noise, in T small steps.",
            lambda page: page.views["forward"],
        ),
        TourStep(
            "Reverse: p restores",
            "Here the model makes samples out of noise; a click on one shows its path, a loop around some marks them.",
            lambda page: page.views["reverse"],
        ),
        TourStep(
            "Timeline",
            "Space plays and pauses, and the slider goes to any step, from t = 0, data, to t = T, noise.",
            lambda page: page.timeline,
        ),
        TourStep(
            "Layers",
            "Each of these buttons, or its digit on the keyboard, shows the same step in another way.",
            lambda page: page.bar,
        ),
        TourStep(
            "Entropy bounds",
            "These are the bounds of the entropy of each reverse step; drag the cursor, it is a second timeline.",
            lambda page: page.docks["entropies"],
        ),
    ),
)
