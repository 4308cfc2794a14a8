"""Panes that scroll where there is no room for their content."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from dpm_gui.desktop.theme import scaled_to_text

LEAST_HEIGHT = 60
"""Least height of a pane, in pixels."""
LARGEST_SHARE = 0.4
"""Largest share of the screen's width that a pane takes at least."""
LARGEST_SIDE_SHARE = 0.45
"""Largest share of the screen's width that a pane at the side takes in large text."""


class ScrollPane(QScrollArea):
    """Shows ``content``, by default as wide as it needs to be, and scrolls what is too high.

    Args:
        content: What is shown; as large as the pane where there is room.
        parent: Qt's owner.
        across: Whether it may be narrower than its content, which then scrolls from side to side, too.
    """

    def __init__(self, content: QWidget, parent: QWidget, *, across: bool = False) -> None:
        super().__init__(parent)
        self._across, self._content = across, content
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys belong to the content
        self.setSizePolicy(content.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Preferred)
        self.setWidget(content)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the content when it needs another width."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        return self._content.sizeHint().expandedTo(self.minimumSizeHint())

    def minimumSizeHint(self) -> QSize:
        if self._across:
            return QSize(LEAST_HEIGHT, LEAST_HEIGHT)
        least, bar = self._content.minimumSizeHint(), self.verticalScrollBar().sizeHint().width()
        room = round(LARGEST_SHARE * self.screen().availableSize().width())
        return QSize(min(least.width() + bar, room), min(least.height(), LEAST_HEIGHT))


class SidePane(ScrollPane):
    """A pane of a fixed width, which follows the size of text, but leaves the larger part of the screen free.

    Args:
        content: What is shown.
        width: Width at the usual size of text, in pixels.
        parent: Qt's owner.
    """

    def __init__(self, content: QWidget, width: int, parent: QWidget) -> None:
        super().__init__(content, parent)
        self._usual_width = width
        self._take_width()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange}:
            self._take_width()

    def _take_width(self) -> None:
        room = round(LARGEST_SIDE_SHARE * self.screen().availableSize().width())
        self.setFixedWidth(min(scaled_to_text(self, self._usual_width), max(room, self._usual_width)))
