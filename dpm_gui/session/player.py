"""The frame on show and the clock that moves it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.session.playback import DIRECTIONS, PlaybackPosition, play_on, playback_seconds

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0)
TICK = 16
"""Milliseconds between two readings of the clock, about one refresh of the screen."""


class PlaybackSettings(QObject):
    """The settings of playing frames 0 … T; `advance` is called before one changes that matters for the time so far."""

    settings_changed = Signal()
    """Speed, loop, bounds, direction or the scale of time has changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last = 0
        self._speed = 1.0
        self._loop = False
        self._bounds: tuple[int, int] | None = None
        self._direction = "forward"
        self._scale: TimeScale | None = None

    @property
    def last(self) -> int:
        """T, the last frame; 0 while nothing can be shown."""
        return self._last

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def loop(self) -> bool:
        return self._loop

    @property
    def bounds(self) -> tuple[int, int] | None:
        """The first and the last frame between which it plays; None for 0 and T."""
        return self._bounds

    @property
    def direction(self) -> str:
        return self._direction

    @property
    def scale(self) -> TimeScale | None:
        """The scale on which the clock runs evenly; None for that of the steps."""
        return self._scale

    def set_speed(self, speed: float) -> None:
        """Set the speed, one of ``SPEEDS``."""
        if speed not in SPEEDS:
            raise ValueError(f"speed {speed}: must be one of {', '.join(map(str, SPEEDS))}")
        if speed != self._speed:
            self.advance()
            self._speed = speed
            self.settings_changed.emit()

    def faster(self) -> None:
        """Set the next higher speed, if there is one."""
        self.set_speed(SPEEDS[min(SPEEDS.index(self._speed) + 1, len(SPEEDS) - 1)])

    def slower(self) -> None:
        """Set the next lower speed, if there is one."""
        self.set_speed(SPEEDS[max(SPEEDS.index(self._speed) - 1, 0)])

    def set_loop(self, loop: bool) -> None:
        """Set whether playback begins again at its end."""
        if loop != self._loop:
            self._loop = loop
            self.settings_changed.emit()

    def set_bounds(self, bounds: tuple[int, int] | None) -> None:
        """Play only between two frames, the first below the last; None for between 0 and T."""
        if bounds is not None and not 0 <= bounds[0] < bounds[1] <= self._last:
            raise ValueError(f"bounds {bounds}: must be two ascending frames of 0 … {self._last}")
        if bounds != self._bounds:
            self.advance()
            self._bounds = bounds
            self.settings_changed.emit()

    def set_direction(self, direction: str) -> None:
        """Set the direction of playback, one of ``DIRECTIONS``."""
        if direction not in DIRECTIONS:
            raise ValueError(f"direction {direction!r}: must be one of {', '.join(DIRECTIONS)}")
        if direction != self._direction:
            self._direction = direction
            self.settings_changed.emit()

    def set_scale(self, scale: TimeScale | None) -> None:
        """Set the scale on which the clock runs evenly, of steps 0 … T; None for that of the steps."""
        if scale is not None and len(scale.places) != self._last + 1:
            raise ValueError(f"scale of {len(scale.places)} steps: there are {self._last + 1}")
        self.advance()
        self._scale = scale
        self.settings_changed.emit()

    def advance(self) -> None:
        """Move on by the time since the clock was last read; here there is no clock."""


