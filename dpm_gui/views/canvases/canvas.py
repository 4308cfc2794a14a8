"""What the workspaces ask of a figure that shows the states of trajectories at one step, whatever they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsItem

from core.values.checkpoints import DataInfo
from core.values.runs import DriftFrame, Frame
from dpm_gui.views.figures.figure import Figure

Link = tuple[SignalInstance, Callable[..., None]]
"""A signal, and what follows it."""


class Canvas(Figure):
    """A figure of one side, forward or reverse, made of layers; two of a kind can be linked."""

    point_clicked = Signal(int)
    """Number of the trajectory under a left click, -1 for a click on nothing."""

    layers: tuple[str, ...] = ()
    """What `set_layer` knows, in the order of their keys, 1 to 9."""
    modes: tuple[str, ...] = ()
    """The layers that exclude each other: ways to look at a step, of which `show_mode` shows one."""
    initial_layers: frozenset[str] = frozenset()
    """The layers that are on at first."""
    links_trajectories = False
    """Whether what is shown of one side is shown of the other, trajectory by trajectory."""
    interpolates = False
    """Whether a state between two frames makes sense, so that motion can be smooth."""

    _items: Mapping[str, QGraphicsItem]
    """The items of each layer, by its name."""

    def layer_shown(self, name: str) -> bool:
        """Tell whether a layer is on."""
        return self._items[name].isVisible()

    def set_layer(self, name: str, on: bool) -> None:
        """Show or hide one of `layers`."""
        self._items[name].setVisible(on)

    def set_data(self, info: DataInfo) -> None:
        """Take in what the states that come are, where their units or shape matter."""

    def show_frame(self, frame: Frame) -> None:
        """Draw ``frame.x`` [N, *shape], model units."""
        raise NotImplementedError

    def show_mode(self, mode: str, frame: Frame, earlier: Frame | None = None) -> None:
        """Draw ``frame`` as one of `modes`: the state, a prediction, or its change since ``earlier``."""
        raise NotImplementedError

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        """Colour state i by its place ``along[i]``, 0 … 1, along the data, where colours tell that."""

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw one trajectory ``path`` [S, *shape] and mark its place ``upto``; nothing for None."""
        raise NotImplementedError

    def mark(self, index: int) -> None:
        """Set off trajectory ``index``, whose path is on show; -1 sets off none."""

    @property
    def enlarged_image(self) -> int:
        """The picture that fills the canvas, -1 while all are shown."""
        return -1

    def show_drift(self, frame: DriftFrame | None) -> None:
        """Draw the drift as arrows, where there is a plane for them; nothing for None."""

    def link_to(self, other: Canvas) -> None:
        """Have both show the same region from now on, this one's first."""
        for signal, slot in (*self.links_to(other), *other.links_to(self)):
            signal.connect(slot)
        other.set_region(self.region)

    def unlink_from(self, other: Canvas) -> None:
        """Undo `link_to`."""
        for signal, slot in (*self.links_to(other), *other.links_to(self)):
            signal.disconnect(slot)

    def links_to(self, other: Canvas) -> list[Link]:
        """Return which signals of this one ``other`` follows when they are linked, and how."""
        return [(self.region_changed, other.set_region)]

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        """Return a small picture of the states ``x`` [N, *shape] in one ``colour``."""
        raise NotImplementedError
