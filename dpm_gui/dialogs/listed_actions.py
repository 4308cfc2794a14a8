"""Lists of commands: the actions of the menus as plain values, and a dialog that searches a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QPalette, QTextDocumentFragment
from PySide6.QtWidgets import QAbstractItemView, QDialog, QLabel, QLineEdit, QMenu, QWidget

OTHER_MENU = "Other"


@dataclass(frozen=True, slots=True)
class ListedAction:
    """One action as shown in lists of commands.

    Attributes:
        action: The action itself.
        menu: Title of its menu.
        text: What it does.
        keys: Its shortcuts in the notation of the system, such as "Ctrl+S or F2"; may be empty.
        reason: Why it is disabled; empty if it is enabled, or if its tool tip gives no reason.
    """

    action: QAction
    menu: str
    text: str
    keys: str
    reason: str


def listed_actions(actions: Iterable[QAction]) -> list[ListedAction]:
    """Return those of ``actions`` that the user can choose, with menus in the order of their first action.

    The menu of an action is its `data()`, if that is text, or else the first menu that it was added to.
    Separators, submenus and hidden actions are left out.
    """
    found = [_listed_action(action) for action in actions if _can_be_chosen(action)]
    order = {menu: place for place, menu in reversed(list(enumerate(listed.menu for listed in found)))}
    return sorted(found, key=lambda listed: order[listed.menu])


def _can_be_chosen(action: QAction) -> bool:
    return bool(action.text()) and not action.isSeparator() and action.isVisible() and action.menu() is None


def _listed_action(action: QAction) -> ListedAction:
    text = plain(action.text())
    tip = action.toolTip()
    if QtGui.Qt.mightBeRichText(tip):
        tip = QTextDocumentFragment.fromHtml(tip).toPlainText()
    says_more = tip.rstrip("…. ") != text.rstrip("…. ")
    keys = " or ".join(key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts())
    reason = tip if says_more and not action.isEnabled() else ""
    return ListedAction(action, _menu(action), text, keys, " ".join(reason.split()))


def _menu(action: QAction) -> str:
    data = action.data()
    if isinstance(data, str) and data:
        return data
    for owner in action.associatedObjects():
        if isinstance(owner, QMenu) and owner.title():
            return plain(owner.title())
    return OTHER_MENU


def plain(text: str) -> str:
    """Return ``text`` without the ampersands that mark a mnemonic."""
    return re.sub(r"&(.)", r"\1", text)


class SearchDialog(QDialog):
    """A dialog with a search field and a list; if nothing matches, a text replaces the list."""

    def __init__(
        self, parent: QWidget | None, title: str, hint: str, kind: Qt.WindowType = Qt.WindowType.Dialog
    ) -> None:
        """Make the dialog; ``hint`` is shown in the empty search field."""
        super().__init__(parent, kind)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self._search = QLineEdit(self)
        self._search.setPlaceholderText(hint)
        self._search.setAccessibleName(hint)
        self._search.textChanged.connect(self.narrow)
        self._search.installEventFilter(self)
        self._nothing = QLabel(self)
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._nothing.hide()

    def narrow(self, typed: str) -> None:
        """Show only the rows that match ``typed``."""
        raise NotImplementedError

    def take_key(self, key: int) -> bool:
        """Handle a key of the search field that is not typing; return whether it was handled."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self.take_key(event.key()) or super().eventFilter(watched, event)
        return super().eventFilter(watched, event)

    def show_found(self, rows: QAbstractItemView, any_found: bool, otherwise: str) -> None:
        """Show ``rows``, or the text ``otherwise`` if none is left."""
        rows.setVisible(any_found)
        self._nothing.setVisible(not any_found)
        self._nothing.setText(otherwise)
