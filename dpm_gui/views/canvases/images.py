"""Images, grey or RGB: a grid of all of them, or one enlarged."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent
from PySide6.QtWidgets import QWidget

from core.values.checkpoints import LEVELS, DataInfo, channels_of
from core.values.runs import Frame
from dpm_gui.desktop.numbers import MINUS, rounded
from dpm_gui.desktop.theme import Palette, text_size
from dpm_gui.views.canvases.colour_bar import ColourBar
from dpm_gui.views.canvases.image_grid_canvas import ImageGridCanvas
from dpm_gui.views.canvases.image_levels import ImageLevels, image_of
from dpm_gui.views.figures.explanations import IMAGES_FORWARD_HELP, IMAGES_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.items.image_grid import GridPixel, ImageGrid

STATE, X0_ESTIMATE, MEAN, DIFFERENCE, STRETCH = "state", "x0_estimate", "mean", "difference", "stretch"
MODE_TEXTS = {
    STATE: "xᵗ",
    X0_ESTIMATE: "x⁰ estimate",
    MEAN: "mean of the next step, f_μ(xᵗ, t)",
}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
BAR_ROW = 4
"""Row of the colour bar in pyqtgraph's layout: that below the horizontal axis."""


class ImagesView(ImageGridCanvas):
    """One canvas with 1 to 400 images at one step, without interpolation between pixels.

    A click enlarges an image; another click or Esc shows all again. The line below the title describes what is shown,
    or the pixel under the pointer.

    Args:
        side: "forward" or "reverse", the side of the states.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    layers = (STATE, X0_ESTIMATE, MEAN, DIFFERENCE, STRETCH)
    modes = (STATE, X0_ESTIMATE, MEAN, DIFFERENCE)
    initial_layers = frozenset({STATE})

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._image_levels: ImageLevels | None = None
        self._frame: Frame | None = None
        self._earlier: Frame | None = None
        self._mode = STATE
        self._on = set(self.initial_layers)
        self._change = 1.0
        self._reach = 1.0
        self._columns: int | None = None
        self._count = 0
        self._pointer: QPointF | None = None
        self._table = np.zeros((LEVELS, 3), np.uint8)
        self.colour_bar = ColourBar()  # before the base class's constructor, which applies the palette to it
        help_text = {"forward": IMAGES_FORWARD_HELP, "reverse": IMAGES_REVERSE_HELP}[side]
        super().__init__(title, help_text, parent)
        self.plotItem.layout.addItem(self.colour_bar, BAR_ROW, 1)
        self.viewport().setMouseTracking(True)
        self._describe()

    @property
    def image(self) -> QImage:
        """The image shown, pixel for pixel."""
        return self.image_item.image

    @property
    def image_count(self) -> int:
        return super().image_count if self._frame is None else len(self._frame.x)

    def set_columns(self, columns: int) -> None:
        """Put ``columns`` images in a row, instead of as many as make the grid a square."""
        self._columns = columns

    def set_data(self, info: DataInfo) -> None:
        self._image_levels = ImageLevels(info) if info.is_image else None
        self._frame = self._earlier = None
        self.enlarge(-1)
        self._describe()

    def set_count(self, count: int | None) -> None:
        self._count = count or 0
        if self._frame is not None and len(self._frame.x) <= self._count:
            self._arrange(self._count)

    def layer_shown(self, name: str) -> bool:
        return name in self._on

    def set_layer(self, name: str, on: bool) -> None:
        if on:
            self._on.add(name)
        else:
            self._on.discard(name)
        if name == STRETCH:
            self._draw()

    def show_frame(self, frame: Frame) -> None:
        self.show_mode(STATE, frame)

    def show_mode(self, mode: str, frame: Frame, earlier: Frame | None = None, change: float = 1.0) -> None:
        if self._image_levels is None:
            return
        self._mode, self._frame, self._change = mode, frame, change
        self._earlier = earlier if mode == DIFFERENCE else None
        self._arrange(max(len(frame.x), self._count))
        self._draw()

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None, first: int = 0) -> None:
        """Draw nothing: the path of an image has no place on the canvas."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._pointer = event.position()
        self._describe()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self._describe()

    def table(self) -> Table:
        """Return all values, user's units: one row a pixel, one column a channel."""
        if self._frame is None or self._image_levels is None:
            return Table(self.file_stem(self._side), {"image": np.empty(0)})
        info = self._image_levels.info
        values = info.to_user(self._frame.x).reshape(len(self._frame.x), *info.shape[:2], -1)
        numbers = np.indices(values.shape[:3]).reshape(3, -1) + 1
        names = ("value",) if values.shape[-1] == 1 else ("red", "green", "blue")
        columns: dict[str, NDArray[np.generic]] = dict(zip(("image", "row", "column"), numbers, strict=True))
        columns |= {name: values[..., channel].ravel() for channel, name in enumerate(names)}
        mode = "" if self._mode == STATE else f"-{self._mode}"
        return Table(f"{self.file_stem(self._side)}{mode}-t{self._frame.t}", columns)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        self.image_item.set_between(QColor(palette.surface))
        # A diverging map, whose centre is as light as the surface.
        name = "CET-D6" if palette.dark else "CET-D1"
        self._table = pg.colormap.get(name).getLookupTable(0.0, 1.0, LEVELS, alpha=False)
        font = QFont(self.font())
        font.setPointSizeF(text_size(self))
        self.colour_bar.apply_palette(palette, font, self._table)
        if self._earlier is not None:
            self._draw()

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        """Return the first of the images ``x`` [N, *shape]; ``colour`` is ignored."""
        if self._image_levels is None or not len(x):
            return QImage()
        return image_of(
            np.asarray(ImageLevels(self._image_levels.info).levels(x[:1], stretched=False)[0], dtype=np.uint8)
        )

    def _arrange(self, count: int) -> None:
        """Arrange ``count`` images, unless the grid is the same as before."""
        if self._image_levels is None:
            return
        height, width = self._image_levels.info.shape[:2]
        grid = ImageGrid.square(count, height, width)
        if self._columns is not None:
            grid = ImageGrid(count, height, width, min(self._columns, count))
        self.set_grid(grid)

    def _draw(self) -> None:
        if self._frame is None or self._image_levels is None:
            return
        if self._earlier is not None:
            change = self._image_levels.difference(self._frame.x, self._earlier.x)
            self._reach = self._image_levels.reach(self._change)
            middle = (LEVELS - 1) / 2
            index = np.nan_to_num(change / np.float32(self._reach), nan=0.0) * middle + (middle + 0.5)
            self.colour_bar.show_range(self._reach, self._image_levels.unit)
            self.image_item.show_index(np.clip(index, 0, LEVELS - 1).astype(np.uint8), self._table)
        else:
            self.colour_bar.show_range(None)
            self.image_item.show_levels(self._image_levels.levels(self._frame.x, stretched=STRETCH in self._on))
        self._describe()

    def _describe(self) -> None:
        """Describe what is shown, or the place and value under the pointer, which the colour bar marks."""
        # Looked up anew each time: other images may have come since the pointer moved.
        place = None if self._pointer is None or self._frame is None else self.pixel_at(self._pointer)
        if self._image_levels is None or self._frame is None:
            self.set_readout(" ")
        elif place is None or place.image >= self.image_count:
            place = None
            self.set_readout(f"{self._mode_text()} · {self._range_text()}")
        else:
            text = f"row {place.row + 1}, column {place.column + 1}: {self._value_text(place)}"
            self.set_readout(text if self.grid.count == 1 else f"image {place.image + 1}, {text}")
        self.colour_bar.mark(None if place is None or self._earlier is None else float(self._values(place).mean()))

    def _values(self, place: GridPixel) -> NDArray[np.float64]:
        """Return the values on show at one pixel, user's units: one, or three for RGB."""
        levels, frame, pixel = self._image_levels, self._frame, (place.image, place.row, place.column)
        if levels is None or frame is None:
            return np.empty(0)
        values = levels.value(frame.x, *pixel)
        return values if self._earlier is None else values - levels.value(self._earlier.x, *pixel)

    def _value_text(self, place: GridPixel) -> str:
        values = self._values(place)
        if self._earlier is None and self._image_levels is not None:
            return ", ".join(self._image_levels.value_text(value) for value in values)
        each = ", ".join(rounded(value) for value in values)
        return each if len(values) == 1 else f"{rounded(values.mean())} (mean of {each})"

    def _mode_text(self) -> str:
        if self._frame is not None and self._earlier is not None:
            later, earlier = (str(frame.t).translate(SUPERSCRIPTS) for frame in (self._frame, self._earlier))
            return f"x{later} − x{earlier}"
        return MODE_TEXTS.get(self._mode, MODE_TEXTS[STATE])

    def _range_text(self) -> str:
        if self._image_levels is None:
            return ""
        if self._earlier is not None:
            mean = ", mean of the channels" if channels_of(self._image_levels.info.shape) > 1 else ""
            return f"{MINUS}{rounded(self._reach)} … {rounded(self._reach)}{mean}"
        stretched = STRETCH in self._on
        return ("auto contrast: " if stretched else "") + self._image_levels.range_text(stretched=stretched)
