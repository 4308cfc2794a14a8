"""The strip of finished inpaintings beside the canvas, the newest first."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.desktop.theme import ColouredWidget, scaled_to_text
from dpm_gui.paint.history.entries import Inpainting
from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.inpainting.options import DEFAULT_SEQUENCE_OPTIONS, InpaintOptions
from dpm_gui.views.canvases.image_levels import image_of
from dpm_gui.views.widgets.flat_button import action_button

SIDE, GAP = 64, 8
"""Longest side of a thumbnail, and the room around it, in pixels."""
NUMBER = Qt.ItemDataRole.UserRole
EMPTY = "Finished inpaintings are kept here."
RETURN = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
DELETE = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}


class HistoryStrip(ColouredWidget):
    """Shows the entries of a history; a click or Enter asks to bring one back, Delete to remove it."""

    chosen = Signal(int)
    """The number of the entry to bring back."""
    remove_asked = Signal(int)
    """The number of the entry to remove."""

    def __init__(self, clear: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: dict[int, QListWidgetItem] = {}
        self._shown: int | None = None
        title = QLabel("History", self)
        title.setToolTip("Finished inpaintings; a click brings one back: image, mask, options, seed and samples")
        self._clear = action_button(clear, self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list = EntryList(self)
        self.list.itemClicked.connect(self._choose)
        self.list.return_pressed.connect(self._choose)
        self.list.delete_pressed.connect(self._ask_to_remove)
        self.list.menu_asked.connect(self._open_menu)
        self._empty = QLabel(EMPTY, self.list.viewport())
        self._empty.setWordWrap(True)
        self._empty.setForegroundRole(self.palette().ColorRole.PlaceholderText)
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        over = QVBoxLayout(self.list.viewport())
        over.setContentsMargins(4, 4, 4, 4)
        over.addWidget(self._empty, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 0, 0)
        row.addWidget(title, 1)
        row.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.list, 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._take_size()

    @property
    def numbers(self) -> list[int]:
        """The numbers of the entries, as they stand from above."""
        return [self.list.item(row).data(NUMBER) for row in range(self.list.count())]

    def show_entries(self, entries: tuple[Inpainting, ...]) -> None:
        """Show ``entries``, given with the oldest first."""
        with QSignalBlocker(self.list):
            for number in set(self._items) - {each.number for each in entries}:
                self.list.takeItem(self.list.row(self._items.pop(number)))
            for row, entry in enumerate(reversed(entries)):
                if entry.number not in self._items:
                    self._items[entry.number] = item = self._item(entry)
                    self.list.insertItem(row, item)
                self._items[entry.number].setToolTip(description(entry))
        self._empty.setVisible(not entries)
        self._mark()

    def show_shown(self, number: int | None) -> None:
        """Mark the entry whose samples are on show, or none."""
        self._shown = number
        self._mark()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange}:
            self._take_size()

    def _mark(self) -> None:
        item = self._items.get(self._shown or 0)
        if item is None:
            self.list.clearSelection()
        else:
            self.list.setCurrentItem(item)
            self.list.scrollToItem(item)

    def _take_size(self) -> None:
        side = scaled_to_text(self, SIDE)
        self.list.setIconSize(QSize(side, side))
        cell = QSize(side + 2 * GAP, side + 2 * self.fontMetrics().height() + 2 * GAP)
        self.list.setGridSize(cell)
        bar = self.list.verticalScrollBar().sizeHint().width()
        self.setFixedWidth(cell.width() + bar + 8)

    def _item(self, entry: Inpainting) -> QListWidgetItem:
        item = QListWidgetItem(self._thumbnail(entry), "\n".join(caption(entry)))
        item.setData(NUMBER, entry.number)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, description(entry).replace("\n", ". "))
        item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        return item

    def _thumbnail(self, entry: Inpainting) -> QIcon:
        ratio = self.devicePixelRatioF()
        side = round(self.list.iconSize().width() * ratio)
        image = image_of(entry.thumbnail)
        smaller = max(image.width(), image.height()) > side
        mode = Qt.TransformationMode.SmoothTransformation if smaller else Qt.TransformationMode.FastTransformation
        drawn = QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, mode))
        drawn.setDevicePixelRatio(ratio)
        icon = QIcon(drawn)
        icon.addPixmap(drawn, QIcon.Mode.Selected)  # otherwise the style tints it, and grey levels are no longer true
        return icon

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(NUMBER))

    def _ask_to_remove(self, item: QListWidgetItem) -> None:
        self.remove_asked.emit(item.data(NUMBER))

    def _open_menu(self, item: QListWidgetItem, event: QContextMenuEvent) -> None:
        number = item.data(NUMBER)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Bring back", lambda: self.chosen.emit(number))
        menu.addAction("Remove from the history", lambda: self.remove_asked.emit(number))
        menu.addSeparator()
        menu.addAction(self._clear.defaultAction())
        menu.popup(event.globalPos())


class EntryList(QListWidget):
    """A column of thumbnails that keeps its keys from the window's shortcuts."""

    return_pressed = Signal(QListWidgetItem)
    delete_pressed = Signal(QListWidgetItem)
    menu_asked = Signal(QListWidgetItem, QContextMenuEvent)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("History of inpaintings")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setFlow(QListView.Flow.TopToBottom)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)

    def event(self, event: QEvent) -> bool:
        keys = RETURN | DELETE | MOVES
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in keys:
            event.setAccepted(not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chosen = self.currentRow() >= 0
        if chosen and event.key() in RETURN:
            self.return_pressed.emit(self.currentItem())
        elif chosen and event.key() in DELETE:
            self.delete_pressed.emit(self.currentItem())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is not None:
            self.menu_asked.emit(item, event)


def connected_strip(keeper: HistoryKeeper, clear: QAction, parent: QWidget) -> HistoryStrip:
    """Return a strip that follows the history of ``keeper`` and changes it."""
    strip = HistoryStrip(clear, parent)
    keeper.history.changed.connect(lambda: strip.show_entries(keeper.history.entries))
    keeper.shown_changed.connect(strip.show_shown)
    strip.chosen.connect(keeper.bring_back)
    strip.remove_asked.connect(keeper.remove)
    strip.show_entries(keeper.history.entries)
    return strip


def caption(entry: Inpainting) -> tuple[str, ...]:
    """Return the lines under a thumbnail: the seed, and what differs from the default options."""
    different = ", ".join(_differences(entry))
    return (f"seed {entry.seed}", different) if different else (f"seed {entry.seed}",)


def description(entry: Inpainting) -> str:
    """Return what is known of an entry, in lines."""
    lines = [
        f"Inpainting {entry.number}, {entry.finished:%H:%M:%S}",
        f"Seed {entry.seed}, {entry.options.count} sample{'s' * (entry.options.count > 1)}",
    ]
    different = _differences(entry)
    if different:
        text = ", ".join(different)
        lines.append(text[0].upper() + text[1:])
    if entry.summary is None:
        lines.append("The samples are drawn again when it is brought back")
    return "\n".join(lines)


def _differences(entry: Inpainting) -> tuple[str, ...]:
    row = entry.thumbnail.ndim == 2 and entry.image.shape[0] == 1
    return entry.options.differences(DEFAULT_SEQUENCE_OPTIONS if row else InpaintOptions(), "bits" if row else "pixels")
