"""The workspace Watch: its description, its commands and their effects."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from dpm_gui.window.workspaces import Command, Dock, Gesture, Workspace

if TYPE_CHECKING:
    from dpm_gui.watch.page import WatchPage
    from dpm_gui.window.page import Services

IMAGE_MODES = ("state", "x0_estimate", "mean", "difference")
"""Layers of images, of which exactly one is on."""
LAYERS = ("points", "density", "arrows", "sequences", "shares", "rule", "path", "prior", *IMAGE_MODES, "stretch")
COMMANDS = (
    Command("points", "View", "Points", ("1",), "Draw every sample as a point (1)", checkable=True),
    Command("density", "View", "Density", ("2",), "Draw the density of the points (2)", checkable=True),
    Command("arrows", "View", "Drift arrows", ("3",), "Draw the drift f_μ(x, t) − x on a grid (3)", checkable=True),
    Command("sequences", "View", "Sequences", ("1",), "Draw every sequence as a row of bits (1)", checkable=True),
    Command(
        "shares", "View", "Frequency of ones", ("2",), "Draw the frequency of ones at each bit (2)", checkable=True
    ),
    Command("rule", "View", "Guide lines", ("3",), "Draw a line after every fifth bit (3)", checkable=True),
    Command("path", "View", "Path", ("4",), "Draw the path of the clicked sample (4)", checkable=True),
    Command("prior", "View", "Prior circles", ("5",), "Draw the prior π at 1 and 2 sigma (5)", checkable=True),
    Command("state", "View", "State", ("1",), "Draw the states xᵗ themselves (1)", checkable=True),
    Command("x0_estimate", "View", "x⁰ estimate", ("2",), "Draw the x⁰ estimate E[x⁰ | xᵗ] (2)", checkable=True),
    Command("mean", "View", "Next mean", ("3",), "Draw the mean of the next step, f_μ(xᵗ, t) (3)", checkable=True),
    Command(
        "difference", "View", "Difference", ("4",), "Draw the change made by step t, xᵗ − xᵗ⁻¹ (4)", checkable=True
    ),
    Command(
        "stretch", "View", "Auto contrast", ("5",), "Map each step's extremes to black and white (5)", checkable=True
    ),
    Command("smooth", "View", "Smooth motion", (), "Interpolate points between steps while playing", checkable=True),
    Command("play", "Run", "Play or pause", ("Space",), "Play or pause (Space)", "play"),
    Command("play_forward", "Run", "Play forward, t rising", ("L",), "Play from the data to the noise"),
    Command("play_backward", "Run", "Play backward, t falling", ("J",), "Play from the noise to the data"),
    Command("pause", "Run", "Pause", ("K",), "Pause on the current frame"),
    Command("step_on", "Run", "One step on", ("Right",), "Go to t + 1"),
    Command("step_back", "Run", "One step back", ("Left",), "Go to t − 1"),
    Command("ten_on", "Run", "Ten steps on", ("Shift+Right",), "Go to t + 10"),
    Command("ten_back", "Run", "Ten steps back", ("Shift+Left",), "Go to t − 10"),
    Command("home", "Run", "To the data", ("Home",), "Go to t = 0"),
    Command("end", "Run", "To the noise", ("End",), "Go to t = T"),
    Command("faster", "Run", "Faster", (".",), "Play at the next higher speed"),
    Command("slower", "Run", "Slower", (",",), "Play at the next lower speed"),
    Command("loop", "Run", "Loop", ("O",), "Play again from the start at the end", checkable=True, line=True),
    Command(
        "denoise",
        "Run",
        "Noise the examples to t, then denoise",
        ("D",),
        "Start the reverse from the examples, noised to the current step (D)",
        line=True,
    ),
    Command("from_noise", "Run", "Back to pure noise", ("Shift+D",), "Start the reverse from noise again (Shift+D)"),
    Command("branch", "Run", "Resample from here ×64", ("U",), "Draw 64 futures of the clicked state (U)"),
)


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


def connect_commands(page: WatchPage) -> None:
    """Connect all commands but the layers to the player and the starts of ``page``."""
    actions, player, starts = page.services.actions, page.services.player, page.starts
    slots: dict[str, Callable[[], object]] = {
        "play": player.toggle,
        "play_forward": player.play_forward,
        "play_backward": player.play_backward,
        "pause": player.pause,
        "step_on": partial(player.step, 1),
        "step_back": partial(player.step, -1),
        "ten_on": partial(player.step, 10),
        "ten_back": partial(player.step, -10),
        "home": player.home,
        "end": player.end,
        "faster": player.faster,
        "slower": player.slower,
        "denoise": starts.denoise,
        "from_noise": starts.from_noise,
        "branch": starts.branch,
    }
    for name, slot in slots.items():
        actions.on(name, slot)
    actions.on_switch("loop", player.set_loop)
    actions["smooth"].setChecked(True)
