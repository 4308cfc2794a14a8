"""The readout of the timeline: the current step, and how much of the signal is left there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from dpm_gui.desktop.numbers import padded
from dpm_gui.views.widgets.labels import RoomyLabel

WIDEST, LEAST = "t = 8888 of 8888 · signal 88 % · noise 88 %", "t = 8888 of 8888"


class TimeReadout(RoomyLabel):
    """Reads ``t = 17 of 40 · signal 42 % · noise 58 %``; its layout is fixed while the numbers change."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, WIDEST)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._t = 0
        self._last = 0
        self._signal: Sequence[float] = ()
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setAccessibleName("Current step")
        self.setToolTip(
            "Signal: \N{GREEK SMALL LETTER ALPHA}\u0305\N{LATIN SUBSCRIPT SMALL LETTER T}, "
            "the share of the variance at step t that comes from the data. Noise: the rest."
        )
        font = QFont()
        font.setFeature(QFont.Tag("tnum"), 1)  # size and family still follow the application's font
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._write()

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(LEAST) + 2, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out parts of the line for which there is no room."""
        super().resizeEvent(event)
        self._write()

    def set_last(self, last: int) -> None:
        """Set T; the signal is dropped."""
        self._last, self._signal = last, ()
        self._write()

    def set_signal(self, signal: Sequence[float]) -> None:
        """Set the share of the signal, 0.0 … 1.0, at t = 0 … T."""
        self._signal = signal
        self._write()

    def set_t(self, t: int) -> None:
        self._t = t
        self._write()

    def _write(self) -> None:
        if not self._last:
            self.setText("")
            return
        text = f"t = {padded(self._t, len(str(self._last)))} of {self._last}"
        if self._t < len(self._signal):
            signal = round(100 * float(self._signal[self._t]))
            noise = 100 - signal
            # four digits in all, so that the line is as long at 100 % and 0 % as elsewhere
            for part in (
                f" · signal {padded(signal, 1 if noise == 100 else 2)} %",
                f" · noise {padded(noise, 1 if signal == 100 else 2)} %",
            ):
                if self.fontMetrics().horizontalAdvance(text + part) > max(self.width(), 1):
                    break
                text += part
        if text != self.text():
            self.setText(text)
