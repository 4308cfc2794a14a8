"""The workspace Paint, as the window knows it: what is to be filled in on the left, what comes of it on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpm_gui.paint.commands import PAINT_COMMANDS
from dpm_gui.window.workspaces import Gesture, Workspace

if TYPE_CHECKING:
    from dpm_gui.window.page import Services, WorkspacePage


def _make(services: Services) -> WorkspacePage:
    from dpm_gui.paint.page import PaintPage  # not before it is shown: the window is there the sooner

    return PaintPage(services)


PAINT = Workspace(
    name="paint",
    title="Paint",
    tip="Paint what is to be filled in",
    make=_make,
    commands=PAINT_COMMANDS,
    gestures=(
        Gesture("Mouse in Paint", "Paint, place or click what is wished for", "Left drag or click"),
        Gesture("Mouse in Paint", "Erase with the brush, set a bit free", "Right drag or click"),
        Gesture("Mouse in Paint", "Size of the brush", "Alt and wheel"),
        Gesture("Mouse in Paint", "Choose a sample, keep it", "Click, double click"),
        Gesture("Mouse in Paint", "Open a picture", "Drop the file"),
        Gesture("Keys in Paint", "See the chosen sample in the place of the mask", "Hold Z"),
        Gesture("Keys in Paint", "Set the bit that is marked, and go on", "0, 1, Backspace"),
    ),
)
