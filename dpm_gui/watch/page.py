"""The page of Watch: the forward process on the left, the reverse on the right, one timeline below all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.errors import BadInputError
from core.values.checkpoints import Checkpoint
from core.values.runs import Frame
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import column_labels, state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE, CheckpointPreview
from dpm_gui.session.player import SPEEDS
from dpm_gui.views.canvases import canvas_of
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.views.widgets.column_chooser import ColumnChooser
from dpm_gui.watch.canvas_pair import CanvasPair
from dpm_gui.watch.commands import IMAGE_MODES, LAYERS
from dpm_gui.watch.data_bar import DataBar
from dpm_gui.watch.data_files import DataFiles
from dpm_gui.watch.docks import WatchDocks
from dpm_gui.watch.following.commands import FollowCommands
from dpm_gui.watch.following.futures import Futures
from dpm_gui.watch.layer_bar import LayerBar
from dpm_gui.watch.sides import Sides
from dpm_gui.watch.starts import Starts, connect_starts
from dpm_gui.watch.timeline import Thumbnails
from dpm_gui.window.page import Services, WorkspacePage
from dpm_gui.window.playing.controls import TimelineControls
from dpm_gui.window.shown_command import NOTHING_OPEN, run_command


class WatchPage(WorkspacePage):
    """Feeds two canvases, a timeline and the docks from the session and the player."""

    sources = ("session",)

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._session, self._player, self._actions = services.session, services.player, services.actions
        self._sides = Sides(self._session)
        self.data_bar = DataBar(self._session, self._actions["model_data"], self)
        self.columns = ColumnChooser(services.icons, self)
        self.canvases = CanvasPair(self._session, self._player, self)
        self._futures = Futures(self._session, self._player, self)
        self.bar = LayerBar(self._actions, self)
        self.timeline = Timeline(SPEEDS, self)
        self.timeline.transport.set_icons(services.icons)
        self._thumbnails = Thumbnails(self._session, self._player, self.canvases, self.timeline, self)
        self._docks = WatchDocks(services, self)
        self._lay_out()
        self._connect_session()
        self._player.frame_changed.connect(self._show_frame)
        self._player.position_changed.connect(self._show_position)
        self._connect_layers()
        self._take_canvases(PointsView)
        if self._session.opened is None:  # neither axes nor layers of points, until the kind of the states is known
            self.canvases.set_blank(True)
            self.bar.offer(())
        branched = self._futures.await_from
        self.starts = Starts(self._session, self._player, self._actions, self._branching, branched, self)
        self._controls = TimelineControls(self.timeline, self._player, self._actions, self)
        self._controls.scale_changed.connect(self._redraw_thumbnails)
        connect_starts(self.starts, self._actions)
        FollowCommands(self._session, self.canvases, self._actions, self)
        self.canvases.choice_changed.connect(self.starts.allow)
        self.data_files = DataFiles(services, self)
        self.show_message("Opening the checkpoint…")
        if self._session.opened is not None:  # a page that is made late catches up
            self._show_opened(self._session.opened)
            self._docks.show_opened(self._session.opened)
            self._show_data()
            for side in (FORWARD, REVERSE):
                self._show_colours(side)
                self._show_progress(side)
            self._show_frame(self._player.t)

    @property
    def views(self) -> dict[str, Canvas]:
        """The canvas of each side."""
        return self.canvases.views

    @property
    def docks(self) -> Mapping[str, QWidget]:
        return self._docks.contents

    @property
    def foot(self) -> QWidget:
        return self.timeline

    def apply_palette(self) -> None:
        for part in (self.columns, self.canvases, self.bar, self.timeline, *self._docks.plots):
            part.set_palette(self._palette)
        self._thumbnails.show(self._palette)

    def set_line_scale(self, scale: float) -> None:
        for part in (self.canvases, *self._docks.plots):
            part.set_line_scale(scale)

    def show_message(self, text: str) -> None:
        self.canvases.show_message(text)

    def set_in_view(self, in_view: bool) -> None:
        self._session.set_in_view(in_view)
        if in_view:
            self._docks.place()
            self.views[FORWARD].setFocus()  # Space would press a focused button

    def fit(self) -> None:
        self.views[FORWARD].fit()

    def command(self) -> str:
        session, player = self._session, self._player
        if session.opened is None:
            raise BadInputError(NOTHING_OPEN)
        data = None if session.given is None else session.given.path
        return run_command(session.opened.path, session.spec, None if player.playing else player.t, data)

    def open_dropped(self, path: str) -> bool:
        self._session.open_dropped(path)
        return True

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.data_bar)
        layout.addWidget(self.columns)
        layout.addWidget(self.canvases, stretch=1)
        layout.addWidget(self.bar)

    def _connect_session(self) -> None:
        session = self._session
        session.preview_read.connect(self._show_preview)
        session.opened_changed.connect(self._show_opened)
        session.recording_replaced.connect(self._forget_run)
        session.count_changed.connect(self._show_count)
        session.frames_added.connect(self._show_progress)
        session.colours_changed.connect(self._show_colours)
        session.run_ended.connect(self._show_end)
        session.drift_changed.connect(self._show_drift)
        session.predictions_changed.connect(self._show_states)
        session.data_changed.connect(self._show_data)
        session.columns.changed.connect(self._show_columns)
        self.columns.chosen.connect(session.columns.choose)

    def _connect_layers(self) -> None:
        self._actions.make_exclusive(IMAGE_MODES)
        for name in LAYERS:
            self._actions.on_switch(name, partial(self._switch_layer, name))

    def _take_canvases(self, kind: type[Canvas]) -> None:
        """Replace canvases of another kind by two of ``kind``, and offer their layers."""
        in_use = self.window().focusWidget() in (None, *self.views.values())
        if not self.canvases.take(kind):
            return
        for view in self.views.values():
            self.services.connect_figure(view)
        order: list[QWidget] = [self.data_bar.button, *self.columns.widgets, *self.views.values(), *self.bar.buttons]
        for one, next_one in pairwise(order):
            QWidget.setTabOrder(one, next_one)
        if in_use:  # else the focus would stay on a button, which Space would press
            self.views[FORWARD].setFocus()
        layers = self.views[FORWARD].layers
        self.bar.offer(layers)
        for name in layers:
            on = name in kind.initial_layers
            self._actions[name].setChecked(on)
            self._switch_layer(name, on)

    def _fit_kind(self, checkpoint: Checkpoint) -> None:
        """Show canvases and layers for the states of ``checkpoint``."""
        self._take_canvases(canvas_of(checkpoint))
        self.canvases.set_blank(False)
        self.bar.offer(self.views[FORWARD].layers)

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
        self._fit_kind(preview.checkpoint)
        view, count = self.views[FORWARD], self._session.count_for(state_kind_of(preview.checkpoint))
        view.set_data(data)
        view.set_colours(None if preview.along is None else preview.along[:count])
        view.show_frame(Frame(0, data.to_model(data.examples[:count])))
        view.set_message(None)
        view.set_note("examples")
        self.views[REVERSE].set_message("Loading PyTorch…")

    def _show_opened(self, opened: Opened) -> None:
        data, columns = opened.checkpoint.data, self._session.columns.shown
        self._fit_kind(opened.checkpoint)
        for view in self.views.values():
            view.set_data(data)
            view.set_steps(opened.checkpoint.steps)
            view.show_columns(columns)
        self.columns.offer(column_labels(data) if state_kind_of(opened.checkpoint).is_points else (), columns)
        self._controls.show_opened(opened)
        self._show_drift()
        if self._with_arrows:
            self._session.compute_drift()

    def _show_columns(self, columns: tuple[int, ...]) -> None:
        """Show ``columns`` of the frames on show; the arrows alone are computed anew."""
        self.columns.show_columns(columns)
        for view in self.views.values():
            view.show_columns(columns)
        if self._with_arrows:
            self._session.compute_drift()
        self._show_drift()
        self._thumbnails.show(self._palette)

    @property
    def _with_arrows(self) -> bool:
        return self._actions["arrows"].isChecked() and self._actions["arrows"].isVisible()

    def _show_data(self) -> None:
        given = self._session.given
        self.views[FORWARD].data_name = "" if given is None else given.stem

    def _redraw_thumbnails(self) -> None:
        self._thumbnails.forget()
        self._thumbnails.show(self._palette)

    def _show_count(self) -> None:
        """Make room for as many states as are shown from now on."""
        self.canvases.followed.keep_existing()
        for side, view in self.views.items():
            view.set_count(self._session.recording(side).count)

    def _forget_run(self) -> None:
        futures = bool(self._session.spec.branches)
        self.canvases.followed.forget(futures=futures)
        self._show_count()
        self.canvases.show_futures(futures)
        self.timeline.slider.set_available(0, -1)
        self._thumbnails.forget()
        self.views[REVERSE].set_colours(None)
        self.show_message("Sampling…")

    def _show_progress(self, side: str) -> None:
        recording = self._session.recording(side)
        self.views[side].set_message(None)
        if side == REVERSE and recording.shown_range:
            self.timeline.slider.set_available(*recording.shown_range, recording.available)
            self._thumbnails.show(self._palette)
        self._show_states(side)
        self._futures.play_if_ready()
        self.canvases.followed.show_paths()

    def _show_end(self) -> None:
        """Explain a run that was stopped or failed before its first frame, and how to run it again."""
        for side, view in self.views.items():
            if self._session.recording(side).shown_range is None:
                view.set_message("The run ended before the first frame.\nRun again with F5.")
        self._show_states()

    def _show_colours(self, side: str) -> None:
        self.views[side].set_colours(self._session.recording(side).along)

    def _show_frame(self, t: int) -> None:
        self.timeline.set_t(t)
        self._show_drift()
        self.canvases.followed.show_paths()
        if not self._player.playing:
            self._show_position(float(t))

    def _show_position(self, position: float) -> None:
        """Draw both sides: an interpolated frame if motion is smooth, else the nearest frame."""
        self.timeline.slider.set_position(position)
        self._show_states()

    def _show_states(self, changed: str | None = None) -> None:
        """Show the current step on both sides, or only on the ``changed`` one unless both must be drawn together."""
        smooth = self._player.playing and self._actions["smooth"].isChecked()
        views = self.views if changed is None or self._sides.together else {changed: self.views[changed]}
        position = self._player.position if smooth else None
        self._sides.show(views, self._player.t, position)
        self._futures.show(self.views[REVERSE], self._player.t, position)

    def _branching(self) -> tuple[str, int]:
        """Return side and index of the chosen trajectory; without any, the first of the reverse."""
        return self.canvases.chosen or (REVERSE, max(self.views[REVERSE].enlarged_image, 0))

    def _show_drift(self) -> None:
        wanted = self._with_arrows
        self.views[REVERSE].show_drift(self._session.drifts.at(self._player.t) if wanted else None)
