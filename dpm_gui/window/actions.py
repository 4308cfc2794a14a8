"""The window's own commands, and the QActions of these and of all workspaces' commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import Palette
from dpm_gui.window.workspaces import Command, Gesture, Workspace

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
        "export",
        "File",
        "Export film or figure…",
        ("Ctrl+E",),
        "Save a film (GIF, MP4) or a figure (PNG)",
        "film",
        line=True,
    ),
    Command("quit", "File", "Quit", ("Ctrl+Q",), "Close the window", line=True),
    Command("undo", "Edit", "Undo", ("Ctrl+Z",), "Undo the last change", "undo-2"),
    Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Repeat the change that was undone", "redo-2"),
)
LAST_COMMANDS = (
    Command("fit", "View", "Fit", ("F",), "Show the whole plane (F)", "scan", line=True),
    Command("theme", "View", "Switch light and dark", (), "Switch between light and dark", "sun-moon"),
    Command("projector", "View", "Projector", (), "Enlarge text and lines", "projector", checkable=True),
    Command("full_screen", "View", "Full screen", ("F11",), "Fill the screen", "maximize", checkable=True),
    Command("new_seed", "Run", "New seed", ("Ctrl+R",), "Run again with a new seed (Ctrl+R)", "dice", line=True),
    Command("run_again", "Run", "Run again", ("F5",), "Run again with the same seed (F5)", "refresh-cw"),
    Command("measure", "Run", "Measure K", ("Ctrl+M",), "Measure the bound K on fresh held-out data (Ctrl+M)"),
    Command("stop", "Run", "Stop", ("Esc",), "Stop the computation (Esc)", "stop"),
    Command("reset_layout", "Window", "Reset layout", (), "Restore the initial layout of the docks"),
    Command("shortcuts", "Help", "Keyboard shortcuts", ("F1",), "List all commands and their keys (F1)", "keyboard"),
    Command("find_command", "Help", "Find a command…", ("Ctrl+Shift+P",), "Find any command by its name", "search"),
    Command("about", "Help", "About dpm-gui", (), "Versions, licence and the paper", "info"),
)
GESTURES = (
    Gesture("Mouse on a canvas or plot", "Zoom at the pointer", "Wheel"),
    Gesture("Mouse on a canvas or plot", "Move the view", "Middle or right drag"),
    Gesture("Mouse on a canvas or plot", "Save, copy, fit", "Right click"),
    Gesture("Mouse on the window", "Open a checkpoint", "Drop the file"),
)


def all_commands(workspaces: Sequence[Workspace]) -> tuple[Command, ...]:
    """Return the commands of the window and of ``workspaces``, in the order of the menus."""
    own = [command for workspace in workspaces for command in workspace.commands]
    return (*FIRST_COMMANDS, *map(_switch_to, workspaces, range(1, len(workspaces) + 1)), *own, *LAST_COMMANDS)


def all_gestures(workspaces: Sequence[Workspace]) -> tuple[Gesture, ...]:
    """Return the gestures of the window and of ``workspaces``."""
    return (*GESTURES, *(gesture for workspace in workspaces for gesture in workspace.gestures))


def switch_name(workspace: Workspace) -> str:
    """Return the name of the command that shows ``workspace``."""
    return f"workspace_{workspace.name}"


def _switch_to(workspace: Workspace, place: int) -> Command:
    key = f"Ctrl+{place}"
    tip = f"{workspace.tip} ({key})"
    return Command(switch_name(workspace), "View", workspace.title, (key,), tip, workspace.icon, checkable=True)


class Actions:
    """The commands as QActions, made once and owned by the window."""

    def __init__(self, window: QWidget, workspaces: Sequence[Workspace]) -> None:
        self._commands = {command.name: command for command in all_commands(workspaces)}
        self._actions = {name: QAction(command.text, window) for name, command in self._commands.items()}
        self._window = window
        self._workspaces = workspaces
        self._refused: dict[str, str] = {}
        self._elsewhere: dict[str, str] = {}
        for name, command in self._commands.items():
            action = self._actions[name]
            action.setObjectName(name)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setToolTip(command.tip)
            action.setCheckable(command.checkable)
            action.setData(command.menu)
            window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> tuple[QAction, ...]:
        """Return every action, in the order of the menus."""
        return tuple(self._actions.values())

    def menus(self) -> dict[str, list[Command]]:
        """Return the commands of each menu, in order."""
        menus: dict[str, list[Command]] = {}
        for command in self._commands.values():
            menus.setdefault(command.menu, []).append(command)
        return menus

    def on(self, name: str, slot: Callable[[], object]) -> None:
        """Call ``slot()`` when the command ``name`` is triggered."""
        self._actions[name].triggered.connect(lambda _checked: slot())

    def on_switch(self, name: str, slot: Callable[[bool], object]) -> None:
        """Call ``slot(on)`` whenever the switch ``name`` changes, by the user or by the code."""
        self._actions[name].toggled.connect(slot)

    def make_exclusive(self, names: Iterable[str]) -> None:
        """Allow only one of the switches ``names`` to be on at a time."""
        group = QActionGroup(self._window)
        for name in names:
            group.addAction(self._actions[name])

    def allow(self, name: str, allowed: bool, reason: str = "") -> None:
        """Enable or disable the command ``name``; if disabled, its tool tip gives the ``reason``."""
        self._refused[name] = reason
        if allowed:
            del self._refused[name]
        self._update(name)

    def allow_workspace(self, name: str, refusal: str = "") -> None:
        """Disable the commands of all other workspaces, and those of ``name`` too if there is a ``refusal``."""
        self._elsewhere = {}
        for place, workspace in enumerate(self._workspaces, 1):
            reason = refusal if workspace.name == name else f"this belongs to {workspace.title} (Ctrl+{place})"
            if reason:
                self._elsewhere |= {command.name: reason for command in workspace.commands}
            for command in workspace.commands:
                self._update(command.name)

    def hide_command(self, name: str) -> None:
        """Hide the command ``name`` in all menus and lists."""
        self._actions[name].setVisible(False)

    def apply_palette(self, icons: IconSet, palette: Palette) -> None:
        """Tint all icons with the palette's ink."""
        for name, command in self._commands.items():
            if command.icon:
                self._actions[name].setIcon(icons.icon(command.icon, palette.ink))

    def _update(self, name: str) -> None:
        reasons = [each[name] for each in (self._elsewhere, self._refused) if name in each]
        self._actions[name].setEnabled(not reasons)
        self._actions[name].setToolTip(": ".join([self._commands[name].tip, *reasons[:1]]))
