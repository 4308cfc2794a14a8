"""The timeline: buttons, readout, slider and thumbnails."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dpm_gui.desktop.reasons import disable_if
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.thumbnails import ThumbnailStrip
from dpm_gui.views.timeline.time_readout import TimeReadout
from dpm_gui.views.timeline.time_slider import TimeSlider
from dpm_gui.views.timeline.transport import Transport


class Timeline(QWidget):
    """Shows the current step and the playback, and asks for changes; it changes nothing by itself.

    What concerns only one of its parts, such as the speed or the thumbnails, is set on that part.
    """

    seek_asked = Signal(int)
    step_asked = Signal(int)
    home_asked = Signal()
    end_asked = Signal()

    def __init__(self, speeds: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.transport = Transport(speeds, self)
        self.readout = TimeReadout(self)
        self.slider = TimeSlider(self)
        self.thumbnails = ThumbnailStrip(self)
        self._lay_out()
        self._connect()
        self.set_range(0)

    def set_range(self, last: int) -> None:
        """Set T; signal, thumbnails and available frames of the earlier range are dropped."""
        for part in (self.readout, self.slider, self.thumbnails):
            part.set_last(last)
        disable_if(self, "" if last else "there is nothing to play yet; open a checkpoint")

    def set_scale(self, scale: TimeScale | None) -> None:
        """Lay the steps out on ``scale``; None for evenly."""
        self.slider.set_scale(scale)
        self.thumbnails.set_scale(scale)

    def set_t(self, t: int) -> None:
        """Move to step ``t``."""
        for part in (self.readout, self.slider, self.thumbnails):
            part.set_t(t)

    def set_signal(self, alpha_bar: NDArray[np.float64]) -> None:
        """Set the signal left at each step, ``[T + 1]``, 0.0 … 1.0."""
        signal = alpha_bar.tolist()
        self.readout.set_signal(signal)
        self.slider.set_signal(signal)

    def set_palette(self, palette: Palette) -> None:
        for part in (self.transport, self.slider, self.thumbnails):
            part.set_palette(palette)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.transport)
        top.addStretch(1)
        top.addWidget(self.readout, alignment=Qt.AlignmentFlag.AlignVCenter)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 8, 16, 8)
        rows.setSpacing(0)
        rows.addLayout(top)
        rows.addWidget(self.slider)
        rows.addSpacing(4)
        rows.addWidget(self.thumbnails)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _connect(self) -> None:
        buttons, slider = self.transport, self.slider
        for part in (buttons, slider):
            part.step_asked.connect(self.step_asked)
            part.home_asked.connect(self.home_asked)
            part.end_asked.connect(self.end_asked)
        slider.seek_asked.connect(self.seek_asked)
        slider.view_changed.connect(self.thumbnails.set_view)
        self.thumbnails.seek_asked.connect(self.seek_asked)
