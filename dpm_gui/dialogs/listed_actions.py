"""What the menus offer, as plain values for lists of commands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtGui import QAction, QKeySequence, QTextDocumentFragment
from PySide6.QtWidgets import QMenu

OTHER_MENU = "Other"


@dataclass(frozen=True, slots=True)
class ListedAction:
    """One action as a person reads it.

    Attributes:
        action: Does it.
        menu: Title of its menu.
        text: What it does.
        keys: Its shortcuts as the system writes them, such as "Ctrl+S or F2"; may be empty.
        reason: Why it cannot be used now; empty while it can, or if it does not say.
    """

    action: QAction
    menu: str
    text: str
    keys: str
    reason: str


def listed_actions(actions: Iterable[QAction]) -> list[ListedAction]:
    """Return those of ``actions`` that a person can choose, menus in the order of their first action.

    An action belongs to the menu that its `data()` names, if that is text, or else to the first menu it was added to.
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
    """Return a menu's text without the marks of its mnemonic."""
    return re.sub(r"&(.)", r"\1", text)
