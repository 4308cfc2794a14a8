"""A sequence whose bits are set to 0, 1 or free, place by place, above the samples that match it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.views.canvases.image_levels import image_of
from dpm_gui.views.items.bit_items import shades

FREE = -1
BIT_TEXTS = {FREE: "free", 0: "0", 1: "1"}
MARGIN, LABEL = 24, 104
FREQUENCY = "frequency of ones"
NUMBERED = 5
"""The first place and every fifth one have their number above."""
GAP = 16
LARGEST_CELL = 44
LARGEST_ROW = 26
_KEYS = (
    Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_Backspace, Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip


class BitCanvas(ColouredWidget):
    """Shows the known bits and the samples; a click on a place requests another value."""

    bit_asked = Signal(int, int)
    """A place and its requested value: 0, 1, or `FREE`."""
    edit_ended = Signal()
    """The pointer was released: the requests since it was pressed are one edit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sequence to inpaint")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(400, 240)
        self.wanted: NDArray[np.int8] = np.full(1, FREE, np.int8)  # the value of each place, ``[D]``: 0, 1 or `FREE`
        self.samples: NDArray[np.float32] = np.empty((0, 1), np.float32)  # the samples on show, ``[N, D]``
        self._painting: int | None = None
        self._place = 0
        self._hovered: int | None = None

    def show_wanted(self, wanted: NDArray[np.int8]) -> None:
        """Show the value of each place, ``[D]``: 0, 1 or `FREE`."""
        self.wanted = wanted
        self._place = min(self._place, len(wanted) - 1)
        self.update()

    def show_samples(self, samples: NDArray[np.floating]) -> None:
        """Show samples ``[N, D]``; a value between 0 and 1 is the probability of a one."""
        self.samples = samples
        self.update()

    def cell(self, place: int) -> QRect:
        """Return the rectangle of a place."""
        left, side = self._lattice()
        return QRect(left + side * place, self._top(), side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.window))
        self._draw_wanted(painter)
        if len(self.samples):
            self._draw_samples(painter)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is None:
            return
        right = event.button() == Qt.MouseButton.RightButton
        if event.button() == Qt.MouseButton.LeftButton or right:
            self._place = place
            self._painting = FREE if right else self._next(place)
            self.bit_asked.emit(place, self._painting)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place != self._hovered:
            self._hovered = place
            self.setToolTip("" if place is None else self._words(place))
        if self._painting is not None and place is not None and self.wanted[place] != self._painting:
            self.bit_asked.emit(place, self._painting)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._painting is not None:
            self._painting = None
            self.edit_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        values, last = {Qt.Key.Key_0: 0, Qt.Key.Key_1: 1, Qt.Key.Key_Backspace: FREE}, len(self.wanted) - 1
        places = {
            Qt.Key.Key_Left: self._place - 1,
            Qt.Key.Key_Right: self._place + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key in places:
            self._mark(places[key])
        elif key in values or key == Qt.Key.Key_Space:
            self.bit_asked.emit(self._place, values.get(key, self._next(self._place)))
            self.edit_ended.emit()
            self._mark(self._place + (key in values))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # elsewhere digits switch layers, and other keys play; here they set the value of a place and move the mark
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in _KEYS:
                event.accept()
                return True
        return super().event(event)

    def _mark(self, place: int) -> None:
        """Move the mark of the keyboard to ``place``, and tell screen readers what is there."""
        self._place = min(max(place, 0), len(self.wanted) - 1)
        self.setAccessibleDescription(self._words(self._place))
        self.update()

    def _words(self, place: int) -> str:
        return f"Place {place + 1}: {BIT_TEXTS[int(self.wanted[place])]}"

    def _next(self, place: int) -> int:
        """Return the value after a click on a place: free, 1, 0, and free again."""
        return {FREE: 1, 1: 0, 0: FREE}[int(self.wanted[place])]

    def _lattice(self) -> tuple[int, int]:
        """Return the left edge of the first place and the side of each."""
        count, label = len(self.wanted), max(LABEL, self.fontMetrics().horizontalAdvance(FREQUENCY) + 16)
        side = max(8, min(LARGEST_CELL, (self.width() - label - 2 * MARGIN) // max(count, 1)))
        return label + (self.width() - label - MARGIN - side * count) // 2, side

    def _top(self) -> int:
        """Return the upper edge of the places, below their numbers."""
        return max(MARGIN, self.fontMetrics().height() + 8)

    def _place_at(self, position: QPointF) -> int | None:
        point = position.toPoint()
        left, side = self._lattice()
        place = (point.x() - left) // side
        return place if 0 <= place < len(self.wanted) and 0 <= point.y() - self._top() < side else None

    def _draw_wanted(self, painter: QPainter) -> None:
        palette, free = self._palette, self.wanted == FREE
        cells = [self.cell(place) for place in range(len(self.wanted))]
        self._label(painter, cells[0], "known")
        self._number(painter, cells)
        bits = np.where(free, 0.0, self.wanted)  # a free place is as light as a 0, under its hatching
        painter.drawImage(cells[0].united(cells[-1]), image_of(self._shades(bits)[None]))
        mask = QColor(palette.mask)
        mask.setAlphaF(palette.mask_alpha)
        hatching = QBrush(mask, Qt.BrushStyle.BDiagPattern)
        written = {1: QColor(palette.surface), 0: QColor(palette.ink)}
        for cell, value in zip(cells, self.wanted.tolist(), strict=True):
            if value == FREE:
                painter.fillRect(cell, hatching)
            else:
                painter.setPen(written[value])
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(value))
        painter.setPen(QPen(QColor(palette.hairline), 1))
        painter.drawRects([cell.adjusted(0, 0, -1, -1) for cell in cells])
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.ink), 2))
            painter.drawRect(cells[self._place].adjusted(1, 1, -2, -2))

    def _number(self, painter: QPainter, cells: list[QRect]) -> None:
        """Write the numbers of the first place and of every fifth one above them, as far as there is room."""
        painter.setPen(QColor(self._palette.muted))
        metrics, last = self.fontMetrics(), -self.width()
        for number in (1, *range(NUMBERED, len(cells) + 1, NUMBERED)):
            cell, width = cells[number - 1], metrics.horizontalAdvance(str(number))
            left = cell.center().x() - width // 2
            if left > last + GAP // 2:
                painter.drawText(QRect(left, 0, width + 2, cell.top() - 3), Qt.AlignmentFlag.AlignBottom, str(number))
                last = left + width

    def _draw_samples(self, painter: QPainter) -> None:
        first = self.cell(0)
        top = first.bottom() + 1 + GAP
        height = max(4, min(LARGEST_ROW, (self.height() - top - MARGIN - GAP) // (len(self.samples) + 1)))
        labelled = height >= QFontMetrics(self.font()).height()
        names = [FREQUENCY, *(f"sample {number}" for number in range(1, len(self.samples) + 1))]
        rows = self._shades(np.concatenate([self.samples.mean(axis=0, keepdims=True), self.samples]))
        known, colour = self.wanted != FREE, QColor(self._palette.known)
        for index, (name, row) in enumerate(zip(names, rows, strict=True)):
            y = top + index * height + (GAP if index else 0)
            pixels = np.repeat(row[None], height - 1, axis=0)
            pixels[-2:, known] = colour.red(), colour.green(), colour.blue()  # underlines the known places
            painter.drawImage(QRect(first.left(), y, first.width() * len(row), height - 1), image_of(pixels))
            if labelled:
                self._label(painter, QRect(first.left(), y, 1, height), name)

    def _label(self, painter: QPainter, beside: QRect, text: str) -> None:
        painter.setPen(QColor(self._palette.muted))
        place = QRect(0, beside.top(), beside.left() - 8, beside.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _shades(self, shares: NDArray[np.floating]) -> NDArray[np.uint8]:
        """Return the colours of bits; a one has the colour of ink."""
        return shades(self._palette.surface, self._palette.ink, shares)
