"""Workspace Watch: the forward process on the left, the reverse on the right, one timeline under both."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.values.runs import Frame
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import LIGHT, Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE, CheckpointPreview
from dpm_gui.session.player import SPEEDS, Player
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases import CANVASES
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.watch.layer_bar import LayerBar
from dpm_gui.watch.linked_canvases import LinkedCanvases
from dpm_gui.watch.sides import Sides
from dpm_gui.watch.starts import Starts
from dpm_gui.window.actions import LAYERS, Actions

THUMBNAILS = 21
TITLES = {FORWARD: "Forward: q destroys", REVERSE: "Reverse: p restores"}


class WatchWorkspace(QWidget):
    """Feeds two canvases and a timeline from the session and the player."""

    canvases_replaced = Signal()
    """Other data are to be shown: `views` are new."""

    def __init__(
        self, session: Session, player: Player, actions: Actions, icons: IconSet, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._player = player
        self._actions = actions
        self._palette = LIGHT
        self._chosen: tuple[str, int] | None = None
        self._path: tuple[tuple[str, int, int, int], NDArray[np.float32]] | None = None
        self._thumbnails: tuple[Palette, SideRecording, bool] | None = None
        self._line_scale = 1.0
        self._sides = Sides(session)
        self._canvases = QSplitter(Qt.Orientation.Horizontal, self)
        self.views: dict[str, Canvas] = {}
        self._bar = LayerBar(actions, self)
        self.timeline = Timeline(SPEEDS, self)
        self.timeline.transport.set_icons(icons)
        self._lay_out()
        self._connect_session()
        self._connect_player()
        self._connect_layers()
        self._take_canvases(PointsView)
        self.starts = Starts(session, player, actions, self._branching, self)
        self.show_message("Opening the checkpoint…")

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self._palette = palette
        for view in self.views.values():
            view.set_palette(palette)
        self.timeline.set_palette(palette)
        self._show_thumbnails()

    def set_line_scale(self, scale: float) -> None:
        """Draw lines and points so many times as thick."""
        self._line_scale = scale
        for view in self.views.values():
            view.set_line_scale(scale)

    def show_message(self, text: str) -> None:
        """Say ``text`` on both canvases while nothing is open."""
        for view in self.views.values():
            view.set_message(text)

    def set_in_view(self, in_view: bool) -> None:
        """Have what is shown here run while it is on show."""
        self._session.set_in_view(in_view)

    def fit(self) -> None:
        """Show the whole plane on both canvases."""
        self.views[FORWARD].fit()

    def _lay_out(self) -> None:
        self._canvases.setChildrenCollapsible(False)
        self._canvases.setHandleWidth(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._canvases, stretch=1)
        layout.addWidget(self._bar)
        layout.addWidget(self.timeline)

    def _connect_session(self) -> None:
        session = self._session
        session.preview_read.connect(self._show_preview)
        session.opened_changed.connect(self._show_opened)
        session.recording_replaced.connect(self._forget_run)
        session.frames_added.connect(self._show_progress)
        session.colours_changed.connect(self._show_colours)
        session.run_ended.connect(self._show_end)
        session.drift_changed.connect(self._show_drift)
        session.predictions_changed.connect(self._show_states)

    def _connect_player(self) -> None:
        player, timeline = self._player, self.timeline
        player.frame_changed.connect(self._show_frame)
        player.position_changed.connect(self._show_position)
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
        self._show_settings()

    def _connect_layers(self) -> None:
        for name in LAYERS:
            self._actions.on_switch(name, partial(self._switch_layer, name))

    def _take_canvases(self, kind: type[Canvas]) -> None:
        """Show two canvases of ``kind``, in the place of those of another."""
        if self.views and all(type(view) is kind for view in self.views.values()):
            return
        in_use = self.window().focusWidget() in (None, *self.views.values())
        for view in self.views.values():
            view.hide()
            view.deleteLater()
        self.views = {side: kind(side, TITLES[side], self) for side in (FORWARD, REVERSE)}
        self._linked_canvases = LinkedCanvases(self.views[REVERSE], self.views[FORWARD])
        for side, view in self.views.items():
            self._canvases.addWidget(view)
            view.point_clicked.connect(partial(self._choose_point, side))
            view.set_palette(self._palette)
            view.set_line_scale(self._line_scale)
        self._canvases.setSizes([1000, 1000])
        order: list[QWidget] = [*self.views.values(), *self._bar.buttons]
        for one, next_one in pairwise(order):
            QWidget.setTabOrder(one, next_one)
        if in_use:  # else the keyboard would be left on a button, which Space then presses
            self.views[FORWARD].setFocus()
        layers = self.views[FORWARD].layers
        self._bar.offer(layers)
        for name in layers:
            on = name in kind.initial_layers
            self._actions[name].setChecked(on)
            self._switch_layer(name, on)
        self.canvases_replaced.emit()

    def _switch_layer(self, name: str, on: bool) -> None:
        if on and name in self.views[FORWARD].modes:
            self._sides.mode = name
            self._show_states()
        for view in self.views.values():
            if name in view.layers:
                view.set_layer(name, on)
        if name == "arrows" and on:
            self._session.compute_drift()
            self._show_drift()

    def _show_preview(self, preview: CheckpointPreview) -> None:
        """Show the examples of a checkpoint that cannot be run yet."""
        data = preview.checkpoint.data
        self._take_canvases(CANVASES[state_kind_of(preview.checkpoint).name])
        view, count = self.views[FORWARD], state_kind_of(preview.checkpoint).default_count
        view.set_data(data)
        view.set_colours(None if preview.along is None else preview.along[:count])
        view.show_frame(Frame(0, data.to_model(data.examples[:count])))
        view.set_message(None)
        view.set_note("examples")
        self.views[REVERSE].set_message("Waking the engine…")

    def _show_opened(self, opened: Opened) -> None:
        self._take_canvases(CANVASES[state_kind_of(opened.checkpoint).name])
        for view in self.views.values():
            view.set_data(opened.checkpoint.data)
        self._player.set_last(opened.checkpoint.steps)
        self.timeline.set_range(opened.checkpoint.steps)
        self.timeline.set_signal(opened.alpha_bars)
        self._show_drift()
        if self._with_arrows:
            self._session.compute_drift()

    @property
    def _with_arrows(self) -> bool:
        return self._actions["arrows"].isChecked() and self._actions["arrows"].isEnabled()

    def _forget_run(self) -> None:
        self._choose_point(FORWARD, -1)
        self._linked_canvases.show_futures(bool(self._session.spec.branches))
        self.timeline.slider.set_available(0, -1)
        self.timeline.thumbnails.set_thumbnails([])
        self._thumbnails = None
        self.views[REVERSE].set_colours(None)
        for view in self.views.values():
            view.set_message("Sampling…")

    def _show_progress(self, side: str) -> None:
        recording = self._session.recording(side)
        self.views[side].set_message(None)
        if side == REVERSE and recording.shown_range:
            self.timeline.slider.set_available(*recording.shown_range)
            self._show_thumbnails()
        self._show_states(side)
        self._show_path()

    def _show_end(self) -> None:
        """Say what has come of a run that was stopped or has failed, and what to do next."""
        for side, view in self.views.items():
            if self._session.recording(side).shown_range is None:
                view.set_message("The run ended before the first frame.\nRun again with F5.")
        self._show_states()

    def _show_colours(self, side: str) -> None:
        self.views[side].set_colours(self._session.recording(side).along)

    def _show_frame(self, t: int) -> None:
        self.timeline.set_t(t)
        self._show_drift()
        self._show_path()
        if not self._player.playing:
            self._show_position(float(t))

    def _show_position(self, position: float) -> None:
        """Draw both sides: between two frames where motion is to be smooth, else the nearest frame itself."""
        self.timeline.slider.set_position(position)
        self._show_states()

    def _show_states(self, changed: str | None = None) -> None:
        """Show the step on both sides, or on the one that has ``changed`` alone where the sides are shown apart."""
        smooth = self._player.playing and self._actions["smooth"].isChecked()
        views = self.views if changed is None or self._sides.together else {changed: self.views[changed]}
        self._sides.show(views, self._player.t, self._player.position if smooth else None)

    def _branching(self) -> int:
        """Return the trajectory of the reverse that was chosen, -1 if none was."""
        side, index = self._chosen or (REVERSE, self.views[REVERSE].enlarged_image)
        return index if side == REVERSE else -1

    def _show_drift(self) -> None:
        wanted = self._with_arrows
        self.views[REVERSE].show_drift(self._session.drifts.at(self._player.t) if wanted else None)

    def _show_settings(self) -> None:
        player = self._player
        self.timeline.transport.set_speed(player.speed)
        self.timeline.transport.set_loop(player.loop)
        self.timeline.transport.set_direction(player.direction)
        self._actions["loop"].setChecked(player.loop)

    def _show_thumbnails(self) -> None:
        """Show small pictures of the reverse once it, or its preview, has reached the data; of both, each once."""
        recording = self._session.recording(REVERSE)
        reached = recording.shown_range is not None and recording.shown_range[0] == 0
        state = self._palette, recording, recording.complete
        if not reached or self._thumbnails == state:
            return
        self._thumbnails = state
        steps = {round(index * self._player.last / (THUMBNAILS - 1)) for index in range(THUMBNAILS)}
        shown = [recording.shown(t) for t in sorted(steps) if t <= recording.top]
        frames = {each.frame.t: each.frame.x for each in shown if each is not None}
        image = partial(self.views[REVERSE].thumbnail, colour=self._palette.reverse)
        self.timeline.thumbnails.set_thumbnails([(t, image(x)) for t, x in frames.items()])

    def _choose_point(self, side: str, index: int) -> None:
        """Draw the path of one trajectory and forget the one before."""
        self._chosen = (side, index) if index >= 0 else None
        self._path = None
        for name, view in self.views.items():
            view.show_path(None, None)
            view.mark(index if name == side else -1)
        self._show_path()

    def _show_path(self) -> None:
        """Draw the path of the chosen trajectory, as far as it is known, and where on it the point is."""
        if self._chosen is None:
            return
        side, index = self._chosen
        recording = self._session.recording(side)
        if recording.available is None:
            return
        first, last = recording.available
        key = (side, index, first, last)
        if self._path is None or self._path[0] != key:  # to gather it again at every step would take a frame's time
            self._path = key, recording.path(index)
        self.views[side].show_path(self._path[1], min(max(self._player.t, first), last) - first)
