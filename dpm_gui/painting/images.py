"""Levels as images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def image_of(levels: NDArray[np.uint8]) -> QImage:
    """Return levels ``[H, W]`` or ``[H, W, 3]`` (red, green, blue) as an image with pixels of its own."""
    levels = np.ascontiguousarray(levels)
    height, width = levels.shape[:2]
    kind = QImage.Format.Format_RGB888 if levels.ndim == 3 else QImage.Format.Format_Grayscale8
    return QImage(levels.data, width, height, levels.strides[0], kind).copy()
