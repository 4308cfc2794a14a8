"""A plot of histograms on common bins, with marks at single values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPen
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.theme import Palette, scaled_to_text, text_size
from dpm_gui.views.figures.figure import Figure, Table
from dpm_gui.views.figures.legend import Legend
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.figures.step_plot import LEAST_SIZE

FILL = 0.25
ABOVE = 0.35
"""Share of the highest bin left free above, for the legend."""


class Histogram(NamedTuple):
    """Counts in bins.

    Attributes:
        name: Its name in the legend and the table.
        counts: Number of values in each bin, ``[B]``.
        colour: The name of its colour in `Palette`.
        dashed: Whether it is an outline alone, as of what is predicted.
    """

    name: str
    counts: NDArray[np.floating] | NDArray[np.integer]
    colour: str
    dashed: bool = False


class Mark(NamedTuple):
    """A line at one value.

    Attributes:
        name: Its name in the legend.
        value: Its place.
        colour: The name of its colour in `Palette`.
    """

    name: str
    value: float
    colour: str


class HistogramPlot(Figure):
    """Histograms on common bins.

    Args:
        title: Title above the plot.
        help_text: Rich text behind the "?".
        label: What is counted, and its unit.
        name: Stem of the name of a file with its numbers.
        empty: Told in place of the histograms while there are none.
        parent: Qt's owner.
    """

    def __init__(
        self, title: str, help_text: str, label: str, name: str, empty: str, parent: QWidget | None = None
    ) -> None:
        self._edges = np.empty(0)
        self._shown: list[tuple[Histogram, pg.PlotCurveItem]] = []
        self._marks: list[tuple[Mark, pg.InfiniteLine]] = []
        self._legend = Legend()
        self._label, self._name, self._empty = label, name, empty
        axes = (PlotAxis("bottom", label, grid=True), PlotAxis("left", "paths", grid=True))
        super().__init__(title, help_text, parent, axes=axes)
        self._legend.setParentItem(self.view)
        self.set_readout(" ")
        self.show_none()

    def minimumSizeHint(self) -> QSize:
        """Return a size at which the numbers can be read."""
        return QSize(*(scaled_to_text(self, side) for side in LEAST_SIZE))

    def show_none(self) -> None:
        """Remove the histograms and tell how to get some."""
        self._show(np.empty(0), (), ())
        self.set_readout(" ")
        self.set_message(self._empty)

    def show_histograms(
        self, edges: NDArray[np.float64], histograms: Sequence[Histogram], marks: Sequence[Mark] = ()
    ) -> None:
        """Draw ``histograms`` on the bins between ``edges``, ``[B + 1]``, and lines at ``marks``."""
        self.set_message(None)
        self._show(edges, histograms, marks)
        most = max((float(np.max(histogram.counts, initial=0.0)) for histogram in histograms), default=1.0) or 1.0
        width = float(edges[-1] - edges[0])
        home = QRectF(float(edges[0]) - 0.02 * width, 0.0, 1.04 * width, (1.0 + ABOVE) * most)
        if home != self.home:
            self.set_home(home)
        self.apply_palette_to_items(self._palette, self._line_scale)

    def table(self) -> Table:
        columns: dict[str, NDArray[np.generic]] = {
            f"from ({self._label})": self._edges[:-1],
            f"to ({self._label})": self._edges[1:],
        }
        return Table(self._name, columns | {histogram.name: histogram.counts for histogram, _ in self._shown})

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        rows = []
        for histogram, item in self._shown:
            pen = _pen(palette, histogram.colour, line_scale, dashed=histogram.dashed)
            fill = QColor(getattr(palette, histogram.colour))
            fill.setAlphaF(0.0 if histogram.dashed else FILL)
            item.setPen(pen)
            item.setBrush(fill)
            rows.append((histogram.name, pen))
        for mark, line in self._marks:
            pen = _pen(palette, mark.colour, line_scale, dashed=True)
            line.setPen(pen)
            rows.append((mark.name, pen))
        font = QFont(self.font())
        font.setPointSizeF(text_size(self))
        self._legend.apply_palette(rows, font, QColor(palette.muted), QColor(palette.surface))

    def _show(self, edges: NDArray[np.float64], histograms: Sequence[Histogram], marks: Sequence[Mark]) -> None:
        for _, item in (*self._shown, *self._marks):
            self.view.removeItem(item)
        self._edges = edges
        self._shown = [
            (
                histogram,
                pg.PlotCurveItem(edges, np.asarray(histogram.counts, float), stepMode="center", fillLevel=0.0),
            )
            for histogram in histograms
        ]
        self._marks = [(mark, pg.InfiniteLine(mark.value, angle=90)) for mark in marks]
        for _, item in (*self._shown, *self._marks):
            self.view.addItem(item, ignoreBounds=True)
        self._legend.setVisible(bool(self._shown))


def _pen(palette: Palette, colour: str, line_scale: float, *, dashed: bool) -> QPen:
    pen = QPen(QColor(getattr(palette, colour)), 2.0 * line_scale)
    pen.setCosmetic(True)
    if dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen
