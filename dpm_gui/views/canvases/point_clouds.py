"""The points of a canvas: all of them, those that are followed, and those of the run before, behind them."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from dpm_gui.desktop.theme import LIGHT, Palette, mixed
from dpm_gui.views.items.cloud import CloudItem

FOLLOWED_SIZE, FUTURE_SIZE = 2.0, 3.5
"""Sizes of points that are followed, and of futures, beside that of others."""
FADED = 0.3
"""Opacity of the points that are not followed, while others are."""
HIGHLIGHTS = {"light": "#D0006F", "dark": "#5CF2FF"}
"""The colour of points that are followed, by theme: far from all colours along the data."""
_NONE = np.empty(0, np.int64)


class PointClouds:
    """Shares the points of a frame out to the items that draw them.

    Attributes:
        others: Draws the points; while some are followed, the others.
        followed: Draws the points that are followed.
        behind: Draws the points of the run before, in grey.
        places: Where the points are, ``[N, 2]``, in data coordinates.
        indices: Numbers of the points that are followed.
        along: The place of each point along the data, ``[N]`` in [0, 1], or None.
        mutes_unplaced: Whether points whose place is NaN are muted; otherwise they have the colour of place 0.
    """

    def __init__(self) -> None:
        self.others, self.followed, self.behind = CloudItem(), CloudItem(), CloudItem()
        self.places = np.empty((0, 2), np.float32)
        self.indices = _NONE
        self._rest = _NONE
        self.mutes_unplaced = False
        self.along: NDArray[np.float32] | None = None
        self._large = False
        self._palette, self._hue, self._line_scale = LIGHT, LIGHT.ink, 1.0

    def show_places(self, places: NDArray[np.float32]) -> None:
        """Draw the points at ``places`` [N, 2]."""
        shared = len(places) == len(self.places)
        self.places = places
        if not shared:
            self._share()
        elif len(self.indices):
            self.others.set_points(places[self._rest])
            self.followed.set_points(places[self._shown_indices])
        else:
            self.others.set_points(places)

    def show_behind(self, places: NDArray[np.float32] | None) -> None:
        """Draw grey points at ``places`` [N, 2] behind the others, which are then large; None draws none."""
        self.behind.set_points(np.empty((0, 2), np.float32) if places is None else places)

    def set_large(self, large: bool) -> None:
        """Draw the points large, or of the usual size."""
        if large != self._large:
            self._large = large
            self._size()

    def follow(self, indices: NDArray[np.int64]) -> None:
        """Highlight the points ``indices``, and fade the others; none if it is empty."""
        self.indices = indices
        self._share()
        self._colour()

    def set_colours(self, along: NDArray[np.float32] | None) -> None:
        """Colour point i by its place ``along[i]``, 0 … 1, along the data; None gives all the hue of their side."""
        self.along = along
        self._colour()

    def apply_palette(self, palette: Palette, hue: str, line_scale: float) -> None:
        """Draw in the colours of ``palette`` and the ``hue`` of the side."""
        self._palette, self._hue, self._line_scale = palette, hue, line_scale
        self._colour()
        self._size()

    def colours(self, count: int) -> NDArray[np.uint8]:
        """Return the colours of the first ``count`` points, ``[K, 4]``; one for all if they have no own ones."""
        if self.along is None or len(self.along) < count:
            return np.array([QColor(self._hue).getRgb()], np.uint8)
        return along_colours(self._palette)[_rows(self.along[:count])]

    @property
    def _shown_indices(self) -> NDArray[np.int64]:
        return self.indices[self.indices < len(self.places)]

    def _share(self) -> None:
        """Share the points out anew: other ones are followed, or there are more or fewer."""
        followed = np.zeros(len(self.places), dtype=bool)
        followed[self._shown_indices] = True
        self._rest = np.flatnonzero(~followed)
        self.others.set_points(self.places[self._rest] if followed.any() else self.places)
        self.followed.set_points(self.places[self._shown_indices])
        self._colour()

    def _colour(self) -> None:
        faded = len(self._shown_indices) > 0
        rows = None if self.along is None else _rows(self.along)
        if rows is None:
            table = np.array([QColor(self._hue).getRgb()], np.uint8)
        else:
            table = along_colours(self._palette)
            if self.mutes_unplaced and self.along is not None:
                rows = np.where(np.isnan(self.along), np.uint8(0), np.maximum(rows, 1))
                table = np.vstack([np.array([QColor(self._palette.muted).getRgb()], np.uint8), table[1:]])
            rows = rows[self._rest] if faded and len(rows) >= len(self.places) else rows
        if faded:
            table = table.copy()
            table[:, 3] = np.rint(table[:, 3] * FADED)
        self.others.set_colours(rows, table)
        self.followed.set_colours(None, np.array([highlight(self._palette).getRgb()], np.uint8))
        grey = QColor(mixed(self._palette.muted, self._palette.surface, 0.45))
        self.behind.set_colours(None, np.array([grey.getRgb()], np.uint8))

    def _size(self) -> None:
        size = self._line_scale * (FUTURE_SIZE if self._large else 1.0)
        self.others.set_size_scale(size)
        self.followed.set_size_scale(size * (1.0 if self._large else FOLLOWED_SIZE))
        self.behind.set_size_scale(self._line_scale)


def along_colours(palette: Palette) -> NDArray[np.uint8]:
    """Return the colours along the data, ``[256, 4]``: a uniform map, without the end nearest to the background."""
    name, start, stop = ("plasma", 0.25, 1.0) if palette.dark else ("viridis", 0.0, 0.92)
    table: NDArray[np.uint8] = pg.colormap.get(name).getLookupTable(start, stop, 256, alpha=True)
    return table


def highlight(palette: Palette) -> QColor:
    """Return the colour of points that are followed."""
    return QColor(HIGHLIGHTS["dark" if palette.dark else "light"])


def _rows(along: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the rows of `along_colours` for places ``along`` [N] the data; NaN takes the first."""
    return np.rint(np.clip(np.nan_to_num(along), 0.0, 1.0) * 255).astype(np.uint8)
