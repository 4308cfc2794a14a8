"""What the workspaces ask of a figure that shows the states of trajectories at one step, whatever they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGraphicsItem

from core.values import DriftFrame, Frame
from dpm_gui.views.figure import Figure


class Canvas(Figure):
    """A figure of one side, forward or reverse, made of layers; two of a kind can be linked."""

    point_clicked = Signal(int)
    """Number of the trajectory under a left click, -1 for a click on nothing."""

    layers: tuple[str, ...] = ()
    """What `set_layer` knows, in the order of their keys, 1 to 9."""
    at_start: frozenset[str] = frozenset()
    """The layers that are on at first."""
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

    def show_frame(self, frame: Frame) -> None:
        """Draw ``frame.x`` [N, *shape], model units."""
        raise NotImplementedError

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        """Colour state i by its place ``along[i]``, 0 … 1, along the data, where colours tell that."""

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        """Draw one trajectory ``path`` [S, *shape] and mark its place ``upto``; nothing for None."""
        raise NotImplementedError

    def mark(self, index: int) -> None:
        """Set off trajectory ``index``, whose path is on show; -1 sets off none."""

    def show_drift(self, frame: DriftFrame | None) -> None:
        """Draw the drift as arrows, where there is a plane for them; nothing for None."""

    def link_to(self, other: Canvas) -> None:
        """Have both show the same region from now on, this one's first."""
        self.region_changed.connect(other.set_region)
        other.region_changed.connect(self.set_region)
        other.set_region(self.region)

    @staticmethod
    def thumbnail(x: NDArray[np.float32], colour: str) -> QImage:
        """Return a small picture of the states ``x`` [N, *shape] in one ``colour``."""
        raise NotImplementedError
