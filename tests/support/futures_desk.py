"""The workspace Watch, the plot of many futures and its dock before a session, and what the engine says of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from core.values.runs import Frame
from dpm_gui.desktop.icons import IconSet
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.plots.futures_spread import FuturesSpread
from dpm_gui.watch.futures_dock import FuturesDock
from dpm_gui.watch.workspace import WatchWorkspace
from dpm_gui.window.actions import Actions
from dpm_gui.window.workspaces import PAINT, WATCH, Workspaces
from tests.support.window_values import close_figures, open_and_run


class Desk:
    """A workspace, the plot and its dock before a session."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        window = QMainWindow()
        qtbot.addWidget(window, before_close_func=self.close)
        self.session, self.player, self.actions = session, Player(window), Actions(window)
        self.watch = WatchWorkspace(session, self.player, self.actions, IconSet(), window)
        self.plot, self.dock = FuturesSpread(window), QDockWidget(window)
        self.dock.setWidget(self.plot)
        self.workspaces = Workspaces(window)
        self.workspaces.add(WATCH, self.watch)
        self.workspaces.add(PAINT, QWidget())
        window.setCentralWidget(self.workspaces)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.made_room = 0
        self.spread = FuturesDock(session, self.player, self.plot, self.dock, self.workspaces, self._count_room)
        self.qtbot = qtbot
        window.resize(1000, 700)
        window.show()

    def _count_room(self) -> None:
        self.made_room += 1

    def close(self, window: QWidget) -> None:
        self.session.blockSignals(True)
        close_figures(window)

    def opened(self, path: str) -> Desk:
        """Open a checkpoint, and wait until it has been run."""
        open_and_run(self.session, path, self.qtbot)
        return self

    def branch(self) -> None:
        """Ask for many futures, and wait until they are there."""
        with self.qtbot.waitSignal(self.session.run_ended):
            self.watch.starts.branch()

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
