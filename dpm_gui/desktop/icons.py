"""The icons: line drawings of one style and one weight, tinted with a given colour."""

from __future__ import annotations

import math

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
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
    """The shipped icons by name, each rendered once, and tinted once for each colour."""

    def __init__(self) -> None:
        self._icons: dict[tuple[str, str], QIcon] = {}
        self._shapes: dict[str, list[QPixmap]] = {}  # in black, since tinting costs far less than rendering

    def icon(self, name: str, colour: str) -> QIcon:
        """Return an icon in one colour (``#RRGGBB``), fainter where the control is disabled.

        Raises:
            FileNotFoundError: If no icon has that name.
        """
        key = (_OTHER_NAMES.get(name, name), colour)
        if key not in self._icons:
            self._icons[key] = self._tint(*key)
        return self._icons[key]

    def _tint(self, name: str, colour: str) -> QIcon:
        if name not in self._shapes:
            self._shapes[name] = _render(name)
        icon = QIcon()
        for mode, opacity in ((QIcon.Mode.Normal, 1.0), (QIcon.Mode.Disabled, DISABLED_OPACITY)):
            tint = QColor(colour)
            tint.setAlphaF(opacity)
            for shape in self._shapes[name]:
                tinted = shape.copy()
                painter = QPainter(tinted)
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
                painter.fillRect(tinted.rect(), tint)
                painter.end()
                icon.addPixmap(tinted, mode)
        return icon


def _render(name: str) -> list[QPixmap]:
    """Return the icon in black, in each of `SIZES`."""
    drawing = asset(f"icons/{name}.svg").read_text(encoding="utf-8")
    drawing = drawing.replace("currentColor", "#000000").replace('stroke-width="2"', f'stroke-width="{LINE_WIDTH}"')
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    ratio = math.ceil(max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0))
    rendered = []
    for size in (ratio * size for size in SIZES):
        pixmap = QPixmap(size, size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, size, size))
        painter.end()
        rendered.append(pixmap)
    return rendered
