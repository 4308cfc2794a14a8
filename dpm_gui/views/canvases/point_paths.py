"""The paths of points: those of a few, and the fan of many futures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dpm_gui.views.canvases.canvas import ShownPath
from dpm_gui.views.items.path import FanItem, PathItem, Track

PathPlaces = Callable[[NDArray[np.float32], int], NDArray[np.float32]]
"""Returns where the states ``[S, D]`` of the trajectory with a number are drawn, ``[S, 2]``."""


class PointPaths:
    """Draws states as paths; what has been placed once is placed again only if it changes.

    Attributes:
        lines: Draws the paths.
        fan: Draws the paths of futures.
        shown: The paths on show.
    """

    def __init__(self, places_of: PathPlaces, *, ascending: bool) -> None:
        self.lines, self.fan = PathItem(ascending=ascending), FanItem(ascending=ascending)
        self.shown: tuple[ShownPath, ...] = ()
        self._places_of = places_of
        self._placed: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self._fan_states: NDArray[np.float32] | None = None
        self._fan_upto: int | None = None

    def show(self, paths: Sequence[ShownPath]) -> None:
        """Draw ``paths`` alone."""
        self.shown = tuple(paths)
        known = [(path, path.states) for path in paths if path.states is not None]
        self._placed = {path.index: self._place(path.index, states) for path, states in known}
        self.lines.set_tracks([Track(self._placed[path.index][1], path.upto, path.colour) for path, _ in known])

    def show_fan(self, states: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw the paths ``states`` [S, K, D] of K futures, past up to the step ``upto``; None draws none."""
        self._fan_upto = upto
        if states is None:
            self.fan.show_fan(None, None)
        elif states is self._fan_states:
            self.fan.show_fan(self.fan.fan, upto)
        else:
            lines = [self._places_of(states[:, number], number) for number in range(states.shape[1])]
            self.fan.show_fan(np.stack(lines, axis=1), upto)
        self._fan_states = states

    def place_again(self) -> None:
        """Draw the same states where they are now: other columns are shown."""
        self._placed = {}
        states, self._fan_states = self._fan_states, None
        self.show(self.shown)
        self.show_fan(states, self._fan_upto)

    def _place(self, index: int, states: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the ``states`` of trajectory ``index`` and their places, those of before if they are the same."""
        found = self._placed.get(index)
        return found if found is not None and found[0] is states else (states, self._places_of(states, index))
