"""The tour of the window: a dimmed window with a hole over one control after another, and a sentence on each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea, QWidget

from dpm_gui.dialogs.guide.tour_card import Stop, TourCard, card_place

FOLLOW_MILLISECONDS = 100
"""How often the hole is laid over its control anew. No one event says that a control has moved with its dock."""
MARGIN = 4
DIM = QColor(0, 0, 0, 150)
_KEYS_OF_THE_WINDOW = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Tour(QWidget):
    """Lies over the whole of its window; what is in the hole can be used with the mouse.

    The keyboard stays in the card: Right, Return and Space lead on, Left leads back, Esc ends.
    """

    ended = Signal(bool)
    """Whether the last stop was reached."""

    def __init__(self, window: QWidget, stops: Sequence[Stop]) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self._window = window
        self._stops = list(stops)
        self._number = -1
        self._hole = QRect()
        self._hidden = False
        self._over = False
        self.card = TourCard(self)
        self.card.skip.clicked.connect(self.end)
        self.card.back.clicked.connect(self.go_back)
        self.card.next.clicked.connect(self.go_on)
        self._follow = QTimer(self)
        self._follow.setInterval(FOLLOW_MILLISECONDS)
        self._follow.timeout.connect(self.follow)

    @property
    def stop(self) -> Stop:
        """The current stop."""
        return self._stops[self._number]

    @property
    def number(self) -> int:
        """Number of the current stop, from 0."""
        return self._number

    @property
    def hole(self) -> QRect:
        """Place of the control in the window; empty while it is hidden."""
        return self._hole

    def begin(self) -> None:
        """Show the first stop, and take the keyboard."""
        self._window.installEventFilter(self)
        QApplication.instance().focusChanged.connect(self._keep_focus)  # type: ignore[union-attr]
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()
        self._follow.start()
        self._go_to(0)

    def go_on(self) -> None:
        """Show the next stop; after the last one, end."""
        if self._number + 1 < len(self._stops):
            self._go_to(self._number + 1)
        else:
            self._finish(True)

    def go_back(self) -> None:
        """Show the stop before."""
        if self._number > 0:
            self._go_to(self._number - 1)

    def end(self) -> None:
        """End the tour at once."""
        self._finish(False)

    def follow(self) -> None:
        """Lay the hole over the control, wherever it is now, and the card beside it."""
        if self._over:
            return
        if self.geometry() != self._window.rect():
            self.setGeometry(self._window.rect())
        hole = self._place_of_control()
        if hole.isEmpty() != self._hidden:
            self._show_card(hidden=hole.isEmpty())
        card = card_place(hole, self.card.size(), self.rect())
        if hole != self._hole or card != self.card.geometry():
            self._hole = hole
            self.card.setGeometry(card)
            self.setMask(QRegion(self.rect()) - QRegion(hole) + QRegion(card))
            self.update()
            self._redraw_control()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.follow()
        elif _is_override(event, Qt.Key.Key_Escape):
            # It comes from a control in the hole. As a shortcut of the window, Esc would stop the run.
            event.accept()
            QTimer.singleShot(0, self.end)
            return True
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if _is_override(event):
            event.accept()  # else Space would play, and Right would step
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        slots = {
            Qt.Key.Key_Escape: self.end,
            Qt.Key.Key_Right: self.go_on,
            Qt.Key.Key_Return: self._press_button,
            Qt.Key.Key_Enter: self._press_button,
            Qt.Key.Key_Left: self.go_back,
        }
        slot = slots.get(Qt.Key(event.key()))
        if slot is not None:
            slot()
        event.accept()  # nothing below reacts to keys meanwhile

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go round in the card."""
        buttons = [each for each in (self.card.skip, self.card.back, self.card.next) if each.isEnabled()]
        focused = self.focusWidget()
        place = buttons.index(focused) if isinstance(focused, QPushButton) and focused in buttons else -1
        buttons[(place + (1 if forward else -1)) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), DIM)
        if not self._hole.isEmpty():
            painter.setPen(QPen(self.palette().highlight(), 3))
            painter.drawRect(self._hole.adjusted(-2, -2, 1, 1))
        painter.end()

    def _go_to(self, number: int) -> None:
        self._number = number
        self.stop.arrive()
        if self._over:  # arriving may close the window
            return
        _scroll_to(self.stop.find())
        self._hole = self._place_of_control()
        self._show_card(hidden=self._hole.isEmpty())
        self._hole = QRect(0, 0, -1, -1)  # so that the hole is cut again
        self.follow()
        self.raise_()
        self.card.next.setFocus(Qt.FocusReason.OtherFocusReason)
        spoken = f"{self.card.title.text()}. {self.card.text.text()}"
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.card, spoken))

    def _show_card(self, *, hidden: bool) -> None:
        self._hidden = hidden
        self.card.show_stop(self.stop, self._number + 1, len(self._stops), hidden=hidden)

    def _place_of_control(self) -> QRect:
        """Return where the control is in the window; empty if it is not on show."""
        control = self.stop.find()
        if control is None or not control.isVisible():
            return QRect()
        place = _visible_place(control, self._window)
        return place if place.isEmpty() else place.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN) & self.rect()

    def _redraw_control(self) -> None:
        """Draw the control anew: it would keep the dimmed pixels of the stop before until it changes (Qt 6.11)."""
        control = self.stop.find()
        if control is not None:
            for part in (control, *control.findChildren(QWidget)):
                part.update()

    def _press_button(self) -> None:
        focused = self.focusWidget()
        (focused if isinstance(focused, QPushButton) else self.card.next).click()

    def _keep_focus(self, _: QWidget | None, now: QWidget | None) -> None:
        """Take the keyboard back after a switch of workspace, but leave it to a control in the hole."""
        if self._over or now is None or now is self or self.isAncestorOf(now) or now.window() is not self.window():
            return
        control = self.stop.find()
        if control is None or not (control is now or control.isAncestorOf(now)):
            self.card.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _finish(self, reached_end: bool) -> None:
        if self._over:
            return
        self._over = True
        self._follow.stop()
        self._window.removeEventFilter(self)
        QApplication.instance().focusChanged.disconnect(self._keep_focus)  # type: ignore[union-attr]
        self.hide()
        self.ended.emit(reached_end)
        self.deleteLater()


def _is_override(event: QEvent, key: Qt.Key | None = None) -> bool:
    """Tell whether ``event`` asks if a plain key, or this one, is wanted before the shortcuts of the window get it."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    return event.key() == key if key is not None else not event.modifiers() & _KEYS_OF_THE_WINDOW


def _scroll_to(control: QWidget | None) -> None:
    """Scroll what is around ``control`` on a small screen, so that as much of it as possible is on show."""
    around = control
    while around is not None:
        around = around.parentWidget()
        if control is not None and isinstance(around, QScrollArea):
            around.ensureWidgetVisible(control, 0, 0)


def _visible_place(control: QWidget, window: QWidget) -> QRect:
    """Return the part of ``control`` that no scroll area around it cuts off, in coordinates of ``window``."""
    place, part = control.rect(), control
    while part is not window:
        around = part.parentWidget()
        if around is None:
            return QRect()
        place = QRect(part.mapToParent(place.topLeft()), place.size()) & around.rect()
        part = around
    return place
