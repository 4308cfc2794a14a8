"""The icons: line drawings of one style and one weight, tinted with a given colour."""

from __future__ import annotations

import math

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from core.runtime.assets import asset

SIZES = (16, 20, 24, 36, 48)
"""Rendered sizes, pixels times the ratio of the finest screen; Qt shrinks the next larger size for other ones."""

LINE_WIDTH = "1.75"
"""Width of the line on the 24 x 24 grid of the drawings."""

DISABLED_OPACITY = 0.38

_OTHER_NAMES = {
    "alert": "triangle-alert",
    "circle-help": "circle-question-mark",
    "dice": "dices",
    "stop": "circle-stop",
}


class IconSet:
    """The shipped icons by name, each rendered once for each colour."""

    def __init__(self) -> None:
        self._icons: dict[tuple[str, str], QIcon] = {}

    def icon(self, name: str, colour: str) -> QIcon:
        """Return an icon in one colour (``#RRGGBB``), fainter where the control is disabled.

        Raises:
            FileNotFoundError: If no icon has that name.
        """
        key = (_OTHER_NAMES.get(name, name), colour)
        if key not in self._icons:
            self._icons[key] = self._draw(*key)
        return self._icons[key]

    def _draw(self, name: str, colour: str) -> QIcon:
        drawing = asset(f"icons/{name}.svg").read_text(encoding="utf-8")
        drawing = drawing.replace("currentColor", colour).replace('stroke-width="2"', f'stroke-width="{LINE_WIDTH}"')
        renderer = QSvgRenderer(QByteArray(drawing.encode()))
        icon = QIcon()
        ratio = math.ceil(max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0))
        for size in (ratio * size for size in SIZES):
            normal = _blank(size)
            painter = QPainter(normal)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            disabled = _blank(size)
            painter = QPainter(disabled)
            painter.setOpacity(DISABLED_OPACITY)
            painter.drawPixmap(0, 0, normal)
            painter.end()
            icon.addPixmap(normal, QIcon.Mode.Normal)
            icon.addPixmap(disabled, QIcon.Mode.Disabled)
        return icon


def _blank(size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap
