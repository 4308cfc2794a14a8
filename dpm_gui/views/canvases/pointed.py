"""A canvas of points that one points at: clicks and loops choose points, and hovering tells their values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.lasso import LEAST_PLACES, LassoItem, enclosed

CLICK_RADIUS = 12.0
"""Pixels: a click farther than this from all points selects none."""
NEARBY = 0.3
"""Standard deviations: the distance within which points are nearby."""


class PointedCanvas(Canvas):
    """Chooses points by the pointer: one by a click, all within a loop by a left drag; Shift adds to those before."""

    def __init__(
        self, title: str, help_text: str, parent: QWidget | None, *, axes: tuple[PlotAxis, PlotAxis], equal: bool
    ) -> None:
        self._hovered = -1
        self._lasso = LassoItem()
        super().__init__(title, help_text, parent, axes=axes, equal=equal)

    @property
    def places(self) -> NDArray[np.float32]:
        """Where the points are, ``[N, 2]``, in data coordinates."""
        raise NotImplementedError

    def values_text(self, index: int) -> str:
        """Return the values of point ``index``; empty if there is none."""
        raise NotImplementedError

    def nearest(self, position: QPointF) -> int:
        """Return the index of the point nearest to a viewport position; -1 if none is within `CLICK_RADIUS`."""
        if not len(self.places):
            return -1
        middle = self.to_data(position)
        pixels = self.places.astype(np.float64) - (middle.x(), middle.y())
        pixels /= self.view.viewPixelSize()
        distances = np.nan_to_num(np.hypot(pixels[:, 0], pixels[:, 1]), nan=np.inf)
        best = int(np.argmin(distances))
        return best if distances[best] <= CLICK_RADIUS else -1

    def left_clicked(self, position: QPointF) -> None:
        nearest = self.nearest(position)
        if not self.shift_held:
            self.point_clicked.emit(nearest)
        elif nearest >= 0:
            self.point_added.emit(nearest)

    def left_dragged(self, position: QPointF) -> None:
        if len(self._lasso.outline):  # there were points as the drag began
            self._lasso.extend(self.to_data(position))

    def left_released(self) -> None:
        if len(self._lasso.outline) >= LEAST_PLACES:
            found = enclosed(self.places, self._lasso.outline)
            self.region_drawn.emit(np.flatnonzero(found), self.shift_held)

    def near(self, index: int) -> NDArray[np.int64]:
        """Return the numbers of the points within `NEARBY` of point ``index``; none if there is no such point."""
        places = self.places
        if not 0 <= index < len(places):
            return np.empty(0, np.int64)
        return np.flatnonzero(np.hypot(*(places - places[index]).T) <= NEARBY)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._lasso.clear()
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.in_plot(event.position()) and len(self.places):
            self._lasso.extend(self.to_data(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._lasso.clear()

    def event(self, event: QEvent) -> bool:
        """Let Esc give up a loop that is being drawn, whatever else it does."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._gives_up(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._gives_up(event):
            self._lasso.clear()
            self._pressed_at = None
            return
        super().keyPressEvent(event)

    def _gives_up(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and len(self._lasso.outline) > 1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        hovered = -1 if event.buttons() else self.nearest(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            QToolTip.showText(event.globalPosition().toPoint(), self.values_text(hovered), self)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        super().leaveEvent(event)
