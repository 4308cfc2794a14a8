"""The interface of a figure that shows the states of trajectories, of any kind, at one step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsItem

from core.values.checkpoints import DataInfo
from core.values.runs import DriftFrame, Frame
from dpm_gui.views.figures.figure import Figure

Link = tuple[SignalInstance, Callable[..., None]]
"""A signal, and the slot that follows it."""


@dataclass(frozen=True, slots=True, eq=False)
class ShownPath:
    """The path of one trajectory.

    Attributes:
        index: Number of the trajectory.
        states: Its recorded states ``[S, *shape]``, model units, t ascending; None while there are none.
        upto: The place of the present step among them.
        colour: Its number in the cycle of the paths' colours.
        first: The step of the first state.
    """

    index: int
    states: NDArray[np.float32] | None
    upto: int | None
    colour: int = 0
    first: int = 0


class Canvas(Figure):
    """A figure of one side, forward or reverse, made of layers; two of a kind can be linked."""

    point_clicked = Signal(int)
    """Number of the trajectory under a left click; -1 if there is none."""
    point_added = Signal(int)
    """Number of the trajectory under a left click with Shift, if there is one."""
    region_drawn = Signal(object, bool)
    """Numbers ``[K]`` of the points around which a loop has been drawn, and whether Shift was held."""

    layers: tuple[str, ...] = ()
    """The layers that `set_layer` accepts, in the order of their keys, 1 to 9."""
    modes: tuple[str, ...] = ()
    """The layers that exclude each other: views of a step, one of which `show_mode` shows."""
    initial_layers: frozenset[str] = frozenset()
    """The layers that are on at first."""
    links_trajectories = False
    """Whether linked canvases show the same trajectory on both sides, by its number."""
    keeps_choice = False
    """Whether another run shows the path of the same number again; else the choice ends with its run."""
    several_paths = False
    """Whether it shows the paths of several trajectories at once, and points that are followed."""
    interpolates = False
    """Whether states between two frames can be interpolated, for smooth motion."""
    data_name = ""
    """Name of the user's data on show, for the names of exported files; empty if they are the model's own."""
    enlarged_image = -1
    """Number of the image that fills the canvas; -1 while all are shown."""

    _items: Mapping[str, QGraphicsItem]
    """The items of each layer, by its name."""

    def file_stem(self, side: str) -> str:
        """Return the beginning of the names of exported files of ``side``."""
        return f"{side}-{self.data_name}" if self.data_name else side

    def layer_shown(self, name: str) -> bool:
        """Return whether a layer is on."""
        return self._items[name].isVisible()

    def set_layer(self, name: str, on: bool) -> None:
        """Show or hide one of `layers`."""
        self._items[name].setVisible(on)

    def set_data(self, info: DataInfo) -> None:
        """Describe the states to come, where their units or shape matter."""

    def set_steps(self, steps: int) -> None:
        """Take the number of steps, T, where an axis shows them."""

    def show_columns(self, columns: tuple[int, ...]) -> None:
        """Show ``columns`` of the points, if the states are points; `set_data` has described them."""

    def set_count(self, count: int | None) -> None:
        """Make room for ``count`` states, of which a frame may hold fewer; None for as many as a frame holds."""

    def show_frame(self, frame: Frame) -> None:
        """Draw ``frame.x`` [N, *shape], model units."""
        raise NotImplementedError

    def show_mode(self, mode: str, frame: Frame, earlier: Frame | None = None, change: float = 1.0) -> None:
        """Draw ``frame`` as one of `modes`: the state, a prediction, or its change since ``earlier``.

        Colours are chosen for a change whose root mean square is ``change``, model units.
        """
        raise NotImplementedError

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        """Colour state i by its place ``along[i]``, 0 … 1, along the data, where the canvas shows such colours."""

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None, first: int = 0) -> None:
        """Draw one trajectory ``path`` [S, *shape] from step ``first`` on, and mark its place ``upto``, or nothing."""
        raise NotImplementedError

    def mark(self, index: int) -> None:
        """Highlight trajectory ``index``, whose path is shown; -1 highlights none."""

    def show_paths(self, paths: Sequence[ShownPath]) -> None:
        """Draw ``paths``, or the last of them if the canvas has room for one; none if it is empty."""
        last = paths[-1] if paths else None
        self.mark(-1 if last is None else last.index)
        if last is None or last.states is None:
            self.show_path(None, None)
        else:
            self.show_path(last.states, last.upto, last.first)

    def follow(self, indices: NDArray[np.int64]) -> None:
        """Highlight the points ``indices`` at every step, if the states are points; none if it is empty."""

    def show_fan(self, fan: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw the paths ``fan`` [S, K, *shape] of K futures, if the states are points; None draws nothing."""

    def show_behind(self, frame: Frame | None) -> None:
        """Draw the states of the run before the futures in grey, if they are points; None draws nothing."""

    def show_drift(self, frame: DriftFrame | None) -> None:
        """Draw the drift as arrows, if the states are points; None draws nothing."""

    def link_to(self, other: Canvas) -> None:
        """Show the same region in both canvases from now on, at first this one's."""
        for signal, slot in (*self.links_to(other), *other.links_to(self)):
            signal.connect(slot)
        other.set_region(self.region)

    def unlink_from(self, other: Canvas) -> None:
        """Undo `link_to`."""
        for signal, slot in (*self.links_to(other), *other.links_to(self)):
            signal.disconnect(slot)

    def links_to(self, other: Canvas) -> list[Link]:
        """Return the signals of this canvas that ``other`` follows while linked, each with its slot."""
        return [(self.region_changed, other.set_region)]

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        """Return a small image of the states ``x`` [N, *shape] in one ``colour``."""
        raise NotImplementedError
