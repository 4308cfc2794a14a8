"""The list of the parts that make up r(x): each with its check box, icon and words, and a button that removes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import LIGHT, Palette
from dpm_gui.paint.potential.parts import Part, Stroke

ROWS = 5
"""Rows that are seen at once."""
REMOVE_WIDTH, ROW_MARGIN = 32, 8
TIP = "Space switches a part on and off, Delete removes it, and its numbers are below"
PLACEHOLDER = "r(x) = 1: nothing is drawn yet"
REMOVE = "Remove this part (Delete)"
_ICONS = {"half_plane": "contrast", "disc": "circle", "observation": "crosshair"}
_KEYS = (
    Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right,
)  # fmt: skip
"""Keys of the list while it has the focus, before the window's commands."""


class PartList(QTreeWidget):
    """Shows parts, and asks for changes of them; it changes nothing itself."""

    part_selected = Signal(int)
    switched = Signal(int, bool)
    """The place of a part, and whether it is to count."""
    remove_asked = Signal(int)

    def __init__(self, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons, self._palette = icons, LIGHT
        self._parts: tuple[Part, ...] = ()
        self.setAccessibleName("Parts of r(x)")
        self.setAccessibleDescription(TIP)
        self.setToolTip(TIP)
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(REMOVE_WIDTH)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, REMOVE_WIDTH)
        self.currentItemChanged.connect(lambda item, _before: self.part_selected.emit(self._place(item)))
        self.itemChanged.connect(self._tell_switch)
        self.itemClicked.connect(self._tell_click)
        self._fix_height()

    def show_parts(self, parts: tuple[Part, ...], selected: int) -> None:
        """Show ``parts``, that at place ``selected`` highlighted."""
        with QSignalBlocker(self):
            while self.topLevelItemCount() > len(parts):
                self.takeTopLevelItem(self.topLevelItemCount() - 1)
            while self.topLevelItemCount() < len(parts):
                item = QTreeWidgetItem(self)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemNeverHasChildren)
                item.setToolTip(1, REMOVE)
                item.setData(1, Qt.ItemDataRole.AccessibleTextRole, "Remove")
            self._parts = parts
            for place, part in enumerate(parts):
                item = self._item(place)
                item.setText(0, part.words())
                item.setToolTip(0, f"{part.words()}. {TIP}")
                item.setCheckState(0, Qt.CheckState.Checked if part.on else Qt.CheckState.Unchecked)
            self.setCurrentItem(self._item(selected) if selected >= 0 else None)  # type: ignore[arg-type]
            self._tint()
        if selected >= 0:
            self.scrollToItem(self._item(selected))
        self.viewport().update()

    def set_palette(self, palette: Palette) -> None:
        """Tint the icons for ``palette``."""
        self._palette = palette
        with QSignalBlocker(self):
            self._tint()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and event.key() in _KEYS and self._parts:
                event.accept()
                return True
        if event.type() == QEvent.Type.FontChange:
            self._fix_height()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = self._place(self.currentItem())
        if place >= 0 and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_asked.emit(place)
        elif place >= 0 and event.key() == Qt.Key.Key_Space:
            self.switched.emit(place, not self._parts[place].on)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._parts:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._palette.muted))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, PLACEHOLDER)
            painter.end()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height())

    def _fix_height(self) -> None:
        row = max(self.fontMetrics().height(), self.iconSize().height()) + ROW_MARGIN
        self.setFixedHeight(ROWS * row + 2 * self.frameWidth())

    def _item(self, place: int) -> QTreeWidgetItem:
        found = self.topLevelItem(place)
        if found is None:
            raise IndexError(f"part {place}: there are {self.topLevelItemCount()}")
        return found

    def _place(self, item: QTreeWidgetItem | None) -> int:
        return -1 if item is None else self.indexOfTopLevelItem(item)

    def _tint(self) -> None:
        palette, selected = self._palette, self._place(self.currentItem())
        on_highlight = self.palette().color(QPalette.ColorRole.HighlightedText).name()
        for place, part in enumerate(self._parts):
            item, name = self._item(place), _ICONS.get(part.kind)
            if isinstance(part, Stroke):
                name = "circle-plus" if part.attracts else "circle-minus"
            colour = palette.known if part.on else palette.muted
            item.setIcon(0, self._icons.icon(str(name), on_highlight if place == selected else colour))
            item.setIcon(1, self._icons.icon("x", on_highlight if place == selected else palette.ink))

    def _tell_switch(self, item: QTreeWidgetItem, column: int) -> None:
        place, on = self._place(item), item.checkState(0) == Qt.CheckState.Checked
        if column == 0 and place >= 0 and on != self._parts[place].on:
            self.switched.emit(place, on)

    def _tell_click(self, item: QTreeWidgetItem, column: int) -> None:
        if column == 1:
            self.remove_asked.emit(self._place(item))
