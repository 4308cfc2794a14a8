"""Colours on the screen and frames in a file, as plain numbers."""

from __future__ import annotations

from PIL import Image
from PySide6.QtGui import QColor


def rgb(colour: QColor | str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, each 0 … 255."""
    found = QColor(colour)
    return found.red(), found.green(), found.blue()


def frame_count(image: Image.Image) -> int:
    """Return how many frames an image file has: 1 unless it is a film."""
    return int(getattr(image, "n_frames", 1))
