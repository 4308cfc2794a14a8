"""Draws the thumbnails of the timeline from the states."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.timeline.thumbnails import MOST, even_steps
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.watch.canvas_pair import CanvasPair

DRAWN_AT_ONCE = 4
"""Most thumbnails that are drawn at once while a run goes on, so that the window stays smooth."""


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
