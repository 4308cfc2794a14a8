"""The timeline: buttons, readout, slider and thumbnails, one axis under all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.timeline.thumbnails import ThumbnailStrip
from dpm_gui.views.timeline.time_readout import TimeReadout
from dpm_gui.views.timeline.time_slider import TimeSlider
from dpm_gui.views.timeline.transport import Transport


class Timeline(QWidget):
    """Shows the step and the way it plays, as it is told; tells what is wished. It changes nothing by itself."""

    seek_asked = Signal(int)
    play_toggled = Signal()
    step_asked = Signal(int)
    home_asked = Signal()
    end_asked = Signal()
    speed_asked = Signal(float)
    loop_toggled = Signal(bool)
    direction_asked = Signal(str)
    drag_started = Signal()
    """The handle was taken: a clock that plays had better stand still."""
    drag_ended = Signal()

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
        """Set T; signal, thumbnails and available frames are those of another range and are dropped."""
        for part in (self.readout, self.slider, self.thumbnails):
            part.set_last(last)
        self.setEnabled(last > 0)
        self.setToolTip("" if last else "There is nothing to play yet: open a checkpoint")

    def set_t(self, t: int) -> None:
        """Stand on step ``t``."""
        for part in (self.readout, self.slider, self.thumbnails):
            part.set_t(t)

    def set_position(self, position: float) -> None:
        """Draw the handle between two steps; everything else goes by ``set_t``."""
        self.slider.set_position(position)

    def set_signal(self, alpha_bar: NDArray[np.float64]) -> None:
        """Set the signal that is left at each step, ``[T + 1]``, 0.0 … 1.0."""
        self.readout.set_signal(alpha_bar.tolist())

    def set_available(self, first: int, last: int) -> None:
        """Mark the frames that are there, ``first`` … ``last``; none where ``last`` is smaller."""
        self.slider.set_available(first, last)

    def set_thumbnails(self, images: Sequence[tuple[int, QImage]]) -> None:
        """Show small pictures, each with the step it shows."""
        self.thumbnails.set_thumbnails(images)

    def set_playing(self, playing: bool) -> None:
        self.transport.set_playing(playing)

    def set_speed(self, speed: float) -> None:
        self.transport.set_speed(speed)

    def set_loop(self, loop: bool) -> None:
        self.transport.set_loop(loop)

    def set_direction(self, direction: str) -> None:
        self.transport.set_direction(direction)

    def set_palette(self, palette: Palette) -> None:
        for part in (self.transport, self.slider, self.thumbnails):
            part.set_palette(palette)

    def set_icons(self, icons: IconSet) -> None:
        self.transport.set_icons(icons)

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
        buttons.play_toggled.connect(self.play_toggled)
        buttons.speed_asked.connect(self.speed_asked)
        buttons.loop_toggled.connect(self.loop_toggled)
        buttons.direction_asked.connect(self.direction_asked)
        for part in (buttons, slider):
            part.step_asked.connect(self.step_asked)
            part.home_asked.connect(self.home_asked)
            part.end_asked.connect(self.end_asked)
        slider.seek_asked.connect(self.seek_asked)
        self.thumbnails.seek_asked.connect(self.seek_asked)
        slider.drag_started.connect(self.drag_started)
        slider.drag_ended.connect(self.drag_ended)
