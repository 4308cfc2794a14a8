"""Labels whose size does not depend on their text, so that a new text moves no other widget."""

from __future__ import annotations

import re

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

ELLIPSIS = "…"
_FIRST_NUMBER = re.compile(r"\d+")
_NUMBER_CUT, _NUMBER_GOES_ON = re.compile(r"[\d.,\u2212\u202f\u2009]+$"), re.compile(r"[\d.,\u202f\u2009]")


class ElidedLabel(QLabel):
    """A line of text that is said in fewer words where there is no room for all of it, and then elided."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._shorter: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)

    def set_texts(self, text: str, *shorter: str) -> None:
        """Show ``text``, or the first of ``shorter`` for which there is room."""
        self._shorter = shorter
        self.setText(text)
        self.update()

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        line = self.fontMetrics().height() + margins.top() + margins.bottom()
        return super().sizeHint().expandedTo(QSize(0, line))  # an empty text takes a line, too

    def shown_text(self) -> str:
        """Return as much of the text as there is room for; what is left of a number is never half of it."""
        room, metrics = self.contentsRect().width(), self.fontMetrics()
        if not self._shorter:
            return elided(self.text(), metrics, room)
        texts = (self.text(), *self._shorter)
        fits = (text for text in texts if metrics.horizontalAdvance(_FIRST_NUMBER.sub(_widened, text, count=1)) <= room)
        return next(fits, elided(texts[-1], metrics, room))

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * self.fontMetrics().averageCharWidth(), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), self.shown_text())
        painter.end()


def _widened(number: re.Match[str]) -> str:
    """Return zeros instead of a number, so that a step that counts on does not change the words beside it."""
    return "0" * max(len(number[0]), 4)


class RoomyLabel(QLabel):
    """A label with room for the widest of given texts, in whatever font."""

    def __init__(self, parent: QWidget | None, *widest: str) -> None:
        super().__init__(parent)
        self._widest = widest
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        margins = self.contentsMargins()
        width = max((metrics.horizontalAdvance(text) for text in self._widest), default=0)
        frame = 2 * self.margin()
        return QSize(
            width + margins.left() + margins.right() + frame + 2,
            metrics.height() + margins.top() + margins.bottom() + frame,
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class LinesLabel(QLabel):
    """A text in a fixed number of lines; a longer one is elided, and read whole in the tool tip."""

    def __init__(self, parent: QWidget, lines: int) -> None:
        super().__init__(parent)
        self._lines = lines
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        super().setText(text)
        self.setToolTip(text)

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        height = self._lines * self.fontMetrics().lineSpacing() + margins.top() + margins.bottom()
        return QSize(12 * self.fontMetrics().averageCharWidth(), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def heightForWidth(self, width: int) -> int:
        return self.sizeHint().height()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room, metrics = QRectF(self.contentsRect()), self.fontMetrics()
        lines = self._wrapped(room.width())
        shift = _free_share(self.alignment()) * (room.height() - len(lines) * metrics.lineSpacing())
        for number, text in enumerate(lines):
            top = room.top() + shift + number * metrics.lineSpacing()
            shown = elided(text, metrics, int(room.width()))
            flags = (
                QStyle.visualAlignment(self.layoutDirection(), self.alignment()) & Qt.AlignmentFlag.AlignHorizontal_Mask
            )
            left = 0.0
            if flags & Qt.AlignmentFlag.AlignHCenter:
                left = (room.width() - metrics.horizontalAdvance(shown)) / 2
            painter.drawText(QPointF(room.left() + left, top + metrics.ascent()), shown)
        painter.end()

    def _wrapped(self, width: float) -> list[str]:
        """Return the text in lines of at most ``width``; the last one holds all the rest."""
        text = self.text().replace("\n", "\N{LINE SEPARATOR}")
        layout = QTextLayout(text, self.font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WordWrap)
        layout.setTextOption(option)
        layout.beginLayout()
        starts: list[int] = []
        while len(starts) < self._lines:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(max(width, 1.0))
            starts.append(line.textStart())
        layout.endLayout()
        ends = [*starts[1:], len(text)]
        return [text[start:end].strip("\N{LINE SEPARATOR} ") for start, end in zip(starts, ends, strict=True)]


def elided(text: str, metrics: QFontMetrics, width: int) -> str:
    """Return ``text`` elided to ``width`` pixels; a number that would be cut off is left out as a whole."""
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
    kept = shown.removesuffix(ELLIPSIS)
    if kept != shown and _NUMBER_CUT.search(kept) and _NUMBER_GOES_ON.match(text[len(kept) :]):
        return _NUMBER_CUT.sub("", kept) + ELLIPSIS
    return shown


def _free_share(alignment: Qt.AlignmentFlag) -> float:
    """Return which share of the free height is above the text."""
    if alignment & Qt.AlignmentFlag.AlignTop:
        return 0.0
    return 1.0 if alignment & Qt.AlignmentFlag.AlignBottom else 0.5
