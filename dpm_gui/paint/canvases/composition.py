"""An image with its mask drawn over it, stored in the screen's format; only the pixels that change are updated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from core.values.checkpoints import MAX_LEVEL
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.paint.document.raster import Area, whole_area

BAND = 2**17
"""Pixels that are composed at once: few enough for the processor's cache."""
LARGE = 2**20
"""Pixels of an image from which on the whole of it is composed in a job."""


class Composition:
    """The pixels of an image and its mask, both ``[H, W]``, as one `QImage` that shares their memory.

    The mask is the openness of each pixel, 0 … 1, or True and False; it tints a pixel in proportion.
    """

    def __init__(self) -> None:
        self._colour = np.zeros(3, np.float32)
        self._alpha = 0.0
        self._tinted = np.zeros((3, MAX_LEVEL + 1), np.uint8)
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

    @property
    def large(self) -> bool:
        """Whether the whole is to be composed in a job."""
        return is_large(self._mask.size)

    def draw_like(self, other: Composition) -> None:
        """Draw the mask as ``other`` does, in what is composed from now on."""
        self._colour, self._alpha, self._tinted = other._colour, other._alpha, other._tinted
        self._mask_shown = other._mask_shown

    def shared(self) -> Composition:
        """Return a composition that shares this image and mask, of which nothing is drawn before `compose_all`."""
        made = Composition()
        made._levels, made._mask = self._levels, self._mask
        return made

    def draws_like(self, other: Composition) -> bool:
        """Return whether both draw masks alike."""
        same = (self._alpha, self._mask_shown) == (other._alpha, other._mask_shown)
        return same and np.array_equal(self._colour, other._colour)

    def set_mask_colour(self, colour: str, alpha: float, *, later: bool = False) -> None:
        """Draw the mask over the image in ``colour`` (``#RRGGBB``) with opacity ``alpha``, 0.0 … 1.0.

        If ``later``, only what is updated from now on is drawn so.
        """
        chosen = QColor(colour)
        self._colour = np.array([chosen.blue(), chosen.green(), chosen.red()], np.float32)
        self._alpha = alpha
        share, every = np.float32(alpha), np.arange(MAX_LEVEL + 1, dtype=np.float32)
        mixed = every * (1 - share) + self._colour[:, None] * share  # of each level beneath a mask that is fully open
        self._tinted = (mixed + np.float32(0.5)).astype(np.uint8)
        if not later:
            self.compose_all()

    def set_mask_shown(self, shown: bool, *, later: bool = False) -> None:
        """Show or hide the mask; if ``later``, only in what is updated from now on."""
        self._mask_shown = shown
        if not later:
            self.compose_all()

    def set_image(self, levels: NDArray[np.uint8], mask: NDArray[np.generic]) -> None:
        """Show an image ``[H, W]`` or ``[H, W, 3]`` (red, green, blue), 0 … 255, and its mask ``[H, W]``."""
        self._levels = _blue_green_red(levels)
        self._mask = np.array(mask, np.float32)
        self._take_pixels()
        self.compose_all()

    def update_image(self, area: Area, levels: NDArray[np.uint8]) -> None:
        """Replace the levels in ``area`` by ``levels``, which has the shape of the area."""
        self._levels[area.slices] = _blue_green_red(levels)
        self._compose(area)

    def update_mask(self, area: Area, mask: NDArray[np.generic]) -> None:
        """Replace the mask in ``area`` by ``mask``, which has the shape of the area."""
        self._mask[area.slices] = mask
        self._compose(area)

    def compose_all(self) -> None:
        """Draw the whole image and its mask anew."""
        if self._pixels.shape[:2] != self.shape:
            self._take_pixels()
        self._compose(whole_area(self.shape))

    def _take_pixels(self) -> None:
        height, width = self._mask.shape
        self._pixels = np.full((height, width, 4), 255, np.uint8)
        # The image shares the array's memory, so changes of the array need no copy.
        # The image to draw, one pixel for each pixel.
        self.image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)

    def _compose(self, area: Area) -> None:
        rows = max(1, BAND // max(1, area.right - area.left))
        for top in range(area.top, area.bottom, rows):
            self._compose_band(Area(area.left, top, area.right, min(top + rows, area.bottom)))

    def _compose_band(self, band: Area) -> None:
        levels, openness, out = (each[band.slices] for each in (self._levels, self._mask, self._pixels))
        out[:, :, :3] = levels
        covered = openness > 0
        if not self._mask_shown or not covered.any():
            return
        whole = openness == 1
        for channel, tinted in enumerate(self._tinted):
            np.copyto(out[:, :, channel], tinted[levels[:, :, channel]], where=whole)
        partly = covered & ~whole
        if partly.any():
            alpha = openness[partly][:, None] * np.float32(self._alpha)
            mixed = levels[partly] * (1 - alpha) + self._colour * alpha
            out[partly, :3] = (mixed + np.float32(0.5)).astype(np.uint8)


def is_large(pixels: int) -> bool:
    """Return whether an image of so many ``pixels`` is composed in a job."""
    return pixels >= LARGE


def _blue_green_red(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return levels in the order of a screen's pixels, blue, green, red: ``[H, W, 3]``."""
    if levels.ndim == 2:
        return np.repeat(levels[:, :, None], 3, axis=2)
    return np.ascontiguousarray(levels[:, :, ::-1])
