"""Hairlines around the content of the window, where the style draws bevels.

They are painted, and not described in a style sheet: each widget below a sheet is set up anew whenever a font or a
colour changes, which takes a tenth of a second for the whole window.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QCursor, QPainter, QPaintEvent, QPalette, QRegion
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStatusBar, QTabBar, QToolBar, QWidget

WIDEST_SEPARATOR = 12
"""Pixels; what is free between docks and wider than this is no separator."""
LARGEST_FOOT = 0.24
"""Largest share of the window's height for the bar at its foot."""


class HairlineToolBar(QToolBar):
    """A tool bar on the plain background of the window, with a line below."""

    def __init__(self, title: str, window: QMainWindow) -> None:
        super().__init__(title, window)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(8, 4, 8, 5)
            layout.setSpacing(8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())
        painter.end()


class HairlineStatusBar(QStatusBar):
    """A status bar with a line above."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(self.rect().topLeft(), self.rect().topRight())
        painter.end()


class FootBar(QToolBar):
    """A bar at the foot of the window, below the docks, with a line above; it shows one of the widgets it was given."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__("Foot", window)
        self.setObjectName("foot")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.toggleViewAction().setVisible(False)  # it comes and goes with its workspace alone
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        self._places: dict[str, QAction] = {}
        window.addToolBar(Qt.ToolBarArea.BottomToolBarArea, self)
        self.hide()

    def add(self, name: str, widget: QWidget) -> None:
        """Take over ``widget``, which `show_only` shows by ``name``."""
        self._places[name] = self.addWidget(widget)
        self._places[name].setVisible(False)

    def fit(self, height: int) -> None:
        """Take at most a share of the window's ``height``, as far as the widgets can be made lower."""
        for place in self._places.values():
            widget = self.widgetForAction(place)
            least = widget.minimumSizeHint().height()
            widget.setMaximumHeight(max(round(LARGEST_FOOT * height), least))

    def show_only(self, name: str) -> None:
        """Show what was added as ``name``, or nothing; call it again after a layout was restored, which moves bars."""
        for each, place in self._places.items():
            place.setVisible(each == name)
        self.setVisible(name in self._places)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(self.rect().topLeft(), self.rect().topRight())
        painter.end()


def paint_separators(window: QMainWindow) -> None:
    """Paint a line in each separator of docks, over what the style has drawn; call it in a paint event."""
    painter = QPainter(window)
    pointer = window.mapFromGlobal(QCursor.pos())
    colours = window.palette()
    for place in separators(window):
        painter.fillRect(place, colours.color(QPalette.ColorRole.Window))
        hovered = place.contains(pointer)
        line = QRect(place)
        if place.width() < place.height():
            line.setWidth(1)
            line.moveLeft(place.center().x())
        else:
            line.setHeight(1)
            line.moveTop(place.center().y())
        painter.fillRect(line, colours.color(QPalette.ColorRole.Highlight if hovered else QPalette.ColorRole.Mid))
    painter.end()


def separators(window: QMainWindow) -> list[QRect]:
    """Return the places of the separators: what the content, the docks and the bars of ``window`` leave free."""
    kinds = (QDockWidget, QToolBar, QTabBar)
    inside = [
        each
        for kind in kinds
        for each in window.findChildren(kind, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if each.isVisible() and not each.isWindow()
    ]
    free = QRegion(window.rect())
    for widget in (*inside, window.centralWidget(), window.menuWidget(), window.statusBar()):
        if widget is not None and widget.isVisible():
            free -= QRegion(widget.geometry())
    rectangles: Iterable[QRect] = cast(Any, free)  # its types leave out that it can be iterated
    return [each for each in rectangles if min(each.width(), each.height()) <= WIDEST_SEPARATOR]
