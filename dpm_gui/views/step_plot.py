"""The base of plots over t: a cursor that is a second timeline."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from dpm_gui.views.figure import Figure
from dpm_gui.views.plot_axis import PlotAxis
from dpm_gui.views.step_cursor import GRIP, StepCursor


class StepPlot(Figure):
    """A plot whose cursor follows the pressed pointer from step to step.

    Args:
        title: Stands above it.
        help_text: Rich text behind the "?".
        label: Name and unit of what is drawn over t.
        parent: Qt's owner.
    """

    step_chosen = Signal(int)
    """The step under the pointer, one of `step_range`."""

    def __init__(self, title: str, help_text: str, label: str, parent: QWidget | None = None) -> None:
        self._step = 0
        self._cursor = StepCursor()  # before the base, which dresses it
        axes = (PlotAxis("bottom", "step t", whole=True, grid=True), PlotAxis("left", label, grid=True))
        super().__init__(title, help_text, parent, axes=axes)
        self._cursor.attach(self.view)
        self.viewport().setMouseTracking(True)

    @property
    def step_range(self) -> tuple[int, int] | None:
        """The first and last step that can be chosen, or None while nothing is drawn."""
        raise NotImplementedError

    def set_cursor(self, t: int) -> None:
        """Mark step ``t``."""
        raise NotImplementedError

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
        """Keep to what the plot fills, and to no less than three steps."""
        width = min(max(region.width(), 3.0), self.home.width())
        height = min(max(region.height(), 1e-3 * self.home.height()), self.home.height())
        left = min(max(region.left(), self.home.left()), self.home.right() - width)
        top = min(max(region.top(), self.home.top()), self.home.bottom() - height)
        return QRectF(left, top, width, height)

    def _choose(self, position: QPointF) -> None:
        steps = self.step_range
        if steps is not None:
            t = int(np.clip(round(self.to_data(position).x()), *steps))
            if t != self._step:
                self.set_cursor(t)
                self.step_chosen.emit(t)
