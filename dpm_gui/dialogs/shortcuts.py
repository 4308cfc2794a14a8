"""The dialog that lists all commands and their keys, with a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFont, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QFrame,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.desktop.appearance import without_icons
from dpm_gui.dialogs.listed_actions import SearchDialog, listed_actions

Row = tuple[str, str, str]
"""Group, command, and its keys or gesture."""


class ShortcutsDialog(SearchDialog):
    """All of ``actions`` grouped by menu, then ``gestures``; typing narrows the list down."""

    def __init__(self, parent: QWidget | None, actions: Sequence[QAction], gestures: Iterable[Row] = ()) -> None:
        super().__init__(parent, "Keyboard shortcuts", "Search by command or key")
        self._search.setAccessibleName("Search the shortcuts")
        self._search.setClearButtonEnabled(True)
        self._list = self._make_list()
        self._groups: dict[str, tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = {}
        rows = [(listed.menu, listed.text, listed.keys) for listed in listed_actions(actions)]
        self._populate([*rows, *gestures])
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing, 1)
        column.addWidget(buttons)
        self.resize(520, 600)
        self._search.setFocus()

    def rows(self) -> list[Row]:
        """Return the rows shown."""
        return [
            (group.text(0), row.text(0), row.text(1))
            for group, rows in self._groups.values()
            for row in rows
            if not row.isHidden()
        ]

    def narrow(self, typed: str) -> None:
        """Show only the rows that contain every word of ``typed`` in their group, command or keys."""
        words = typed.casefold().split()
        for group, rows in self._groups.values():
            for row in rows:
                content = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in content for word in words))
            group.setHidden(all(row.isHidden() for row in rows))
        self.show_found(self._list, bool(self.rows()), f"Nothing is called “{typed.strip()}”. Try fewer letters.")

    def take_key(self, key: int) -> bool:
        if key == Qt.Key.Key_Down:
            self._list.setFocus()
            return True
        if key == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
            return True
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _make_list(self) -> QTreeWidget:
        tree = QTreeWidget(self)
        tree.setColumnCount(2)
        tree.setHeaderLabels(["Command", "Keys"])
        tree.setHeaderHidden(True)
        tree.setAccessibleName("Shortcuts")
        tree.setFrameShape(QFrame.Shape.NoFrame)
        tree.viewport().setAutoFillBackground(False)
        tree.setRootIsDecorated(False)
        tree.setItemsExpandable(False)
        tree.setIndentation(0)
        tree.setUniformRowHeights(False)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        return tree

    def _populate(self, rows: Sequence[Row]) -> None:
        height = self.fontMetrics().height() + 8
        for title, text, keys in rows:
            if title not in self._groups:
                self._groups[title] = (self._add_group(title, height), [])
            group, items = self._groups[title]
            item = QTreeWidgetItem(group, [text, keys])
            item.setSizeHint(0, QSize(0, height))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            items.append(item)
        self._list.expandAll()
        self._tint()

    def _add_group(self, title: str, height: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self._list, [title])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFirstColumnSpanned(True)
        item.setSizeHint(0, QSize(0, height + 12))
        item.setTextAlignment(0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        item.setFont(0, font)
        return item

    def _tint(self) -> None:
        """Draw the keys in the theme's muted text colour."""
        muted = self.palette().brush(QPalette.ColorRole.PlaceholderText)
        for _, rows in self._groups.values():
            for row in rows:
                row.setForeground(1, muted)
