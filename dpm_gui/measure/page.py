"""The page of Measure: plots over one time axis, and in docks the ledger of K and the work of paths."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.errors import BadInputError
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.time_scale import LOG_SNR
from dpm_gui.measure.checkpoint_view import CheckpointView
from dpm_gui.measure.ledger_view import LedgerView
from dpm_gui.measure.plots import MeasurePlots
from dpm_gui.measure.session import MeasureSession
from dpm_gui.measure.work_panel import WorkPanel
from dpm_gui.session.player import SPEEDS
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.window.page import Services, WorkspacePage
from dpm_gui.window.playing.controls import TimelineControls, scale_in_use
from dpm_gui.window.shown_command import NOTHING_OPEN, model_word

LEDGER, WORK, CHECKPOINT = "ledger", "work", "checkpoint"


class MeasurePage(WorkspacePage):
    """Shows what has been measured of the open model, and measures it.

    Attributes:
        measured: What has been measured.
        plots: The plots over the steps.
    """

    sources = ("measure", "session")

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        session, player = services.session, services.player
        self.measured = MeasureSession(session, self)
        self.plots = MeasurePlots(session, self.measured, self)
        self.ledger, self.checkpoint = LedgerView(self), CheckpointView(self)
        self.work = WorkPanel(self.measured, self)
        self.timeline = Timeline(SPEEDS, self)
        self.timeline.transport.set_icons(services.icons)
        self.timeline.thumbnails.hide()
        self._controls = TimelineControls(self.timeline, player, services.actions, self)
        self._controls.scale_changed.connect(self._follow_scale)
        player.frame_changed.connect(self.timeline.set_t)
        player.position_changed.connect(self.timeline.slider.set_position)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plots)
        for plot in self.plots.plots.values():
            player.frame_changed.connect(plot.set_cursor)
            plot.step_chosen.connect(player.seek)
            plot.step_chosen.connect(partial(self._move_cursors, plot))
            services.connect_figure(plot)
        for plot in self.work.plots:
            services.connect_figure(plot)
        self.ledger.step_chosen.connect(player.seek)
        self.measured.changed.connect(self._show_ledger)
        self.measured.activities_changed.connect(partial(services.show_activities, "measure"))
        self.measured.failed.connect(services.show_failure)
        actions = services.actions
        actions.on("measure_all", self.measured.measure)
        actions.on("measure_work", self.measured.measure_work)
        actions.on("measure_crooks", self.measured.measure_crooks)
        actions.on_switch("entropies_below", self.plots.set_below)
        session.opened_changed.connect(self._show_opened)
        if session.opened is not None:
            self._show_opened(session.opened)
        self._show_ledger("bound")

    @property
    def docks(self) -> Mapping[str, QWidget]:
        return {LEDGER: self.ledger, WORK: self.work, CHECKPOINT: self.checkpoint}

    @property
    def foot(self) -> QWidget:
        return self.timeline

    def apply_palette(self) -> None:
        self.timeline.set_palette(self._palette)
        self.plots.set_palette(self._palette)
        self.ledger.set_palette(self._palette)
        self.work.set_palette(self._palette)

    def set_line_scale(self, scale: float) -> None:
        self.plots.set_line_scale(scale)
        for plot in self.work.plots:
            plot.set_line_scale(scale)

    def fit(self) -> None:
        for plot in (*self.plots.plots.values(), *self.work.plots):
            plot.fit()

    def command(self) -> str:
        opened, session = self.services.session.opened, self.services.session
        if opened is None:
            raise BadInputError(NOTHING_OPEN)
        words = ["dpm", "bound", model_word(opened.path), "--seed", str(session.spec.seed)]
        if not opened.checkpoint.data.is_image and opened.checkpoint.data.held_out is None:
            words += ["--count", str(session.spec.count)]
        if self.measured.limit is not None:
            words.append("--limit")
        if self.measured.true_entropies is not None:
            words.append("--entropies")
        if self.measured.work is not None:
            words += ["--work", str(self.measured.work.work.shape[1])]
        if self.measured.crooks is not None:
            words.append("--crooks")
        if session.given is not None:
            words += ["--data", session.given.path]
        return shlex.join([*words, "--json"])

    def compute(self, ended: Callable[[Exception | None], object]) -> None:
        self.services.session.bound_changed.connect(lambda _: ended(None))
        self.services.session.measure_bound()

    def stop(self) -> None:
        self.measured.stop()

    def shut_down(self) -> None:
        self.measured.shut_down()

    def _show_opened(self, opened: Opened) -> None:
        self.checkpoint.show_checkpoint(opened.checkpoint, opened.path)
        self._controls.show_opened(opened)
        self.timeline.slider.set_available(0, opened.checkpoint.steps)  # the plots have every step

    def _follow_scale(self) -> None:
        """Lay the plots out by the log signal-to-noise ratio where the timeline is; else by t."""
        self.plots.set_by_ratio(scale_in_use(self.services.actions) == LOG_SNR)

    def _move_cursors(self, chosen: object, t: int) -> None:
        """Move the cursors of the other plots at once, also where the player has no frame of step ``t`` yet."""
        for plot in self.plots.plots.values():
            if plot is not chosen:
                plot.set_cursor(t)

    def _show_ledger(self, name: str) -> None:
        if name in ("bound", "limit") and not self.measured.steps:
            self.ledger.show_ledger(self.services.session.bound, self.measured.limit)
