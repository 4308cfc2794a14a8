"""Pictures, grey or RGB: a grid of all of them, or one enlarged."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from core.values.checkpoints import DataInfo, channels_of
from core.values.runs import Frame
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.canvases.canvas import Canvas, Link
from dpm_gui.views.canvases.image_levels import LEVELS, Shades, image_of, number, reach_of
from dpm_gui.views.figures.explanations import PICTURES_FORWARD, PICTURES_REVERSE
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.items.image_grid import PictureGrid, Place
from dpm_gui.views.items.image_item import PictureItem

STATE, GUESS, MEAN, DIFFERENCE, STRETCH = "state", "guess", "mean", "difference", "stretch"
SAID = {
    STATE: "xᵗ",
    GUESS: "guess of x⁰",
    MEAN: "mean of the next step, f_μ(xᵗ, t)",
}
HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
MARGIN = 0.02
"""Share of what is in view that is left free around it."""
CLOSEST = 2.0
"""Pixels of a picture that a view is wide at least."""


class PicturesView(Canvas):
    """One canvas with 1 to 400 pictures at one step, as they are, blurred by nothing.

    A click enlarges a picture, another one or Esc goes back; the line beneath the title says what is shown, and what is
    under the pointer.

    Args:
        side: "forward" or "reverse": whose states.
        title: Stands above it.
        parent: Qt's owner.
    """

    enlarged = Signal(int)
    """A picture, by its number, now fills the canvas; -1 when all are back."""

    layers = (STATE, GUESS, MEAN, DIFFERENCE, STRETCH)
    ways = (STATE, GUESS, MEAN, DIFFERENCE)
    at_start = frozenset({STATE})
    paired = True

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._shades: Shades | None = None
        self._frame: Frame | None = None
        self._earlier: Frame | None = None
        self._way = STATE
        self._on = set(self.at_start)
        self._reach = 1.0
        self._grid = PictureGrid(0, 1, 1, 1)
        self._columns: int | None = None
        self._only = -1
        self._under: Place | None = None
        self._table = np.zeros((LEVELS, 3), np.uint8)
        # The items come first: the base dresses them.
        self._pictures = PictureItem()
        self._items = {}
        help_text = {"forward": PICTURES_FORWARD, "reverse": PICTURES_REVERSE}[side]
        super().__init__(title, help_text, parent, equal=True)
        for axis in ("bottom", "left"):
            self.plotItem.hideAxis(axis)
        self.view.addItem(self._pictures, ignoreBounds=True)
        self.viewport().setMouseTracking(True)
        self._describe()

    @property
    def grid(self) -> PictureGrid:
        """How the pictures are arranged."""
        return self._grid

    @property
    def image(self) -> QImage:
        """What is on show, a pixel to a pixel."""
        return self._pictures.image

    @property
    def picture_enlarged(self) -> int:
        return self._only

    def set_columns(self, columns: int) -> None:
        """Put so many pictures in a row, instead of as many as make the grid a square."""
        self._columns = columns

    def set_data(self, info: DataInfo) -> None:
        self._shades = Shades(info) if info.is_picture else None
        self._frame = self._earlier = None
        self.enlarge(-1)
        self._describe()

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
        self.show_way(STATE, frame)

    def show_way(self, way: str, frame: Frame, earlier: Frame | None = None) -> None:
        if self._shades is None:
            return
        self._way, self._frame = way, frame
        self._earlier = earlier if way == DIFFERENCE else None
        self._arrange(len(frame.x))
        self._draw()

    def enlarge(self, picture: int) -> None:
        """Fill the canvas with one picture; -1 shows all again."""
        picture = picture if 0 <= picture < self._grid.count else -1
        if picture == self._only:
            return
        self._only = picture
        self._pictures.set_only(picture)
        self.set_region(self.home if picture < 0 else self._around(picture))
        self.enlarged.emit(picture)

    def fit(self) -> None:
        self.enlarge(-1)
        super().fit()

    def links_to(self, other: Canvas) -> list[Link]:
        links = super().links_to(other)
        return [*links, (self.enlarged, other.enlarge)] if isinstance(other, PicturesView) else links

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        """Pictures have no path that could be drawn."""

    def left_clicked(self, position: QPointF) -> None:
        if self._only >= 0:
            self.enlarge(-1)
            return
        place = self._place_at(position)
        if place is not None:
            self.enlarge(place.picture)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._under = self._place_at(event.position())
        self._describe()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._under = None
        self._describe()

    def event(self, event: QEvent) -> bool:
        """Take Esc, which stops a run, for the way back while one picture is enlarged."""
        if event.type() == QEvent.Type.ShortcutOverride and self._goes_back(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._goes_back(event):
            self.enlarge(-1)
        else:
            super().keyPressEvent(event)

    def limited(self, region: QRectF) -> QRectF:
        widest = 2.0 * max(self.home.width(), self.home.height())
        width = max(region.width(), region.height())
        if not CLOSEST <= width <= widest:
            return self.region
        centre = region.center()
        x = min(max(centre.x(), self.home.left()), self.home.right())
        y = min(max(centre.y(), self.home.top()), self.home.bottom())
        return region.translated(x - centre.x(), y - centre.y())

    def table(self) -> Table:
        """Return all numbers, user's units: one row a pixel, one column a channel."""
        if self._frame is None or self._shades is None:
            return Table(self._side, {"picture": np.empty(0)})
        info = self._shades.info
        values = info.to_user(self._frame.x).reshape(len(self._frame.x), *info.shape[:2], -1)
        numbers = np.indices(values.shape[:3]).reshape(3, -1) + 1
        names = ("value",) if values.shape[-1] == 1 else ("red", "green", "blue")
        columns: dict[str, NDArray[np.generic]] = dict(zip(("picture", "row", "column"), numbers, strict=True))
        columns |= {name: values[..., channel].ravel() for channel, name in enumerate(names)}
        way = "" if self._way == STATE else f"-{self._way}"
        return Table(f"{self._side}{way}-t{self._frame.t}", columns)

    def dress_items(self, palette: Palette, line_scale: float) -> None:
        self._pictures.set_between(QColor(palette.surface))
        # From minus through nothing, the surface's own lightness, to plus.
        name = "CET-D6" if palette.dark else "CET-D1"
        self._table = pg.colormap.get(name).getLookupTable(0.0, 1.0, LEVELS, alpha=False)
        if self._earlier is not None:
            self._draw()

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        """Return the first of the pictures ``x`` [N, *shape], whatever the ``colour``."""
        if self._shades is None or not len(x):
            return QImage()
        return image_of(np.asarray(Shades(self._shades.info).levels(x[:1], stretched=False)[0], dtype=np.uint8))

    def _arrange(self, count: int) -> None:
        """Find a place for each of ``count`` pictures, if they are others than before."""
        if self._shades is None:
            return
        height, width = self._shades.info.shape[:2]
        grid = PictureGrid.square(count, height, width)
        if self._columns is not None:
            grid = PictureGrid(count, height, width, min(self._columns, count))
        if grid == self._grid:
            return
        self._grid = grid
        self._pictures.set_grid(grid)
        self.enlarge(-1)
        high, wide = grid.size
        margin = MARGIN * max(high, wide)
        self.set_home(QRectF(0.0, -high, wide, high).adjusted(-margin, -margin, margin, margin))

    def _draw(self) -> None:
        if self._frame is None or self._shades is None:
            return
        if self._earlier is not None:
            change = self._shades.difference(self._frame.x, self._earlier.x)
            self._reach = reach_of(change)
            middle = (LEVELS - 1) / 2
            index = np.nan_to_num(change / np.float32(self._reach), nan=0.0) * middle + (middle + 0.5)
            self._pictures.show_index(np.clip(index, 0, LEVELS - 1).astype(np.uint8), self._table)
        else:
            self._pictures.show_levels(self._shades.levels(self._frame.x, stretched=STRETCH in self._on))
        self._describe()

    def _describe(self) -> None:
        """Say what is shown, and the place and value under the pointer."""
        if self._shades is None or self._frame is None:
            self.set_readout(" ")
            return
        place = self._under
        if place is None or place.picture >= len(self._frame.x):
            self.set_readout(f"{self._said()} · {self._range()}")
            return
        values = self._shades.value(self._frame.x, place.picture, place.row, place.column)
        if self._earlier is not None:
            values = values - self._shades.value(self._earlier.x, place.picture, place.row, place.column)
            written = [number(value) for value in values]
        else:
            written = [self._shades.written(value) for value in values]
        said = ", ".join(written)
        text = f"row {place.row + 1}, column {place.column + 1}: {said}"
        self.set_readout(text if self._grid.count == 1 else f"picture {place.picture + 1}, {text}")

    def _said(self) -> str:
        if self._frame is not None and self._earlier is not None:
            later, earlier = (str(frame.t).translate(HIGH) for frame in (self._frame, self._earlier))
            return f"x{later} − x{earlier}"
        return SAID.get(self._way, SAID[STATE])

    def _range(self) -> str:
        if self._shades is None:
            return ""
        if self._earlier is not None:
            mean = ", mean of the channels" if channels_of(self._shades.info.shape) > 1 else ""
            return f"−{number(self._reach)} … {number(self._reach)}{mean}"
        return "stretched to what there is" if STRETCH in self._on else self._shades.words()

    def _place_at(self, position: QPointF) -> Place | None:
        if not self.in_plot(position):
            return None
        place = self.to_data(position)
        found = self._grid.at(place.x(), -place.y())
        return found if found is None or self._only in (-1, found.picture) else None

    def _around(self, picture: int) -> QRectF:
        y, x = self._grid.corner(picture)
        grid, margin = self._grid, MARGIN * max(self._grid.height, self._grid.width)
        return QRectF(x, -y - grid.height, grid.width, grid.height).adjusted(-margin, -margin, margin, margin)

    def _goes_back(self, event: QEvent) -> bool:
        return self._only >= 0 and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
