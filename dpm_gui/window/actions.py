"""Every command of the window once: name, text, menu, shortcuts and icon."""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import MappingProxyType

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import Palette
from dpm_gui.paint.commands import PAINT_COMMANDS
from dpm_gui.window.command import Command

COMMANDS = (
    Command("open", "File", "Open…", ("Ctrl+O",), "Open a checkpoint", "folder-open"),
    Command("open_shipped", "File", "Open the shipped swiss roll", (), "Open the checkpoint that came with dpm-gui"),
    Command("open_rbf", "File", "Open the roll of 16 basis functions", (), "Open the paper's own network (appendix D)"),
    Command("open_heartbeat", "File", "Open the heartbeat", (), "Open the sequences of bits, T = 2000 (section 3.1.2)"),
    Command("open_fast", "File", "Open the heartbeat in 200 steps", (), "Open sequences of bits with optimised rates"),
    Command("open_digits", "File", "Open the digits", (), "Open handwritten digits, 28x28, T = 1000"),
    Command("open_leaves", "File", "Open the dead leaves", (), "Open dead leaves by a U-Net, 32x32 (section 3.2)"),
    Command("open_paper_leaves", "File", "Open the dead leaves of the paper", (), "Open its multi-scale convolution"),
    Command("open_gravel", "File", "Open the gravel", (), "Open a texture, for pictures of any size"),
    Command("open_brick", "File", "Open the brick", (), "Open a texture, for pictures of any size"),
    Command("open_patches", "File", "Open the colour patches", (), "Open parts of colour photographs, 32x32"),
    Command(
        "export", "File", "Export film or figure…", ("Ctrl+E",), "Save a film (GIF, MP4) or a figure (PNG)", "film"
    ),
    Command("quit", "File", "Quit", ("Ctrl+Q",), "Close the window"),
    Command("undo", "Edit", "Undo", ("Ctrl+Z",), "Take back the last change of what to run", "undo-2"),
    Command("redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), "Do again what was taken back", "redo-2"),
    Command("workspace_watch", "View", "Watch", ("Ctrl+1",), "Watch both processes (Ctrl+1)", checkable=True),
    Command("workspace_paint", "View", "Paint", ("Ctrl+2",), "Paint what is to be filled in (Ctrl+2)", checkable=True),
    Command("points", "View", "Points", ("1",), "Draw every sample as a point (1)", checkable=True),
    Command("density", "View", "Density", ("2",), "Draw how many points lie where (2)", checkable=True),
    Command("arrows", "View", "Drift arrows", ("3",), "Draw the drift f_μ(x, t) − x on a grid (3)", checkable=True),
    Command("sequences", "View", "Sequences", ("1",), "Draw every sequence as a row of bits (1)", checkable=True),
    Command("shares", "View", "Shares", ("2",), "Draw the share of ones in each place (2)", checkable=True),
    Command("rule", "View", "Rule", ("3",), "Draw a line after every fifth place (3)", checkable=True),
    Command("path", "View", "Path", ("4",), "Draw the path of what was clicked (4)", checkable=True),
    Command("prior", "View", "Prior", ("5",), "Draw π at one and two standard deviations (5)", checkable=True),
    Command("state", "View", "State", ("1",), "Draw the states xᵗ themselves (1)", checkable=True),
    Command("x0_estimate", "View", "Guess of x⁰", ("2",), "Draw the guess E[x⁰ | xᵗ] of the data (2)", checkable=True),
    Command("mean", "View", "Next mean", ("3",), "Draw the mean of the next step, f_μ(xᵗ, t) (3)", checkable=True),
    Command("difference", "View", "Difference", ("4",), "Draw what step t has changed, xᵗ − xᵗ⁻¹ (4)", checkable=True),
    Command("stretch", "View", "Stretch", ("5",), "Black and white are the extremes of each step (5)", checkable=True),
    Command("smooth", "View", "Smooth motion", (), "Draw points between two steps while playing", checkable=True),
    Command("fit", "View", "Fit", ("F",), "Show the whole plane again (F)", "scan"),
    Command("theme", "View", "Switch light and dark", (), "Switch between light and dark", "sun-moon"),
    Command("projector", "View", "Projector", (), "Enlarge text and lines", "projector", checkable=True),
    Command("full_screen", "View", "Full screen", ("F11",), "Fill the screen", "maximize", checkable=True),
    Command("play", "Run", "Play or pause", ("Space",), "Play or pause (Space)", "play"),
    Command("play_forward", "Run", "Play forward, t rising", ("L",), "Play from the data to the noise"),
    Command("play_backward", "Run", "Play backward, t falling", ("J",), "Play from the noise to the data"),
    Command("pause", "Run", "Pause", ("K",), "Pause on the frame that is on show"),
    Command("step_on", "Run", "One step on", ("Right",), "Go to t + 1"),
    Command("step_back", "Run", "One step back", ("Left",), "Go to t − 1"),
    Command("ten_on", "Run", "Ten steps on", ("Shift+Right",), "Go to t + 10"),
    Command("ten_back", "Run", "Ten steps back", ("Shift+Left",), "Go to t − 10"),
    Command("home", "Run", "To the data", ("Home",), "Go to t = 0"),
    Command("end", "Run", "To the noise", ("End",), "Go to t = T"),
    Command("faster", "Run", "Faster", (".",), "Play at the next higher speed"),
    Command("slower", "Run", "Slower", (",",), "Play at the next lower speed"),
    Command("loop", "Run", "Loop", ("O",), "Begin anew at the end", checkable=True),
    Command("new_seed", "Run", "New seed", ("Ctrl+R",), "Run again with a new seed (Ctrl+R)", "dice"),
    Command("run_again", "Run", "Run again", ("F5",), "Run again with the same seed (F5)", "refresh-cw"),
    Command("denoise", "Run", "Denoise from here", ("D",), "Start the reverse from the examples, noised (D)"),
    Command("from_noise", "Run", "Sample from noise", ("Shift+D",), "Start the reverse from noise again (Shift+D)"),
    Command("branch", "Run", "Many futures", ("U",), "Walk 64 futures of the state that was clicked (U)"),
    Command("measure", "Run", "Measure K", ("Ctrl+M",), "Measure the bound K on fresh held-out data (Ctrl+M)"),
    Command("stop", "Run", "Stop", ("Esc",), "Stop what is being computed (Esc)", "stop"),
    *PAINT_COMMANDS,
    Command("reset_layout", "Window", "Reset layout", (), "Put every dock back where it was at first"),
    Command("shortcuts", "Help", "Keyboard shortcuts", ("F1",), "List all commands and their keys (F1)", "keyboard"),
    Command("find_command", "Help", "Find a command…", ("Ctrl+Shift+P",), "Find any command by its name", "search"),
    Command("about", "Help", "About dpm-gui", (), "Versions, licence and the paper", "info"),
)
MENUS = tuple(dict.fromkeys(command.menu for command in COMMANDS))
IMAGE_MODES = ("state", "x0_estimate", "mean", "difference")
"""Layers of pictures of which one is on."""
LAYERS = ("points", "density", "arrows", "sequences", "shares", "rule", "path", "prior", *IMAGE_MODES, "stretch")


class Actions:
    """The commands as QActions, made once and owned by the window."""

    def __init__(self, window: QWidget) -> None:
        made = {}
        for command in COMMANDS:
            action = QAction(command.text, window)
            action.setObjectName(command.name)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setToolTip(command.tip)
            action.setCheckable(command.checkable)
            action.setData(command.menu)
            window.addAction(action)
            made[command.name] = action
        image_modes = QActionGroup(window)
        for name in IMAGE_MODES:
            image_modes.addAction(made[name])
        self._actions = MappingProxyType(made)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> tuple[QAction, ...]:
        """Return every action, in the order of the menus."""
        return tuple(self._actions.values())

    def in_menu(self, menu: str) -> tuple[QAction, ...]:
        """Return the actions of one menu, in order."""
        return tuple(self._actions[command.name] for command in COMMANDS if command.menu == menu)

    def on(self, name: str, slot: Callable[[], object]) -> None:
        """Call ``slot()`` when the command ``name`` is given."""
        self._actions[name].triggered.connect(lambda _checked: slot())

    def on_switch(self, name: str, slot: Callable[[bool], object]) -> None:
        """Call ``slot(on)`` when the switch ``name`` is turned, whoever turns it."""
        self._actions[name].toggled.connect(slot)

    def allow(self, name: str, allowed: bool, reason: str = "") -> None:
        """Enable or grey the command ``name``; what is greyed says why in its tool tip."""
        action = self._actions[name]
        tip = next(command.tip for command in COMMANDS if command.name == name)
        action.setEnabled(allowed)
        action.setToolTip(tip if allowed else f"{tip}: {reason}")

    def hide_command(self, name: str) -> None:
        """Take the command ``name`` from all menus and lists."""
        self._actions[name].setVisible(False)

    def show_layers(self, shown: Collection[str]) -> None:
        """Offer the switches of the layers ``shown`` and no others, which may have the same keys."""
        for name in LAYERS:
            self._actions[name].setVisible(name in shown)
            self.allow(name, name in shown, "there is nothing of that kind in what is open")

    def apply_palette(self, icons: IconSet, palette: Palette) -> None:
        """Tint all icons with the palette's ink."""
        for command in COMMANDS:
            if command.icon:
                self._actions[command.name].setIcon(icons.icon(command.icon, palette.ink))
