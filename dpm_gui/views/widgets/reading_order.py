"""The order in which Tab goes through a window: as one reads it, wherever docks and panels are now."""

from __future__ import annotations

from functools import cmp_to_key

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QWidget

from dpm_gui.views.widgets.arrow_group import group_of


def reading_order(window: QWidget) -> list[QWidget]:
    """Return what Tab reaches in ``window``: in each part from left to right, then from top to bottom."""
    return _within(window)


def focus_next(window: QWidget, *, forward: bool) -> bool:
    """Move the focus on in reading order, or back; return False if what has it is not among what Tab reaches."""
    order, focused = reading_order(window), window.focusWidget()
    if focused not in order:
        return False
    reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
    start, step = order.index(focused), 1 if forward else -1
    for distance in range(1, len(order)):
        order[(start + step * distance) % len(order)].setFocus(reason)
        if window.focusWidget() is not focused:  # the field in a box hands the focus on to its box
            break
    return True


def _within(part: QWidget) -> list[QWidget]:
    """Return ``part`` if Tab reaches it, then what is in it."""
    children = [
        child
        for child in part.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if child.isVisible() and not child.isWindow() and child.isEnabled()
    ]
    found = [part] if not part.isWindow() and _takes_tab(part) else []
    for child in sorted(children, key=cmp_to_key(_compare)):
        found += _within(child)
    return found


def _compare(one: QWidget, other: QWidget) -> int:
    """Compare two parts of one widget: the upper one comes first, of two in a row the left one."""
    here, there = one.geometry(), other.geometry()
    if not _in_one_row(here, there):
        return here.center().y() - there.center().y()
    return here.x() - there.x()


def _in_one_row(here: QRect, there: QRect) -> bool:
    return here.top() <= there.center().y() <= here.bottom() or there.top() <= here.center().y() <= there.bottom()


def _takes_tab(widget: QWidget) -> bool:
    if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return False
    around = widget.parentWidget()
    if isinstance(around, QAbstractScrollArea) and around.viewport() is widget:
        return False  # it hands the focus on to its view; focusProxy() would keep both alive for good (PySide6 6.11)
    row = group_of(widget)
    if row is not None:
        return row.stop is widget  # the arrows lead to the others
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    chosen = group.checkedButton() if group is not None and group.exclusive() else None
    return chosen is None or chosen is widget  # the arrows lead to the others of a group
