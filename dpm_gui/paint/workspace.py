"""The workspace Paint as registered with the window: its commands and what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dpm_gui.window.commands import Gesture
from dpm_gui.window.workspaces import TourStep, Workspace

if TYPE_CHECKING:
    from dpm_gui.paint.page import PaintPage
    from dpm_gui.window.page import Services
from dpm_gui.paint.commands import COMMANDS


def _make(services: Services) -> PaintPage:
    from dpm_gui.paint.page import PaintPage  # imported only when shown, so that the window opens sooner

    return PaintPage(services)


PAINT = Workspace(
    name="paint",
    title="Paint",
    tip="Inpaint images and bits, or paint r(x) over the plane",
    make=_make,
    commands=COMMANDS,
    gestures=(
        Gesture("Mouse in Paint", "Paint the mask, a bit or r(x)", "Left drag or click"),
        Gesture("Mouse in Paint", "Erase with the brush, free a bit", "Right drag or click"),
        Gesture("Mouse in Paint", "Make known what a lasso surrounds", "Shift and left drag, or right drag"),
        Gesture("Mouse in Paint", "Draw a straight line from the last point", "Shift and click"),
        Gesture("Mouse in Paint", "Size of the brush", "Alt and wheel"),
        Gesture("Mouse in Paint", "Choose a sample, keep it", "Click, double click"),
        Gesture("Keys in Paint", "Show the chosen sample larger", "Enter"),
        Gesture("Mouse in Paint", "Bring back an inpainting of the history", "Click"),
        Gesture("Keys in Paint", "Bring back an inpainting of the history, remove it", "Enter, Delete"),
        Gesture("Mouse in Paint", "Open an image", "Drop the file"),
        Gesture("Keys in Paint", "Show the chosen sample instead of the mask", "Hold Z"),
        Gesture("Keys in Paint", "Set the marked bit and move to the next", "0, 1, Backspace"),
        Gesture("Keys in Paint", "Move to another bit, change it", "Left, Right, Home, End, Space"),
        Gesture("Keys in Paint", "Switch the chosen part of r(x), remove it", "Space, Delete in its list"),
    ),
    tour=(
        TourStep(
            "Paint",
            "Mask a part of the image, set bits, or paint r(x) over the plane: the model inpaints what is open.",
            lambda page: page.page.canvas,
        ),
        TourStep(
            "How it is inpainted",
            "The samples come after each stroke; unfold this to choose how they are drawn.",
            lambda page: page.page.panel,
        ),
    ),
)
