"""Small images side by side, nearest neighbour: the samples of a run, their mean and their standard deviation."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.views.canvases.image_levels import image_of
from dpm_gui.views.items.image_grid import whole_scale

GAP = 8
LEAST_SIDE = 24


@dataclass(frozen=True, slots=True)
class Tile:
    """One small image.

    Attributes:
        levels: ``[H, W]`` or ``[H, W, 3]`` (red, green, blue), 0 … 255.
        values: ``[H, W]`` or ``[H, W, 3]``, the values shown in a pixel's tool tip.
        name: The name shown in the tool tip.
        mapped: Whether the levels are colours of a map of the values, and no image of them.
    """

    levels: NDArray[np.uint8]
    values: NDArray[np.generic]
    name: str
    mapped: bool = False


class TileGrid(ColouredWidget):
    """Lays tiles out in a grid, as large as possible; one of them can be chosen."""

    chosen = Signal(int)
    """The number of the tile that was clicked, or reached with the arrow keys."""
    save_asked = Signal(object)
    """The `Tile` to save as an image, as it was when its menu was opened."""
    keep_asked = Signal(int)
    """The number of the tile that was double clicked."""
    enlarge_asked = Signal(object)
    """The `Tile` to show larger."""

    def __init__(self, name: str, parent: QWidget | None = None, *, choosable: bool = False) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(80, 80)
        if choosable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._choosable = choosable
        self._tiles: list[Tile] = []
        self._layout: tuple[QSize, int, tuple[int, ...], tuple[int, int]] | None = None
        self._images: list[QImage] = []
        self._chosen = 0
        self._message = ""

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The tiles on show."""
        return tuple(self._tiles)

    @property
    def choice(self) -> int:
        """The number of the chosen tile."""
        return self._chosen

    def sizeHint(self) -> QSize:
        return QSize(320, 240)

    def set_message(self, text: str) -> None:
        """Set the text shown while there are no tiles."""
        self._message = text
        self.update()

    def show_tiles(self, tiles: list[Tile]) -> None:
        """Show ``tiles``, all of one size."""
        self._tiles = tiles
        self._images = [image_of(tile.levels) for tile in tiles]
        self._chosen = min(self._chosen, max(len(tiles) - 1, 0))
        self.update()

    def choose(self, index: int) -> None:
        """Choose a tile."""
        if 0 <= index < len(self._tiles) and self._choosable:
            self._chosen = index
            self.update()
            self.chosen.emit(index)

    def place_of(self, index: int) -> QRect:
        """Return the rectangle of a tile."""
        columns, side = self._grid()
        row, column = divmod(index, columns)
        across, down = self._size(side)
        rows = math.ceil(len(self._tiles) / columns)
        left = (self.width() - columns * across - (columns - 1) * GAP) // 2
        top = (self.height() - rows * down - (rows - 1) * GAP) // 2
        return QRect(left + column * (across + GAP), top + row * (down + GAP), across, down)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._images:
            painter.setPen(QColor(self._palette.muted))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(8, 8, -8, -8), flags, self._message)
        for index, image in enumerate(self._images):
            place = self.place_of(index)
            painter.drawImage(place, image)
            marked = self._choosable and index == self._chosen and len(self._images) > 1
            painter.setPen(QPen(QColor(self._palette.hairline), 1))
            painter.drawRect(place.adjusted(-1, -1, 0, 0))
            if marked:  # with a gap, so that it shows beside black and beside white images
                painter.setPen(QPen(QColor(self._palette.ink), 2))
                painter.drawRect(place.adjusted(-3, -3, 3, 3))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().toPoint())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self.choose(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self._at(event.pos())
        if index is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tile = self._tiles[index]
        menu.addAction("Show larger", lambda: self.enlarge_asked.emit(tile))
        menu.addAction("Save image…", lambda: self.save_asked.emit(tile))
        if self._choosable:
            menu.addAction("Keep this sample", lambda: self._ask_to_keep(index))
        menu.popup(event.globalPos())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self._at(event.position().toPoint())
        if index is not None and self._choosable:
            self._ask_to_keep(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._grid()[0]
        steps = {Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        if event.key() in steps:
            self.choose(self._chosen + steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self._tip(event.pos())
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def _ask_to_keep(self, index: int) -> None:
        if index < len(self._tiles):  # fewer may be shown than when the menu was opened
            self.keep_asked.emit(index)

    def _tip(self, position: QPoint) -> str:
        index = self._at(position)
        if index is None:
            return ""
        tile, place = self._tiles[index], self.place_of(index)
        height, width = tile.levels.shape[:2]
        row = min((position.y() - place.top()) * height // place.height(), height - 1)
        column = min((position.x() - place.left()) * width // place.width(), width - 1)
        value = np.atleast_1d(np.asarray(tile.values[row, column], np.float64))
        return f"{tile.name}: row {row + 1}, column {column + 1}: {', '.join(f'{part:.4g}' for part in value)}"

    def _at(self, position: QPoint) -> int | None:
        return next((i for i in range(len(self._tiles)) if self.place_of(i).contains(position)), None)

    def _size(self, side: int) -> tuple[int, int]:
        """Return width and height of tiles whose longer side has at most ``side`` pixels, whole ones for each pixel."""
        height, width = self._tiles[0].levels.shape[:2]
        longest = max(height, width)
        for ratio in (self.devicePixelRatioF(), 1.0):
            scale = whole_scale(side / longest, ratio)
            if scale >= 1.0 and (scale * width).is_integer() and (scale * height).is_integer():
                return int(scale * width), int(scale * height)
        return max(1, side * width // longest), max(1, side * height // longest)

    def _grid(self) -> tuple[int, int]:
        """Return the number of columns that makes the tiles largest, and their longer side."""
        if not self._tiles:
            return 1, LEAST_SIDE
        key = self.size(), len(self._tiles), self._tiles[0].levels.shape
        if self._layout is None or self._layout[:3] != key:  # each tile asks for it, and there may be hundreds
            self._layout = *key, self._largest_grid()
        return self._layout[3]

    def _largest_grid(self) -> tuple[int, int]:
        count = len(self._tiles)
        height, width = self._tiles[0].levels.shape[:2]
        longest, best = max(height, width), (1, 0)
        for columns in range(1, count + 1):
            rows = math.ceil(count / columns)
            across = (self.width() - (columns - 1) * GAP - GAP) / columns * longest / width
            down = (self.height() - (rows - 1) * GAP - GAP) / rows * longest / height
            side = int(min(across, down))
            if side > best[1]:
                best = columns, side
        return best[0], max(best[1], LEAST_SIDE)


class ColourBar(ColouredWidget):
    """A scale beside the map: its colours from 0 to the greatest value in levels, with the numbers at its ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = np.zeros((256, 3), np.uint8)
        self.top: float | None = None  # the greatest value
        self.setFixedWidth(64)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_scale(self, colours: NDArray[np.uint8], top: float | None) -> None:
        """Show ``colours`` [256, 3] from 0 to ``top`` levels, or nothing if ``top`` is None."""
        self._colours, self.top = colours, top
        self.setToolTip("" if top is None else f"Standard deviation over the samples, 0 to {top:.4g} levels")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.top is None:
            return
        painter = QPainter(self)
        height = QFontMetrics(self.font()).height()
        bar = QRect(4, height + 2, 12, max(self.height() - 2 * height - 4, 8))
        painter.drawImage(bar, image_of(self._colours[::-1][:, None]))
        painter.setPen(QColor(self._palette.muted))
        painter.drawText(4, height - 3, f"{self.top:.3g}")
        painter.drawText(4, self.height() - 4, "0 levels")
        painter.end()
