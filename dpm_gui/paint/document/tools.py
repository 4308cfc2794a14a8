"""The tools: what pressing, moving and releasing the pointer does to a layer."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dpm_gui.paint.document import raster
from dpm_gui.paint.document.layer import Layer
from dpm_gui.paint.document.raster import EMPTY_AREA, Point, box, segment, whole_area

BRUSH, ERASER, RECTANGLE, LASSO = "brush", "eraser", "rectangle", "lasso"
FILL, COLOUR = "fill", "colour"
TOOLS = (BRUSH, ERASER, RECTANGLE, LASSO, FILL, COLOUR)
ROUND = {BRUSH, ERASER, COLOUR}
"""Tools that draw with a round brush."""
SIZES = (1, 512)
"""Smallest and largest diameter of a brush, pixels."""


@dataclass(frozen=True, slots=True)
class ToolBox:
    """The tool in use and its settings.

    Attributes:
        tool: One of `TOOLS`.
        size: Diameter of the brush, pixels of the image.
        colour: Of the colour brush: red, green, blue, 0 … 255.
        pressure: Whether the pressure of a pen scales the brush.
    """

    tool: str = BRUSH
    size: int = 4
    colour: tuple[int, int, int] = (255, 255, 255)
    pressure: bool = False

    def with_tool(self, tool: str) -> ToolBox:
        """Return a copy with another tool."""
        return replace(self, tool=tool)

    def with_pressure(self, on: bool) -> ToolBox:
        """Return a copy in which the pressure of a pen scales the brush, or does not."""
        return replace(self, pressure=on)

    def with_size(self, size: float) -> ToolBox:
        """Return a copy with the brush size nearest to ``size`` within `SIZES`."""
        return replace(self, size=min(max(round(size), SIZES[0]), SIZES[1]))

    def with_swapped_tool(self) -> ToolBox:
        """Return a copy with the eraser instead of the brush, or with the brush instead of any other tool."""
        return self.with_tool(ERASER if self.tool == BRUSH else BRUSH)

    def with_resized_brush(self, steps: int) -> ToolBox:
        """Return a copy with a brush ``steps`` larger; a step is a tenth of the size and at least a pixel."""
        size = self.size
        for _ in range(abs(steps)):
            size += int(math.copysign(max(1, round(0.1 * size)), steps))
        return self.with_size(size)


class Stroke(ABC):
    """One stroke with one value on a layer, from pressing the pointer to releasing it."""

    def __init__(self, layer: Layer, value: Any, text: str) -> None:
        self._layer = layer
        self._value = value
        self._text = text
        layer.begin()

    @property
    def under_way(self) -> bool:
        """Whether the stroke goes on; an image of another size puts an end to it."""
        return self._layer.in_stroke

    @abstractmethod
    def to(self, place: Point, diameter: float) -> None:
        """Continue the stroke to ``place``."""

    def end(self) -> None:
        """Commit the stroke."""
        self._layer.commit(self._text)


class LineStroke(Stroke):
    """A stroke of a round brush along the pointer's path."""

    _last: Point | None = None

    def to(self, place: Point, diameter: float) -> None:
        values = self._layer.values
        area, covered = segment(values.shape, self._last or place, place, diameter)
        self._last = place
        if not area.empty:
            part = np.array(values[area.slices])
            part[covered] = self._value
            self._layer.put(area, part)


class BoxStroke(Stroke):
    """A rectangle that follows the pointer until it is released."""

    _corner: Point | None = None
    _area = EMPTY_AREA

    def to(self, place: Point, diameter: float) -> None:
        if self._corner is None:
            self._corner = place
        area = box(self._layer.values.shape, self._corner, place)
        both = area.joined(self._area)
        if both.empty:
            return
        part = self._layer.original(both)
        if not area.empty:
            part[area.top - both.top : area.bottom - both.top, area.left - both.left : area.right - both.left] = (
                self._value
            )
        self._area = area
        self._layer.put(both, part)


def flood_fill_at(layer: Layer, place: Point, value: Any, text: str) -> None:
    """Fill the connected region of equal pixels around ``place`` with ``value``."""
    column, row = math.floor(place[0]), math.floor(place[1])
    values = layer.values
    if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]):
        return
    found = raster.connected_region(values, row, column)
    changed: NDArray[Any] = np.where(found, np.asarray(value, values.dtype), values)
    layer.begin()
    layer.put(whole_area(values.shape), changed)
    layer.commit(text)
