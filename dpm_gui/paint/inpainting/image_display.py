"""Keeps the canvas of Paint in step with the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from core.values.checkpoints import to_levels
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.canvases.composition import Composition, is_large
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.document.document import HALF
from dpm_gui.paint.document.raster import EMPTY_AREA, Area, whole_area
from dpm_gui.paint.inpainting.options import InpaintOptions
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.results.tiles import TileGrid

PURPOSE = "compose"


class ImageDisplay(TaskOwner):
    """Keeps the canvas in step with the document; a stroke updates only the area that it has changed.

    The whole of a large image is composed in a job. What changes meanwhile is updated once it is on show.
    """

    purpose = PURPOSE

    def __init__(self, paint: PaintSession, canvas: PaintCanvas, samples: TileGrid, parent: QObject) -> None:
        super().__init__(parent)
        self._paint = paint
        self._canvas = canvas
        self._samples = samples
        self._comparing = False
        self._soft = paint.options.soft
        self._changed = EMPTY_AREA  # since the job under way began
        paint.document.mask.changed.connect(self._show_mask)
        paint.document.image.changed.connect(self._show_image)
        paint.options_changed.connect(self._show_options)
        canvas.composition_outdated.connect(self._draw_mask_anew)

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
        self.stop()
        # if the sizes differ, the other layer is about to change too
        if self._comparing and summary is not None:
            levels = summary.levels[min(self._samples.choice, len(summary.levels) - 1)]
            if mask.shape == levels.shape[:2]:
                self._compose(lambda: levels, lambda: np.zeros_like(mask))
        elif mask.shape == image.shape[:2]:
            image, mask, soft = document.image.snapshot(), document.mask.snapshot(), self._soft
            to_levels = self._level_maker()
            self._compose(lambda: to_levels(image), lambda: mask if soft else mask >= HALF)

    def _compose(self, levels: Callable[[], NDArray[np.uint8]], openness: Callable[[], NDArray[np.generic]]) -> None:
        """Show an image and its mask: at once, or once a job has composed them if they are large."""
        if not is_large(self._paint.document.mask.values.size):
            self._canvas.set_image(levels(), openness())
            return
        composition = Composition()
        composition.draw_like(self._canvas.composition)

        def work() -> Iterator[Composition]:
            composition.set_image(levels(), openness())
            yield composition

        self._changed = EMPTY_AREA
        self._begin(work)

    def _draw_mask_anew(self) -> None:
        """Compose what is on show anew, with its mask in other colours or hidden."""
        if not self.running:  # what a job under way composes is looked at when it comes
            self._changed = EMPTY_AREA
            self._draw_like_canvas(self._canvas.composition)

    def _draw_like_canvas(self, before: Composition) -> None:
        composition = before.shared()
        composition.draw_like(self._canvas.composition)

        def work() -> Iterator[Composition]:
            composition.compose_all()
            yield composition

        self._begin(work)

    def _begin(self, work: Callable[[], Iterator[Composition]]) -> None:
        self._tasks.begin(PURPOSE, work, self._take, "Showing the image", 0, can_stop=False)

    def _take(self, composed: list[Composition]) -> int:
        composition = composed[-1]
        if not composition.draws_like(self._canvas.composition):  # another theme, or the mask was hidden
            self._draw_like_canvas(composition)
            return 1
        self._canvas.set_composition(composition)
        changed, self._changed = self._changed, EMPTY_AREA
        if not changed.empty and not self._comparing:
            document = self._paint.document
            self._canvas.update_image(changed, self._level_maker()(document.image.values[changed.slices]))
            self._canvas.update_mask(changed, self._paint.openness(changed))
        return 1

    def _show_options(self, options: InpaintOptions) -> None:
        """Show partly open pixels as such, or as masked or known."""
        if options.soft != self._soft:
            self._soft = options.soft
            self.show_all()

    def _show_mask(self, area: Area) -> None:
        mask = self._paint.document.mask.values
        if self._updates(area, mask):
            self._canvas.update_mask(area, self._paint.openness(area))

    def _show_image(self, area: Area) -> None:
        image = self._paint.document.image.values
        if self._updates(area, image):
            self._canvas.update_image(area, self._level_maker()(image[area.slices]))

    def _updates(self, area: Area, values: NDArray[Any]) -> bool:
        """Return whether to update only ``area`` on the canvas; otherwise everything is shown anew."""
        whole = area == whole_area(values.shape)
        if self.running and not whole:
            self._changed = self._changed.joined(area)
        if whole or self._comparing or (not self.running and values.shape[:2] != self._canvas.composition.shape):
            self.show_all()
            return False
        return values.shape[:2] == self._canvas.composition.shape

    def _level_maker(self) -> Callable[[NDArray[Any]], NDArray[np.uint8]]:
        opened = self._paint.opened
        grey_level = None if opened is None else opened.checkpoint.data.grey_level
        value_range = self._paint.document.value_range
        return lambda image: to_levels(image, value_range, grey_level)
