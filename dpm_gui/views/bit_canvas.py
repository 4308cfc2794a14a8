"""A sequence of bits to be wished for, place by place, and under it the samples that obey."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from dpm_gui.theme import LIGHT, Palette, mixed

FREE = -1
WORDS = {FREE: "free", 0: "0", 1: "1"}
MARGIN, LABEL = 24, 104
GAP = 16
LARGEST_CELL = 44
LARGEST_ROW = 26


class BitCanvas(QWidget):
    """Shows what is wished for and what came of it; a click on a place asks for another wish."""

    wished = Signal(int, int)
    """A place, and what it is to be: 0, 1, or `FREE`."""
    wish_ended = Signal()
    """The pointer was let go: what was asked for since it came down belongs together."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Sequence to be filled in")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(400, 240)
        self._palette = LIGHT
        self._wish: NDArray[np.int8] = np.full(1, FREE, np.int8)
        self._samples: NDArray[np.float32] = np.empty((0, 1), np.float32)
        self._message = ""
        self._painting: int | None = None
        self._place = 0
        self._hovered: int | None = None

    @property
    def wish(self) -> NDArray[np.int8]:
        """What is wished for: 0, 1 or `FREE` of each place."""
        return self._wish

    @property
    def samples(self) -> NDArray[np.float32]:
        """The samples on show, ``[N, D]``."""
        return self._samples

    def set_palette(self, palette: Palette) -> None:
        """Draw in the colours of ``palette``."""
        self._palette = palette
        self.update()

    def set_message(self, text: str) -> None:
        """Say ``text`` where there are no samples."""
        self._message = text
        self.update()

    def show_wish(self, wish: NDArray[np.int8]) -> None:
        """Show what is wished for, ``[D]``."""
        self._wish = wish
        self._place = min(self._place, len(wish) - 1)
        self.update()

    def show_samples(self, samples: NDArray[np.float32]) -> None:
        """Show samples ``[N, D]``; what is between 0 and 1 is how probable a one is."""
        self._samples = samples
        self.update()

    def cell(self, place: int) -> QRect:
        """Return where a place of the wish is."""
        side = self._side()
        left = LABEL + (self.width() - LABEL - MARGIN - side * len(self._wish)) // 2
        return QRect(left + side * place, MARGIN, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(self._palette.window))
        self._draw_wish(painter)
        if len(self._samples):
            self._draw_samples(painter)
        else:
            painter.setPen(QColor(self._palette.muted))
            below = self.rect().adjusted(MARGIN, 2 * MARGIN + self._side(), -MARGIN, -MARGIN)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._message)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is None:
            return
        right = event.button() == Qt.MouseButton.RightButton
        if event.button() == Qt.MouseButton.LeftButton or right:
            self._place = place
            self._painting = FREE if right else self._next(place)
            self.wished.emit(place, self._painting)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place != self._hovered:
            self._hovered = place
            self.setToolTip("" if place is None else f"Place {place + 1}: {WORDS[int(self._wish[place])]}")
        if self._painting is not None and place is not None and self._wish[place] != self._painting:
            self.wished.emit(place, self._painting)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._painting is not None:
            self._painting = None
            self.wish_ended.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        values = {Qt.Key.Key_0: 0, Qt.Key.Key_1: 1, Qt.Key.Key_Backspace: FREE}
        if event.key() in values:
            self.wished.emit(self._place, values[Qt.Key(event.key())])
            self.wish_ended.emit()
            self._place = min(self._place + 1, len(self._wish) - 1)
            self.update()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        # digits are switches of layers elsewhere; on a place of the sequence they are its value
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            digit = event.key() in {Qt.Key.Key_0, Qt.Key.Key_1} and not event.modifiers()
            if digit:
                event.accept()
                return True
        return super().event(event)

    def _next(self, place: int) -> int:
        """Return what a click makes of a place: free, 1, 0, and free again."""
        return {FREE: 1, 1: 0, 0: FREE}[int(self._wish[place])]

    def _side(self) -> int:
        return max(8, min(LARGEST_CELL, (self.width() - LABEL - 2 * MARGIN) // max(len(self._wish), 1)))

    def _place_at(self, position: QPointF) -> int | None:
        point = position.toPoint()
        return next((place for place in range(len(self._wish)) if self.cell(place).contains(point)), None)

    def _draw_wish(self, painter: QPainter) -> None:
        palette = self._palette
        self._label(painter, self.cell(0), "wish")
        mask = QColor(palette.mask)
        mask.setAlphaF(palette.mask_alpha)
        for place, value in enumerate(self._wish):
            cell = self.cell(place)
            painter.fillRect(cell, self._shade(float(value)) if value != FREE else QColor(palette.surface))
            if value == FREE:
                painter.fillRect(cell, QBrush(mask, Qt.BrushStyle.BDiagPattern))
            else:
                painter.setPen(self._shade(1.0 - float(value)))
                painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, str(value))
            painter.setPen(QPen(QColor(palette.hairline), 1))
            painter.drawRect(cell.adjusted(0, 0, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.ink), 2))
            painter.drawRect(self.cell(self._place).adjusted(1, 1, -2, -2))

    def _draw_samples(self, painter: QPainter) -> None:
        top = self.cell(0).bottom() + 1 + GAP
        height = max(4, min(LARGEST_ROW, (self.height() - top - MARGIN - GAP) // (len(self._samples) + 1)))
        rows: list[tuple[str, NDArray[np.float32]]] = [("share of ones", self._samples.mean(axis=0))]
        rows += [(f"sample {number}", row) for number, row in enumerate(self._samples, start=1)]
        for index, (name, row) in enumerate(rows):
            y = top + index * height + (GAP if index else 0)
            for place, value in enumerate(row):
                cell = self.cell(place)
                painter.fillRect(QRect(cell.left(), y, cell.width(), height - 1), self._shade(float(value)))
                if self._wish[place] != FREE:  # what was known, and is obeyed
                    painter.fillRect(QRect(cell.left(), y + height - 3, cell.width(), 2), QColor(self._palette.known))
            if height >= QFontMetrics(self.font()).height():
                self._label(painter, QRect(self.cell(0).left(), y, 1, height), name)

    def _label(self, painter: QPainter, beside: QRect, text: str) -> None:
        painter.setPen(QColor(self._palette.muted))
        place = QRect(0, beside.top(), beside.left() - 8, beside.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _shade(self, share: float) -> QColor:
        """Return the colour of a bit: a one is ink."""
        return QColor(mixed(self._palette.surface, self._palette.ink, min(max(share, 0.0), 1.0)))
