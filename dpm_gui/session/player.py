"""Which frame is on show, and the clock that moves it."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from dpm_gui.session.playback import DIRECTIONS, PlaybackPosition, advance_position, playback_seconds

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
TICK = 16
"""Milliseconds between two looks at the clock, about one refresh of the screen."""


class Player(QObject):
    """Owns the frame on show, t = 0 (data) … T (noise), and plays it by the time that has really passed.

    A late tick skips frames, it never queues them. Playing there and back goes from where it is to T and back to 0;
    with loop it bounces for ever.
    """

    frame_changed = Signal(int)
    """The frame on show is another one; never told twice for the same."""
    position_changed = Signal(float)
    """The place between frames, for what is drawn between two of them; told after ``frame_changed``."""
    playing_changed = Signal(bool)
    settings_changed = Signal()
    """Speed, loop or direction is another."""
    range_changed = Signal(int)
    """T is another."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = perf_counter) -> None:
        """``clock`` tells seconds and never goes back."""
        super().__init__(parent)
        self._last = 0
        self._playback_position = PlaybackPosition(0.0, 1)
        self._playing = False
        self._held = False
        self._speed = 1.0
        self._loop = False
        self._direction = "forward"
        self._clock = clock
        self._last_tick = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self.advance)

    @property
    def last(self) -> int:
        """T, the last frame; 0 before there is anything to show."""
        return self._last

    @property
    def t(self) -> int:
        """The frame on show: the one nearest to ``position``."""
        return math.floor(self._playback_position.position + 0.5)

    @property
    def position(self) -> float:
        """The place between frames, 0.0 … T; a whole number unless playing."""
        return self._playback_position.position

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def loop(self) -> bool:
        return self._loop

    @property
    def direction(self) -> str:
        return self._direction

    def set_last(self, last: int) -> None:
        """Set T; the frame on show stays where that is possible. With T = 0 nothing plays."""
        if last < 0:
            raise ValueError(f"last frame {last}: must be 0 or more")
        if last == self._last:
            return
        self._last = last
        if last == 0:
            self.pause()
        self._playback_position = PlaybackPosition(
            self._playback_position.position, 1
        )  # a way back from the old T means nothing to the new one
        self.seek(self.t)
        self.range_changed.emit(last)

    def seek(self, t: int) -> None:
        """Show frame ``t``, or the nearest there is; what plays goes on from there."""
        self._last_tick = self._clock()
        self._settle(min(max(t, 0), self._last))

    def step(self, count: int) -> None:
        """Pause, and move by so many frames, back where negative."""
        self.pause()
        self.seek(self.t + count)

    def home(self) -> None:
        """Show the data, t = 0."""
        self.seek(0)

    def end(self) -> None:
        """Show the noise, t = T."""
        self.seek(self._last)

    def play(self) -> None:
        """Start the clock; from the other end where the way was at its end and does not loop."""
        if self._playing or self._last == 0:
            return
        ends = {"forward": self._last, "backward": 0}
        if not self._loop and self.t == ends.get(self._direction):
            self.seek(self._last - self.t)
        self._last_tick = self._clock()
        self._playing = True
        if not self._held:
            self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop the clock on the frame that is on show."""
        if not self._playing:
            return
        self._playing = False
        self._timer.stop()
        self._settle(self.t)
        self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Pause what plays, play what is paused."""
        if self._playing:
            self.pause()
        else:
            self.play()

    def play_forward(self) -> None:
        """Play from data to noise."""
        self.set_direction("forward")
        self.play()

    def play_backward(self) -> None:
        """Play from noise to data."""
        self.set_direction("backward")
        self.play()

    def hold(self) -> None:
        """Let the clock stand still, as while a slider is dragged; ``playing`` stays as it is."""
        self._held = True
        self._timer.stop()

    def release(self) -> None:
        """Let the clock go on after ``hold``."""
        self._held = False
        self._last_tick = self._clock()
        if self._playing:
            self._timer.start()

    def set_speed(self, speed: float) -> None:
        """Set the speed, one of ``SPEEDS``."""
        if speed not in SPEEDS:
            raise ValueError(f"speed {speed}: must be one of {', '.join(map(str, SPEEDS))}")
        if speed != self._speed:
            self.advance()
            self._speed = speed
            self.settings_changed.emit()

    def faster(self) -> None:
        """Take the next higher speed, if there is one."""
        self.set_speed(SPEEDS[min(SPEEDS.index(self._speed) + 1, len(SPEEDS) - 1)])

    def slower(self) -> None:
        """Take the next lower speed, if there is one."""
        self.set_speed(SPEEDS[max(SPEEDS.index(self._speed) - 1, 0)])

    def set_loop(self, loop: bool) -> None:
        """Say whether playing begins anew at the end."""
        if loop != self._loop:
            self._loop = loop
            self.settings_changed.emit()

    def set_direction(self, direction: str) -> None:
        """Set where playing goes, one of ``DIRECTIONS``."""
        if direction not in DIRECTIONS:
            raise ValueError(f"direction {direction!r}: must be one of {', '.join(DIRECTIONS)}")
        if direction != self._direction:
            self._direction = direction
            self.settings_changed.emit()

    def advance(self) -> None:
        """Move on by the time that has passed since the last look at the clock."""
        now = self._clock()
        seconds, self._last_tick = now - self._last_tick, now
        if not self._playing or self._held:
            return
        distance = seconds * self._speed * self._last / playback_seconds(self._last)
        place, ended = advance_position(self._playback_position, distance, self._last, self._direction, self._loop)
        self._move_to(place)
        if ended:
            self.pause()

    def _settle(self, t: int) -> None:
        """Stand on a frame; at an end there and back can but turn."""
        heading = {self._last: -1, 0: 1}.get(t, self._playback_position.heading)
        self._move_to(PlaybackPosition(float(t), heading))

    def _move_to(self, place: PlaybackPosition) -> None:
        position, t = self.position, self.t
        self._playback_position = place
        if self.t != t:
            self.frame_changed.emit(self.t)
        if self.position != position:
            self.position_changed.emit(self.position)
