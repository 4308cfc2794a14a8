"""Points of one column: a strip below a line, and their histogram above it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from core.values.checkpoints import DataInfo
from core.values.runs import DriftFrame
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.canvases.points import (
    HALF_RANGE,
    HALF_WIDTH,
    LARGEST_RANGE,
    LONGEST_LABEL,
    SIDE,
    SMALLEST_RANGE,
    PointsView,
)
from dpm_gui.views.figures.explanations import LINE_FORWARD_HELP, LINE_REVERSE_HELP
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.histogram import HistogramItem, PriorCurveItem, density
from dpm_gui.views.widgets.column_chooser import shortened

LEAST_TOP = 0.5
"""The least density at the top of the canvas: a little more than the prior's greatest."""
HEADROOM = 1.15
STRIP = (-0.36, -0.05)
"""Lowest and highest place of a point, in parts of the density at the top."""
BOTTOM = -0.4
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)


class DensityAxis(PlotAxis):
    """A vertical axis that is numbered from 0 on: what lies below has no ordinate."""

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        levels: list[tuple[float, list[float]]] = super().tickValues(minVal, maxVal, size)
        return [(spacing, [value for value in values if value >= 0.0]) for spacing, values in levels]


class LineView(PointsView):
    """One canvas with points of one column at one step: each at its value, and at a height of its own that it keeps."""

    initial_layers = frozenset({"points", "density", "path", "prior"})
    help_texts: Mapping[str, str] = {"forward": LINE_FORWARD_HELP, "reverse": LINE_REVERSE_HELP}
    equal_axes = False
    first_columns = (0,)

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self.top = LEAST_TOP  # the density at the top of the region shown at first
        super().__init__(side, title, parent)

    def make_items(self) -> tuple[HistogramItem, PriorCurveItem]:
        return HistogramItem(), PriorCurveItem()

    def make_axes(self) -> tuple[PlotAxis, PlotAxis]:
        return PlotAxis("bottom", ""), DensityAxis("left", "density per standard deviation")

    def name_axes(self) -> None:
        self._axes[0].set_text(f"{shortened(self._labels[0], LONGEST_LABEL)} (standard deviations)")

    def home_region(self) -> QRectF:
        return QRectF(-HALF_RANGE, BOTTOM * self.top, 2 * HALF_RANGE, (1.0 - BOTTOM) * self.top)

    def set_data(self, info: DataInfo) -> None:
        """Take the name of the column, and make room for the greatest density of the examples."""
        super().set_data(info)
        peak = density(info.to_model(info.examples)[:, 0], -HALF_RANGE, HALF_RANGE)[1].max()
        self.top = max(LEAST_TOP, HEADROOM * float(peak))
        self.set_home(self.home_region())
        self._show_points()

    def places_of(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.column_stack((x[:, 0], self._heights(np.arange(len(x)))))

    def path_places(self, path: NDArray[np.float32], index: int) -> NDArray[np.float32]:
        return np.column_stack((path[:, 0], self._heights(np.full(len(path), index))))

    def show_drift(self, frame: DriftFrame | None) -> None:
        wanted = frame if frame is not None and frame.columns == self._columns else None
        self._drift.show_drift(wanted, 0.5 * sum(STRIP) * self.top)
        self._show_caption()

    def limited(self, region: QRectF) -> QRectF:
        return region if SMALLEST_RANGE <= region.width() <= LARGEST_RANGE else self.region

    def zoom(self, factor: float, centre: QPointF) -> None:
        """Magnify the horizontal axis alone; the densities stay what they are."""
        shown = self.view.viewRect()
        left = centre.x() + (shown.left() - centre.x()) / factor
        self.set_region(self.limited(QRectF(left, shown.top(), shown.width() / factor, shown.height())))

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        return line_thumbnail(x[:, 0], colour, self.top)

    def _heights(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return ordinates by the ``numbers`` [N] of points: fixed, and even over the first ones (golden ratio)."""
        low, high = STRIP
        shares = (numbers + 0.5) * GOLDEN % 1.0
        return np.asarray((low + (high - low) * shares) * self.top, np.float32)


def line_thumbnail(values: NDArray[np.float32], colour: str, top: float) -> QImage:
    """Return a transparent square with the histogram of ``values`` [N], up to the density ``top``, in ``colour``."""
    edges = np.linspace(-HALF_WIDTH, HALF_WIDTH, SIDE // 2 + 1)
    counts = np.histogram(values[np.isfinite(values)], edges)[0]
    heights = counts / (max(1, len(values)) * (edges[1] - edges[0])) / top * SIDE
    rows = SIDE - 1 - np.arange(SIDE)
    filled = rows[:, None] < np.repeat(heights, 2)[None, :]
    return tinted(0.8 * filled, QColor(colour))
