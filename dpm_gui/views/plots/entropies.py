"""The plot of the entropy bounds of each reverse step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from core.values.measurements import StepEntropies
from dpm_gui.desktop.numbers import fixed
from dpm_gui.desktop.theme import Palette, text_size
from dpm_gui.views.figures.explanations import ENTROPIES_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.legend import Legend
from dpm_gui.views.figures.step_plot import StepPlot
from dpm_gui.views.items.band import BandItem
from dpm_gui.views.timeline.entropy_band import CLIPPED_TEXT

BELOW, ABOVE = 0.08, 0.22
"""Shares of the range of values left free below and above; the legend stands above."""
UNIT_TEXTS = {"dimension": "bits/dim", "pixel": "bits/pixel"}


class EntropyPlot(StepPlot):
    """Both bounds over t, the band between them, and a cursor that follows the pressed pointer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._entropies: StepEntropies | None = None
        self._unit = "dimension"
        # The items come first: the base class applies the palette to them.
        self._band, self._legend = BandItem(), Legend()
        super().__init__("Entropy of each step", ENTROPIES_HELP, "bits per dimension", parent)
        self.view.addItem(self._band, ignoreBounds=True)
        self._legend.setParentItem(self.view)
        self._legend.setVisible(False)
        self.set_home(QRectF(0.0, -0.1, 1.0, 1.2))
        self.set_message("The bounds of each step appear here once a checkpoint is open.")

    @property
    def steps(self) -> int:
        """T, or 0 without entropies."""
        return 0 if self._entropies is None else len(self._entropies.upper)

    @property
    def step_range(self) -> tuple[int, int] | None:
        return (1, self.steps) if self.steps else None

    def show_entropies(self, entropies: StepEntropies, channels: int | None = None) -> None:
        """Draw both bounds of every step, in bits per dimension, or in bits per pixel of ``channels`` channels."""
        self.set_message(None)
        if channels is not None:
            parts = (entropies.upper, entropies.lower, entropies.t_given_0)
            entropies = StepEntropies(*(channels * part for part in parts))
        self._entropies, self._unit = entropies, "dimension" if channels is None else "pixel"
        self._axes[1].set_text(f"bits per {self._unit}")
        steps = np.arange(1.0, self.steps + 1)
        values = np.concatenate((entropies.upper, entropies.lower))
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        extent = (high - low) or 1.0
        bottom = low - BELOW * extent
        self._band.set_curves(steps, _finite(entropies.upper, bottom), _finite(entropies.lower, bottom))
        self._legend.setVisible(True)
        self.set_caption(CLIPPED_TEXT if np.isneginf(entropies.lower[:1]).any() else "")
        side = max(0.5, 0.02 * self.steps)
        self.set_home(QRectF(1 - side, bottom, self.steps - 1 + 2 * side, high + ABOVE * extent - bottom))
        self.set_cursor(min(self._step, self.steps))

    def set_cursor(self, t: int) -> None:
        """Mark step ``t``; t = 0, the data, is no step and removes the mark."""
        self._step = t
        if self._entropies is None or not 1 <= t <= self.steps:
            self._cursor.move_to(None)
            self.set_readout("t = 0 · data: no step is taken yet" if self._entropies is not None else " ")
            return
        upper, lower = float(self._entropies.upper[t - 1]), float(self._entropies.lower[t - 1])
        self._cursor.move_to(t, [level for level in (upper, lower) if np.isfinite(level)])
        self.set_readout(f"t = {t} · upper {fixed(upper, 2)} · lower {fixed(lower, 2)} {UNIT_TEXTS[self._unit]}")

    def table(self) -> Table:
        entropies = self._entropies
        empty = np.empty(0)
        columns: dict[str, NDArray[np.generic]] = {
            "t": np.arange(1, self.steps + 1),
            f"upper (bits per {self._unit})": empty if entropies is None else entropies.upper,
            f"lower (bits per {self._unit})": empty if entropies is None else entropies.lower,
        }
        return Table("entropies", columns)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        # Both bounds depend on q alone: they have the forward hue and differ in line style.
        self._band.apply_palette(QColor(palette.forward), line_scale)
        self._cursor.apply_palette(palette, QColor(palette.forward), line_scale)
        font = QFont(self.font())
        font.setPointSizeF(text_size(self))
        rows = list(zip(("upper bound", "lower bound"), self._band.pens, strict=True))
        self._legend.apply_palette(rows, font, QColor(palette.muted), QColor(palette.surface))


def _finite(values: NDArray[np.float64], instead: float) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, instead)
