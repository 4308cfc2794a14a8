"""The samples, each large enough to be judged: they scroll where not all of them fit, and one can be shown larger."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QSizePolicy, QWidget

from dpm_gui.desktop.theme import ColouredWidget, Palette
from dpm_gui.paint.results.tiles import GAP, Tile, TileGrid
from dpm_gui.views.canvases.image_levels import image_of
from dpm_gui.views.figures.panned_plot import notches
from dpm_gui.views.items.image_grid import whole_scale

LEAST_SAMPLE = 160
"""Least length of the longer side of a sample, in pixels, where the grid is wide enough for one."""
LARGER_SHARE = 0.8
"""Share of the window that a sample shown larger takes at most."""
ENLARGING = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
BESIDE = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class SampleGrid(TileGrid):
    """Tiles as large as they fit, or at least `LEAST_SAMPLE` pixels, and then part of them is out of sight."""

    content_changed = Signal()
    """The height of all tiles, or of the part in sight, has changed."""
    scroll_asked = Signal(int)
    """The number of pixels by which to scroll down."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Samples", parent, choosable=True)
        self._offset = 0
        self.chosen.connect(self._show_chosen)

    @property
    def hidden_height(self) -> int:
        """The pixels by which the tiles are higher than the grid."""
        if not self.tiles:
            return 0
        return max(0, self._last_bottom() - super().place_of(0).top() + 2 * GAP - self.height())

    def set_offset(self, offset: int) -> None:
        """Show the tiles from ``offset`` pixels below their top on."""
        self._offset = offset
        self.update()

    def place_of(self, index: int) -> QRect:
        place = super().place_of(index)
        if self.hidden_height:  # else the tiles are in the middle of the grid
            place.translate(0, GAP - super().place_of(0).top() - min(self._offset, self.hidden_height))
        return place

    def show_tiles(self, tiles: list[Tile]) -> None:
        super().show_tiles(tiles)
        self.content_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.content_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = notches(event)
        if turned and self.hidden_height:
            self.scroll_asked.emit(round(-turned * LEAST_SAMPLE / 2))
            event.accept()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        keys = {*ENLARGING, *BESIDE}
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in keys:
            event.setAccepted(not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENLARGING and self.tiles:
            self.enlarge_asked.emit(self.tiles[self.choice])
        elif event.key() in BESIDE:
            self.choose(self.choice + BESIDE[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _show_chosen(self, index: int) -> None:
        place = self.place_of(index)
        above, below = GAP - place.top(), place.bottom() + GAP - self.height()
        if above > 0 or below > 0:
            self.scroll_asked.emit(-above if above > 0 else below)

    def _last_bottom(self) -> int:
        return super().place_of(len(self.tiles) - 1).bottom()

    def _largest_grid(self) -> tuple[int, int]:
        best = super()._largest_grid()
        if max(self._size(best[1])) >= LEAST_SAMPLE:
            return best
        height, width = self.tiles[0].levels.shape[:2]
        sides = {}
        for columns in range(1, len(self.tiles) + 1):
            across = (self.width() - (columns + 1) * GAP) / columns
            sides[columns] = max(int(across * max(height, width) / width), 1)
        large = [columns for columns, side in sides.items() if max(self._size(side)) >= LEAST_SAMPLE]
        columns = max(large, default=1)
        return columns, sides[columns]


class SamplePane(QWidget):
    """A grid of samples and its scroll bar, whose room is kept where it has nothing to scroll."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.grid = SampleGrid(self)
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        self._bar.setSingleStep(LEAST_SAMPLE // 4)
        self._bar.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.grid, 1)
        row.addWidget(self._bar)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._bar.valueChanged.connect(self.grid.set_offset)
        self.grid.content_changed.connect(self._take_height)
        self.grid.scroll_asked.connect(lambda pixels: self._bar.setValue(self._bar.value() + pixels))

    def _take_height(self) -> None:
        hidden = self.grid.hidden_height
        with QSignalBlocker(self._bar):
            self._bar.setPageStep(max(self.grid.height(), 1))
            self._bar.setRange(0, hidden)
        self._bar.setVisible(hidden > 0)
        self.grid.set_offset(self._bar.value())


class LargerTile(ColouredWidget):
    """One tile over the window, as large as it fits in whole pixels; a click, Return or Escape closes it."""

    def __init__(self, tile: Tile, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(f"{tile.name}, larger")
        self._image = image_of(tile.levels)
        self.set_palette(palette)
        window = parent.window()
        room = LARGER_SHARE * min(window.width() / self._image.width(), window.height() / self._image.height())
        scale = whole_scale(room, parent.devicePixelRatioF())
        size = QSize(round(scale * self._image.width()), round(scale * self._image.height()))
        self.resize(size + QSize(2 * GAP, 2 * GAP))
        self.move(window.mapToGlobal(window.rect().center()) - self.rect().center())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._palette.surface))
        painter.drawImage(self.rect().adjusted(GAP, GAP, -GAP, -GAP), self._image)
        painter.setPen(QPen(QColor(self._palette.hairline), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENLARGING | {Qt.Key.Key_Escape, Qt.Key.Key_Space}:
            self.close()
        else:
            super().keyPressEvent(event)
