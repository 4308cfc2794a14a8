"""Keeps the plot of the spread of many futures, and its dock, in step with the session."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDockWidget

from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.plots.futures_spread import FuturesSpread
from dpm_gui.window.workspaces import WATCH, Workspaces


class FuturesDock(QObject):
    """Feeds the plot, and shows its dock while there are futures; a person may close it, or open it at any time."""

    def __init__(
        self,
        session: Session,
        player: Player,
        plot: FuturesSpread,
        dock: QDockWidget,
        workspaces: Workspaces,
        make_room: Callable[[], None],
    ) -> None:
        """Follow ``session`` and ``player``; ``make_room()`` is called when the dock has appeared."""
        super().__init__(dock)
        self._make_room = make_room
        self._session = session
        self._plot = plot
        self._dock = dock
        self._workspaces = workspaces
        session.recording_replaced.connect(self._begin)
        session.opened_changed.connect(self._begin)
        session.frames_added.connect(self._show)
        player.frame_changed.connect(plot.set_cursor)
        plot.step_chosen.connect(player.seek)
        workspaces.changed.connect(self.place)
        self.place()

    def place(self) -> None:
        """Show the dock if there are futures, in the workspace whose time it shares."""
        wanted = bool(self._session.spec.branches)
        if self._workspaces.current == WATCH and wanted == self._dock.isHidden():
            self._dock.setVisible(wanted)
            if wanted:
                self._make_room()

    def _begin(self) -> None:
        opened, recording = self._session.opened, self._session.recording(REVERSE)
        if opened is None or not self._session.spec.branches:
            self._plot.show_none()
        else:
            self._plot.begin(recording.steps, recording.top, *state_kind_of(opened.checkpoint).spread)
        self.place()

    def _show(self, side: str) -> None:
        spreads = self._session.recording(REVERSE).spreads
        if side == REVERSE and spreads:
            self._plot.show_spreads(spreads)
