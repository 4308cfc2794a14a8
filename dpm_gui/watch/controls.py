"""Connects the timeline and the commands of playing to the player."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from dpm_gui.session.player import Player
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.window.actions import Actions


class Controls(QObject):
    """Keeps the buttons of the timeline, the commands and the player in step."""

    def __init__(self, timeline: Timeline, player: Player, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._timeline, self._player, self._actions = timeline, player, actions
        self._connect_player()
        self._connect_commands()
        self._show_settings()

    def _connect_player(self) -> None:
        player, timeline = self._player, self._timeline
        player.playing_changed.connect(timeline.transport.set_playing)
        player.settings_changed.connect(self._show_settings)
        player.range_changed.connect(timeline.set_range)
        timeline.seek_asked.connect(player.seek)
        timeline.transport.play_toggled.connect(player.toggle)
        timeline.step_asked.connect(player.step)
        timeline.home_asked.connect(player.home)
        timeline.end_asked.connect(player.end)
        timeline.transport.speed_asked.connect(player.set_speed)
        timeline.transport.loop_toggled.connect(player.set_loop)
        timeline.transport.direction_asked.connect(player.set_direction)
        timeline.slider.drag_started.connect(player.hold)
        timeline.slider.drag_ended.connect(player.release)

    def _connect_commands(self) -> None:
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
        }
        for name, slot in slots.items():
            actions.on(name, slot)
        actions.on_switch("loop", player.set_loop)
        actions["smooth"].setChecked(True)

    def _show_settings(self) -> None:
        player, transport = self._player, self._timeline.transport
        transport.set_speed(player.speed)
        transport.set_loop(player.loop)
        transport.set_direction(player.direction)
        self._actions["loop"].setChecked(player.loop)
