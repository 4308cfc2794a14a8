"""A small picture of points in the plane, for the strip under the slider."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

SIDE = 96
REACH = 2.6
"""Half of the picture's width, in model units."""


def point_thumbnail(x: NDArray[np.float32], colour: str) -> QImage:
    """Return a transparent square in which points ``x`` [N, 2] are spots of ``colour``, the denser the fuller."""
    places = np.floor((x / REACH + 1.0) * (SIDE / 2))
    inside = places[((places >= 0) & (places < SIDE)).all(axis=1)].astype(np.int64)
    counts = np.bincount((SIDE - 1 - inside[:, 1]) * SIDE + inside[:, 0], minlength=SIDE * SIDE)
    share = 1.0 - np.exp(-3.0 * counts.reshape(SIDE, SIDE) / max(1.0, len(x) / 2000))
    ink = QColor(colour)
    pixels = np.empty((SIDE, SIDE, 4), dtype=np.uint8)
    for channel, value in enumerate((ink.blue(), ink.green(), ink.red(), 255)):  # ARGB32 in memory, premultiplied
        pixels[..., channel] = share * value
    image = QImage(pixels.tobytes(), SIDE, SIDE, 4 * SIDE, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # the bytes above live no longer than this call
