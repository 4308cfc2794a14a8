"""The context menu of a figure."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from dpm_gui.desktop.reasons import disable_if

EXPORTS = (
    ("png", "Save image as PNG…"),
    ("svg", "Save drawing as SVG…"),
    ("csv", "Save numbers as CSV…"),
    ("copy", "Copy image"),
)

NO_NUMBERS = "there are no numbers yet; run or measure first"


def figure_menu(parent: QWidget, fit: Callable[[], None], export: Callable[[str], None], *, empty: bool) -> QMenu:
    """Return a menu that calls ``fit``, or ``export`` with the kind of file; it deletes itself once closed.

    Args:
        parent: Qt's owner.
        fit: Brings everything into view.
        export: Called with "png", "svg", "csv" or "copy".
        empty: Whether there are no numbers to save.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    menu.addAction("Fit", fit)
    menu.addSeparator()
    for kind, text in EXPORTS:
        if kind == "copy":
            menu.addSeparator()
        action = menu.addAction(text, partial(export, kind))
        if kind == "csv" and empty:
            disable_if(action, NO_NUMBERS)
    return menu
