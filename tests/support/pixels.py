"""Colours on the screen and frames in a file, as plain numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem

SIZE = 100


def rgb(colour: QColor | str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, each 0 … 255."""
    found = QColor(colour)
    return found.red(), found.green(), found.blue()


def frame_count(image: Image.Image) -> int:
    """Return how many frames an image file has: 1 unless it is a film."""
    return int(getattr(image, "n_frames", 1))


def painted(paint: Callable[[QPainter], None]) -> QImage:
    image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image


def alphas(image: QImage) -> NDArray[np.uint8]:
    return np.frombuffer(image.constBits(), np.uint8).reshape(SIZE, SIZE, 4)[..., 3].copy()


def painted_item(item: QGraphicsItem) -> QImage:
    return painted(lambda painter: item.paint(painter, QStyleOptionGraphicsItem()))
