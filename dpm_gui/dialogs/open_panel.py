"""The list under the Open button: a card for each shipped model and each file opened lately."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QKeyEvent, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.engine.opening import read_cards
from dpm_gui.engine.values import ModelCard
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.views.canvases.image_levels import image_of, tinted

THUMBNAIL, GAP = 64, 8
LETTERS = 38
"""Width of a card's text, in letters of usual width."""
COLUMNS, ROWS = 2, 6
PATH = Qt.ItemDataRole.UserRole
LINE = PATH + 1

Stamp = tuple[int, int]
"""Time of a file's last change, and its size."""


class CardReader(TaskOwner):
    """Reads cards in a job, and remembers those of files that have not changed since."""

    read = Signal(object)
    """A `ModelCard`."""
    purpose = "cards"

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._known: dict[str, tuple[Stamp, ModelCard]] = {}

    def ask(self, shipped: Sequence[str], recent: Sequence[str]) -> None:
        """Emit the card of each file, in this order; files of the user's are tried in a child process first."""
        work = partial(_read_changed, dict(self._known), shipped, recent)
        self._tasks.begin(self.purpose, work, self._take, "Reading cards", 0)

    def _take(self, cards: list[tuple[Stamp, ModelCard]]) -> int:
        for stamp, card in cards:
            self._known[card.path] = stamp, card
            self.read.emit(card)
        return len(cards)


def _read_changed(
    known: Mapping[str, tuple[Stamp, ModelCard]], shipped: Sequence[str], recent: Sequence[str]
) -> Iterator[tuple[Stamp, ModelCard]]:
    """Yield the card of each file with its stamp; asking for stamps may take long on a drive far away."""
    for paths, trusted in ((shipped, True), (recent, False)):
        for path in paths:
            stamp = _stamp(path)
            if path in known and known[path][0] == stamp:
                yield known[path]
                continue
            for card in read_cards([path], []) if trusted else read_cards([], [path]):
                yield stamp, card


def _stamp(path: str) -> Stamp:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return 0, 0
    return status.st_mtime_ns, status.st_size


