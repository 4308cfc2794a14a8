"""Disables controls, each for a reason that its tool tip gives; nothing else in the window disables any."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

_REASON, _TIP = "reason", "tip_without_reason"
"""Properties of a control: why it is disabled, and its tool tip while it is not."""


def disable_if(control: QAction | QWidget, reason: str) -> None:
    """Disable ``control`` and everything in it for a ``reason``, or enable it if that is empty.

    The tool tip, which screen readers read as the description, gives what the control does and then the reason. It
    may change while the control is enabled.

    Args:
        control: A command, or a widget with what it contains.
        reason: Why it is disabled, and if possible what to do about it: a clause, such as "open a checkpoint first".
    """
    control.setProperty(_REASON, reason)
    control.setEnabled(not reason)
    parts = control.findChildren(QWidget) if isinstance(control, QWidget) else ()
    for each in (control, *parts):
        _show_reason(each)


def reason_of(control: QAction | QWidget) -> str:
    """Return why ``control``, or a widget around it in the same window, is disabled; empty if no reason is given."""
    part: QAction | QWidget | None = control
    while part is not None:
        if reason := part.property(_REASON):
            return str(reason)
        part = part.parentWidget() if isinstance(part, QWidget) and not part.isWindow() else None
    return ""


def _show_reason(control: QAction | QWidget) -> None:
    tip, reason = control.property(_TIP), reason_of(control)
    if tip is None:
        tip = control.toolTip()
    if reason:
        control.setProperty(_TIP, tip)
        control.setToolTip(f"{tip}: {reason}" if tip else _sentence(reason))
    elif control.property(_TIP) is not None:
        control.setProperty(_TIP, None)
        control.setToolTip(tip)


def _sentence(clause: str) -> str:
    """Return ``clause`` with a capital letter, unless it begins with a symbol such as r(x)."""
    return clause[0].upper() + clause[1:] if clause[:2].isalpha() else clause
