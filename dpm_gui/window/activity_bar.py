"""The content of the status bar: the current activity, its progress and its stop button."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from dpm_gui.views.figures.figure_header import ElidedLabel

BAR_WIDTH = 200


class ActivityBar(QWidget):
    """Shows one activity, or a text while there is none."""

    def __init__(self, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ElidedLabel(self)  # a long sentence must not widen the window
        self._bar = QProgressBar(self)
        self._bar.setFixedWidth(BAR_WIDTH)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._left = QLabel(self)
        self._stop = QToolButton(self)
        self._stop.setDefaultAction(stop)
        self._stop.setAutoRaise(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(8)
        for widget in (self._text, self._bar, self._left, self._stop):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.show_idle("")

    @property
    def text(self) -> str:
        """The text shown."""
        return self._text.text()

    def show_idle(self, text: str) -> None:
        """Show ``text`` and no progress."""
        self._say(text)
        for widget in (self._bar, self._left, self._stop):
            widget.hide()

    def show_activity(self, text: str, done: int, total: int, seconds_left: float | None, can_stop: bool) -> None:
        """Show an activity and its progress; ``total`` is 0 if the progress is unknown."""
        self._say(f"{text} · step {done} of {total}" if total else text)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._left.setText("" if seconds_left is None else f"{_time(seconds_left)} left")
        self._bar.show()
        self._left.show()
        self._stop.setVisible(can_stop)

    def _say(self, text: str) -> None:
        self._text.setText(text)
        self._text.setToolTip(text)


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
