"""The document of Paint: an image, its mask and the tools in use. The pointer makes strokes, which can be undone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.values.checkpoints import from_levels
from dpm_gui.paint.document.lasso import LassoStroke
from dpm_gui.paint.document.layer import Layer, undo_stack
from dpm_gui.paint.document.tools import (
    BRUSH,
    COLOUR,
    ERASER,
    FILL,
    LASSO,
    RECTANGLE,
    ROUND,
    BoxStroke,
    LineStroke,
    Stroke,
    ToolBox,
    flood_fill_at,
)

TOOL_LABELS = {BRUSH: "brush", ERASER: "eraser", RECTANGLE: "rectangle", LASSO: "lasso", FILL: "fill", COLOUR: "colour"}
LEAST_PRESSURE = 0.05
HALF = 0.5
"""The least openness of a pixel that counts as masked."""


class PaintDocument(QObject):
    """Holds one image and its mask; the layers `image` and `mask` signal every change of theirs.

    The mask is the openness of each pixel, float32, from 0 (known) to 1 (to be inpainted). Tools paint 0 and 1; masks
    of files may have values in between.
    """

    tools_changed = Signal(object)
    """The `ToolBox` now in use."""
    changed = Signal()
    """A stroke on the image or the mask has ended, or another image has been loaded."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack: QUndoStack = undo_stack(self)
        self.image = Layer(np.zeros((1, 1), np.float32), self.undo_stack, self)
        self.mask = Layer(np.zeros((1, 1), np.float32), self.undo_stack, self)
        self.value_range = (0.0, 255.0)
        self._tools = ToolBox()
        self._stroke: Stroke | None = None
        self._last: tuple[float, float] | None = None
        for layer in (self.image, self.mask):
            layer.committed.connect(self.changed)

    @property
    def tools(self) -> ToolBox:
        """The tools in use."""
        return self._tools

    @property
    def in_stroke(self) -> bool:
        """Whether the pointer is down, and paints."""
        return self._stroke is not None and self._stroke.under_way

    @property
    def last_place(self) -> tuple[float, float] | None:
        """Where the last stroke of a round brush ended, x and y; None if the tool has none, or before the first."""
        return self._last if self._tools.tool in ROUND else None

    @property
    def masked(self) -> NDArray[np.bool_]:
        """The mask ``[H, W]`` without partly open pixels: True where the openness is at least a half."""
        found: NDArray[np.bool_] = self.mask.values >= HALF
        return found

    def take(self, tools: ToolBox) -> None:
        """Set the tools; a stroke under way continues with its own."""
        if tools != self._tools:
            self._tools = tools
            self.tools_changed.emit(tools)

    def choose_tool(self, tool: str) -> None:
        """Choose another tool."""
        self.take(self._tools.with_tool(tool))

    def resize_brush(self, steps: int) -> None:
        """Enlarge the brush by ``steps``."""
        self.take(self._tools.with_resized_brush(steps))

    def load_image(
        self, image: NDArray[Any], value_range: tuple[float, float], mask: NDArray[np.generic] | None = None
    ) -> None:
        """Load an image of any size and its mask, empty if None, and clear the undo stack."""
        self._stroke = self._last = None
        self.undo_stack.clear()
        self.value_range = value_range
        self.mask.reset(np.zeros(image.shape[:2], np.float32) if mask is None else mask.astype(np.float32))
        self.image.reset(image)
        self.changed.emit()

    def replace_image(self, image: NDArray[Any], text: str, mask: NDArray[np.generic] | None = None) -> None:
        """Replace the image by one of any size, and the mask if one is given; one of another size is emptied."""
        self.release()
        if image.shape[:2] != self.mask.values.shape:
            self._last = None
            mask = np.zeros(image.shape[:2], np.float32) if mask is None else mask
        commands = [self.image.replacement(image, text)]
        if mask is not None:
            commands.append(self.mask.replacement(mask.astype(np.float32, copy=False), text))
        needed = [command for command in commands if command is not None]
        if len(needed) > 1:
            self.undo_stack.beginMacro(text)
        for command in needed:
            self.undo_stack.push(command)
        if len(needed) > 1:
            self.undo_stack.endMacro()

    def restore(self, image: NDArray[Any], openness: NDArray[np.float32]) -> None:
        """Set image and mask as a command of several parts is done, undone or redone; a stroke under way ends."""
        self.release()
        self.mask.restore_whole(openness)
        self.image.restore_whole(image)

    def press(self, x: float, y: float, erase: bool, pressure: float, straight: bool = False) -> None:
        """Begin a stroke at (``x``, ``y``), in pixels of the image; with ``erase`` brush and lasso make pixels known.

        With ``straight``, a round brush first draws a line to there from where its last stroke has ended.
        """
        self.release()
        tools, place, start = self._tools, (x, y), self.last_place
        layer, value = self._target(erase)
        text = TOOL_LABELS[ERASER if erase and tools.tool == BRUSH else tools.tool]
        if tools.tool == FILL:
            flood_fill_at(layer, place, value, text)
            return
        kinds = {RECTANGLE: BoxStroke, LASSO: LassoStroke}
        self._stroke = kinds.get(tools.tool, LineStroke)(layer, value, text)
        if straight and start is not None:
            self._stroke.to(start, self._diameter(pressure))
        self.move(x, y, pressure)

    def move(self, x: float, y: float, pressure: float) -> None:
        """Continue the stroke to (``x``, ``y``)."""
        if self._stroke is not None and self._stroke.under_way:
            self._stroke.to((x, y), self._diameter(pressure))
            if self._tools.tool in ROUND:
                self._last = x, y

    def release(self) -> None:
        """End the stroke and commit it."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            stroke.end()

    def invert(self) -> None:
        """Invert the mask."""
        self.set_mask(1 - self.mask.values, "invert mask")

    def clear(self) -> None:
        """Clear the mask."""
        self.set_mask(np.zeros_like(self.mask.values), "clear mask")

    def set_mask(self, mask: NDArray[np.generic], text: str) -> None:
        """Replace the mask by one ``[H, W]`` of the image's size: True and False, or an openness 0 … 1."""
        self.release()
        self.mask.replace(mask.astype(np.float32, copy=False), text)

    def _diameter(self, pressure: float) -> float:
        return self._tools.size * (max(pressure, LEAST_PRESSURE) if self._tools.pressure else 1.0)

    def _target(self, erase: bool) -> tuple[Layer, Any]:
        """Return the layer to paint on and the value to paint."""
        if self._tools.tool != COLOUR:
            return self.mask, float(not erase and self._tools.tool != ERASER)
        colour = self._tools.colour
        levels = np.asarray(colour, np.float32) if self.image.values.ndim == 3 else grey_of_colour(colour)
        return self.image, from_levels(levels, self.value_range)


def grey_of_colour(colour: tuple[int, int, int]) -> float:
    """Return the lightness of a colour, 0 … 255 (the luma of ITU-R BT.601)."""
    red, green, blue = colour
    return 0.299 * red + 0.587 * green + 0.114 * blue
