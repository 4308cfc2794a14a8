"""Keeps the canvas of Paint in step with the document."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from core.values.checkpoints import to_levels
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.document.raster import Area, whole_area
from dpm_gui.paint.inpainting.options import InpaintOptions
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.results.tiles import TileGrid


class ImageDisplay(QObject):
    """Keeps the canvas in step with the document; a stroke updates only the area that it has changed."""

    def __init__(self, paint: PaintSession, canvas: PaintCanvas, samples: TileGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._paint = paint
        self._canvas = canvas
        self._samples = samples
        self._comparing = False
        self._soft = paint.options.soft
        paint.document.mask.changed.connect(self._show_mask)
        paint.document.image.changed.connect(self._show_image)
        paint.options_changed.connect(self._show_options)

    def compare(self, after: bool) -> None:
        """Show the chosen sample, without a mask, or the painted image again."""
        after = after and self._paint.summary is not None
        if after != self._comparing:
            self._comparing = after
            self.show_all()

    def follow(self) -> None:
        """Update the chosen sample if it is on show, after new samples have come."""
        if self._comparing:
            self.show_all()

    def show_all(self) -> None:
        """Show the whole image and its mask, or the chosen sample."""
        summary, document = self._paint.summary, self._paint.document
        image, mask = document.image.values, document.mask.values
        # if the sizes differ, the other layer is about to change too
        if self._comparing and summary is not None:
            levels = summary.levels[min(self._samples.choice, len(summary.levels) - 1)]
            if mask.shape == levels.shape[:2]:
                self._canvas.set_image(levels, np.zeros_like(mask))
        elif mask.shape == image.shape[:2]:
            self._canvas.set_image(self._levels(image), self._paint.openness())

    def _show_options(self, options: InpaintOptions) -> None:
        """Show partly open pixels as such, or as masked or known."""
        if options.soft != self._soft:
            self._soft = options.soft
            self.show_all()

    def _show_mask(self, area: Area) -> None:
        mask = self._paint.document.mask.values
        if mask.shape == self._canvas.composition.shape and not self._comparing:
            self._canvas.update_mask(area, self._paint.openness(area))
        else:
            self.show_all()

    def _show_image(self, area: Area) -> None:
        image = self._paint.document.image.values
        whole = area == whole_area(image.shape)
        if whole or self._comparing or image.shape[:2] != self._canvas.composition.shape:
            self.show_all()
        else:
            self._canvas.update_image(area, self._levels(image[area.slices]))

    def _levels(self, image: NDArray[Any]) -> NDArray[np.uint8]:
        opened = self._paint.opened
        grey_level = None if opened is None else opened.checkpoint.data.grey_level
        return to_levels(image, self._paint.document.value_range, grey_level)
