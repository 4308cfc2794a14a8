"""The readout of the timeline: the current step, and how much of the signal is left there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.numbers import padded
from dpm_gui.views.widgets.labels import RoomyLabel

WIDEST = "t = 8888 of 8888 · signal 88 % · noise 88 %"


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
            text += f" · signal {padded(signal, 1 if noise == 100 else 2)} %"
            text += f" · noise {padded(noise, 1 if signal == 100 else 2)} %"
        self.setText(text)
