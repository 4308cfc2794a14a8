"""The lasso: a closed line drawn by hand, whose inside becomes open or known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF

from dpm_gui.paint.document.layer import Layer
from dpm_gui.paint.document.raster import EMPTY_AREA, Area, Point
from dpm_gui.paint.document.tools import Stroke


class LassoStroke(Stroke):
    """Collects the pointer's path; what is inside of it takes the value once the stroke ends."""

    def __init__(self, layer: Layer, value: Any, text: str) -> None:
        super().__init__(layer, value, text)
        self._points: list[Point] = []

    def to(self, place: Point, diameter: float) -> None:
        self._points.append(place)

    def end(self) -> None:
        if self.under_way:
            area, covered = inside(self._layer.values.shape, self._points)
            if not area.empty:
                part = np.array(self._layer.values[area.slices])
                part[covered] = self._value
                self._layer.put(area, part)
        super().end()


def inside(shape: tuple[int, ...], points: Sequence[Point]) -> tuple[Area, NDArray[np.bool_]]:
    """Return the pixels whose centres a closed line surrounds, however often it crosses itself.

    Args:
        shape: Of the image, ``[H, W, …]``.
        points: Of the line, x and y in pixels; it leads back from the last to the first.

    Returns:
        An area, and a mask ``[height, width]`` of its covered pixels.
    """
    if len(points) < 3:
        return EMPTY_AREA, np.zeros((0, 0), np.bool_)
    across, down = zip(*points, strict=True)
    area = Area(math.floor(min(across)), math.floor(min(down)), math.ceil(max(across)), math.ceil(max(down))).within(
        shape
    )
    if area.empty:
        return EMPTY_AREA, np.zeros((0, 0), np.bool_)
    image = QImage(area.right - area.left, area.bottom - area.top, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.white)
    line = QPolygonF([QPointF(x - area.left, y - area.top) for x, y in points])
    painter.drawPolygon(line, Qt.FillRule.WindingFill)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    covered: NDArray[np.bool_] = rows[:, : image.width()] > 0
    return area, covered
