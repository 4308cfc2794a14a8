"""The trajectories that are followed: a few by their paths, many by a highlight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.session.undo import ReplaceValueCommand
from dpm_gui.views.canvases.canvas import Canvas, ShownPath

Regions = Mapping[str, NDArray[np.int64]]
"""Numbers ``[K]`` of the highlighted points, ascending, by side."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A trajectory whose path is shown.

    Attributes:
        side: "forward" or "reverse".
        index: Its number.
        colour: The number of its colour, which it keeps.
    """

    side: str
    index: int
    colour: int


class Followed(QObject):
    """Shows what is followed on the canvases.

    It belongs to the states of one run: another run or other data end it; of fewer states, those that are left stay.
    Highlights are undoable, since a loop takes a moment to draw; paths, of a click each, are not.

    Attributes:
        paths: The trajectories whose paths are shown, the newest last.
        regions: The highlighted points of each side.
    """

    changed = Signal()

    def __init__(self, session: Session, player: Player, views: Mapping[str, Canvas], parent: QObject) -> None:
        """Draw on ``views``, which may be exchanged."""
        super().__init__(parent)
        self._session, self._player, self._views = session, player, views
        self.paths: tuple[Chosen, ...] = ()
        self.regions: Regions = {}
        self._states: dict[Chosen, tuple[tuple[int, int], NDArray[np.float32]]] = {}

    @property
    def any(self) -> bool:
        """Whether anything is followed."""
        return bool(self.paths or self.regions)

    def choose(self, side: str, index: int) -> None:
        """Show the path of trajectory ``index`` of ``side`` alone; -1 shows none, and ends the highlight."""
        if index < 0:
            self.clear()
            return
        self._set_paths((Chosen(side, index, 0),))

    def add(self, side: str, index: int) -> None:
        """Show the path of trajectory ``index`` of ``side`` too, or remove it if it is shown."""
        others = tuple(path for path in self.paths if (path.side, path.index) != (side, index))
        if len(others) < len(self.paths):
            self._set_paths(others)
        elif self._views[side].several_paths:
            used = {path.colour for path in others}
            free = next(number for number in range(len(used) + 1) if number not in used)
            self._set_paths((*others, Chosen(side, index, free)))
        else:
            self.choose(side, index)

    def highlight(self, side: str, indices: NDArray[np.int64], *, add: bool) -> None:
        """Highlight the points ``indices`` of ``side``, undoably: alone, or beside those that are highlighted."""
        regions = dict(self.regions) if add else {}
        found = np.union1d(regions[side], indices) if side in regions else indices
        self._change_regions({**regions, side: found} if len(found) else regions)

    def clear(self) -> None:
        """Follow nothing; the highlight can be brought back by undo."""
        self._change_regions({})
        self._set_paths(())

    def forget(self, *, futures: bool) -> None:
        """Follow nothing: the states are replaced. Canvases that keep their choice do so, unless by ``futures``."""
        self._set_regions({})
        self._states = {}
        kept = () if futures else (path for path in self.paths if self._views[path.side].keeps_choice)
        self._set_paths(tuple(kept))

    def keep_existing(self) -> None:
        """Go on following the trajectories that are still among those that are shown."""
        paths = tuple(path for path in self.paths if self._session.recording(path.side).has(path.index))
        if paths != self.paths:
            self._set_paths(paths)
        self._set_regions(self.regions)

    def show_paths(self) -> None:
        """Draw the chosen paths as far as they are recorded, and mark the current step on them."""
        for side, view in self._views.items():
            view.show_paths([self._shown(path) for path in self.paths if path.side == side])

    def _set_paths(self, paths: tuple[Chosen, ...]) -> None:
        self.paths = paths
        self._states = {path: states for path, states in self._states.items() if path in paths}
        self.show_paths()
        self.changed.emit()

    def _change_regions(self, regions: Regions) -> None:
        if regions or self.regions:
            command = ReplaceValueCommand("highlight", self._set_regions, self.regions, regions)
            self._session.undo_stack.push(command)

    def _set_regions(self, regions: Regions) -> None:
        """Highlight ``regions``, as far as there are such points."""
        self.regions = {side: found for side, known in regions.items() if len(found := self._existing(side, known))}
        for side, view in self._views.items():
            view.follow(self.regions.get(side, np.empty(0, np.int64)))
        self.changed.emit()

    def _existing(self, side: str, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        count = self._session.recording(side).count
        return indices if count is None else indices[indices < count]

    def _shown(self, path: Chosen) -> ShownPath:
        recording = self._session.recording(path.side)
        available = recording.part_of(path.index).available if recording.has(path.index) else None
        if available is None:
            return ShownPath(path.index, None, None, path.colour)
        first, last = available
        if path not in self._states or self._states[path][0] != available:
            # Gathering it at every step would cost a frame's time.
            self._states[path] = available, recording.path(path.index)
        upto = min(max(self._player.t, first), last) - first
        return ShownPath(path.index, self._states[path][1], upto, path.colour, first)
