"""Both canvases side by side, linked in zoom and position."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QWidget

from dpm_gui.desktop.theme import LIGHT, Palette, scaled_to_text
from dpm_gui.engine.values import FORWARD, REVERSE, SIDE_TITLES
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.watch.following.followed import Followed

LOWEST_CANVAS = 240
"""Least height of the canvases, in pixels at usual text; a page with less room scrolls."""


class CanvasPair(QSplitter):
    """The canvas of each side, of the kind that suits the data, and what is followed on them."""

    choice_changed = Signal()
    """Other trajectories are followed, or none."""

    def __init__(self, session: Session, player: Player, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._session = session
        self._player = player
        self._palette = LIGHT
        self._line_scale = 1.0
        self._apart = False
        self.views: dict[str, Canvas] = {}
        self.followed = Followed(session, player, self.views, self)
        self.followed.changed.connect(self.choice_changed)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.setMinimumHeight(scaled_to_text(self, LOWEST_CANVAS))

    @property
    def chosen(self) -> tuple[str, int] | None:
        """Side and index of the trajectory that was chosen last, or None."""
        last = self.followed.paths[-1] if self.followed.paths else None
        return None if last is None else (last.side, last.index)

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
        self.views.update({side: kind(side, SIDE_TITLES[side], self) for side in (FORWARD, REVERSE)})
        self._apart = False
        self.views[REVERSE].link_to(self.views[FORWARD])
        for side, view in self.views.items():
            self.addWidget(view)
            view.point_clicked.connect(partial(self.choose, side))
            view.point_added.connect(partial(self.followed.add, side))
            view.region_drawn.connect(partial(self._highlight, side))
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

    def choose(self, side: str, index: int) -> None:
        """Draw the path of trajectory ``index`` of ``side`` instead of the previous ones; -1 removes all."""
        self.followed.choose(side, index)

    def event(self, event: QEvent) -> bool:
        """Let Esc on a canvas end what is followed; while something is computed, Esc stops that instead."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._clears(event):
            event.accept()  # a disabled shortcut swallows its key (Qt 6.11)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clears(event):
            self.followed.clear()
        else:
            super().keyPressEvent(event)

    def _clears(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and self.followed.any and not self._session.running

    def _highlight(self, side: str, indices: NDArray[np.int64], add: bool) -> None:
        self.followed.highlight(side, indices, add=add)
