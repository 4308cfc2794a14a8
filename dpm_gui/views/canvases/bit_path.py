"""The path of one sequence of bits: all its steps beside the sequences, with an axis of t of its own."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsLineItem, QStyleOptionGraphicsItem, QWidget

from dpm_gui.desktop.theme import Palette
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.bit_items import BitImage, RowMark

GAP = 26
"""Pixels between the sequences and the path, for the line that leads from one to the other."""
LABEL_ROOM = 0.025
"""Room beyond both ends of the axis, as a share of it, for half of the numbers there."""
THINNEST_SHARE = 1 / 80
"""Least height of the mark of a step, as a share of the axis."""


class CellAxis(PlotAxis):
    """Numbers cells from 1 to the last one, to the right or downwards."""

    _last = 0.0

    def set_last(self, last: int) -> None:
        self._last = last
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        levels = super().tickValues(minVal, maxVal, size)
        return [(spacing, [v for v in values if 1 <= abs(v) <= self._last]) for spacing, values in levels]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{abs(value):.0f}" for value in values]


class StepTag(QGraphicsItem):
    """The number of the present step, on the axis of t."""

    def __init__(self, axis: PlotAxis) -> None:
        super().__init__(axis)
        self.text = ""
        self._fill, self._ink, self._font = QColor(), QColor(), QFont()

    def apply_palette(self, fill: QColor, ink: QColor, font: QFont) -> None:
        self.prepareGeometryChange()
        self._fill, self._ink, self._font = fill, ink, font

    def set_text(self, text: str) -> None:
        if text != self.text:
            self.prepareGeometryChange()
            self.text = text
            self.update()

    def boundingRect(self) -> QRectF:
        metrics = QFontMetricsF(self._font)
        width, height = metrics.horizontalAdvance(self.text) + 8.0, metrics.height() + 2.0
        return QRectF(1.0, -height / 2, width, height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setFont(self._font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawRoundedRect(self.boundingRect(), 3.0, 3.0)
        painter.setPen(self._ink)
        painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, self.text)


class BitPath:
    """What stands to the right of the sequences of a plot: a path, one row a step, the noise at the top.

    A line leads from the row of the sequence to the present step, which is the same bits.

    Args:
        plot: The plot of the sequences, one a row.
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self.states: NDArray[np.float32] | None = None  # the path shown, ``[S, D]``
        self._first = self._steps = 0
        self._row: int | None = None
        self.t: int | None = None  # the present step, while it is marked
        self.view = pg.ViewBox(enableMouse=False, enableMenu=False, defaultPadding=0.0)
        self.view.disableAutoRange()
        self.times = PlotAxis("right", "step t", whole=True)
        self.places = CellAxis("bottom", "", whole=True)
        for axis in (self.times, self.places):
            axis.linkToView(self.view)
        self._image, self.mark = BitImage(), RowMark()
        self.tag = StepTag(self.times)
        for item in (self._image, self.mark):
            self.view.addItem(item, ignoreBounds=True)
        self._lead = QGraphicsLineItem(plot)
        self._lead.setZValue(10.0)
        for part in (self.view, self.times, self.places):
            part.setParentItem(plot)
            part.hide()
        for view in (self.view, plot.getViewBox()):
            view.sigResized.connect(self._lay_lead)
        plot.getViewBox().sigRangeChanged.connect(self._lay_lead)
        self._lay_lead()

    @property
    def shown(self) -> bool:
        """Whether it takes room beside the sequences."""
        return bool(self.view.isVisible())

    @property
    def lead(self) -> QLineF | None:
        """The line from the row to the present step, in the plot's pixels; None while either is out of view."""
        return self._lead.line() if self._lead.isVisible() else None

    def set_visible(self, visible: bool) -> None:
        """Take room beside the sequences, or give it back to them."""
        if visible != self.shown:
            self._show_parts(visible)

    def set_steps(self, steps: int) -> None:
        """Let the axis reach from 0 to ``steps``."""
        self._steps = steps
        self._fit()

    def set_row(self, row: int | None) -> None:
        """Name the sequence, by its number from 0."""
        if row == self._row:  # at each step of play: laying out the label again would cost a part of its time
            return
        self._row = row
        self.places.set_text("" if row is None else f"sequence {row + 1} at every t")
        self._lay_lead()

    def show(self, states: NDArray[np.float32] | None, upto: int | None, first: int) -> None:
        """Show ``states`` [S, D] of the steps from ``first`` on, and mark the one at the place ``upto``."""
        if states is not self.states or first != self._first:
            self.states, self._first = states, first
            if states is None:
                self._image.clear()
            else:
                self._steps = max(self._steps, first + len(states) - 1)
                self._image.show_values(states[::-1], QRectF(0.5, first - 0.5, states.shape[1], len(states)))
                self.places.set_last(states.shape[1])
                self._fit()
        self.t = None if states is None or upto is None else first + upto
        self._place_mark()

    def at(self, position: QPointF) -> tuple[int, int] | None:
        """Return step and place, from 0, of the bit at a position in the scene, or None."""
        if self.states is None or not self.shown or not self.view.sceneBoundingRect().contains(position):
            return None
        place = self.view.mapSceneToView(position)
        step, column = round(place.y()), round(place.x()) - 1
        inside = 0 <= step - self._first < len(self.states) and 0 <= column < self.states.shape[1]
        return (step, column) if inside else None

    def value(self, step: int, column: int) -> float:
        """Return the bit at what `at` returned."""
        return float("nan") if self.states is None else float(self.states[step - self._first, column])

    def apply_palette(self, palette: Palette, hue: QColor, font: QFont, line_scale: float) -> None:
        self._image.set_colours(palette.surface, palette.ink)
        self.mark.apply_palette(hue, line_scale)
        self._lead.setPen(QPen(hue, 1.5 * line_scale))
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        self.tag.apply_palette(hue, QColor(palette.surface), bold)
        for axis in (self.times, self.places):
            axis.apply_palette(palette, font, line_scale)

    def _show_parts(self, visible: bool) -> None:
        layout = self._plot.layout
        for part, place in ((self.view, (2, 3)), (self.times, (2, 4)), (self.places, (3, 3))):
            if visible:
                part.show()  # an axis finds its size here, and not in setVisible
                layout.addItem(part, *place)
            else:
                part.hide()
                layout.removeItem(part)  # hidden, it would keep room
        layout.setColumnFixedWidth(2, GAP if visible else 0)
        layout.setColumnStretchFactor(3, 100 if visible else 0)  # as wide as the sequences
        self._place_mark()

    def _fit(self) -> None:
        columns = 1 if self.states is None else self.states.shape[1]
        room = 0.5 + LABEL_ROOM * self._steps
        self.view.setRange(QRectF(0.0, -room, columns + 1.0, self._steps + 2 * room), padding=0.0)

    def _place_mark(self) -> None:
        if self.t is None or self.states is None:
            self.mark.set_row(None)
        else:
            height = max(1.0, (self._steps + 1) * THINNEST_SHARE)
            self.mark.set_row(QRectF(0.5, self.t - height / 2, self.states.shape[1], height))
            self.tag.set_text(str(self.t))
        self._lay_lead()

    def _lay_lead(self, *_: object) -> None:
        """Lead from the right end of the row to the present step, while both are in view, and move the tag there."""
        rows = self._plot.getViewBox()
        seen = rows.viewRect() if self._row is not None else QRectF()
        y = -1.0 if self._row is None else -self._row - 1.0
        with_lead = self.shown and self.t is not None and seen.top() <= y <= seen.bottom()
        self.tag.setVisible(self.shown and self.t is not None)
        self._lead.setVisible(with_lead)
        if self.t is None or not self.shown:
            return
        place = self._plot.mapFromScene(self.view.mapViewToScene(QPointF(0.5, self.t)))
        self.tag.setPos(0.0, self.times.mapFromItem(self._plot, place).y())
        if with_lead and self.states is not None:
            end = min(self.states.shape[1] + 0.5, seen.right())
            row = self._plot.mapFromScene(rows.mapViewToScene(QPointF(end, y)))
            self._lead.setLine(QLineF(row, place))
