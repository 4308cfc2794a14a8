"""The commands of the workspace Watch, as values."""

from __future__ import annotations

from dpm_gui.window.commands import Command
from dpm_gui.window.playing.commands import PLAYING

IMAGE_MODES = ("state", "x0_estimate", "mean", "difference")
"""Layers of images, of which exactly one is on."""
LAYERS = ("points", "density", "arrows", "sequences", "shares", "rule", "path", "prior", *IMAGE_MODES, "stretch")
COMMANDS = (
    Command(
        "open_data",
        "File",
        "Open data…",
        ("Ctrl+D",),
        "Start the forward side from the examples in a file of yours (Ctrl+D)",
        "table",
        after="open",
    ),
    Command(
        "open_data_folder",
        "File",
        "Open a folder of data…",
        (),
        "Start the forward side from the images in a folder of yours",
        after="open",
    ),
    Command(
        "model_data",
        "File",
        "Back to the model's data",
        (),
        "Start the forward side from the data of the model again",
        "undo-2",
        after="open",
    ),
    Command("points", "View", "Points", ("1",), "Draw every sample as a point (1)", checkable=True),
    Command("density", "View", "Density", ("2",), "Draw the density of the points (2)", checkable=True),
    Command("arrows", "View", "Drift arrows", ("3",), "Draw the drift f_μ(x, t) − x on a grid (3)", checkable=True),
    Command("sequences", "View", "Sequences", ("1",), "Draw every sequence as a row of bits (1)", checkable=True),
    Command(
        "shares", "View", "Frequency of ones", ("2",), "Draw the frequency of ones at each bit (2)", checkable=True
    ),
    Command("rule", "View", "Guide lines", ("3",), "Draw a line after every fifth bit (3)", checkable=True),
    Command("path", "View", "Path", ("4",), "Draw the paths of the clicked samples (4)", checkable=True),
    Command(
        "prior",
        "View",
        "Prior circles (1 and 2 sigma)",
        ("5",),
        "Draw the prior π: circles at 1 and 2 sigma, or its density over a line (5)",
        checkable=True,
    ),
    Command("state", "View", "State", ("1",), "Draw the states xᵗ themselves (1)", checkable=True),
    Command("x0_estimate", "View", "x⁰ estimate", ("2",), "Draw the x⁰ estimate E[x⁰ | xᵗ] (2)", checkable=True),
    Command("mean", "View", "Next mean", ("3",), "Draw the mean of the next step, f_μ(xᵗ, t) (3)", checkable=True),
    Command(
        "difference", "View", "Difference", ("4",), "Draw the change made by step t, xᵗ − xᵗ⁻¹ (4)", checkable=True
    ),
    Command(
        "stretch", "View", "Auto contrast", ("5",), "Map each step's extremes to black and white (5)", checkable=True
    ),
    Command(
        "next_path", "View", "Path of the next sample", ("T",), "Draw the path of the next sample alone (T)", line=True
    ),
    Command(
        "add_path",
        "View",
        "Add the path of the next sample",
        ("Shift+T",),
        "Draw the path of the next sample too (Shift+T); Shift and a click add that of any point",
    ),
    Command(
        "follow_near",
        "View",
        "Highlight the points nearby",
        ("A",),
        "Highlight, at every step, the points near the chosen one (A); or draw a loop around some",
    ),
    Command("follow_none", "View", "Clear paths and highlight", (), "Follow no points (Esc on a canvas)"),
    *PLAYING,
    Command(
        "denoise",
        "Run",
        "Noise the examples to t, then denoise",
        ("D",),
        "Start the reverse from the examples, noised to the current step (D)",
        line=True,
    ),
    Command("from_noise", "Run", "Back to pure noise", ("Shift+D",), "Start the reverse from noise again (Shift+D)"),
    Command(
        "branch",
        "Run",
        "Resample from here ×64",
        ("U",),
        "Draw 64 futures of the clicked state, and play them from here to the data (U)",
    ),
)
