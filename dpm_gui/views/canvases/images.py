"""Images, grey or RGB: a grid of all of them, or one enlarged."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from core.values.checkpoints import LEVELS, DataInfo, channels_of
from core.values.runs import Frame
from dpm_gui.desktop.numbers import MINUS, rounded
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.canvases.canvas import Canvas, Link
from dpm_gui.views.canvases.image_levels import ImageLevels, difference_range, image_of
from dpm_gui.views.figures.explanations import IMAGES_FORWARD_HELP, IMAGES_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.items.image_grid import GridPixel, ImageGrid
from dpm_gui.views.items.image_item import ImageGridItem

STATE, X0_ESTIMATE, MEAN, DIFFERENCE, STRETCH = "state", "x0_estimate", "mean", "difference", "stretch"
MODE_TEXTS = {
    STATE: "xᵗ",
    X0_ESTIMATE: "x⁰ estimate",
    MEAN: "mean of the next step, f_μ(xᵗ, t)",
}
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MARGIN = 0.02
"""Width of the free margin, as a share of the side of what is shown."""
SMALLEST_RANGE = 2.0
"""Least width of a view, in pixels of an image."""


class ImagesView(Canvas):
    """One canvas with 1 to 400 images at one step, without interpolation between pixels.

    A click enlarges an image; another click or Esc shows all again. The line below the title describes what is shown,
    or the pixel under the pointer.

    Args:
        side: "forward" or "reverse", the side of the states.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    enlarged = Signal(int)
    """Number of the image that now fills the canvas; -1 when all are shown again."""

    layers = (STATE, X0_ESTIMATE, MEAN, DIFFERENCE, STRETCH)
    modes = (STATE, X0_ESTIMATE, MEAN, DIFFERENCE)
    initial_layers = frozenset({STATE})
    links_trajectories = True

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._image_levels: ImageLevels | None = None
        self._frame: Frame | None = None
        self._earlier: Frame | None = None
        self._mode = STATE
        self._on = set(self.initial_layers)
        self._reach = 1.0
        self.grid = ImageGrid(0, 1, 1, 1)  # the arrangement of the images
        self._columns: int | None = None
        self._count = 0
        self.enlarged_image = -1
        self._pointer: QPointF | None = None
        self._table = np.zeros((LEVELS, 3), np.uint8)
        # The items come first: the base class applies the palette to them.
        self._image_item = ImageGridItem()
        self._items = {}
        help_text = {"forward": IMAGES_FORWARD_HELP, "reverse": IMAGES_REVERSE_HELP}[side]
        super().__init__(title, help_text, parent, equal=True)
        for axis in ("bottom", "left"):
            self.plotItem.hideAxis(axis)
        self.view.addItem(self._image_item, ignoreBounds=True)
        self.viewport().setMouseTracking(True)
        self._describe()

    @property
    def image(self) -> QImage:
        """The image shown, pixel for pixel."""
        return self._image_item.image

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

    def show_mode(self, mode: str, frame: Frame, earlier: Frame | None = None) -> None:
        if self._image_levels is None:
            return
        self._mode, self._frame = mode, frame
        self._earlier = earlier if mode == DIFFERENCE else None
        self._arrange(max(len(frame.x), self._count))
        self._draw()

    def enlarge(self, image: int) -> None:
        """Enlarge one image to the whole canvas; -1 shows all again."""
        there = self.grid.count if self._frame is None else len(self._frame.x)
        image = image if 0 <= image < there else -1
        if image == self.enlarged_image:
            return
        self.enlarged_image = image
        self._image_item.set_only(image)
        self.set_region(self.home if image < 0 else self._around(image))
        self.enlarged.emit(image)

    def fit(self) -> None:
        self.enlarge(-1)
        super().fit()

    def links_to(self, other: Canvas) -> list[Link]:
        links = super().links_to(other)
        return [*links, (self.enlarged, other.enlarge)] if isinstance(other, ImagesView) else links

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw nothing: the path of an image has no place on the canvas."""

    def left_clicked(self, position: QPointF) -> None:
        if self.enlarged_image >= 0:
            self.enlarge(-1)
            return
        place = self._place_at(position)
        if place is not None:
            self.enlarge(place.image)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._pointer = event.position()
        self._describe()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self._describe()

    def event(self, event: QEvent) -> bool:
        """Reserve Esc, which otherwise stops a run, for showing all images while one is enlarged."""
        if event.type() == QEvent.Type.ShortcutOverride and self._leaves_enlarged(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leaves_enlarged(event):
            self.enlarge(-1)
        else:
            super().keyPressEvent(event)

    def limited(self, region: QRectF) -> QRectF:
        widest = 2.0 * max(self.home.width(), self.home.height())
        width = max(region.width(), region.height())
        if not SMALLEST_RANGE <= width <= widest:
            return self.region
        centre = region.center()
        x = min(max(centre.x(), self.home.left()), self.home.right())
        y = min(max(centre.y(), self.home.top()), self.home.bottom())
        return region.translated(x - centre.x(), y - centre.y())

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
        self._image_item.set_between(QColor(palette.surface))
        # A diverging map, whose centre is as light as the surface.
        name = "CET-D6" if palette.dark else "CET-D1"
        self._table = pg.colormap.get(name).getLookupTable(0.0, 1.0, LEVELS, alpha=False)
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
        if grid == self.grid:
            return
        self.grid = grid
        self._image_item.set_grid(grid)
        self.enlarge(-1)
        high, wide = grid.size
        margin = MARGIN * max(high, wide)
        self.set_home(QRectF(0.0, -high, wide, high).adjusted(-margin, -margin, margin, margin))

    def _draw(self) -> None:
        if self._frame is None or self._image_levels is None:
            return
        if self._earlier is not None:
            change = self._image_levels.difference(self._frame.x, self._earlier.x)
            self._reach = difference_range(change)
            middle = (LEVELS - 1) / 2
            index = np.nan_to_num(change / np.float32(self._reach), nan=0.0) * middle + (middle + 0.5)
            self._image_item.show_index(np.clip(index, 0, LEVELS - 1).astype(np.uint8), self._table)
        else:
            self._image_item.show_levels(self._image_levels.levels(self._frame.x, stretched=STRETCH in self._on))
        self._describe()

    def _describe(self) -> None:
        """Describe what is shown, or the place and value under the pointer."""
        if self._image_levels is None or self._frame is None:
            self.set_readout(" ")
            return
        # Looked up anew each time: other images may have come since the pointer moved.
        place = None if self._pointer is None else self._place_at(self._pointer)
        if place is None or place.image >= len(self._frame.x):
            self.set_readout(f"{self._mode_text()} · {self._range_text()}")
            return
        values = self._image_levels.value(self._frame.x, place.image, place.row, place.column)
        if self._earlier is not None:
            values = values - self._image_levels.value(self._earlier.x, place.image, place.row, place.column)
            value_text = [rounded(value) for value in values]
        else:
            value_text = [self._image_levels.value_text(value) for value in values]
        text = f"row {place.row + 1}, column {place.column + 1}: {', '.join(value_text)}"
        self.set_readout(text if self.grid.count == 1 else f"image {place.image + 1}, {text}")

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
        return "stretched to the range of these images" if STRETCH in self._on else self._image_levels.range_text()

    def _place_at(self, position: QPointF) -> GridPixel | None:
        if not self.in_plot(position):
            return None
        place = self.to_data(position)
        found = self.grid.at(place.x(), -place.y())
        return found if found is None or self.enlarged_image in (-1, found.image) else None

    def _around(self, image: int) -> QRectF:
        y, x = self.grid.corner(image)
        grid, margin = self.grid, MARGIN * max(self.grid.height, self.grid.width)
        return QRectF(x, -y - grid.height, grid.width, grid.height).adjusted(-margin, -margin, margin, margin)

    def _leaves_enlarged(self, event: QEvent) -> bool:
        return self.enlarged_image >= 0 and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
