"""The scale and position of an image in a canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QTransform

from dpm_gui.paint.document.raster import Area
from dpm_gui.views.items.image_grid import whole_scale

LEAST_SCALE, MOST_SCALE = 0.02, 256.0
"""Pixels of the canvas per pixel of the image."""


class Zoom:
    """A scale and an offset."""

    def __init__(self) -> None:
        self.scale = 1.0  # pixels of the canvas per pixel of the image
        self._corner = QPointF(0.0, 0.0)

    @property
    def transform(self) -> QTransform:
        """The transform from pixels of the image to those of the canvas."""
        return QTransform(self.scale, 0.0, 0.0, self.scale, self._corner.x(), self._corner.y())

    def fit(self, shape: tuple[int, int], width: int, height: int, margin: int, ratio: float = 1.0) -> None:
        """Fit a whole image of ``shape`` (H, W) into a canvas of ``width`` by ``height`` pixels.

        ``ratio`` is that of the pixels of the screen to these: where an image's pixel takes several, all take as many.
        """
        room = max(width - 2 * margin, 1) / shape[1], max(height - 2 * margin, 1) / shape[0]
        self.scale = min(max(whole_scale(min(room), ratio), LEAST_SCALE), MOST_SCALE)
        left, top = (width - self.scale * shape[1]) / 2.0, (height - self.scale * shape[0]) / 2.0
        self._corner = QPointF(round(left), round(top))

    def pan(self, offset: QPointF) -> None:
        """Move the image by ``offset``, in pixels of the canvas."""
        self._corner = self._corner + offset

    def zoom_at(self, position: QPointF, factor: float) -> None:
        """Enlarge the image by ``factor`` about ``position``."""
        scale = min(max(self.scale * factor, LEAST_SCALE), MOST_SCALE)
        self._corner = position + (self._corner - position) * (scale / self.scale)
        self.scale = scale

    def to_image(self, position: QPointF) -> tuple[float, float]:
        """Return the place in the image, x and y in its pixels, at a position in the canvas."""
        place = (position - self._corner) / self.scale
        return place.x(), place.y()

    def to_canvas(self, x: float, y: float) -> QPointF:
        """Return the position in the canvas of a place in the image."""
        return self._corner + QPointF(x, y) * self.scale

    def to_canvas_rect(self, area: Area) -> QRect:
        """Return the pixels of the canvas that an area of the image touches."""
        return QRectF(self.to_canvas(area.left, area.top), self.to_canvas(area.right, area.bottom)).toAlignedRect()
