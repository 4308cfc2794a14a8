"""The workspace Watch, the plot of many futures and its dock before a session, and what the engine says of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from core.values.runs import Frame
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.session import Session
from dpm_gui.views.plots.futures_spread import FuturesSpread
from dpm_gui.watch.page import WatchPage
from dpm_gui.watch.workspace import WATCH
from dpm_gui.window.page import WorkspacePage
from dpm_gui.window.workspace_stack import WorkspaceStack
from dpm_gui.window.workspaces import Workspace
from tests.support.window_values import close_figures, open_and_run
from tests.support.workspaces import services_of

OTHER = Workspace("other", "Other", "Look elsewhere", WorkspacePage)


class Window(QMainWindow):
    """Counts how often two docks were made to share their height."""

    made_room = 0

    def resizeDocks(  # noqa: N802 - Qt's name
        self, docks: Sequence[QDockWidget], sizes: Sequence[int], orientation: Qt.Orientation
    ) -> None:
        self.made_room += len(docks) == 2
        super().resizeDocks(docks, sizes, orientation)


class Desk:
    """A workspace, the plot and its dock before a session."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        window = Window()
        qtbot.addWidget(window, before_close_func=self.close)
        services = services_of(session, window)
        self.session, self.player, self.actions = session, services.player, services.actions
        self.workspaces = WorkspaceStack(window, (WATCH, OTHER), services)
        window.setCentralWidget(self.workspaces)
        page = self.workspaces.show_workspace(WATCH.name)
        assert isinstance(page, WatchPage)
        self.watch, self.window = page, window
        self.plot, self.dock = window.findChild(FuturesSpread), window.findChild(QDockWidget, "futures")
        self.qtbot = qtbot
        window.resize(1000, 700)
        window.show()

    @property
    def made_room(self) -> int:
        """How often two docks were made to share their height."""
        return self.window.made_room

    def close(self, window: QWidget) -> None:
        self.session.blockSignals(True)
        close_figures(window)

    def opened(self, path: str) -> Desk:
        """Open a checkpoint, and wait until it has been run."""
        open_and_run(self.session, path, self.qtbot)
        return self

    def branch(self) -> None:
        """Ask for many futures, wait until they are there, and stop at their state instead of playing them."""
        t = self.player.t
        with self.qtbot.waitSignal(self.session.run_ended):
            self.watch.starts.branch()
        self.player.pause()
        self.player.seek(t)

    def note(self) -> str:
        return self.watch.views[REVERSE].header.note

    def frame(self, t: int) -> Frame:
        found = self.session.recording(REVERSE).frame(t)
        assert found is not None
        return found


def computed(session: Session) -> list[Frame]:
    """The futures of the session's spec by the engine itself, from the spec alone."""
    from tests.support.chains import reverse_frames

    assert session.opened is not None
    return list(reverse_frames(session.opened.model, session.spec))


def assert_recorded(session: Session, expected: list[Frame]) -> None:
    for frame in expected:
        kept = session.recording(REVERSE).frame(frame.t)
        assert kept is not None
        assert np.array_equal(kept.x, frame.x)
