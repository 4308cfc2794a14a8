"""Points in the plane."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsItem, QWidget

from core.values.runs import DriftFrame, Frame
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.figures.explanations import POINTS_FORWARD_HELP, POINTS_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.cloud import CloudItem
from dpm_gui.views.items.density import DensityItem, PriorItem
from dpm_gui.views.items.drift import DriftItem
from dpm_gui.views.items.path import PathItem

HALF_RANGE = 2.8
"""Standard deviations from the centre of the view to its edges."""
CLICK_RADIUS = 12.0
"""Pixels: a click farther than this from all points selects none."""
SMALLEST_RANGE, LARGEST_RANGE = 0.02, 60.0
"""Least and greatest width of a view, in standard deviations."""


class PointsView(Canvas):
    """One canvas with the states of two-dimensional trajectories at one step.

    Args:
        side: "forward" or "reverse", the side of the states, and with it the hue.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    layers = ("points", "density", "arrows", "path", "prior")
    initial_layers = frozenset({"points", "path", "prior"})
    interpolates = True

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._frame: Frame | None = None
        self._along: NDArray[np.float32] | None = None
        # The items come first: the base class applies the palette to them.
        self._cloud, self._density = CloudItem(), DensityItem()
        self._drift, self._path, self._prior = DriftItem(), PathItem(), PriorItem()
        self._items: dict[str, QGraphicsItem] = {  # from the lowest to the highest
            "density": self._density,
            "prior": self._prior,
            "points": self._cloud,
            "arrows": self._drift,
            "path": self._path,
        }
        axes = (PlotAxis("bottom", "x₁ (standard deviations)"), PlotAxis("left", "x₂ (standard deviations)"))
        help_text = {"forward": POINTS_FORWARD_HELP, "reverse": POINTS_REVERSE_HELP}[side]
        super().__init__(title, help_text, parent, axes=axes, equal=True)
        for name, item in self._items.items():
            self.view.addItem(item, ignoreBounds=True)
            item.setVisible(name in self.initial_layers)
        self.view.sigRangeChanged.connect(self._show_density)
        self.set_home(QRectF(-HALF_RANGE, -HALF_RANGE, 2 * HALF_RANGE, 2 * HALF_RANGE))

    def set_layer(self, name: str, on: bool) -> None:
        super().set_layer(name, on)
        self._show_density()
        self._show_factor()

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        self._along = along
        self._colour_points(self._palette)

    def show_frame(self, frame: Frame) -> None:
        """Draw ``frame.x`` [N, 2], model units."""
        self._frame = frame
        self._cloud.set_points(frame.x)
        self._show_density()

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw a trajectory ``path`` [S, 2], model units, with a dot at its place ``upto``; None draws nothing."""
        self._path.show_path(path, upto)

    def show_drift(self, frame: DriftFrame | None) -> None:
        """Draw the drift as arrows; None draws nothing."""
        self._drift.show_drift(frame)
        self._show_factor()

    def nearest(self, position: QPointF) -> int:
        """Return the index of the point nearest to a viewport position; -1 if none is within `CLICK_RADIUS`."""
        if self._frame is None or not len(self._frame.x):
            return -1
        middle = self.to_data(position)
        pixels = self._frame.x.astype(np.float64) - (middle.x(), middle.y())
        pixels /= self.view.viewPixelSize()
        distances = np.nan_to_num(np.hypot(pixels[:, 0], pixels[:, 1]), nan=np.inf)
        best = int(np.argmin(distances))
        return best if distances[best] <= CLICK_RADIUS else -1

    def left_clicked(self, position: QPointF) -> None:
        self.point_clicked.emit(self.nearest(position))

    def limited(self, region: QRectF) -> QRectF:
        width = max(region.width(), region.height())
        return region if SMALLEST_RANGE <= width <= LARGEST_RANGE else self.region

    def table(self) -> Table:
        points = np.empty((0, 2), np.float32) if self._frame is None else self._frame.x
        step = "" if self._frame is None else f"-t{self._frame.t}"
        columns = {"x1 (model units)": points[:, 0], "x2 (model units)": points[:, 1]}
        return Table(f"{self._side}{step}", columns)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        self._colour_points(palette)
        self._cloud.set_size_scale(line_scale)
        hue = self._hue(palette)
        self._density.set_colour(hue)
        self._drift.apply_palette(QColor(palette.ink), line_scale)
        self._path.apply_palette(palette, QColor(hue), line_scale)
        self._prior.apply_palette(palette, line_scale)

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        return point_thumbnail(x, colour)

    def _hue(self, palette: Palette) -> str:
        return palette.forward if self._side == "forward" else palette.reverse

    def _colour_points(self, palette: Palette) -> None:
        if self._along is None:
            self._cloud.set_colours(None, np.array([QColor(self._hue(palette)).getRgb()], np.uint8))
            return
        table = along_colours(palette)
        index = np.clip(np.nan_to_num(self._along), 0.0, 1.0) * (len(table) - 1)
        self._cloud.set_colours(np.rint(index).astype(np.uint8), table)

    def _show_density(self) -> None:
        if self._frame is not None and self._density.isVisible():
            self._density.show_points(self._frame.x, self.view.viewRect(), self.view.viewPixelSize()[0])

    def _show_factor(self) -> None:
        shown = self._drift.isVisible() and len(self._drift.arrows[0]) and self._drift.factor != 1.0
        self.set_caption(f"arrows drawn × {self._drift.factor:g}" if shown else "")


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
