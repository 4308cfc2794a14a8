"""The plane of Paint: points sampled under a potential r(x), and a pointer that paints the potential."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from core.values.checkpoints import DataInfo
from dpm_gui.desktop.theme import Palette
from dpm_gui.paint.canvases.brush_outline import BrushOutline
from dpm_gui.paint.potential.contours import OutlineItem, PotentialItem
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.figures.panned_plot import notches
from dpm_gui.views.items.cloud import CloudItem


class PotentialCanvas(PointsView):
    """A canvas of points that emits where the pointer is pressed, moved and released, in model units."""

    pressed = Signal(float, float)
    moved = Signal(float, float)
    released = Signal(float, float)
    size_asked = Signal(int)
    """The number of steps by which to enlarge the brush."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.potential_item = PotentialItem()  # the contours of the potential
        self.outline_item = OutlineItem()  # of the selected part
        self._data_points = CloudItem()
        self._outline = BrushOutline()
        self._pointer: QPointF | None = None
        self._down = False
        super().__init__("reverse", "Reverse under r(x)", parent)
        self._clouds.mutes_unplaced = True  # points that resampling drops have no place along the data
        for item in (self._data_points, self.potential_item):
            self.view.addItem(item, ignoreBounds=True)
            item.setZValue(-1)
        self.view.addItem(self.outline_item, ignoreBounds=True)
        self.viewport().setMouseTracking(True)
        self.setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self.region_changed.connect(lambda _: self.viewport().update())  # the outline scales with the region
        self._data_states: NDArray[np.float32] | None = None
        self.apply_palette()

    def show_potential(self, log_r: NDArray[np.float32], extent: tuple[float, float, float, float]) -> None:
        """Show ln r ``[H, W]`` on a grid over ``extent``, model units; its greatest value is 0."""
        self.potential_item.show_field(log_r, extent)

    def mark_part(self, outline: NDArray[np.float64] | None) -> None:
        """Highlight a part of the potential by its lines ``[L, 4]``, model units, or none."""
        self.outline_item.show_lines(outline)

    def show_data_points(self, points: NDArray[np.float32]) -> None:
        """Show data ``[N, D]``, model units, faintly beneath the samples."""
        self._data_states = points
        self._data_points.set_points(self.places_of(points))

    def show_columns(self, columns: tuple[int, ...]) -> None:
        super().show_columns(columns)
        if self._data_states is not None:
            self.show_data_points(self._data_states)

    def set_data(self, info: DataInfo) -> None:
        """Take the names of the columns of ``info``, and show its examples faintly."""
        self._data_states = None
        super().set_data(info)
        self.show_data_points(info.to_model(info.examples))

    def set_brush(self, diameter: float | None) -> None:
        """Draw the outline of a brush of ``diameter``, model units, under the pointer, or none."""
        self._update_outline()
        self._outline.diameter = diameter
        self._update_outline()

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        super().apply_palette_to_items(palette, line_scale)
        self.potential_item.apply_palette(palette, line_scale)
        self.outline_item.apply_palette(palette, line_scale)
        faint = QColor(palette.muted)
        faint.setAlpha(70)
        self._data_points.set_colours(None, np.array([faint.getRgb()], np.uint8))
        self._data_points.set_size_scale(line_scale)

    def left_pressed(self, position: QPointF) -> None:
        self._down = True
        place = self.to_data(position)
        self.pressed.emit(place.x(), place.y())

    def left_dragged(self, position: QPointF) -> None:
        place = self.to_data(position)
        self.moved.emit(place.x(), place.y())

    def left_clicked(self, position: QPointF) -> None:
        """Do nothing: press and release have already emitted the click."""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._follow(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._down and event.button() == Qt.MouseButton.LeftButton:
            self._down = False
            place = self.to_data(event.position())
            self.released.emit(place.x(), place.y())

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = notches(event)
        if turned and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.size_asked.emit(1 if turned > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Under a style sheet, Qt 6.11 restores its first colours whenever a page is shown.
        self.apply_palette()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._follow(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._pointer is None or not self.in_plot(self._pointer):
            return
        painter = QPainter(self.viewport())
        self._outline.draw(painter, self._pointer, self._scale(), self._palette)
        painter.end()

    def _follow(self, position: QPointF | None) -> None:
        self._update_outline()
        self._pointer = position
        self._update_outline()

    def _update_outline(self) -> None:
        if self._pointer is not None:
            self.viewport().update(self._outline.area(self._pointer, self._scale()))

    def _scale(self) -> float:
        """Return the number of pixels per model unit."""
        return 1.0 / float(self.view.viewPixelSize()[0])
