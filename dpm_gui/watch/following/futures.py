"""Many futures on the canvas of the reverse: a fan of paths, the run before in grey behind, played at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from core.values.runs import Frame
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases.canvas import Canvas


class Futures(QObject):
    """Shows the futures of the run as such, and plays them from their state to the data once they are computed.

    They are not played if the person has gone to another step since, plays already, or has chosen a range to play that
    does not hold their state: who has the timeline keeps it. Without such a range, that of the futures is played as
    long as they are shown, so that a loop begins at their state again.
    """

    def __init__(self, session: Session, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._player = session, player
        self._fan: tuple[tuple[int, int], NDArray[np.float32]] | None = None
        self._states: dict[int, NDArray[np.float32]] = {}
        self._play_from: int | None = None
        self._bounds: tuple[int, int] | None = None
        session.recording_replaced.connect(self._forget)
        session.run_ended.connect(self._give_up)

    def await_from(self, t: int) -> None:
        """Play from ``t`` to the data as soon as the futures that begin there are computed, or previewed."""
        self._player.pause()
        self._player.seek(t)
        self._play_from = t
        self.play_if_ready()

    def play_if_ready(self) -> None:
        """Play the futures that are waited for, if all their steps can be shown."""
        t = self._play_from
        if t is None or self._session.recording(REVERSE).shown_range != (0, t):
            return
        self._play_from = None
        if self._player.t != t or self._player.playing:
            return
        if self._player.bounds is None:
            self._bounds = 0, t
            self._player.set_bounds(self._bounds)
        first, last = self._player.bounds or (0, t)
        if first < t <= last:
            self._player.play_backward()

    def show(self, view: Canvas, t: int, position: float | None) -> None:
        """Draw fan and background on the reverse ``view`` for step ``t``, or for ``position`` between two steps."""
        if not view.several_paths:
            return
        behind = self._session.run_behind
        if behind is None or not self._session.spec.branches:
            view.show_behind(None)
        else:
            top = self._session.recording(REVERSE).top
            view.show_behind(_frame_of(behind, min(t, top), None if position is None else min(position, top)))
        self._show_fan(view, t)

    def _show_fan(self, view: Canvas, t: int) -> None:
        recording = self._session.recording(REVERSE)
        available = recording.available
        if not self._session.spec.branches or available is None or recording.count is None:
            view.show_fan(None, None)
            return
        first, last = available
        if self._fan is None or self._fan[0] != available:
            for t in range(first, last + 1):
                frame = None if t in self._states else recording.frame(t)
                if frame is not None:
                    self._states[t] = frame.x
            if not all(t in self._states for t in range(first, last + 1)):  # a preview is shown
                view.show_fan(None, None)
                return
            self._fan = available, np.stack([self._states[t] for t in range(first, last + 1)])
        view.show_fan(self._fan[1], min(max(t, first), last) - first)

    def _forget(self) -> None:
        self._fan, self._states = None, {}
        if self._bounds is not None and self._player.bounds == self._bounds:
            self._player.set_bounds(None)
        self._bounds = None
        if not self._session.spec.branches:
            self._play_from = None

    def _give_up(self) -> None:
        """Play what has come to its end; of a run that was stopped or has failed, nothing."""
        self.play_if_ready()
        self._play_from = None


def _frame_of(recording: SideRecording, t: int, position: float | None) -> Frame | None:
    """Return the frame of ``recording`` for ``position`` if it is given and recorded, else for ``t``."""
    between = None if position is None else recording.at(position)
    shown = recording.shown(t) if between is None else None
    return between if shown is None else shown.frame
