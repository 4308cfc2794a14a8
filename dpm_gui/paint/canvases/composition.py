"""An image with its mask drawn over it, stored in the screen's format; only the pixels that change are updated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from dpm_gui.desktop.theme import LIGHT
from dpm_gui.paint.document.raster import Area, whole_area


class Composition:
    """The pixels of an image and its mask, both ``[H, W]``, as one `QImage` that shares their memory.

    The mask is the openness of each pixel, 0 … 1, or True and False; it tints a pixel in proportion.
    """

    def __init__(self) -> None:
        self._colour = np.zeros(3, np.float32)
        self._alpha = 0.0
        self._mask_shown = True
        self._levels = np.zeros((1, 1, 3), np.uint8)
        self._mask = np.zeros((1, 1), np.float32)
        self._take_pixels()
        self.set_mask_colour(LIGHT.mask, LIGHT.mask_alpha)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self._mask.shape
        return height, width

    def set_mask_colour(self, colour: str, alpha: float) -> None:
        """Draw the mask over the image in ``colour`` (``#RRGGBB``) with opacity ``alpha``, 0.0 … 1.0."""
        chosen = QColor(colour)
        self._colour = np.array([chosen.blue(), chosen.green(), chosen.red()], np.float32)
        self._alpha = alpha
        self._compose(whole_area(self.shape))

    def set_mask_shown(self, shown: bool) -> None:
        """Show or hide the mask."""
        self._mask_shown = shown
        self._compose(whole_area(self.shape))

    def set_image(self, levels: NDArray[np.uint8], mask: NDArray[np.generic]) -> None:
        """Show an image ``[H, W]`` or ``[H, W, 3]`` (red, green, blue), 0 … 255, and its mask ``[H, W]``."""
        self._levels = _blue_green_red(levels)
        self._mask = np.array(mask, np.float32)
        self._take_pixels()
        self._compose(whole_area(self.shape))

    def update_image(self, area: Area, levels: NDArray[np.uint8]) -> None:
        """Replace the levels in ``area`` by ``levels``, which has the shape of the area."""
        self._levels[area.slices] = _blue_green_red(levels)
        self._compose(area)

    def update_mask(self, area: Area, mask: NDArray[np.generic]) -> None:
        """Replace the mask in ``area`` by ``mask``, which has the shape of the area."""
        self._mask[area.slices] = mask
        self._compose(area)

    def _take_pixels(self) -> None:
        height, width = self._mask.shape
        self._pixels = np.full((height, width, 4), 255, np.uint8)
        # The image shares the array's memory, so changes of the array need no copy.
        # The image to draw, one pixel for each pixel.
        self.image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)

    def _compose(self, area: Area) -> None:
        levels = self._levels[area.slices]
        out = self._pixels[area.slices]
        out[:, :, :3] = levels
        if self._mask_shown:
            openness = self._mask[area.slices]
            covered = openness > 0
            alpha = openness[covered][:, None] * np.float32(self._alpha)
            mixed = levels[covered] * (1 - alpha) + self._colour * alpha
            out[covered, :3] = (mixed + np.float32(0.5)).astype(np.uint8)


def _blue_green_red(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return levels in the order of a screen's pixels, blue, green, red: ``[H, W, 3]``."""
    if levels.ndim == 2:
        return np.repeat(levels[:, :, None], 3, axis=2)
    return np.ascontiguousarray(levels[:, :, ::-1])
