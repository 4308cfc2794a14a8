"""Many images, drawn fast: one call draws all of them, without interpolation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from core.values.checkpoints import MAX_LEVEL, RGB
from dpm_gui.views.items.image_grid import ImageGrid
from dpm_gui.views.items.view_item import ViewItem, is_vector, pixel_ratio

ALPHA = np.uint32(MAX_LEVEL << 24)
GREYS = ALPHA | np.arange(MAX_LEVEL + 1, dtype=np.uint32) * np.uint32(0x010101)
"""The ARGB pixel of each grey level."""


class ImageGridItem(ViewItem):
    """A grid of images whose pixels are one unit of the plot wide; y is 0 at the top and negative below."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = ImageGrid(0, 1, 1, 1)
        self._pixels = self._grid.canvas()
        self.image = QImage()  # the whole grid as it is drawn, pixel for pixel
        self._only = -1
        self._count = 0  # the number of images that are shown; other places are empty
        self._between = QColor("#FFFFFF")

    def set_grid(self, grid: ImageGrid) -> None:
        """Arrange the images to come in ``grid``; until then all of its places are empty."""
        self._grid, self._count = grid, 0
        self._pixels = grid.canvas()
        self._clear()

    def set_between(self, colour: QColor) -> None:
        """Set the colour of the gaps."""
        self._between = colour
        self._clear()

    def set_only(self, image: int) -> None:
        """Draw one image alone; -1 draws all."""
        self._only = image
        self.update()

    def show_levels(self, levels: NDArray[np.uint8]) -> None:
        """Show ``levels`` [N, H, W] or [N, H, W, 3], 0 … 255."""
        if levels.ndim == 3:
            self._put_pixels(GREYS[levels])
            return
        pixels = np.empty((*levels.shape[:-1], 4), dtype=np.uint8)
        for channel in range(RGB):  # blue, green, red, alpha in memory; numpy copies an axis of three slowly
            pixels[..., RGB - 1 - channel] = levels[..., channel]
        pixels[..., RGB] = MAX_LEVEL
        self._put_pixels(pixels.view(np.uint32)[..., 0])

    def show_index(self, index: NDArray[np.uint8], table: NDArray[np.uint8]) -> None:
        """Show ``index`` [N, H, W] in the colours of ``table`` [256, 3], RGB."""
        red, green, blue = (table[:, channel].astype(np.uint32) for channel in range(RGB))
        colours: NDArray[np.uint32] = (ALPHA | red << 16 | green << 8 | blue).astype(np.uint32)
        self._put_pixels(colours[index])

    def _put_pixels(self, pixels: NDArray[np.uint32]) -> None:
        """Show ``pixels`` [N, H, W]; N is at most the number of places in the grid, and the others are empty."""
        cells, count = self._grid.cells(self._pixels), len(pixels)
        if count == cells.shape[0] * cells.shape[1]:
            cells[...] = pixels.reshape(cells.shape)
        else:
            for number, image in enumerate(pixels):
                cells[divmod(number, self._grid.columns)] = image
            for number in range(count, self._count):
                cells[divmod(number, self._grid.columns)] = self._between.rgb()
        self._count = count
        self.update()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self._grid.count:
            return
        source = self._source()
        world = painter.worldTransform()
        place = world.mapRect(QRectF(source.x(), -source.y() - source.height(), source.width(), source.height()))
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if is_vector(painter):  # viewers of drawings smooth small images
            size = place.size().toSize()
            painter.drawImage(place, self.image.copy(source.toRect()).scaled(size))
        else:
            painter.drawImage(_whole_pixels(place, pixel_ratio(painter)), self.image, source)
        painter.restore()

    def _source(self) -> QRectF:
        """Return the part of the image that is drawn, in its pixels."""
        grid = self._grid
        if 0 <= self._only < grid.count:
            y, x = grid.corner(self._only)
            return QRectF(x, y, grid.width, grid.height)
        height, width = grid.size
        return QRectF(0.0, 0.0, width, height)

    def _clear(self) -> None:
        """Colour the gaps between the images, which are kept."""
        cells = self._grid.cells(self._pixels)
        kept = cells.copy()
        self._pixels[...] = self._between.rgb()
        occupied = np.arange(cells.shape[0] * cells.shape[1]).reshape(cells.shape[:2]) < self._count
        cells[occupied] = kept[occupied]
        height, width = self._pixels.shape
        self.image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
        self.update()


def _whole_pixels(place: QRectF, ratio: float) -> QRectF:
    """Return ``place`` with its edges between pixels of the screen; a pixel of the painter's has ``ratio`` of them."""
    left, top, right, bottom = (
        round(edge * ratio) / ratio for edge in (place.left(), place.top(), place.right(), place.bottom())
    )
    return QRectF(left, top, right - left, bottom - top)
