"""The ring around whatever has the keyboard: one style for all controls, in every window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

WIDTH = 2.0
"""Of the line, in pixels."""
KEYBOARD = Qt.WidgetAttribute.WA_KeyboardFocusChange
"""What Qt sets on a window whose focus was moved by keys, and takes back at the next click."""
OWN_RING = "draws_focus"
"""Property of a widget that shows the focus by itself."""


class FocusRings(QObject):
    """Shows a `FocusRing` on what has the keyboard once a key has moved the focus there."""

    def __init__(self, application: QApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ring: FocusRing | None = None
        application.focusChanged.connect(self._follow)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        if self._ring is not None and isValid(self._ring):  # what it was on may be gone, and the ring with it
            self._ring.hide()
            self._ring.deleteLater()
        shown = now is not None and now.window().testAttribute(KEYBOARD) and not now.property(OWN_RING)
        self._ring = FocusRing(now) if shown and now is not None and not now.isWindow() else None


class FocusRing(QWidget):
    """A line in the colour of the highlight along the inner edge of a control; it lies over the control.

    The style's own marks differ from control to control, and that of a check box or a flat button is hardly visible.
    """

    def __init__(self, control: QWidget) -> None:
        super().__init__(control)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        control.installEventFilter(self)
        self.setGeometry(control.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), WIDTH))
        inset = WIDTH / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), WIDTH, WIDTH)
        painter.end()
