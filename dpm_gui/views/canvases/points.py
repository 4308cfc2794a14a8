"""Points, as two of their columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QGraphicsItem, QToolTip, QWidget

from core.values.checkpoints import DataInfo
from core.values.runs import DriftFrame, Frame
from dpm_gui.desktop.numbers import rounded
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.state_kinds import column_labels
from dpm_gui.engine.values import FORWARD
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.figures.explanations import POINTS_FORWARD_HELP, POINTS_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.cloud import CloudItem
from dpm_gui.views.items.density import DensityItem, PriorItem
from dpm_gui.views.items.drift import DriftItem
from dpm_gui.views.items.histogram import HistogramItem, PriorCurveItem
from dpm_gui.views.items.path import PathItem
from dpm_gui.views.widgets.column_chooser import shortened

HALF_RANGE = 2.8
"""Standard deviations from the centre of the view to its edges."""
CLICK_RADIUS = 12.0
"""Pixels: a click farther than this from all points selects none."""
SMALLEST_RANGE, LARGEST_RANGE = 0.02, 60.0
"""Least and greatest width of a view, in standard deviations."""
LONGEST_LABEL = 24
"""Characters of a column's name beside an axis."""


class PointsView(Canvas):
    """One canvas with the states of trajectories of points at one step: two of their columns.

    Args:
        side: "forward" or "reverse", the side of the states, and with it the hue.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    layers = ("points", "density", "arrows", "path", "prior")
    initial_layers = frozenset({"points", "path", "prior"})
    interpolates = True
    help_texts: Mapping[str, str] = {"forward": POINTS_FORWARD_HELP, "reverse": POINTS_REVERSE_HELP}
    """The explanation of each side."""
    equal_axes = True
    first_columns: tuple[int, ...] = (0, 1)
    """The columns that are shown until others are chosen."""

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._columns = self.first_columns
        self._labels, self._headers = ("x₁", "x₂")[: len(self._columns)], ("x1", "x2")[: len(self._columns)]
        self._frame: Frame | None = None
        self._path_states: NDArray[np.float32] | None = None
        self._along: NDArray[np.float32] | None = None
        self._info: DataInfo | None = None
        self._hovered = -1
        # The items come first: the base class applies the palette to them.
        self._cloud, self._drift, self._path = CloudItem(), DriftItem(), PathItem(ascending=side == FORWARD)
        self._density, self._prior = self.make_items()
        self._items: dict[str, QGraphicsItem] = {  # from the lowest to the highest
            "density": self._density,
            "prior": self._prior,
            "points": self._cloud,
            "arrows": self._drift,
            "path": self._path,
        }
        super().__init__(title, self.help_texts[side], parent, axes=self.make_axes(), equal=self.equal_axes)
        for name, item in self._items.items():
            self.view.addItem(item, ignoreBounds=True)
            item.setVisible(name in self.initial_layers)
        self.view.sigRangeChanged.connect(self._show_density)
        self.name_axes()
        self.set_home(self.home_region())

    def make_items(self) -> tuple[DensityItem | HistogramItem, PriorItem | PriorCurveItem]:
        """Return the items of the density and of the prior."""
        return DensityItem(), PriorItem()

    def make_axes(self) -> tuple[PlotAxis, PlotAxis]:
        """Return the horizontal and the vertical axis."""
        return PlotAxis("bottom", ""), PlotAxis("left", "")

    def name_axes(self) -> None:
        """Write the names of the columns on show beside the axes."""
        for axis, column in zip(self._axes, self._columns, strict=True):
            axis.set_text(f"{shortened(self._labels[column], LONGEST_LABEL)} (standard deviations)")

    def home_region(self) -> QRectF:
        """Return the region that is shown at first."""
        return QRectF(-HALF_RANGE, -HALF_RANGE, 2 * HALF_RANGE, 2 * HALF_RANGE)

    def places_of(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where states ``x`` [N, D] are drawn, ``[N, 2]``, in coordinates of the canvas."""
        if x.shape[1] == 2 and self._columns == (0, 1):
            return x
        return x[:, self._columns]

    def path_places(self, path: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where the states ``path`` [S, D] of the marked trajectory are drawn, ``[S, 2]``."""
        return self.places_of(path)

    def set_data(self, info: DataInfo) -> None:
        """Take the names of the columns of ``info``, and show the first ones."""
        if info.shape[0] != len(self._labels):
            self._frame = None
            self._cloud.set_points(np.empty((0, 2), np.float32))
            self.show_path(None, None)
            self.show_drift(None)
        self._info, self._labels, self._headers = info, column_labels(info), _headers(info)
        self.show_columns(self.first_columns)

    def show_columns(self, columns: tuple[int, ...]) -> None:
        self._columns = columns
        self.name_axes()
        self._show_points()
        if self._path_states is not None:
            path, self._path_states = self._path_states, None
            self.show_path(path, self._path.upto)

    def set_layer(self, name: str, on: bool) -> None:
        super().set_layer(name, on)
        self._show_density()
        self._show_factor()

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        self._along = along
        self._colour_points(self._palette)

    def show_frame(self, frame: Frame) -> None:
        """Draw ``frame.x`` [N, D], model units."""
        self._frame = frame
        self._show_points()

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None, first: int = 0) -> None:
        """Draw a trajectory ``path`` [S, D], model units, with a dot at its place ``upto``; None draws nothing."""
        if path is None:
            self._path.show_path(None, None)
        elif path is self._path_states:
            self._path.show_path(self._path.places, upto)
        else:
            self._path.show_path(self.path_places(path), upto)
        self._path_states = path

    def show_drift(self, frame: DriftFrame | None) -> None:
        """Draw the drift as arrows; None, or a drift over other columns than those on show, draws nothing."""
        self._drift.show_drift(frame if frame is not None and frame.columns == self._columns else None)
        self._show_factor()

    def nearest(self, position: QPointF) -> int:
        """Return the index of the point nearest to a viewport position; -1 if none is within `CLICK_RADIUS`."""
        if self._frame is None or not len(self._frame.x):
            return -1
        middle = self.to_data(position)
        pixels = self._cloud.points.astype(np.float64) - (middle.x(), middle.y())
        pixels /= self.view.viewPixelSize()
        distances = np.nan_to_num(np.hypot(pixels[:, 0], pixels[:, 1]), nan=np.inf)
        best = int(np.argmin(distances))
        return best if distances[best] <= CLICK_RADIUS else -1

    def left_clicked(self, position: QPointF) -> None:
        self.point_clicked.emit(self.nearest(position))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        hovered = -1 if event.buttons() else self.nearest(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            QToolTip.showText(event.globalPosition().toPoint(), self.values_text(hovered), self)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        super().leaveEvent(event)

    def values_text(self, index: int) -> str:
        """Return the values of point ``index`` in the columns on show, user's units; empty if there is none."""
        if self._frame is None or self._info is None or not 0 <= index < len(self._frame.x):
            return ""
        values = self._info.to_user(self._frame.x[index : index + 1])[0]
        texts = (f"{self._labels[column]} = {rounded(values[column])}" for column in self._columns)
        return f"point {index + 1}: {', '.join(texts)}"

    def limited(self, region: QRectF) -> QRectF:
        width = max(region.width(), region.height())
        return region if SMALLEST_RANGE <= width <= LARGEST_RANGE else self.region

    def table(self) -> Table:
        """Return all columns of the points on show."""
        points = np.empty((0, len(self._headers)), np.float32) if self._frame is None else self._frame.x
        step = "" if self._frame is None else f"-t{self._frame.t}"
        columns = {f"{name} (model units)": points[:, number] for number, name in enumerate(self._headers)}
        return Table(f"{self.file_stem(self._side)}{step}", columns)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        self._colour_points(palette)
        self._cloud.set_size_scale(line_scale)
        hue = self._hue(palette)
        self._density.set_colour(hue)
        self._drift.apply_palette(QColor(palette.ink), line_scale)
        self._path.apply_palette(palette, QColor(hue), line_scale)
        self._prior.apply_palette(palette, line_scale)

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        return point_thumbnail(self.places_of(x), colour)

    def _hue(self, palette: Palette) -> str:
        return palette.forward if self._side == "forward" else palette.reverse

    def _colour_points(self, palette: Palette) -> None:
        if self._along is None:
            self._cloud.set_colours(None, np.array([QColor(self._hue(palette)).getRgb()], np.uint8))
            return
        table = along_colours(palette)
        index = np.clip(np.nan_to_num(self._along), 0.0, 1.0) * (len(table) - 1)
        self._cloud.set_colours(np.rint(index).astype(np.uint8), table)

    def _show_points(self) -> None:
        if self._frame is not None:
            self._cloud.set_points(self.places_of(self._frame.x))
            self._show_density()

    def _show_density(self) -> None:
        if self._frame is not None and self._density.isVisible():
            self._density.show_points(self._cloud.points, self.view.viewRect(), self.view.viewPixelSize()[0])

    def _show_factor(self) -> None:
        """Say what the arrows show: by which factor they are drawn, and where the other columns are."""
        shown = self._drift.isVisible() and len(self._drift.arrows[0])
        factor = f"arrows drawn × {self._drift.factor:g}" if self._drift.factor != 1.0 else ""
        others = "other columns at their mean" if len(self._labels) > len(self._columns) else ""
        self.set_caption(" · ".join(filter(None, (factor, others))) if shown else "")


def _headers(info: DataInfo) -> tuple[str, ...]:
    """Return the headers of the columns in a table: their names, with their numbers if two names are equal."""
    if len(set(info.columns)) == len(info.columns) > 0:
        return info.columns
    numbered = [f"x{number}" for number in range(1, info.shape[0] + 1)]
    return tuple(map(" ".join, zip(numbered, info.columns, strict=True))) if info.columns else tuple(numbered)


def along_colours(palette: Palette) -> NDArray[np.uint8]:
    """Return the colours along the data, ``[256, 4]``: a uniform map, without the end nearest to the background."""
    name, start, stop = ("plasma", 0.25, 1.0) if palette.dark else ("viridis", 0.0, 0.92)
    table: NDArray[np.uint8] = pg.colormap.get(name).getLookupTable(start, stop, 256, alpha=True)
    return table


SIDE = 96
HALF_WIDTH = 2.6
"""Half of the thumbnail's width, in model units."""


def point_thumbnail(x: NDArray[np.float32], colour: str) -> QImage:
    """Return a transparent square in which points ``x`` [N, 2] are spots of ``colour``, more opaque if denser."""
    places = np.floor((x / HALF_WIDTH + 1.0) * (SIDE / 2))
    inside = places[((places >= 0) & (places < SIDE)).all(axis=1)].astype(np.int64)
    counts = np.bincount((SIDE - 1 - inside[:, 1]) * SIDE + inside[:, 0], minlength=SIDE * SIDE)
    share = 1.0 - np.exp(-3.0 * counts.reshape(SIDE, SIDE) / max(1.0, len(x) / 2000))
    return tinted(share, QColor(colour))
