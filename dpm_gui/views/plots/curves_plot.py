"""A plot of several quantities over the steps, by t or by the log signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.numbers import fixed, rounded
from dpm_gui.desktop.theme import Palette, text_size
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.legend import Legend
from dpm_gui.views.figures.step_plot import StepPlot
from dpm_gui.views.items.curves import Curve, CurvesItem

BELOW, ABOVE = 0.08, 0.12
"""Shares of the range of values left free below and above."""
ROOM_OF_A_NAME = 0.11
"""Share of the range left free above for each name of the legend."""
SMALL = 0.01
"""Largest value below which numbers are shown with significant digits instead of decimals."""


class CurvesPlot(StepPlot):
    """Curves, the band between two of them, a legend, and a cursor that follows the pressed pointer.

    Args:
        title: Title above the plot.
        help_text: Rich text behind the "?".
        name: Stem of the name of a file with its numbers.
        empty: Told in place of the curves while there are none.
        parent: Qt's owner.
    """

    def __init__(self, title: str, help_text: str, name: str, empty: str, parent: QWidget | None = None) -> None:
        # The items come first: the base class applies the palette to them.
        self._curves: Sequence[Curve] = ()
        self._item, self._legend = CurvesItem(), Legend()
        self._name, self._unit, self._empty = name, "bits", empty
        self._ratios: NDArray[np.float64] | None = None
        self._band: tuple[int, int] | None = None
        super().__init__(title, help_text, self._unit, parent)
        self.view.addItem(self._item, ignoreBounds=True)
        self._legend.setParentItem(self.view)
        self.show_none()

    @property
    def curves(self) -> Sequence[Curve]:
        """The curves that are drawn."""
        return self._curves

    @property
    def step_range(self) -> tuple[int, int] | None:
        steps = [step for curve in self._curves if len(curve.values) for step in (curve.steps[0], curve.steps[-1])]
        return (int(min(steps)), int(max(steps))) if steps else None

    def show_none(self) -> None:
        """Remove the curves and tell how to get some."""
        self._curves = ()
        self._item.set_curves((), ())
        self._legend.setVisible(False)
        self.set_caption("")
        self.set_home(QRectF(0.0, -0.1, 1.0, 1.2))
        self.set_message(self._empty)
        self.set_cursor(self._step)

    def set_ratios(self, ratios: NDArray[np.float64] | None) -> None:
        """Lay the steps out by their log signal-to-noise ``ratios``, t = 0 … T, ``[T + 1]``; by t without them."""
        self._ratios = ratios
        axis = self._axes[0]
        axis.set_text("step t" if ratios is None else "log signal-to-noise")
        axis.set_falling(ratios is not None)
        if self._curves:
            self._draw(None)

    def show_curves(
        self, curves: Sequence[Curve], unit: str, *, band: tuple[int, int] | None = None, caption: str = ""
    ) -> None:
        """Draw ``curves``, values in ``unit``.

        Args:
            curves: What to draw.
            unit: The unit of all values, as in "bits per sample".
            band: The numbers of two curves between which a light band is drawn.
            caption: A remark within the axes.
        """
        self.set_message(None)
        self._curves, self._unit = tuple(curves), unit
        self._axes[1].set_text(unit)
        self.set_caption(caption)
        self._legend.setVisible(True)
        self._draw(band)
        self.apply_palette_to_items(self._palette, self._line_scale)
        self.set_cursor(self._step)

    def set_cursor(self, t: int) -> None:
        """Mark step ``t``; a step without values removes the mark."""
        self._step = t
        found = [(curve.name, curve.at(t)) for curve in self._curves]
        known = [(name, value) for name, value in found if value is not None]
        if not known:
            self._cursor.move_to(None)
            self.set_readout(f"t = {t} · no value at this step" if self._curves else " ")
            return
        self._cursor.move_to(self._place(t), [value for _, value in known if np.isfinite(value)])
        numbers = " · ".join(f"{name} {_shown(value)}" for name, value in known)
        self.set_readout(f"t = {t} · {numbers} {self._unit.replace('bits per ', 'bits/')}")

    def table(self) -> Table:
        steps = self.step_range
        if steps is None:
            return Table(self._name, {"t": np.empty(0, np.int64)})
        columns: dict[str, NDArray[np.generic]] = {"t": np.arange(steps[0], steps[1] + 1)}
        for curve in self._curves:
            columns[f"{curve.name} ({self._unit})"] = _in_table(curve.steps, curve.values, steps)
            if curve.errors is not None:
                columns[f"standard error of {curve.name} ({self._unit})"] = _in_table(curve.steps, curve.errors, steps)
        return Table(self._name, columns)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        self._item.apply_palette(palette, line_scale)
        first = self._curves[0].colour if self._curves else "ink"
        self._cursor.apply_palette(palette, QColor(getattr(palette, first)), line_scale)
        font = QFont(self.font())
        font.setPointSizeF(text_size(self))
        rows = [(curve.name, curve.pen(palette, line_scale)) for curve in self._curves]
        self._legend.apply_palette(rows, font, QColor(palette.muted), QColor(palette.surface))

    def step_at(self, x: float) -> int:
        if self._ratios is None:
            return round(x)
        return int(np.abs(-self._ratios - x).argmin())

    def limited(self, region: QRectF) -> QRectF:
        if self._ratios is None:
            return super().limited(region)
        least = self.home.width() / max(1, len(self._ratios))
        width = min(max(region.width(), least), self.home.width())
        height = min(max(region.height(), 1e-3 * self.home.height()), self.home.height())
        left = min(max(region.left(), self.home.left()), self.home.right() - width)
        top = min(max(region.top(), self.home.top()), self.home.bottom() - height)
        return QRectF(left, top, width, height)

    def _place(self, t: int) -> float:
        return float(t) if self._ratios is None else float(-self._ratios[t])

    def _places(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        return steps.astype(np.float64) if self._ratios is None else -self._ratios[steps]

    def _draw(self, band: tuple[int, int] | None) -> None:
        """Draw the curves, and bring all of them into view unless the range is unchanged."""
        self._band = self._band if band is None else band
        places = [self._places(curve.steps) for curve in self._curves]
        self._item.set_curves(self._curves, places, self._band)
        values = np.concatenate([curve.values for curve in self._curves])
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        extent = (high - low) or abs(high) or 1.0
        x = np.concatenate(places)
        side = 0.02 * (float(x.max()) - float(x.min())) or 0.5
        bottom, top = low - BELOW * extent, high + (ABOVE + ROOM_OF_A_NAME * len(self._curves)) * extent
        self.set_home(QRectF(float(x.min()) - side, bottom, float(np.ptp(x)) + 2 * side, top - bottom))
        self.set_cursor(self._step)


def _shown(value: float) -> str:
    return rounded(value, 2) if 0.0 < abs(value) < SMALL else fixed(value, 3)


def _in_table(steps: NDArray[np.int64], values: NDArray[np.float64], ends: tuple[int, int]) -> NDArray[np.float64]:
    """Return ``values`` at every step between ``ends``, NaN where there is none."""
    found = np.full(ends[1] - ends[0] + 1, np.nan)
    found[steps - ends[0]] = values
    return found
