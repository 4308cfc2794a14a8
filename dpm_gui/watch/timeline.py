"""Connects the timeline: its controls and the commands of playing to the player, its thumbnails to the states."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from core.values.checkpoints import channels_of
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.time_scale import STEP, TimeScale
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.timeline.entropy_band import EntropyBand
from dpm_gui.views.timeline.thumbnails import MOST, even_steps
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.watch.canvas_pair import CanvasPair
from dpm_gui.watch.commands import SCALES
from dpm_gui.window.actions import Actions

ZOOM_PAUSE = 150
"""Milliseconds after the last turn of the wheel until the thumbnails of the part in view are drawn."""
DRAWN_AT_ONCE = 4
"""Most thumbnails that are drawn at once while a run goes on, so that the window stays smooth."""


class Controls(QObject):
    """Keeps the buttons of the timeline, the commands and the player in step."""

    scale_changed = Signal()
    """The steps lie elsewhere on the timeline."""

    def __init__(self, timeline: Timeline, player: Player, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._timeline, self._player, self._actions = timeline, player, actions
        self._signal: NDArray[np.float64] | None = None
        self._zoomed = QTimer(self)
        self._zoomed.setSingleShot(True)
        self._zoomed.timeout.connect(self.scale_changed)
        self._connect_player()
        self._connect_commands()
        self._show_settings()

    def show_opened(self, opened: Opened) -> None:
        """Show the steps of ``opened``, their signal and the bounds of their entropies."""
        timeline, data = self._timeline, opened.checkpoint.data
        timeline.set_range(opened.checkpoint.steps)
        timeline.set_signal(opened.alpha_bars)
        channels = channels_of(data.shape) if data.is_image else None
        timeline.slider.show_entropies(EntropyBand.of(opened.entropies, channels))
        self._signal = opened.alpha_bars
        self._set_scale()

    @property
    def _scale(self) -> str:
        return next(name for name, command in SCALES.items() if self._actions[command].isChecked())

    def _change_scale(self, name: str) -> None:
        self._actions[SCALES[name]].setChecked(True)

    def _next_scale(self) -> None:
        names = list(SCALES)
        self._change_scale(names[(names.index(self._scale) + 1) % len(names)])

    def _set_scale(self, on: bool = True) -> None:
        """Let timeline and clock run evenly on the scale that is chosen."""
        if not on:  # another one is switched on next
            return
        signal = self._signal
        fits = signal is not None and len(signal) == self._player.last + 1
        scale = TimeScale.named(self._scale, signal) if signal is not None and fits else None
        self._player.set_scale(scale)
        self._timeline.set_scale(scale)
        self.scale_changed.emit()

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
        timeline.transport.scale_asked.connect(self._change_scale)
        timeline.slider.range_asked.connect(player.set_bounds)
        timeline.slider.view_changed.connect(lambda _view: self._zoomed.start(ZOOM_PAUSE))
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

    def _play_between(self, first: int, last: int) -> None:
        """Play only between two steps; if they are in the wrong order, as far as the end of the chain."""
        player = self._player
        if first >= last:
            first, last = (first, player.last) if first == player.t else (0, last)
        player.set_bounds((first, last) if first < last else None)

    def _show_settings(self) -> None:
        player, transport = self._player, self._timeline.transport
        self._timeline.slider.set_range_played(player.bounds)
        transport.set_speed(player.speed)
        transport.set_loop(player.loop)
        transport.set_direction(player.direction)
        transport.set_scale(self._scale)
        self._actions["loop"].setChecked(player.loop)


class Thumbnails(QObject):
    """Draws each thumbnail when its frame is there, and all again when the whole chain or the colours change."""

    def __init__(
        self, session: Session, player: Player, canvases: CanvasPair, timeline: Timeline, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._player, self._canvases, self._timeline = session, player, canvases, timeline
        self._drawn: dict[int, QImage] = {}
        self._steps: list[int] = []
        self._state: tuple[Palette, SideRecording, bool, tuple[int, ...]] | None = None
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._show_more)

    def forget(self) -> None:
        """Empty all places, as a run begins."""
        self._drawn, self._state = {}, None
        self._more.stop()
        self._timeline.thumbnails.set_thumbnails([])

    def show(self, palette: Palette) -> None:
        """Draw the thumbnails whose frames are there and not drawn yet."""
        recording = self._session.recording(REVERSE)
        if recording.shown_range is None or not self._player.last:
            return
        state = palette, recording, recording.complete, self._session.columns.shown
        top = min(recording.top, self._player.last)
        steps = even_steps(self._timeline.slider.axis, top, MOST)
        changed = state != self._state or steps != self._steps
        if state != self._state:
            self._drawn, self._state = {}, state
        self._steps = steps
        wanted = [t for t in reversed(steps) if t not in self._drawn and t >= recording.shown_range[0]]
        image = partial(self._canvases.views[REVERSE].thumbnail, colour=palette.reverse)
        at_once = len(wanted) if recording.complete else DRAWN_AT_ONCE
        for t in wanted[:at_once]:
            shown = recording.shown(t)
            if shown is not None:
                self._drawn[t] = image(shown.frame.x)
                changed = True
        if changed:  # the strip scales all of them anew, and this is called as each frame comes
            self._timeline.thumbnails.set_thumbnails([(t, self._drawn.get(t)) for t in steps])
        if len(wanted) > at_once:
            self._more.start(0)

    def _show_more(self) -> None:
        if self._state is not None:
            self.show(self._state[0])
