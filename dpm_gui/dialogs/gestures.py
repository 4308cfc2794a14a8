"""What is done with the mouse: it belongs to views, and no action stands for it."""

from __future__ import annotations

from dpm_gui.dialogs.shortcuts import Gesture

GESTURES = (
    Gesture("Mouse on a canvas or plot", "Zoom at the pointer", "Wheel"),
    Gesture("Mouse on a canvas or plot", "Move the picture", "Middle or right drag"),
    Gesture("Mouse on a canvas or plot", "Save, copy, fit", "Right click"),
    Gesture("Mouse on a canvas or plot", "Draw the path of a point", "Left click on it"),
    Gesture("Mouse on a canvas or plot", "Enlarge a picture, and go back", "Left click on it"),
    Gesture("Mouse on a canvas or plot", "Go to a step", "Left drag in the entropy plot"),
    Gesture("Mouse in Paint", "Paint, place or click what is wished for", "Left drag or click"),
    Gesture("Mouse in Paint", "Erase with the brush, set a bit free", "Right drag or click"),
    Gesture("Mouse in Paint", "Size of the brush", "Alt and wheel"),
    Gesture("Mouse in Paint", "Choose a sample, keep it", "Click, double click"),
    Gesture("Keys in Paint", "See the chosen sample in the place of the mask", "Hold Z"),
    Gesture("Keys in Paint", "Set the bit that is marked, and go on", "0, 1, Backspace"),
    Gesture("Mouse on the timeline", "Go to a step", "Click or drag the slider, click a picture"),
    Gesture("Mouse on the window", "Open a checkpoint; in Paint a picture, too", "Drop the file"),
)
