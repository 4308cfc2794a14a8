"""Both canvases side by side, linked in zoom and position."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QWidget

from dpm_gui.desktop.theme import LIGHT, Palette, scaled_to_text
from dpm_gui.engine.values import FORWARD, REVERSE, SIDE_TITLES
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.canvas import Canvas

LOWEST_CANVAS = 240
"""Least height of the canvases, in pixels at usual text; a page with less room scrolls."""


class CanvasPair(QSplitter):
    """The canvas of each side, of the kind that suits the data, and the path of the clicked trajectory."""

    choice_changed = Signal()
    """Another trajectory has been chosen, or none."""

    def __init__(self, session: Session, player: Player, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._session = session
        self._player = player
        self._palette = LIGHT
        self._line_scale = 1.0
        self._apart = False
        self.views: dict[str, Canvas] = {}
        self.chosen: tuple[str, int] | None = None
        """Side and index of the clicked trajectory."""
        self._path: tuple[tuple[str, int, int, int], NDArray[np.float32]] | None = None
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.setMinimumHeight(scaled_to_text(self, LOWEST_CANVAS))

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self._palette = palette
        for view in self.views.values():
            view.set_palette(palette)

    def set_line_scale(self, scale: float) -> None:
        """Multiply the width of lines and points by ``scale``."""
        self._line_scale = scale
        for view in self.views.values():
            view.set_line_scale(scale)

    def set_blank(self, blank: bool) -> None:
        """Hide axes and contents of both canvases, or show them."""
        for view in self.views.values():
            view.set_blank(blank)

    def show_message(self, text: str) -> None:
        """Show ``text`` on both canvases."""
        for view in self.views.values():
            view.set_message(text)

    def take(self, kind: type[Canvas]) -> bool:
        """Replace canvases of another kind by two of ``kind``; return whether any were replaced."""
        if self.views and all(type(view) is kind for view in self.views.values()):
            return False
        for view in self.views.values():
            view.hide()
            view.deleteLater()
        self.views = {side: kind(side, SIDE_TITLES[side], self) for side in (FORWARD, REVERSE)}
        self._apart = False
        self.views[REVERSE].link_to(self.views[FORWARD])
        for side, view in self.views.items():
            self.addWidget(view)
            view.point_clicked.connect(partial(self.choose, side))
            view.set_palette(self._palette)
            view.set_line_scale(self._line_scale)
        self.setSizes([1000, 1000])
        return True

    def show_futures(self, futures: bool) -> None:
        """Unlink the sides while the reverse shows many futures: they match no image of the forward side."""
        forward, reverse = self.views[FORWARD], self.views[REVERSE]
        if futures and reverse.enlarged_image >= 0:
            reverse.fit()  # shows all futures at once
        apart = futures and reverse.links_trajectories
        if apart == self._apart:
            return
        self._apart = apart
        if apart:
            reverse.unlink_from(forward)
        else:
            forward.fit()
            reverse.link_to(forward)
        reverse.fit()

    def keep_choice(self) -> None:
        """Go on showing the chosen trajectory, unless it is no longer among those that are shown."""
        if self.chosen is not None:
            side, index = self.chosen
            count = self._session.recording(side).count
            if count is not None and index >= count:
                self.choose(FORWARD, -1)

    def end_run(self, *, futures: bool) -> None:
        """End the choice with its run, unless the canvas shows the path of the same number in the next one."""
        if self.chosen is None or futures or not self.views[self.chosen[0]].keeps_choice:
            self.choose(FORWARD, -1)
            return
        self._path = None
        self.views[self.chosen[0]].show_path(None, None)

    def choose(self, side: str, index: int) -> None:
        """Draw the path of trajectory ``index`` of ``side`` instead of the previous one; -1 removes it."""
        self.chosen = (side, index) if index >= 0 else None
        self._path = None
        self.choice_changed.emit()
        for name, view in self.views.items():
            view.show_path(None, None)
            view.mark(index if name == side else -1)
        self.show_path()

    def show_path(self) -> None:
        """Draw the path of the chosen trajectory as far as it is recorded, and mark the current step on it."""
        if self.chosen is None:
            return
        side, index = self.chosen
        recording = self._session.recording(side)
        available = recording.part_of(index).available if recording.has(index) else None
        if available is None:
            return
        first, last = available
        key = (side, index, first, last)
        if self._path is None or self._path[0] != key:  # gathering it at every step would cost a frame's time
            self._path = key, recording.path(index)
        self.views[side].show_path(self._path[1], min(max(self._player.t, first), last) - first, first)
