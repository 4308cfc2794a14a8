"""Every command and its keys in one list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QFont, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.dialogs.listed_actions import listed_actions


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something done with the mouse or with keys of a view, which no action stands for.

    Attributes:
        group: Heading it is listed under, such as "Mouse".
        text: What it does.
        keys: How it is done, such as "Wheel" or "Middle drag".
    """

    group: str
    text: str
    keys: str


class ShortcutsDialog(QDialog):
    """All of ``actions`` grouped by menu, then ``gestures``; typing narrows the list down."""

    def __init__(self, parent: QWidget | None, actions: Sequence[QAction], gestures: Sequence[Gesture] = ()) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keyboard shortcuts")
        self._search = QLineEdit(self)
        self._search.setPlaceholderText("Search by command or key")
        self._search.setAccessibleName("Search the shortcuts")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self.narrow)
        self._search.installEventFilter(self)
        self._nothing = QLabel(self)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._nothing.hide()
        self._list = self._make_list()
        self._groups: dict[str, tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = {}
        rows = [Gesture(command.menu, command.text, command.keys) for command in listed_actions(actions)]
        self._populate([*rows, *gestures])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
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

    def rows(self) -> list[tuple[str, str, str]]:
        """Return group, text and keys of each row on show."""
        return [
            (group.text(0), row.text(0), row.text(1))
            for group, rows in self._groups.values()
            for row in rows
            if not row.isHidden()
        ]

    def narrow(self, text: str) -> None:
        """Show the rows alone that hold every word of ``text`` in their group, command or keys."""
        words = text.casefold().split()
        for group, rows in self._groups.values():
            for row in rows:
                content = f"{group.text(0)} {row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in content for word in words))
            group.setHidden(all(row.isHidden() for row in rows))
        any_left = bool(self.rows())
        self._list.setVisible(any_left)
        self._nothing.setVisible(not any_left)
        self._nothing.setText(f"Nothing is called “{text.strip()}”. Try fewer letters.")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and self._search.text():
                self._search.clear()
                return True
            if event.key() == Qt.Key.Key_Down:
                self._list.setFocus()
                return True
        return super().eventFilter(watched, event)

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

    def _populate(self, rows: Sequence[Gesture]) -> None:
        height = self.fontMetrics().height() + 8
        for row in rows:
            if row.group not in self._groups:
                self._groups[row.group] = (self._add_group(row.group, height), [])
            group, items = self._groups[row.group]
            item = QTreeWidgetItem(group, [row.text, row.keys])
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
        """Give the keys the theme's muted ink."""
        muted = self.palette().brush(QPalette.ColorRole.PlaceholderText)
        for _, rows in self._groups.values():
            for row in rows:
                row.setForeground(1, muted)


GESTURES = (
    Gesture("Mouse on a canvas or plot", "Zoom at the pointer", "Wheel"),
    Gesture("Mouse on a canvas or plot", "Move the picture", "Middle or right drag"),
    Gesture("Mouse on a canvas or plot", "Save, copy, fit", "Right click"),
    Gesture("Mouse on a canvas or plot", "Draw the path of a point", "Left click on it"),
    Gesture("Mouse on a canvas or plot", "Enlarge a picture, and go back", "Left click on it"),
    Gesture("Mouse on a canvas or plot", "Go to a step", "Left drag in the entropy plot"),
    Gesture("Mouse in Paint", "Paint, place or click what is wished for", "Left drag or click"),
    Gesture("Mouse in Paint", "Erase with the brush, set a bit free", "Right drag or click"),
    Gesture("Mouse in Paint", "Size of the brush", "Alt and wheel"),
    Gesture("Mouse in Paint", "Choose a sample, keep it", "Click, double click"),
    Gesture("Keys in Paint", "See the chosen sample in the place of the mask", "Hold Z"),
    Gesture("Keys in Paint", "Set the bit that is marked, and go on", "0, 1, Backspace"),
    Gesture("Mouse on the timeline", "Go to a step", "Click or drag the slider, click a picture"),
    Gesture("Mouse on the window", "Open a checkpoint; in Paint a picture, too", "Drop the file"),
)
