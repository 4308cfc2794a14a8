"""The command palette, which finds a command by a few letters of its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.dialogs.listed_actions import ListedAction, SearchDialog, listed_actions

ENTRY_ROLE = Qt.ItemDataRole.UserRole
WIDTH = 560
ROWS_IN_SIGHT = 10
MARGIN = 12
SELECTION_OPACITY = 0.09
"""Opacity of the text colour behind the selected row."""
ROW_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: ROWS_IN_SIGHT,
    Qt.Key.Key_PageUp: -ROWS_IN_SIGHT,
}


class CommandPalette(SearchDialog):
    """A list of ``actions``: typing narrows it down, arrows select, Enter triggers, Escape closes.

    A disabled command is greyed, shows the reason, and does nothing on Enter.
    """

    def __init__(self, parent: QWidget | None, actions: Sequence[QAction]) -> None:
        kind = Qt.WindowType.Popup if parent is not None else Qt.WindowType.Dialog
        super().__init__(parent, "Find a command", "Find a command", kind)
        self.setAccessibleName("Find a command")
        self._listed = listed_actions(actions)
        self._search.setAccessibleDescription("Arrows select, Enter triggers, Escape closes")
        self._list = QListWidget(self)
        self._list.setAccessibleName("Commands")
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setItemDelegate(_CommandDelegate(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMouseTracking(True)
        self._list.itemClicked.connect(self._trigger)
        self._lay_out()
        self.narrow("")
        self._search.setFocus()

    def rows(self) -> list[ListedAction]:
        """Return the commands shown, best match first."""
        items = (self._list.item(row) for row in range(self._list.count()))
        return [item.data(ENTRY_ROLE) for item in items]

    def narrow(self, typed: str) -> None:
        """Show only the commands that match ``typed``, best first; if it is empty, show all by menu."""
        rated = [(match_score(typed, f"{listed.text} {listed.menu}"), listed) for listed in self._listed]
        left = [(score, listed) for score, listed in rated if score is not None]
        if typed.strip():
            left.sort(key=lambda pair: -pair[0])
        self._list.clear()
        for _, listed in left:
            item = QListWidgetItem(self._list)
            item.setData(ENTRY_ROLE, listed)
            words = [listed.text, listed.keys, listed.reason or ("" if listed.action.isEnabled() else "disabled")]
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, words)))
            item.setToolTip(listed.reason)
        self._list.setCurrentRow(0)
        self.show_found(self._list, bool(left), f"No command is called “{typed.strip()}”.")

    def take_key(self, key: int) -> bool:
        if key in ROW_STEPS:
            self._move(ROW_STEPS[Qt.Key(key)])
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self._list.currentItem()
            if item is not None:
                self._trigger(item)
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))  # a popup has no frame

    def _move(self, step: int) -> None:
        """Select another row; a single step wraps around at the ends."""
        count = self._list.count()
        if count:
            row = self._list.currentRow() + step
            self._list.setCurrentRow(row % count if abs(step) == 1 else min(max(row, 0), count - 1))

    def _trigger(self, item: QListWidgetItem) -> None:
        action: QAction = item.data(ENTRY_ROLE).action
        if action.isEnabled():
            self.accept()  # closed first, because the command may open a window
            action.trigger()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing, 1)
        row = _row_height(self.fontMetrics())
        self.resize(WIDTH, self._search.sizeHint().height() + 24 + row * ROWS_IN_SIGHT)
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            top = window.mapToGlobal(window.rect().topLeft())
            self.move(top.x() + (window.width() - WIDTH) // 2, top.y() + window.height() // 8)


class _CommandDelegate(QStyledItemDelegate):
    """A row: the command, then its menu or why it is disabled, and its keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, _row_height(option.fontMetrics))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        listed: ListedAction = index.data(ENTRY_ROLE)
        usable = listed.action.isEnabled()
        muted = option.palette.color(QPalette.ColorRole.PlaceholderText)
        ink = option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text) if usable else muted
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            wash = QColor(option.palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text))
            wash.setAlphaF(SELECTION_OPACITY)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(wash)
            painter.drawRoundedRect(option.rect, 4, 4)
        room = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        painter.setFont(option.font)
        self._write(painter, room, listed.keys, muted, Qt.AlignmentFlag.AlignRight)
        taken = option.fontMetrics.horizontalAdvance(listed.keys)
        room.setRight(room.right() - (taken + MARGIN if taken else 0))
        self._write(painter, room, listed.text, ink)
        room.setLeft(room.left() + option.fontMetrics.horizontalAdvance(listed.text) + MARGIN)
        self._write(painter, room, listed.menu if usable else listed.reason, muted)
        painter.restore()

    def _write(
        self,
        painter: QPainter,
        room: QRect,
        text: str,
        colour: QColor,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        if room.width() > 0 and text:
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.setPen(colour)
            painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), shown)


def _row_height(metrics: QFontMetrics) -> int:
    return metrics.height() + 12


START_OF_WORD = 8
CONSECUTIVE = 10
SKIP_PENALTY = 0.1


def match_score(typed: str, text: str) -> float | None:
    """Return how well ``typed`` matches ``text``, more is better, or None if it does not.

    The letters of each typed word must occur in ``text`` in order, with any gaps and in either case. Letters at the
    start of words and consecutive letters score more, so that "si" finds "Save image" before "Switch".
    """
    text = text.casefold()
    total = 0.0
    for word in typed.casefold().split():
        scores = [_score_from(word, text, place) for place, letter in enumerate(text) if letter == word[0]]
        found = [score for score in scores if score is not None]
        if not found:
            return None
        total += max(found)
    return total - SKIP_PENALTY * len(text)


def _score_from(word: str, text: str, start: int) -> float | None:
    """Score ``word`` with its first letter at ``start`` and each further letter at the best following place."""
    score = 0.0
    place = start
    for number, letter in enumerate(word):
        if number > 0:
            in_a_row = text[place + 1 : place + 2] == letter
            at_a_word = _next_word_start(letter, text, place + 1)
            following = place + 1 if in_a_row else at_a_word if at_a_word is not None else text.find(letter, place + 1)
            if following < 0:
                return None
            score += CONSECUTIVE if in_a_row else -SKIP_PENALTY * (following - place)
            place = following
        if place == 0 or not text[place - 1].isalnum():
            score += START_OF_WORD
    return score


def _next_word_start(letter: str, text: str, start: int) -> int | None:
    for place in range(start, len(text)):
        if text[place] == letter and not text[place - 1].isalnum():
            return place
    return None
