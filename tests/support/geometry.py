"""Watches the geometry of every widget on show: what moves or changes its size though nobody asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from shiboken6 import isValid

WATCHED = {QEvent.Type.Move, QEvent.Type.Resize}


class GeometryWatch(QObject):
    """A filter of the events of many widgets.

    Attributes:
        changes: Descriptions of the moves and changes of size of widgets that were on show.
    """

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in WATCHED and isinstance(watched, QWidget) and watched.isVisible():
            if isinstance(event, QMoveEvent) and event.pos() != event.oldPos():
                place = f"from {event.oldPos().toTuple()} to {event.pos().toTuple()}"
                self.changes.append(f"{_name(watched)} moved {place}")
            elif isinstance(event, QResizeEvent) and event.size() != event.oldSize():
                size = f"from {event.oldSize().toTuple()} to {event.size().toTuple()}"
                self.changes.append(f"{_name(watched)} changed its size {size}")
        return False


@contextmanager
def watched_geometry(window: QWidget) -> Iterator[list[str]]:
    """Yield the list of changes, which grows as widgets in ``window`` that are on show move or change their size."""
    watch = GeometryWatch()
    widgets = [window, *window.findChildren(QWidget)]
    for widget in widgets:
        widget.installEventFilter(watch)
    try:
        yield watch.changes
    finally:
        for widget in widgets:
            if isValid(widget):
                widget.removeEventFilter(watch)
        watch.deleteLater()


def _name(widget: QWidget) -> str:
    """Return the classes of ``widget`` and of its nearest parents, and what it says."""
    text = widget.text() if isinstance(widget, (QAbstractButton, QLabel)) else widget.objectName()
    chain, names = widget, [f"{type(widget).__name__} {widget.accessibleName() or text!r}"]
    while chain.parentWidget() is not None and len(names) < 4:
        chain = chain.parentWidget()
        names.append(f"{type(chain).__name__} {chain.accessibleName() or chain.objectName()}".strip())
    return " in ".join(names)
