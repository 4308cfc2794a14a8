"""What of the painting is on the canvas: the picture and its mask, or a sample in their place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from dpm_gui.paint_session import PaintSession
from dpm_gui.painting.area import Area, all_of
from dpm_gui.painting.levels import to_levels
from dpm_gui.views.paint_canvas import PaintCanvas
from dpm_gui.views.tiles import TileGrid


class PictureDisplay(QObject):
    """Keeps a canvas showing what is painted: a stroke costs what it has changed."""

    def __init__(self, paint: PaintSession, canvas: PaintCanvas, samples: TileGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._paint = paint
        self._canvas = canvas
        self._samples = samples
        self._comparing = False
        paint.easel.mask.changed.connect(self._show_mask)
        paint.easel.picture.changed.connect(self._show_picture)

    def compare(self, after: bool) -> None:
        """Show the chosen sample, without a mask, or what is painted again."""
        after = after and self._paint.digest is not None
        if after != self._comparing:
            self._comparing = after
            self.show_all()

    def follow(self) -> None:
        """Other samples have come: show the chosen one if that is looked at."""
        if self._comparing:
            self.show_all()

    def show_all(self) -> None:
        """Show all of the picture and its mask, or the sample."""
        shown, easel = self._paint.digest, self._paint.easel
        picture, mask = easel.picture.values, easel.mask.values
        # where the sizes differ, the other one is about to follow
        if self._comparing and shown is not None:
            levels = shown.levels[min(self._samples.choice, len(shown.levels) - 1)]
            if mask.shape == levels.shape[:2]:
                self._canvas.set_picture(levels, np.zeros_like(mask))
        elif mask.shape == picture.shape[:2]:
            self._canvas.set_picture(self._levels(picture), mask)

    def _show_mask(self, area: Area) -> None:
        mask = self._paint.easel.mask.values
        if mask.shape == self._canvas.composition.shape and not self._comparing:
            self._canvas.update_mask(area, mask[area.slices])
        else:
            self.show_all()

    def _show_picture(self, area: Area) -> None:
        picture = self._paint.easel.picture.values
        whole = area == all_of(picture.shape)
        if whole or self._comparing or picture.shape[:2] != self._canvas.composition.shape:
            self.show_all()
        else:
            self._canvas.update_picture(area, self._levels(picture[area.slices]))

    def _levels(self, picture: NDArray[Any]) -> NDArray[np.uint8]:
        opened = self._paint.opened
        grey_level = None if opened is None else opened.checkpoint.data.grey_level
        return to_levels(picture, self._paint.easel.value_range, grey_level)
