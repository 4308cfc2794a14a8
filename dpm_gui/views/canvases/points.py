"""Points, as two of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsItem, QWidget

from core.values.checkpoints import DataInfo
from core.values.runs import DriftFrame, Frame
from dpm_gui.desktop.numbers import grouped, rounded
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.state_kinds import column_labels
from dpm_gui.engine.values import FORWARD
from dpm_gui.views.canvases.canvas import ShownPath
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.canvases.point_clouds import PointClouds, highlight
from dpm_gui.views.canvases.point_paths import PointPaths
from dpm_gui.views.canvases.pointed import PointedCanvas
from dpm_gui.views.figures.explanations import POINTS_FORWARD_HELP, POINTS_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.density import DensityItem, PriorItem
from dpm_gui.views.items.drift import DriftItem
from dpm_gui.views.items.histogram import HistogramItem, PriorCurveItem
from dpm_gui.views.widgets.column_chooser import shortened

HALF_RANGE = 2.8
"""Standard deviations from the centre of the view to its edges."""
SMALLEST_RANGE, LARGEST_RANGE = 0.02, 60.0
"""Least and greatest width of a view, in standard deviations."""
LONGEST_LABEL = 24
"""Characters of a column's name beside an axis."""


class PointsView(PointedCanvas):
    """One canvas with the states of trajectories of points at one step: two of their columns.

    Args:
        side: "forward" or "reverse", the side of the states, and with it the hue.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    layers = ("points", "density", "arrows", "path", "prior")
    initial_layers = frozenset({"points", "path", "prior"})
    several_paths = True
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
        self._behind: Frame | None = None
        self._info: DataInfo | None = None
        self._marked = 0
        # The items come first: the base class applies the palette to them.
        self._clouds, self._drift = PointClouds(), DriftItem()
        self._paths = PointPaths(self.path_places, ascending=side == FORWARD)
        self._cloud, self._path = self._clouds.others, self._paths.lines
        self._density, self._prior = self.make_items()
        self._parts: dict[str, tuple[QGraphicsItem, ...]] = {  # from the lowest to the highest
            "density": (self._density,),
            "prior": (self._prior,),
            "points": (self._clouds.behind, self._cloud, self._clouds.followed),
            "arrows": (self._drift,),
            "path": (self._paths.fan, self._path),
        }
        self._items = {name: items[-1] for name, items in self._parts.items()}
        super().__init__(title, self.help_texts[side], parent, axes=self.make_axes(), equal=self.equal_axes)
        for item in (*(item for items in self._parts.values() for item in items), self._lasso):
            self.view.addItem(item, ignoreBounds=True)
        self._paths.fan.stackBefore(self._cloud)  # the futures are drawn over their lines
        for name in self.layers:
            super().set_layer(name, name in self.initial_layers)
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

    @property
    def places(self) -> NDArray[np.float32]:
        return self._clouds.places

    def places_of(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where states ``x`` [N, D] are drawn, ``[N, 2]``, in coordinates of the canvas."""
        if x.shape[1] == 2 and self._columns == (0, 1):
            return x
        return x[:, self._columns]

    def path_places(self, path: NDArray[np.float32], index: int) -> NDArray[np.float32]:
        """Return where the states ``path`` [S, D] of trajectory ``index`` are drawn, ``[S, 2]``."""
        return self.places_of(path)

    def set_data(self, info: DataInfo) -> None:
        """Take the names of the columns of ``info``, and show the first ones."""
        if info.shape[0] != len(self._labels):
            self._frame = None
            self._clouds.show_places(np.empty((0, 2), np.float32))
            self.show_paths(())
            self.show_fan(None, None)
            self.show_behind(None)
            self.show_drift(None)
        self._info, self._labels, self._headers = info, column_labels(info), _headers(info)
        self.show_columns(self.first_columns)

    def show_columns(self, columns: tuple[int, ...]) -> None:
        self._columns = columns
        self.name_axes()
        self._show_points()
        self._paths.place_again()
        self.show_behind(self._behind)

    def set_layer(self, name: str, on: bool) -> None:
        for item in self._parts[name]:
            item.setVisible(on)
        self._show_density()
        self._show_caption()

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        self._clouds.set_colours(along)
        self._colour_fan()

    def show_frame(self, frame: Frame) -> None:
        """Draw ``frame.x`` [N, D], model units."""
        self._frame = frame
        self._show_points()

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None, first: int = 0) -> None:
        """Draw the trajectory ``path`` [S, D] that is marked, with a dot at its place ``upto``; None draws nothing."""
        self._paths.show(() if path is None else (ShownPath(self._marked, path, upto),))

    def mark(self, index: int) -> None:
        self._marked = max(index, 0)

    def show_paths(self, paths: Sequence[ShownPath]) -> None:
        """Draw ``paths``, each with a dot at its place ``upto``, and no others."""
        self._paths.show(paths)

    def follow(self, indices: NDArray[np.int64]) -> None:
        """Highlight the points ``indices`` at every step, and say how many they are; none if it is empty."""
        self._clouds.follow(indices)
        self._show_caption()

    def show_fan(self, fan: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw the paths ``fan`` [S, K, D] of K futures, past up to step ``upto``, and their points large."""
        appeared = (fan is None) != (self._paths.fan.fan is None)
        self._paths.show_fan(fan, upto)
        self._clouds.set_large(fan is not None)
        if appeared:
            self._colour_fan()

    def show_behind(self, frame: Frame | None) -> None:
        """Draw the points of ``frame``, of the run before, in grey behind the others; None draws nothing."""
        self._behind = frame
        self._clouds.show_behind(None if frame is None else self.places_of(frame.x))

    def show_drift(self, frame: DriftFrame | None) -> None:
        """Draw the drift as arrows; None, or a drift over other columns than those on show, draws nothing."""
        self._drift.show_drift(frame if frame is not None and frame.columns == self._columns else None)
        self._show_caption()

    def values_text(self, index: int) -> str:
        """Return the values of point ``index`` in the columns on show, user's units; empty if there is none."""
        if self._frame is None or self._info is None or not 0 <= index < len(self._frame.x):
            return ""
        values = self._info.to_user(self._frame.x[index : index + 1])[0]
        texts = (f"{self._labels[column]} = {rounded(values[column])}" for column in self._columns)
        return f"{'point' if self._paths.fan.fan is None else 'future'} {index + 1}: {', '.join(texts)}"

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
        hue = palette.forward if self._side == FORWARD else palette.reverse
        self._clouds.apply_palette(palette, hue, line_scale)
        self._lasso.apply_palette(highlight(palette), line_scale)
        self._colour_fan()
        self._density.set_colour(hue)
        self._drift.apply_palette(QColor(palette.ink), line_scale)
        self._path.apply_palette(palette, QColor(hue), line_scale)
        self._prior.apply_palette(palette, line_scale)

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        return point_thumbnail(self.places_of(x), colour)

    def _colour_fan(self) -> None:
        fan = self._paths.fan.fan
        if fan is not None:
            self._paths.fan.set_colours(self._clouds.colours(fan.shape[1]), self._line_scale)

    def _show_points(self) -> None:
        if self._frame is not None:
            self._clouds.show_places(self.places_of(self._frame.x))
            self._show_density()

    def _show_density(self) -> None:
        if self._frame is not None and self._density.isVisible():
            self._density.show_points(self._clouds.places, self.view.viewRect(), self.view.viewPixelSize()[0])

    def _show_caption(self) -> None:
        """Say how many points are followed, by which factor arrows are drawn, and where the other columns are."""
        followed = len(self._clouds.indices)
        arrows = self._drift.isVisible() and len(self._drift.arrows[0]) > 0
        texts = (
            f"{grouped(followed)} point{'s' if followed > 1 else ''} followed" if followed else "",
            f"arrows drawn × {self._drift.factor:g}" if arrows and self._drift.factor != 1.0 else "",
            "other columns at their mean" if arrows and len(self._labels) > len(self._columns) else "",
        )
        self.set_caption(" · ".join(filter(None, texts)))


def _headers(info: DataInfo) -> tuple[str, ...]:
    """Return the headers of the columns in a table: their names, with their numbers if two names are equal."""
    if len(set(info.columns)) == len(info.columns) > 0:
        return info.columns
    numbered = [f"x{number}" for number in range(1, info.shape[0] + 1)]
    return tuple(map(" ".join, zip(numbered, info.columns, strict=True))) if info.columns else tuple(numbered)


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
