"""The base class of plots over t, whose cursor is a second timeline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from dpm_gui.desktop.theme import Palette, scaled_to_text
from dpm_gui.views.figures.figure import Figure
from dpm_gui.views.figures.plot_axis import PlotAxis

LEAST_SIZE = 240, 150
"""Least width and height of a plot, in pixels at usual text."""


class StepPlot(Figure):
    """A plot whose cursor follows the pressed pointer from step to step.

    Args:
        title: Title above the plot.
        help_text: Rich text behind the "?".
        label: Name and unit of the quantity drawn over t.
        parent: Qt's owner.
    """

    step_chosen = Signal(int)
    """The step under the pointer, one of `step_range`."""

    def __init__(self, title: str, help_text: str, label: str, parent: QWidget | None = None) -> None:
        self._step = 0
        self._cursor = StepCursor()  # before the base class applies the palette to it
        axes = (PlotAxis("bottom", "step t", whole=True, grid=True), PlotAxis("left", label, grid=True))
        super().__init__(title, help_text, parent, axes=axes)
        self.set_readout(" ")  # the line of numbers has its room from the start
        self._cursor.attach(self.view)
        self.viewport().setMouseTracking(True)

    def minimumSizeHint(self) -> QSize:
        """Return a size at which the numbers can be read."""
        return QSize(*(scaled_to_text(self, side) for side in LEAST_SIZE))

    @property
    def step_range(self) -> tuple[int, int] | None:
        """The first and last step that can be chosen, or None while nothing is drawn."""
        raise NotImplementedError

    def set_cursor(self, t: int) -> None:
        """Mark step ``t``."""
        raise NotImplementedError

    def step_at(self, x: float) -> int:
        """Return the step nearest to the abscissa ``x``, which is t itself unless a plot has another scale."""
        return round(x)

    def left_pressed(self, position: QPointF) -> None:
        self._choose(position)

    def left_dragged(self, position: QPointF) -> None:
        self._choose(position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        near = self._cursor.isVisible() and abs(event.position().x() - self._cursor.scenePos().x()) <= GRIP
        shape = Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def limited(self, region: QRectF) -> QRectF:
        """Limit ``region`` to the content of the plot, and to at least three steps."""
        width = min(max(region.width(), 3.0), self.home.width())
        height = min(max(region.height(), 1e-3 * self.home.height()), self.home.height())
        left = min(max(region.left(), self.home.left()), self.home.right() - width)
        top = min(max(region.top(), self.home.top()), self.home.bottom() - height)
        return QRectF(left, top, width, height)

    def _choose(self, position: QPointF) -> None:
        steps = self.step_range
        if steps is not None:
            t = int(np.clip(self.step_at(self.to_data(position).x()), *steps))
            if t != self._step:
                self.set_cursor(t)
                self.step_chosen.emit(t)


DOT = 3.5
"""Radius of the dots where the cursor crosses curves, in pixels."""
GRIP = 6.0
"""Pixels on each side of the line that count as the line."""


class StepCursor(QGraphicsItem):
    """A vertical line through a plot; moving it repaints only a strip."""

    def __init__(self) -> None:
        super().__init__()
        self._view: pg.ViewBox | None = None
        self.at: float | None = None  # its position, in data coordinates
        self._levels: Sequence[float] = ()
        self._height = 0.0
        self._dots: list[float] = []
        self._pen = QPen()
        self._fill = QColor()
        self._scale = 1.0
        self.setZValue(10)
        self.setVisible(False)

    def attach(self, view: pg.ViewBox) -> None:
        """Attach the cursor to the view of a plot; its coordinates are the pixels of the view."""
        self._view = view
        self.setParentItem(view)
        view.sigRangeChanged.connect(self.place)
        view.sigResized.connect(self.place)

    def apply_palette(self, palette: Palette, dot: QColor, line_scale: float) -> None:
        self._pen = QPen(QColor(palette.ink), 1.5 * line_scale)
        self._fill = dot
        self._scale = line_scale
        self.update()

    def move_to(self, x: float | None, levels: Sequence[float] = ()) -> None:
        """Move to ``x``, with dots at ``levels``, in data coordinates; None hides the cursor."""
        self.at, self._levels = x, levels
        self.place()

    def place(self) -> None:
        """Compute its position in pixels, after the view has moved or changed its size."""
        self.setVisible(self.at is not None)
        if self.at is None or self._view is None:
            return
        height = self._view.rect().height()
        if height != self._height:
            self.prepareGeometryChange()
            self._height = height
        places = [self._view.mapFromView(QPointF(self.at, level)) for level in (*self._levels, 0.0)]
        self._dots = [place.y() for place in places[:-1]]
        self.setPos(QPointF(round(places[-1].x()), 0.0))
        self.update()

    def boundingRect(self) -> QRectF:
        reach = GRIP * self._scale
        return QRectF(-reach, 0.0, 2 * reach, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        painter.drawLine(QLineF(0.0, 0.0, 0.0, self._height))
        painter.setBrush(self._fill)
        for y in self._dots:
            painter.drawEllipse(QPointF(0.0, y), DOT * self._scale, DOT * self._scale)
