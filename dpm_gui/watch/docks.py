"""The contents of Watch's docks: the entropy bounds, the spread of many futures, and K."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from core.values.checkpoints import channels_of
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import REVERSE
from dpm_gui.views.plots.entropies import EntropyPlot
from dpm_gui.views.plots.futures_spread import FuturesSpread
from dpm_gui.watch.bound_panel import BoundPanel
from dpm_gui.window.page import Services, WorkspacePage

FUTURES = "futures"


class WatchDocks(QObject):
    """Keeps the plots over t in step with session and player.

    The dock of futures appears while the run has futures; the user may close or open it at any time.
    """

    def __init__(self, services: Services, page: WorkspacePage) -> None:
        super().__init__(page)
        self._page = page
        self._session = services.session
        self.entropies, self.futures = EntropyPlot(page), FuturesSpread(page)
        bound = BoundPanel(services.session, services.actions["measure"], page)
        self.contents: Mapping[str, QWidget] = {"entropies": self.entropies, FUTURES: self.futures, "bound": bound}
        self.plots = (self.entropies, self.futures)
        for plot in self.plots:
            services.player.frame_changed.connect(plot.set_cursor)
            plot.step_chosen.connect(services.player.seek)
            services.connect_figure(plot)
        self._session.opened_changed.connect(self.show_opened)
        self._session.recording_replaced.connect(self._begin)
        self._session.frames_added.connect(self._show_spreads)

    def show_opened(self, opened: Opened) -> None:
        """Show the bounds of ``opened``."""
        data = opened.checkpoint.data
        self.entropies.show_entropies(opened.entropies, channels_of(data.shape) if data.is_image else None)
        self._begin()

    def place(self) -> None:
        """Show the dock of futures if the run has any, else hide it."""
        self._page.dock_wanted.emit(FUTURES, bool(self._session.spec.branches))

    def _begin(self) -> None:
        opened, recording = self._session.opened, self._session.recording(REVERSE)
        if opened is None or not self._session.spec.branches:
            self.futures.show_none()
        else:
            self.futures.begin(recording.steps, recording.top, *state_kind_of(opened.checkpoint).spread)
        self.place()

    def _show_spreads(self, side: str) -> None:
        spreads = self._session.recording(REVERSE).spreads
        if side == REVERSE and spreads:
            self.futures.show_spreads(spreads)