class Player(PlaybackSettings):
    """Owns the frame on show, t = 0 (data) … T (noise), and plays by elapsed time.

    A late tick skips frames; it never queues them. The clock runs evenly on a `TimeScale`: in t, unless another is set.
    Playing there and back runs from the present frame to T and back to 0; with loop it goes on between both ends, and
    stands still for a moment at each. With `bounds` it plays only between these.
    """

    frame_changed = Signal(int)
    """The number of the new frame on show; emitted once for each change."""
    position_changed = Signal(float)
    """The position between frames, for drawing between two of them; emitted after ``frame_changed``."""
    playing_changed = Signal(bool)
    range_changed = Signal(int)
    """The new T."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = perf_counter) -> None:
        """Take time from ``clock``, which returns seconds and never runs backwards."""
        super().__init__(parent)
        self._playback_position = PlaybackPosition(0.0, 1)
        self._playing = False
        self._held = False
        self._clock = clock
        self._last_tick = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self.advance)

    @property
    def t(self) -> int:
        """The frame on show: the one nearest to ``position``."""
        return math.floor(self._playback_position.position + 0.5)

    @property
    def position(self) -> float:
        """The position between frames, 0.0 … T; a whole number unless playing."""
        return self._playback_position.position

    @property
    def playing(self) -> bool:
        return self._playing

    def set_last(self, last: int) -> None:
        """Set T. The frame on show stays if it is still in range; scale and bounds are those of all. T = 0 pauses."""
        if last < 0:
            raise ValueError(f"last frame {last}: must be 0 or more")
        if last == self._last:
            return
        self._last, self._scale, self._bounds = last, None, None
        if last == 0:
            self.pause()
        self._playback_position = PlaybackPosition(
            self._playback_position.position, 1
        )  # after a change of T, playing there and back begins towards the new T
        self.seek(self.t)
        self.range_changed.emit(last)

    def seek(self, t: int) -> None:
        """Show frame ``t``, clipped to 0 … T; playback goes on from there."""
        self._last_tick = self._clock()
        self._settle(min(max(t, 0), self._last))

    def step(self, count: int) -> None:
        """Pause, and move by ``count`` frames, backwards if negative."""
        self.pause()
        self.seek(self.t + count)

    def home(self) -> None:
        """Show the data, t = 0."""
        self.seek(0)

    def end(self) -> None:
        """Show the noise, t = T."""
        self.seek(self._last)

    def play(self) -> None:
        """Start the clock. At the end of a direction that does not loop, start again from the other end."""
        if self._playing or self._last == 0:
            return
        first, last = self._bounds or (0, self._last)
        if not first <= self.t <= last:
            self.seek(last if self._direction == "backward" else first)
        ends = {"forward": last, "backward": first}
        if not self._loop and self.t == ends.get(self._direction):
            self.seek(first + last - self.t)
        self._last_tick = self._clock()
        self._playing = True
        if not self._held:
            self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stop the clock at the frame on show."""
        if not self._playing:
            return
        self._playing = False
        self._timer.stop()
        self._settle(self.t)
        self.playing_changed.emit(False)

    def toggle(self) -> None:
        """Pause if playing, else play."""
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
        """Suspend the clock, as while a slider is dragged; ``playing`` stays unchanged."""
        self._held = True
        self._timer.stop()

    def release(self) -> None:
        """Resume the clock after ``hold``."""
        self._held = False
        self._last_tick = self._clock()
        if self._playing:
            self._timer.start()

    def advance(self) -> None:
        """Move on by the time since the clock was last read."""
        now = self._clock()
        seconds, self._last_tick = now - self._last_tick, now
        if not self._playing or self._held:
            return
        rate = self._speed * self._last / playback_seconds(self._last)
        now_at = self._scaled(self._playback_position)
        first, last = (self._scaled(PlaybackPosition(t, 1)).position for t in self._bounds or (0, self._last))
        then_at, ended = play_on(now_at, seconds, rate, (first, last), self._direction, self._loop)
        self._move_to(self._unscaled(then_at))
        if ended:
            self.pause()

    def _scaled(self, place: PlaybackPosition) -> PlaybackPosition:
        """Return ``place`` where it lies on the scale, as if steps were even on it."""
        if self._scale is None:
            return place
        return replace(place, position=self._scale.place_of(place.position) * self._last)

    def _unscaled(self, place: PlaybackPosition) -> PlaybackPosition:
        if self._scale is None:
            return place
        return replace(place, position=self._scale.position_at(place.position / self._last))

    def _settle(self, t: int) -> None:
        """Stop at frame ``t``; at either end, playing there and back must turn round."""
        first, last = self._bounds or (0, self._last)
        heading = {last: -1, first: 1}.get(t, self._playback_position.heading)
        self._move_to(PlaybackPosition(float(t), heading))

    def _move_to(self, place: PlaybackPosition) -> None:
        position, t = self.position, self.t
        self._playback_position = place
        if self.t != t:
            self.frame_changed.emit(self.t)
        if self.position != position:
            self.position_changed.emit(self.position)
