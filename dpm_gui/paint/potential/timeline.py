"""The timeline below the plane: that of Watch, moved by the same player, over the points under r(x)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from core.values.runs import Frame, PosteriorFrame
from dpm_gui.desktop.theme import LIGHT, Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.paint.potential.canvas import PotentialCanvas
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.session.player import SPEEDS
from dpm_gui.views.timeline.thumbnails import MOST, even_steps
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.window.page import Services
from dpm_gui.window.playing.controls import TimelineControls


class PlaneTimeline(QObject):
    """Shows the step of the player on the plane, and follows the newest step while a run goes on.

    It stops following as soon as somebody plays or goes to another step.
    """

    frame_shown = Signal()
    """The points of another step are on show, or other ones of the same step."""

    def __init__(
        self, potential_session: PotentialSession, canvas: PotentialCanvas, services: Services, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._potential_session, self._canvas = potential_session, canvas
        self._player, self._actions = services.player, services.actions
        self.timeline = Timeline(SPEEDS, parent)
        self.timeline.transport.set_icons(services.icons)
        self._controls = TimelineControls(self.timeline, self._player, self._actions, self)
        self._controls.scale_changed.connect(self._show_thumbnails)
        self._palette = LIGHT
        self._in_view = self._follows = False
        self._thumbnails: dict[int, QImage] = {}
        potential_session.started.connect(self._begin)
        potential_session.frames_added.connect(self._show_progress)
        potential_session.ended.connect(self._end)
        self._player.frame_changed.connect(self._show_step)
        self._player.position_changed.connect(self._show_position)
        self._player.playing_changed.connect(lambda _playing: self._leave_newest())

    @property
    def frame(self) -> PosteriorFrame | None:
        """The frame on show: that of the player's step, or the newest while that is missing."""
        frames = self._potential_session.frames
        return frames.get(self._player.t, frames[min(frames)]) if frames else None

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self._palette = palette
        self.timeline.set_palette(palette)
        self.forget_thumbnails()

    def set_in_view(self, in_view: bool) -> None:
        """Set whether the plane is seen: only then does it follow the player, and moves it."""
        self._in_view = in_view
        if in_view:
            self._show_step(self._player.t)

    def show_opened(self, opened: Opened) -> None:
        """Take the steps and the signal of ``opened``."""
        self._controls.show_opened(opened)
        self._forget()

    def forget_thumbnails(self) -> None:
        """Draw all thumbnails anew, as of other columns."""
        self._thumbnails = {}
        self._show_thumbnails()

    def _begin(self) -> None:
        self._forget()
        self._player.pause()
        self._follows = True
        self._go_to(self._player.last)

    def _forget(self) -> None:
        self._thumbnails = {}
        self.timeline.thumbnails.set_thumbnails([])
        self.timeline.slider.set_available(0, -1)

    def _end(self, _error: Exception | None) -> None:
        self._follows = False
        self._show_thumbnails()

    def _leave_newest(self) -> None:
        if self._in_view:
            self._follows = False

    def _go_to(self, t: int) -> None:
        """Let the player go to a step, which nobody has asked for: the newest is followed further."""
        follows = self._follows
        self._player.seek(t)
        self._follows = follows

    def _show_progress(self) -> None:
        newest = min(self._potential_session.frames)
        self.timeline.slider.set_available(newest, self._player.last)
        if self._follows and self._in_view:
            self._go_to(newest)
        self._show_states()
        self._show_thumbnails()

    def _show_step(self, t: int) -> None:
        if self._in_view:
            self._follows = False
            self.timeline.set_t(t)
            self._show_position(float(t))

    def _show_position(self, position: float) -> None:
        if self._in_view:
            self.timeline.slider.set_position(position)
            self._show_states()

    def _show_states(self) -> None:
        frame = self.frame
        if frame is None:
            return
        self._canvas.set_message(None)
        between = self._between() if self._player.playing and self._actions["smooth"].isChecked() else None
        t, x = (frame.t, frame.x) if between is None else between
        self._canvas.set_colours(self._potential_session.colours.get(t))
        self._canvas.show_frame(Frame(t, x))
        self.frame_shown.emit()

    def _between(self) -> tuple[int, NDArray[np.float32]] | None:
        """Return points between two steps, and the lower step: on the way from their ancestors; None at a step."""
        frames, position = self._potential_session.frames, self._player.position
        t = int(position)
        if position == t or t not in frames or t + 1 not in frames:
            return None
        later, earlier, share = frames[t], frames[t + 1].x, np.float32(position - t)
        if later.ancestors is not None:
            earlier = earlier[later.ancestors]
        return t, later.x + share * (earlier - later.x)

    def _show_thumbnails(self) -> None:
        """Draw the thumbnails whose frames are there and not drawn yet."""
        frames, last = self._potential_session.frames, self._player.last
        if not frames or not last:
            return
        steps = even_steps(self.timeline.slider.axis, last, MOST)
        for t in steps:
            if t in frames and t not in self._thumbnails:
                self._thumbnails[t] = self._canvas.thumbnail(frames[t].x, self._palette.reverse)
        self.timeline.thumbnails.set_thumbnails([(t, self._thumbnails.get(t)) for t in steps])
