"""Commands and gestures as plain values, and those of the window itself; nothing here imports Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the user.

    Attributes:
        name: Its name in the code.
        menu: The menu that contains it.
        text: Its text in the menu.
        keys: Its shortcuts; the menu shows the first one.
        tip: What it does, for tool tips.
        icon: Its icon, empty if it has none.
        checkable: Whether it is a switch.
        line: Whether a separator precedes it in its menu.
        after: The command that it follows in its menu, instead of the last one; what follows "open" is also in the list
            of the button that opens files.
        group: The submenu of its menu that contains it, empty if none does.
        section: The heading that precedes it in its menu, empty if none does.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    checkable: bool = False
    line: bool = False
    after: str = ""
    group: str = ""
    section: str = ""


class Gesture(NamedTuple):
    """An action of the mouse or of a view's keys that is not a command.

    Attributes:
        group: Its heading in the list, such as "Mouse".
        text: What it does.
        keys: Its mouse action or keys, such as "Wheel" or "Middle drag".
    """

    group: str
    text: str
    keys: str


SHIPPED = (
    ("open_shipped", "swiss_roll", "the shipped swiss roll", "Open the default checkpoint of dpm-gui"),
    ("open_rbf", "swiss_roll_rbf", "the roll of 16 basis functions", "Open the network of the paper (appendix D)"),
    ("open_heartbeat", "heartbeat", "the heartbeat", "Open the sequences of bits, T = 2000 (section 3.1.2)"),
    ("open_fast", "heartbeat_fast", "the heartbeat in 200 steps", "Open sequences of bits with optimised rates"),
    ("open_digits", "digits", "the digits", "Open handwritten digits, 28x28, T = 1000"),
    ("open_leaves", "dead_leaves", "the dead leaves", "Open the U-Net trained on dead leaves, 32x32 (section 3.2)"),
    ("open_paper_leaves", "dead_leaves_paper", "the dead leaves of the paper", "Open the multi-scale convolution"),
    ("open_gravel", "gravel", "the gravel", "Open a texture model for images of any size"),
    ("open_brick", "brick", "the brick", "Open a texture model for images of any size"),
    ("open_patches", "colour_patches", "the colour patches", "Open patches of colour photographs, 32x32"),
)
"""Shipped checkpoints: command that opens it, file name, description, and tip of the command."""
SHIPPED_CHECKPOINTS = {name: f"checkpoints/{file}.h5" for name, file, _, _ in SHIPPED}
"""Path of each by its command; a command is hidden if its file is not installed."""
FIRST_COMMANDS = (
    Command("open", "File", "Open…", ("Ctrl+O",), "Open a checkpoint", "folder-open"),
    *(Command(name, "File", f"Open {what}", (), tip) for name, _, what, tip in SHIPPED),
    Command(
        "export", "File", "Export film…", ("Ctrl+E",), "Save as MP4, GIF or PNG frames (Ctrl+E)", "film", line=True
    ),
    Command(
        "export_figure", "File", "Export figure of the paper…", (), "Save as PNG what the paper shows of such data"
    ),
    Command("quit", "File", "Quit", ("Ctrl+Q",), "Close the window", line=True),
    Command("undo", "Edit", "Undo", ("Ctrl+Z",), "Undo the last change", "undo-2"),
    Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Repeat the change that was undone", "redo-2"),
    Command(
        "copy_command",
        "Edit",
        "Copy as command",
        ("Ctrl+Shift+C",),
        "Copy the command that gives what is on show (Ctrl+Shift+C)",
        line=True,
    ),
    Command(
        "preferences", "Edit", "Preferences…", ("Ctrl+,",), "Choose what is remembered on disk (Ctrl+,)", line=True
    ),
)
LAST_COMMANDS = (
    Command("fit", "View", "Fit", ("F",), "Show the whole plane (F)", "scan", line=True),
    Command("theme", "View", "Switch light and dark", (), "Switch between light and dark", "sun-moon"),
    Command("projector", "View", "Projector", (), "Enlarge text and lines", "projector", checkable=True),
    Command("full_screen", "View", "Full screen", ("F11",), "Fill the screen", "maximize", checkable=True),
    Command("new_seed", "Run", "New seed", ("Ctrl+R",), "Run again with a new seed (Ctrl+R)", "dice", line=True),
    Command("run_again", "Run", "Run again", ("F5",), "Run again with the same seed (F5)", "refresh-cw"),
    Command(
        "measure", "Run", "Measure K", ("Ctrl+M",), "Measure the bound K on held-out, fresh or given data (Ctrl+M)"
    ),
    Command("stop", "Run", "Stop", ("Esc",), "Stop the computation (Esc)", "stop"),
    Command("reset_layout", "Window", "Reset layout", (), "Restore the initial layout of the docks"),
    Command("take_tour", "Help", "Take the tour", (), "Show what the window has, in nine steps", "route"),
    Command("tutorial", "Help", "Tutorial", (), "Read the lesson of an hour, with exercises", "info"),
    Command("shortcuts", "Help", "Keyboard shortcuts", ("F1",), "List all commands and their keys (F1)", "keyboard"),
    Command("find_command", "Help", "Find a command…", ("Ctrl+Shift+P",), "Find any command by its name", "search"),
    Command("about", "Help", "About dpm-gui", (), "Versions, licence and the paper", "info"),
)
GESTURES = (
    Gesture("Mouse on a canvas or plot", "Zoom at the pointer", "Wheel"),
    Gesture("Mouse on a canvas or plot", "Move the view", "Middle or right drag"),
    Gesture("Mouse on a canvas or plot", "Save, copy, fit", "Right click"),
    Gesture("Mouse on the window", "Open a checkpoint, or what the workspace takes", "Drop the file"),
)
