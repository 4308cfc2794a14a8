"""A plot that is panned and zoomed with the mouse, and the notches of a wheel event."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from dpm_gui.views.figures.plot_axis import PlotAxis

CLICK_DISTANCE = 4
"""Pixels: a press that moves less than this is a click."""
NOTCH = 120.0
"""Angle that Qt reports for one notch, in eighths of a degree."""
ZOOM_A_NOTCH = 1.2


class PannedPlot(pg.PlotWidget):
    """The wheel zooms at the pointer, a middle or right drag pans; subclasses handle the left button.

    pyqtgraph's own handling of the mouse, its menus and its automatic ranges are off.

    Args:
        parent: Qt's owner.
        axes: The bottom and the left axis.
        equal: Whether both axes have the same scale.
    """

    region_changed = Signal(QRectF)
    """The region that is now to be in view, in data coordinates."""

    def __init__(self, parent: QWidget | None, axes: tuple[PlotAxis, PlotAxis], *, equal: bool) -> None:
        # The view box, which holds items in data coordinates.
        self.view = pg.ViewBox(enableMouse=False, enableMenu=False, lockAspect=equal, defaultPadding=0.0)
        by_side = {axis.orientation: axis for axis in axes}
        super().__init__(parent, viewBox=self.view, axisItems=by_side, enableMenu=False)
        for unused in ("top", "right"):
            self.getAxis(unused).enableAutoSIPrefix(
                False
            )  # otherwise it lays out an invisible label at every change of range
        self.setAcceptDrops(False)  # the window handles dropped files
        self.hideButtons()
        self.disableAutoRange()
        self._home = QRectF(0.0, 0.0, 1.0, 1.0)
        self._region = QRectF()
        self._pressed_at: QPoint | None = None
        self._panned_to: QPoint | None = None
        self._strayed = False
        self.shift_held = False  # whether Shift was held as a button was last pressed
        self.set_region(self._home)

    @property
    def home(self) -> QRectF:
        """The region that `fit` brings into view."""
        return QRectF(self._home)

    @property
    def region(self) -> QRectF:
        """The region last asked for, in data coordinates; if both axes have the same scale, more may be in view."""
        return QRectF(self._region)

    def set_region(self, region: QRectF) -> None:
        """Bring ``region`` into view."""
        if region.isEmpty() or region == self._region:
            return
        self._region = QRectF(region)
        self.view.setRange(rect=self.in_view(region), padding=0.0)
        self.region_changed.emit(QRectF(region))

    def in_view(self, region: QRectF) -> QRectF:
        """Subclasses: return what to bring into view for ``region``, which is part of it."""
        return region

    def set_home(self, region: QRectF) -> None:
        """Make ``region`` the one that `fit` brings into view, and fit."""
        self._home = QRectF(region)
        self.fit()

    def fit(self) -> None:
        """Bring everything into view."""
        self.set_region(self._home)

    def to_data(self, position: QPointF) -> QPointF:
        """Return the data coordinates of a position in the viewport."""
        return QPointF(self.view.mapSceneToView(position))

    def in_plot(self, position: QPointF) -> bool:
        """Return whether a position in the viewport lies within the axes."""
        return bool(self.view.sceneBoundingRect().contains(position))

    def left_pressed(self, position: QPointF) -> None:
        """Subclasses: the left button was pressed within the axes."""

    def left_dragged(self, position: QPointF) -> None:
        """Subclasses: the pointer moved with the left button held since a press within the axes."""

    def left_released(self) -> None:
        """Subclasses: the left button was released after a drag; a press that ends where it began may be one."""

    def left_clicked(self, position: QPointF) -> None:
        """Subclasses: the left button was pressed and released in one place."""

    def right_clicked(self, position: QPoint) -> None:
        """Subclasses: the right button was pressed and released in one place; ``position`` is on the screen."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._pressed_at = event.position().toPoint()
        self._strayed = False
        self.shift_held = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() != Qt.MouseButton.LeftButton:
            self._panned_to = self._pressed_at
        elif self.in_plot(event.position()):
            self.left_pressed(event.position())
        else:
            self._pressed_at = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()
        if self._pressed_at is None:
            return
        here = event.position().toPoint()
        self._strayed = self._strayed or not self._is_click(here)
        if self._panned_to is None:
            self.left_dragged(event.position())
        elif not self._is_click(here) or self._panned_to != self._pressed_at:
            self._pan(here - self._panned_to)
            self._panned_to = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()
        clicked = self._is_click(event.position().toPoint()) and not self._strayed
        panned = self._panned_to is not None and self._panned_to != self._pressed_at
        dragged = self._pressed_at is not None and self._panned_to is None and not clicked
        self._pressed_at = self._panned_to = None
        if dragged and event.button() == Qt.MouseButton.LeftButton:
            self.left_released()
        elif clicked and not panned:
            if event.button() == Qt.MouseButton.LeftButton:
                self.left_clicked(event.position())
            elif event.button() == Qt.MouseButton.RightButton:
                self.right_clicked(event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = notches(event)
        if not turned or not self.in_plot(event.position()):
            event.ignore()
            return
        event.accept()
        self.zoom(ZOOM_A_NOTCH**turned, self.to_data(event.position()))

    def zoom(self, factor: float, centre: QPointF) -> None:
        """Magnify ``factor`` times; ``centre`` (data coordinates) stays in place."""
        shown = self.view.viewRect()
        corner = centre + (shown.topLeft() - centre) / factor
        self.set_region(self.limited(QRectF(corner, shown.size() / factor)))

    def limited(self, region: QRectF) -> QRectF:
        """Subclasses: return the allowed region nearest to ``region``."""
        return region

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fill the viewport; pyqtgraph's own method fills the widget with its margins and frame."""
        if self.closed:
            return
        self.fit_viewport()

    def fit_viewport(self) -> None:
        """Lay out axes and plot in the viewport as it is now."""
        self.range = QRectF(self.viewport().rect())
        pg.GraphicsView.setRange(self, self.range, padding=0, disableAutoPixel=False)

    def _is_click(self, here: QPoint) -> bool:
        return self._pressed_at is not None and (here - self._pressed_at).manhattanLength() < CLICK_DISTANCE

    def _pan(self, by: QPoint) -> None:
        shown = self.view.viewRect()
        pixel_x, pixel_y = self.view.viewPixelSize()
        self.set_region(self.limited(shown.translated(-by.x() * pixel_x, by.y() * pixel_y)))


def notches(event: QWheelEvent) -> float:
    """Return how many notches the wheel was turned away from the user; 0 if a touchpad was merely touched.

    Horizontal turns count as well, since Qt reports the wheel as horizontal while Alt is held.
    """
    delta = event.angleDelta()
    return (delta.y() or delta.x()) / NOTCH
