"""The card of the tour: what one stop says, its buttons, and the card's place beside the control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dpm_gui.desktop.reasons import disable_if

GAP = 12
WIDTH_IN_LETTERS = 46
HIDDEN = "It is not on show now: Window, Reset layout brings back what was closed."


@dataclass(frozen=True, slots=True)
class Stop:
    """One step of a tour.

    Attributes:
        title: The name of the control.
        text: One sentence on it.
        find: Returns the control; None while there is none. Asked again and again, since controls may be replaced.
        arrive: Brings the control on show, such as by switching to its workspace.
    """

    title: str
    text: str
    find: Callable[[], QWidget | None]
    arrive: Callable[[], object]


class CardButton(QPushButton):
    """A button that leaves the arrows to the tour; others move the focus by them."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        else:
            super().keyPressEvent(event)


class TourCard(QFrame):
    """Title, sentence and place of one stop, and the buttons that lead on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tour_card")
        self.setStyleSheet("#tour_card { background: palette(base); border: 1px solid palette(dark); }")
        self.title, self.text, self.place = QLabel(self), QLabel(self), QLabel(self)
        font = QFont()
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)
        self.place.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.text.setWordWrap(True)
        self.text.setFixedWidth(WIDTH_IN_LETTERS * self.fontMetrics().averageCharWidth())
        self.skip, self.back, self.next = (CardButton(name, self) for name in ("Skip", "Back", "Next"))
        self.skip.setToolTip("End the tour (Esc)")
        row = QHBoxLayout()
        row.addWidget(self.place)
        row.addStretch(1)
        for button in (self.skip, self.back, self.next):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)

    def show_stop(self, stop: Stop, number: int, count: int, *, hidden: bool) -> None:
        """Show stop ``number`` (from 1) of ``count``; its control may be ``hidden``."""
        text = f"{stop.text} {HIDDEN}" if hidden else stop.text
        self.title.setText(stop.title)
        self.text.setText(text)
        self.text.setFixedHeight(self.text.heightForWidth(self.text.width()))
        self.place.setText(f"{number} of {count}")
        disable_if(self.back, "" if number > 1 else "this is the first step of the tour")
        self.next.setText("Next" if number < count else "Finish")
        self.next.setAccessibleDescription(f"{number} of {count}. {stop.title}. {text}")
        self.setAccessibleName(f"Tour, {stop.title}")
        self.adjustSize()


def card_place(hole: QRect, size: QSize, room: QRect) -> QRect:
    """Return a place for a card of ``size`` in ``room``: beside ``hole`` where it fits, else over its lower edge."""
    if hole.isEmpty():
        centre = room.center()
        return QRect(centre - QPoint(size.width() // 2, size.height() // 2), size)
    inner = room.adjusted(GAP, GAP, -GAP, -GAP)
    middle = hole.center() - QPoint(size.width() // 2, size.height() // 2)
    corners = (
        QPoint(middle.x(), hole.bottom() + GAP),
        QPoint(middle.x(), hole.top() - GAP - size.height()),
        QPoint(hole.right() + GAP, middle.y()),
        QPoint(hole.left() - GAP - size.width(), middle.y()),
        QPoint(middle.x(), hole.bottom() - GAP - size.height()),
    )
    places = [_moved_into(QRect(corner, size), inner) for corner in corners]
    return next((place for place in places if not place.intersects(hole)), places[-1])


def _moved_into(place: QRect, room: QRect) -> QRect:
    x = max(room.left(), min(place.x(), room.right() - place.width() + 1))
    y = max(room.top(), min(place.y(), room.bottom() - place.height() + 1))
    return QRect(QPoint(x, y), place.size())
