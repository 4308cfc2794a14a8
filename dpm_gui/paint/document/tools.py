"""The tools: what a press, a way and a release of the pointer do to a layer."""

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

BRUSH, ERASER, RECTANGLE, FILL, COLOUR = "brush", "eraser", "rectangle", "fill", "colour"
TOOLS = (BRUSH, ERASER, RECTANGLE, FILL, COLOUR)
SIZES = (1, 512)
"""Least and greatest diameter of a brush, pixels."""


@dataclass(frozen=True, slots=True)
class ToolBox:
    """Which tool is in hand, and how it is set.

    Attributes:
        tool: One of `TOOLS`.
        size: Diameter of the brush, pixels of the picture.
        colour: What the colour brush paints with, 0 … 255: red, green, blue.
        pressure: Whether the pressure of a pen is the brush's size.
    """

    tool: str = BRUSH
    size: int = 4
    colour: tuple[int, int, int] = (255, 255, 255)
    pressure: bool = False

    def with_tool(self, tool: str) -> ToolBox:
        """Return it with another tool in hand."""
        return replace(self, tool=tool)

    def with_pressure(self, on: bool) -> ToolBox:
        """Return it with the pressure of a pen as the size of the brush, or not."""
        return replace(self, pressure=on)

    def with_size(self, size: float) -> ToolBox:
        """Return it with another size of brush, as near as there is."""
        return replace(self, size=min(max(round(size), SIZES[0]), SIZES[1]))

    def with_swapped_tool(self) -> ToolBox:
        """Return it with the eraser for the brush; with the brush for anything else."""
        return self.with_tool(ERASER if self.tool == BRUSH else BRUSH)

    def with_resized_brush(self, steps: int) -> ToolBox:
        """Return it with a brush some ``steps`` larger, each a tenth of its size and at least a pixel."""
        size = self.size
        for _ in range(abs(steps)):
            size += int(math.copysign(max(1, round(0.1 * size)), steps))
        return self.with_size(size)


class Stroke(ABC):
    """What the pointer does to a layer from a press to its release, with one value."""

    def __init__(self, layer: Layer, value: Any, text: str) -> None:
        self._layer = layer
        self._value = value
        self._text = text
        layer.begin()

    @abstractmethod
    def to(self, place: Point, diameter: float) -> None:
        """Go on to ``place``."""

    def end(self) -> None:
        """Commit it."""
        self._layer.commit(self._text)


class LineStroke(Stroke):
    """A stroke of a round brush: one value along the pointer's way."""

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
    """A rectangle that follows the pointer until it is let go."""

    _corner: Point | None = None
    _area = EMPTY_AREA

    def to(self, place: Point, diameter: float) -> None:
        if self._corner is None:
            self._corner = place
        area = box(self._layer.values.shape, self._corner, place)
        both = area.joined(self._area)
        if both.empty:
            return
        part = np.array(self._layer.before[both.slices])
        if not area.empty:
            part[area.top - both.top : area.bottom - both.top, area.left - both.left : area.right - both.left] = (
                self._value
            )
        self._area = area
        self._layer.put(both, part)


def flood_fill_at(layer: Layer, place: Point, value: Any, text: str) -> None:
    """Give ``value`` to the pixel at ``place`` and all that hang together with it and have its value."""
    column, row = math.floor(place[0]), math.floor(place[1])
    values = layer.values
    if not (0 <= row < values.shape[0] and 0 <= column < values.shape[1]):
        return
    found = raster.connected_region(values, row, column)
    changed: NDArray[Any] = np.where(found, np.asarray(value, values.dtype), values)
    layer.begin()
    layer.put(whole_area(values.shape), changed)
    layer.commit(text)