class OpenPanel(QFrame):
    """Cards in columns; arrows move, Enter or a click opens, Esc closes.

    Args:
        reader: Reads the cards.
        ask_for_file: Shows the dialog that chooses a file.
        parent: Qt's owner.
    """

    chosen = Signal(str)
    """The path of the card that was chosen."""

    def __init__(self, reader: CardReader, ask_for_file: Callable[[], object], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("open_panel")
        self.setAccessibleName("Open")
        self.setStyleSheet("#open_panel { background: palette(base); border: 1px solid palette(dark); }")
        self._items: dict[str, QListWidgetItem] = {}
        self.list = self._make_list()
        self.browse = QPushButton("Another file… (Ctrl+O)", self)
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(lambda: self._end_with(ask_for_file))
        row = QHBoxLayout()
        row.addWidget(self.browse)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP, GAP, GAP)
        column.addWidget(self.list)
        column.addLayout(row)
        reader.read.connect(self._show_card)
        self._reader = reader

    def open_under(self, button: QWidget, shipped: Sequence[str], recent: Sequence[str]) -> None:
        """Show the cards under ``button``, the recent ones last; their places are there at once."""
        self.list.clear()
        self._items = {path: self._item(path) for path in (*shipped, *recent)}
        card = self._card_size()
        self.list.setGridSize(card)
        rows = min(ROWS, -(-len(self._items) // COLUMNS))
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.list.setFixedSize(COLUMNS * card.width() + bar + 4, max(1, rows) * card.height() + 4)
        self.adjustSize()
        self.move(self._place(button))
        self.show()
        self.list.setFocus(Qt.FocusReason.PopupFocusReason)
        if self._items:
            self.list.setCurrentRow(0)
        self._reader.ask(shipped, recent)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.hasFocus():
            self._choose(self.list.currentItem())
        else:
            super().keyPressEvent(event)  # closes it at Escape

    def _make_list(self) -> QListWidget:
        made = QListWidget(self)
        made.setAccessibleName("Checkpoints")
        made.setFrameShape(QFrame.Shape.NoFrame)
        made.setFlow(QListView.Flow.LeftToRight)
        made.setWrapping(True)
        made.setUniformItemSizes(True)
        made.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setItemDelegate(CardDelegate(made))
        made.itemClicked.connect(self._choose)
        return made

    def _card_size(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(
            THUMBNAIL + 3 * GAP + LETTERS * metrics.averageCharWidth(), max(THUMBNAIL, 2 * metrics.height()) + 2 * GAP
        )

    def _place(self, button: QWidget) -> QPoint:
        corner, free = button.mapToGlobal(QPoint(0, button.height())), button.screen().availableGeometry()
        x = max(free.left(), min(corner.x(), free.right() - self.width()))
        y = max(free.top(), min(corner.y(), free.bottom() - self.height()))
        return QPoint(x, y)

    def _item(self, path: str) -> QListWidgetItem:
        item = QListWidgetItem(Path(path).stem, self.list)
        item.setData(PATH, path)
        item.setData(LINE, "")
        item.setToolTip(path)
        item.setSizeHint(self._card_size())
        return item

    def _show_card(self, card: ModelCard) -> None:
        item = self._items.get(card.path)
        if item is None:  # the list has changed since
            return
        item.setText(card.title)
        item.setData(LINE, card.line)
        item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, card.line)
        item.setIcon(QIcon(self._thumbnail(card)))

    def _thumbnail(self, card: ModelCard) -> QPixmap:
        if card.levels is not None:
            image = image_of(card.levels)
        elif card.ink is not None:
            image = tinted(card.ink, QColor(self.palette().color(QPalette.ColorRole.Highlight)))
        else:
            return QPixmap()
        side = round(THUMBNAIL * self.devicePixelRatioF())
        smaller = max(image.width(), image.height()) > side
        mode = Qt.TransformationMode.SmoothTransformation if smaller else Qt.TransformationMode.FastTransformation
        drawn = QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode))
        drawn.setDevicePixelRatio(self.devicePixelRatioF())
        return drawn

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and self.isVisible():
            path = str(item.data(PATH))
            self._end_with(lambda: self.chosen.emit(path))

    def _end_with(self, follow: Callable[[], object]) -> None:
        self.close()
        follow()


class CardDelegate(QStyledItemDelegate):
    """Draws a card: the thumbnail, and beside it the title and one line."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        place: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole
        palette: QPalette = option.palette
        painter.save()
        if chosen:
            painter.fillRect(place, palette.highlight())
        icon: QIcon = option.icon
        square = QRect(place.topLeft() + QPoint(GAP, GAP), QSize(THUMBNAIL, THUMBNAIL))
        painter.fillRect(square, palette.base())  # points and bits have the colour of the chosen card
        icon.paint(painter, square)
        text = place.adjusted(THUMBNAIL + 2 * GAP, GAP, -GAP, -GAP)
        font = QFont(option.font)
        for line, weight, colour, side in (
            (option.text, QFont.Weight.DemiBold, role.Text, Qt.AlignmentFlag.AlignTop),
            (index.data(LINE), QFont.Weight.Normal, role.PlaceholderText, Qt.AlignmentFlag.AlignBottom),
        ):
            font.setWeight(weight)
            painter.setFont(font)
            painter.setPen(palette.color(role.HighlightedText if chosen else colour))
            half = QRect(text.left(), text.top(), text.width(), text.height() // 2)
            if side == Qt.AlignmentFlag.AlignBottom:
                half.moveTop(text.top() + text.height() // 2)
            shown = painter.fontMetrics().elidedText(line or "", Qt.TextElideMode.ElideRight, half.width())
            painter.drawText(half, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()
