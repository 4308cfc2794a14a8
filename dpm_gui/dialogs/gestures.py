"""What is done with the mouse: it belongs to views, and no action stands for it."""

from __future__ import annotations

from dpm_gui.dialogs.shortcuts import Gesture

GESTURES = (
    Gesture("Mouse on a canvas or plot", "Zoom at the pointer", "Wheel"),
    Gesture("Mouse on a canvas or plot", "Move the picture", "Middle or right drag"),
    Gesture("Mouse on a canvas or plot", "Save, copy, fit", "Right click"),
    Gesture("Mouse on a canvas or plot", "Draw the path of a point", "Left click on it"),
    Gesture("Mouse on a canvas or plot", "Go to a step", "Left drag in the entropy plot"),
    Gesture("Mouse on the timeline", "Go to a step", "Click or drag the slider, click a picture"),
    Gesture("Mouse on the window", "Open a checkpoint", "Drop the file"),
)
