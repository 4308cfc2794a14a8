"""The commands of playing through the steps, as values: of every workspace that shows a timeline."""

from __future__ import annotations

from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP
from dpm_gui.window.commands import Command

SCALES = {STEP: "by_step", LOG_SNR: "by_log_snr", SIGNAL: "by_signal"}
"""Commands of the scales of time, of which exactly one is on."""
PLAYING = (
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
)
NAMES = frozenset(command.name for command in PLAYING)
"""Their names."""
