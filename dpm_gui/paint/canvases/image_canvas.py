"""The large canvas of Paint: an image, nearest neighbour, with its mask drawn over it, and a pointer that paints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.paint.canvases.brush_outline import BrushOutline
from dpm_gui.paint.canvases.composition import Composition
from dpm_gui.paint.canvases.guides import Guides
from dpm_gui.paint.canvases.zoom import Zoom
from dpm_gui.paint.document.raster import Area, whole_area
from dpm_gui.views.figures.panned_plot import ZOOM_A_NOTCH, notches

MARGIN = 24
"""Pixels around a fitted image."""


class PaintCanvas(ColouredWidget):
    """Shows an image and emits the pointer's actions in pixels of the image; it has no strokes of its own."""

    pressed = Signal(float, float, bool, float, bool)
    """x, y, whether to erase, the pressure of a pen (1 for a mouse), and whether to draw a straight line to there."""
    moved = Signal(float, float, float)
    """x, y and pressure, while pressed."""
    released = Signal()
    size_asked = Signal(int)
    """The number of steps by which to enlarge the brush."""
    composition_outdated = Signal()
    """The mask of a large image is to be drawn otherwise: somebody is to compose it, and then set it."""
    hovered = Signal(object)
    """Row and column of the pixel under the pointer, or None."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Image to inpaint")
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 240)
        self.composition = Composition()  # the pixels on show
        self.zoom = Zoom()  # the scale and position of the image in the canvas
        self._fitted = True
        self.guides = Guides()  # the lines that follow the pointer
        self._outline = BrushOutline()
        self._right_erases = True
        self._pointer: QPointF | None = None
        self._down: Qt.MouseButton | None = None
        self._panned_from: QPointF | None = None
        self._message = ""

    def apply_palette(self) -> None:
        large = self.composition.large
        self.composition.set_mask_colour(self._palette.mask, self._palette.mask_alpha, later=large)
        self._redraw(large)

    def set_image(self, levels: NDArray[np.uint8], mask: NDArray[np.generic]) -> None:
        """Show an image ``[H, W]`` or ``[H, W, 3]``, 0 … 255, and its mask ``[H, W]``, 0 … 1."""
        other_size = levels.shape[:2] != self.composition.shape
        self.composition.set_image(levels, mask)
        if other_size or self._fitted:
            self.fit()
        self.update()

    def set_composition(self, composition: Composition) -> None:
        """Show an image that has been composed already."""
        other_size = composition.shape != self.composition.shape
        self.composition = composition
        if other_size or self._fitted:
            self.fit()
        self.update()

    def update_image(self, area: Area, levels: NDArray[np.uint8]) -> None:
        """Replace the levels in ``area`` by ``levels``, which has the shape of the area."""
        self.composition.update_image(area, levels)
        self._update_area(area)

    def update_mask(self, area: Area, mask: NDArray[np.generic]) -> None:
        """Replace the mask in ``area`` by ``mask``, which has the shape of the area."""
        self.composition.update_mask(area, mask)
        self._update_area(area)

    def set_mask_shown(self, shown: bool) -> None:
        """Show or hide the mask."""
        large = self.composition.large
        self.composition.set_mask_shown(shown, later=large)
        self._redraw(large)

    def set_brush(self, diameter: float | None, right_erases: bool, *, loops: bool = False) -> None:
        """Draw the outline of a round brush under the pointer, or none, or the loop of a lasso.

        Set whether the right button erases or pans.
        """
        self._update_outline()
        self.guides.loops = loops
        self.guides.end_loop()
        self._outline.diameter, self._right_erases = diameter, right_erases
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._update_outline()

    def set_message(self, text: str) -> None:
        """Show ``text`` instead of the image; an empty text shows the image."""
        self._message = text
        self.update()

    def fit(self) -> None:
        """Show the whole image, as large as possible."""
        self._fitted = True
        self.zoom.fit(self.composition.shape, self.width(), self.height(), MARGIN, self.devicePixelRatioF())
        self.update()

    def place_of(self, position: QPointF) -> tuple[float, float]:
        """Return the place in the image, x and y in its pixels, at a position in the canvas."""
        return self.zoom.to_image(position)

    def position_of(self, x: float, y: float) -> QPointF:
        """Return the position in the canvas of a place in the image."""
        return self.zoom.to_canvas(x, y)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.window))
        if self._message:
            painter.setPen(QColor(self._palette.muted))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
        else:
            painter.save()
            painter.setTransform(self.zoom.transform, combine=True)
            painter.drawImage(0, 0, self.composition.image)
            painter.restore()
            self._draw_frame(painter)
            if self._pointer is not None and self._panned_from is None:
                self._outline.draw(painter, self._pointer, self.zoom.scale, self._palette)
                self.guides.draw(painter, self._pointer, self.zoom, self._palette)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._palette.hairline), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._message or self._down is not None or self._panned_from is not None:
            return
        self._follow(event.position())
        button = event.button()
        erases = button == Qt.MouseButton.RightButton and self._right_erases
        if button == Qt.MouseButton.LeftButton or erases:
            self._down = button
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._begin(self.place_of(event.position()), erases, 1.0, shift)
        elif button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._panned_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._panned_from is not None:
            self._pan(position - self._panned_from)
            self._panned_from = position
        elif self._down is not None:
            self._go_on(self.place_of(position), 1.0)
        self._set_straight(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self._follow(position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panned_from is not None:
            self._panned_from = None
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif event.button() == self._down:
            self._end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift:
            self._set_straight(True)
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Shift:
            self._set_straight(False)
        super().keyReleaseEvent(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Paint with a pen as with a mouse, but with its pressure."""
        kind, place = event.type(), self.place_of(event.position())
        if self._message:
            return
        if kind == QEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            self._down = event.button()
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._begin(place, event.pointerType() == event.pointerType().Eraser, event.pressure(), shift)
        elif kind == QEvent.Type.TabletMove and self._down is not None:
            self._go_on(place, event.pressure())
        elif kind == QEvent.Type.TabletRelease and self._down is not None:
            self._end()
        self._follow(event.position())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = notches(event)
        if not turned:
            event.ignore()
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.size_asked.emit(1 if turned > 0 else -1)
        else:
            self._zoom_at(event.position(), ZOOM_A_NOTCH**turned)
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_at(event.position(), 1.0 + event.value())
            return True
        return super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._follow(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        self._update_outline()
        self._pointer = None
        self.hovered.emit(None)

    def _begin(self, place: tuple[float, float], erases: bool, pressure: float, shift: bool) -> None:
        """Begin a stroke; with the lasso Shift erases, with a brush it draws a straight line."""
        self.guides.begin_loop(place)
        loops = self.guides.loops
        self.pressed.emit(*place, erases or (shift and loops), pressure, shift and not loops)

    def _go_on(self, place: tuple[float, float], pressure: float) -> None:
        self.guides.extend_loop(place)
        self.moved.emit(*place, pressure)

    def _end(self) -> None:
        self._down = None
        self._update_outline()
        self.guides.end_loop()
        self.released.emit()

    def _set_straight(self, straight: bool) -> None:
        self._update_outline()
        self.guides.straight = straight and self._down is None
        self._update_outline()

    def _follow(self, position: QPointF) -> None:
        self._update_outline()
        self._pointer = position
        self._update_outline()
        x, y = self.place_of(position)
        height, width = self.composition.shape
        self.hovered.emit((int(y), int(x)) if 0 <= x < width and 0 <= y < height else None)

    def _pan(self, offset: QPointF) -> None:
        self._fitted = False
        self.zoom.pan(offset)
        self.update()

    def _zoom_at(self, position: QPointF, factor: float) -> None:
        self._fitted = False
        self.zoom.zoom_at(position, factor)
        self.update()

    def _redraw(self, large: bool) -> None:
        if large:
            self.composition_outdated.emit()
        self.update()

    def _update_area(self, area: Area) -> None:
        self.update(self.zoom.to_canvas_rect(area))

    def _update_outline(self) -> None:
        if self._pointer is not None:
            self.update(self._outline.area(self._pointer, self.zoom.scale))
            self.update(self.guides.area(self._pointer, self.zoom))

    def _draw_frame(self, painter: QPainter) -> None:
        rect = self.zoom.to_canvas_rect(whole_area(self.composition.shape))
        painter.setPen(QPen(QColor(self._palette.hairline), 1))
        painter.drawRect(rect.adjusted(-1, -1, 0, 0))
