"""A small picture of sequences of bits, for the timeline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage


def bit_thumbnail(x: NDArray[np.float32], colour: str) -> QImage:
    """Return the first sequences of ``x`` [N, D], as many as there are columns, in one ``colour``."""
    bits = np.ascontiguousarray(x[: x.shape[1]] > 0.5)
    pixels = np.zeros((*bits.shape, 4), dtype=np.uint8)
    ink = QColor(colour)
    pixels[bits] = ink.blue(), ink.green(), ink.red(), 255  # ARGB32 in memory
    height, width = bits.shape
    image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # the bytes above live no longer than this call
