"""The commands of the workspace Watch, as values."""

from __future__ import annotations

from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP
from dpm_gui.window.commands import Command

SCALES = {STEP: "by_step", LOG_SNR: "by_log_snr", SIGNAL: "by_signal"}
"""Commands of the scales of time, of which exactly one is on."""
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
    Command("path", "View", "Path", ("4",), "Draw the path of the clicked sample (4)", checkable=True),
    Command(
        "prior",
        "View",
        "Prior circles (1 and 2 sigma)",
        ("5",),
        "Draw the prior π: circles at 1 and 2 sigma, or its density (5)",
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
    Command("play_from", "Run", "Play from this step", (), "Begin the range that is played at the step on show"),
    Command("play_to", "Run", "Play to this step", (), "End the range that is played at the step on show"),
    Command(
        "play_all", "Run", "Play all steps", (), "Play between 0 and T again (Esc, or a double click, on the slider)"
    ),
    Command("by_step", "Run", "Time by step t", (), "Lay the timeline out, and play, evenly in t", checkable=True),
    Command(
        "by_log_snr",
        "Run",
        "Time by log signal-to-noise",
        (),
        "Lay the timeline out, and play, evenly in ln(signal/noise)",
        checkable=True,
    ),
    Command(
        "by_signal",
        "Run",
        "Time by signal",
        (),
        "Lay the timeline out, and play, so that what is seen of the data changes evenly",
        checkable=True,
    ),
    Command("change_scale", "Run", "Change the scale of time", ("N",), "By step, log signal-to-noise, or signal (N)"),
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
