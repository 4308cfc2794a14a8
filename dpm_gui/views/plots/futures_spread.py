"""The plot of how far the futures of one state lie apart at each step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.numbers import unscaled
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.figures.explanations import SPREAD_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.step_plot import StepPlot

ABOVE, BELOW = 0.12, 0.06
"""Shares of the greatest value left free above and below."""
NONE_YET = "Choose Resample from here ×64 (U) at a step t ≥ 1 to see how far they lie apart."
LEAST_RANGE = 1e-9
"""Least range of the axis, for futures that are all the same."""


class FuturesSpread(StepPlot):
    """The spread of many futures over t, on the time axis of the whole chain, and a cursor at the current step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # The items come first: the base class applies the palette to them.
        self._curve = pg.PlotCurveItem(antialias=True)
        self._spreads: Mapping[int, float] = {}
        self._last = self._top = 0
        self._measure, self._unit = "spread", "data units"
        super().__init__("Spread of futures", SPREAD_HELP, self._unit, parent)
        self.view.addItem(self._curve, ignoreBounds=True)
        self.show_none()

    @property
    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The line: steps, ascending, and the spread at each."""
        x, y = self._curve.getData()
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)

    @property
    def step_range(self) -> tuple[int, int] | None:
        return (0, self._last) if self._spreads else None

    def show_none(self) -> None:
        """Remove all futures, and show how to compute some."""
        self.begin(0, 0, self._measure, self._unit)
        self.set_message(NONE_YET)

    def begin(self, last: int, top: int, measure: str, unit: str) -> None:
        """Prepare for the spreads of futures that begin at ``top``, in a chain of T = ``last`` steps.

        Args:
            last: T.
            top: The step at which all futures are the same state.
            measure: Name of the measure of spread.
            unit: Its unit.
        """
        self._last, self._top = last, top
        self._measure, self._unit = measure, unit
        self._axes[1].set_text(unit)
        self._spreads = {}
        self._curve.setData([], [])
        self.set_message(None)
        self._reach(0.0)
        self.set_cursor(self._step)

    def show_spreads(self, spreads: Mapping[int, float]) -> None:
        """Draw the spreads computed so far, by step."""
        self._spreads = dict(spreads)
        steps = np.array(sorted(spreads), dtype=np.float64)
        values = np.array([spreads[int(step)] for step in steps], dtype=np.float64)
        self._curve.setData(steps, values)
        self._reach(float(values.max(initial=0.0)))
        self.set_cursor(self._step)

    def set_cursor(self, t: int) -> None:
        """Mark step ``t``, which may be greater than the step at which the futures begin."""
        self._step = t
        found = self._spreads.get(t)
        if not self._spreads:
            self._cursor.move_to(None)
            self.set_readout(" ")
        elif found is not None:
            self._cursor.move_to(t, [found])
            self.set_readout(f"t = {t} · {unscaled(found)} {self._unit}")
        else:
            self._cursor.move_to(t)
            pending = t <= self._top
            self.set_readout(f"t = {t} · not computed yet" if pending else f"the futures begin at t = {self._top}")

    def table(self) -> Table:
        steps, values = self.curve
        return Table("futures", {"t": steps.astype(np.int64), f"{self._measure} ({self._unit})": values})

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        pen = QPen(QColor(palette.reverse), 2.0 * line_scale)
        pen.setCosmetic(True)
        self._curve.setPen(pen)
        self._cursor.apply_palette(palette, QColor(palette.reverse), line_scale)

    def _reach(self, most: float) -> None:
        """Extend the axes to values up to ``most``; if they are unchanged, the user's zoom is kept."""
        side, most = max(0.5, 0.02 * self._last), max(most, LEAST_RANGE)
        home = QRectF(-side, -BELOW * most, self._last + 2 * side, (1.0 + ABOVE + BELOW) * most)
        if home != self.home:
            self.set_home(home)
