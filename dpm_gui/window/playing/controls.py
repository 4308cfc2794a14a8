"""Connects the commands of playing to the player, and each timeline to both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from core.values.checkpoints import channels_of
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.time_scale import STEP, TimeScale
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.timeline.entropy_band import EntropyBand
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.window.actions import Actions
from dpm_gui.window.playing.commands import SCALES

ZOOM_PAUSE = 150
"""Milliseconds after the last turn of the wheel until the thumbnails of the part in view are drawn."""


class PlayCommands(QObject):
    """Lets the commands of playing move the one player, whose steps and scale are those of the open checkpoint."""

    def __init__(self, session: Session, player: Player, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._player, self._actions = player, actions
        self._signal: NDArray[np.float64] | None = None
        self._connect()
        session.opened_changed.connect(self._follow)
        player.settings_changed.connect(lambda: actions["loop"].setChecked(player.loop))
        actions["loop"].setChecked(player.loop)

    def _connect(self) -> None:
        player, actions = self._player, self._actions
        slots: dict[str, Callable[[], object]] = {
            "play": player.toggle,
            "play_forward": player.play_forward,
            "play_backward": player.play_backward,
            "pause": player.pause,
            "step_on": partial(player.step, 1),
            "step_back": partial(player.step, -1),
            "ten_on": partial(player.step, 10),
            "ten_back": partial(player.step, -10),
            "home": player.home,
            "end": player.end,
            "faster": player.faster,
            "slower": player.slower,
            "play_from": lambda: self._play_between(player.t, (player.bounds or (0, player.last))[1]),
            "play_to": lambda: self._play_between((player.bounds or (0, player.last))[0], player.t),
            "play_all": partial(player.set_bounds, None),
        }
        for name, slot in slots.items():
            actions.on(name, slot)
        actions.on_switch("loop", player.set_loop)
        actions.on("change_scale", self._next_scale)
        actions.make_exclusive(SCALES.values())
        actions[SCALES[STEP]].setChecked(True)
        for command in SCALES.values():
            actions.on_switch(command, self._set_scale)
        actions["smooth"].setChecked(True)

    def _follow(self, opened: Opened) -> None:
        self._player.set_last(opened.checkpoint.steps)
        self._signal = opened.alpha_bars
        self._set_scale()

    def _next_scale(self) -> None:
        names = list(SCALES)
        self._actions[SCALES[names[(names.index(scale_in_use(self._actions)) + 1) % len(names)]]].setChecked(True)

    def _set_scale(self, on: bool = True) -> None:
        """Let the clock run evenly on the scale that is chosen."""
        if not on:  # another one is switched on next
            return
        signal = self._signal
        fits = signal is not None and len(signal) == self._player.last + 1
        scale = TimeScale.named(scale_in_use(self._actions), signal) if signal is not None and fits else None
        self._player.set_scale(scale)

    def _play_between(self, first: int, last: int) -> None:
        """Play only between two steps; if they are in the wrong order, as far as the end of the chain."""
        player = self._player
        if first >= last:
            first, last = (first, player.last) if first == player.t else (0, last)
        player.set_bounds((first, last) if first < last else None)


class TimelineControls(QObject):
    """Keeps a timeline and the player in step."""

    scale_changed = Signal()
    """The steps lie elsewhere on the timeline."""

    def __init__(self, timeline: Timeline, player: Player, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._timeline, self._player, self._actions = timeline, player, actions
        self._scale: TimeScale | None = None
        self._zoomed = QTimer(self)
        self._zoomed.setSingleShot(True)
        self._zoomed.timeout.connect(self.scale_changed)
        timeline.set_range(player.last)
        timeline.set_t(player.t)
        timeline.transport.set_playing(player.playing)
        self._connect_player()
        self.lay_out()

    def show_opened(self, opened: Opened) -> None:
        """Show the steps of ``opened``, their signal and the bounds of their entropies."""
        timeline, data = self._timeline, opened.checkpoint.data
        timeline.set_range(opened.checkpoint.steps)
        timeline.set_signal(opened.alpha_bars)
        channels = channels_of(data.shape) if data.is_image else None
        timeline.slider.show_entropies(EntropyBand.of(opened.entropies, channels))
        self.lay_out()

    def lay_out(self) -> None:
        """Lay the steps out on the player's scale, as after the range of the timeline was set."""
        self._scale = self._player.scale
        self._timeline.set_scale(self._scale)
        self._show_settings()
        self.scale_changed.emit()

    def _connect_player(self) -> None:
        player, timeline = self._player, self._timeline
        player.playing_changed.connect(timeline.transport.set_playing)
        player.settings_changed.connect(self._follow_settings)
        player.range_changed.connect(self._set_range)
        timeline.seek_asked.connect(player.seek)
        timeline.transport.play_toggled.connect(player.toggle)
        timeline.step_asked.connect(player.step)
        timeline.home_asked.connect(player.home)
        timeline.end_asked.connect(player.end)
        timeline.transport.speed_asked.connect(player.set_speed)
        timeline.transport.loop_toggled.connect(player.set_loop)
        timeline.transport.direction_asked.connect(player.set_direction)
        timeline.transport.scale_asked.connect(self._change_scale)
        timeline.slider.range_asked.connect(player.set_bounds)
        timeline.slider.view_changed.connect(lambda _view: self._zoomed.start(ZOOM_PAUSE))
        timeline.slider.drag_started.connect(player.hold)
        timeline.slider.drag_ended.connect(player.release)

    def _change_scale(self, name: str) -> None:
        self._actions[SCALES[name]].setChecked(True)

    def _follow_settings(self) -> None:
        if self._player.scale is not self._scale:
            self.lay_out()
        else:
            self._show_settings()

    def _set_range(self, last: int) -> None:
        self._timeline.set_range(last)
        self._scale = None

    def _show_settings(self) -> None:
        player, transport = self._player, self._timeline.transport
        self._timeline.slider.set_range_played(player.bounds)
        transport.set_speed(player.speed)
        transport.set_loop(player.loop)
        transport.set_direction(player.direction)
        transport.set_scale(scale_in_use(self._actions))


def scale_in_use(actions: Actions) -> str:
    """Return the name of the scale of time whose command is on."""
    return next(name for name, command in SCALES.items() if actions[command].isChecked())
