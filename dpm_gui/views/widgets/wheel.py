"""The wheel of a mouse: how far it was turned, and by how much that zooms."""

from __future__ import annotations

from PySide6.QtGui import QWheelEvent

NOTCH = 120.0
"""What Qt counts a notch as."""
ZOOM_A_NOTCH = 1.2


def notches(event: QWheelEvent) -> float:
    """Return how many notches the wheel was turned, away from the person; 0 where a touchpad was merely touched.

    A wheel that goes sideways counts as well: with Alt down Qt turns it on its side.
    """
    delta = event.angleDelta()
    return (delta.y() or delta.x()) / NOTCH
