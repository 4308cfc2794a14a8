"""The plots of Measure over one common time axis, each in a dock of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from core.values.checkpoints import channels_of
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.time_scale import log_signal_to_noise
from dpm_gui.measure.curves import (
    Scale,
    below_upper,
    entropy_curves,
    gap_curves,
    kl_curves,
    ratio_curves,
    schedule_curves,
)
from dpm_gui.measure.session import ENTROPIES, LIMIT, MeasureSession
from dpm_gui.session.session import Session
from dpm_gui.views.figures.explanations import KL_HELP, SCHEDULE_HELP, STEP_ENTROPIES_HELP, SUM_RULE_HELP
from dpm_gui.views.plots.curves_plot import CurvesPlot

NOT_MEASURED = "Measure (Ctrl+M) measures K, and with it this term of each step."
NOTHING_OPEN = "The rates of each step appear here once a checkpoint is open."
ENTROPY, KL, RATES, RATIO, GAPS = "entropy", "kl", "rates", "ratio", "gaps"
DOCK_TITLES = {ENTROPY: "Entropy", KL: "KL", RATES: "Rates", RATIO: "Signal-to-noise", GAPS: "Sum rule"}
TITLES: Mapping[str, tuple[str, str, str, str]] = {
    ENTROPY: ("Entropy of each reverse step", STEP_ENTROPIES_HELP, "entropies", NOTHING_OPEN),
    KL: ("KL of each step", KL_HELP, "kl", NOT_MEASURED),
    RATES: ("Rates, signal and noise", SCHEDULE_HELP, "rates", NOTHING_OPEN),
    RATIO: ("Log signal-to-noise", SCHEDULE_HELP, "log_snr", NOTHING_OPEN),
    GAPS: ("Running sum of the gaps", SUM_RULE_HELP, "gaps", NOT_MEASURED),
}
"""Title, explanation, stem of the file, and what is told while a plot is empty."""


class MeasurePlots(QMainWindow):
    """Five plots over the steps with one cursor; each can be moved and floated, and laid over another as a tab.

    Attributes:
        plots: The plots by name.
    """

    def __init__(self, session: Session, measured: MeasureSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlags(Qt.WindowType.Widget)  # a part of the page, which the constructor makes a window
        self._session, self._measured = session, measured
        self._by_ratio = self._below = False
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.plots = {name: CurvesPlot(*texts, self) for name, texts in TITLES.items()}
        self._docks = {name: self._dock(name, plot) for name, plot in self.plots.items()}
        self._lay_out()
        measured.changed.connect(self._show)
        session.opened_changed.connect(lambda _: self.show_opened())
        self.show_opened()

    def set_palette(self, palette: Palette) -> None:
        """Draw all plots in the colours of ``palette``."""
        for plot in self.plots.values():
            plot.set_palette(palette)

    def set_line_scale(self, scale: float) -> None:
        """Multiply the width of all lines by ``scale``."""
        for plot in self.plots.values():
            plot.set_line_scale(scale)

    def set_by_ratio(self, by_ratio: bool) -> None:
        """Lay all plots out by the log signal-to-noise ratio, or by t."""
        opened = self._session.opened
        self._by_ratio = by_ratio
        for plot in self.plots.values():
            plot.set_ratios(log_signal_to_noise(opened.alpha_bars) if by_ratio and opened is not None else None)

    def set_below(self, below: bool) -> None:
        """Show entropies as differences from their upper bound, or as they are."""
        self._below = below
        self._show(ENTROPIES)

    def show_opened(self) -> None:
        """Show the schedule and the bounds of the open checkpoint."""
        opened = self._session.opened
        if opened is None:
            return
        self.set_by_ratio(self._by_ratio)
        betas = np.asarray(opened.checkpoint.betas, dtype=np.float64)
        self.plots[RATES].show_curves(schedule_curves(betas, opened.alpha_bars), "share")
        self.plots[RATIO].show_curves(ratio_curves(opened.alpha_bars), "nats")
        self._show("bound")

    def _show(self, name: str) -> None:
        opened = self._session.opened
        if opened is None or name not in ("bound", LIMIT, ENTROPIES):
            return
        bound, steps, scale = self._session.bound, self._measured.steps, scale_of(opened)
        unit = f"bits per {scale.unit}"
        entropies = entropy_curves(opened.entropies, scale, bound, steps, self._measured.true_entropies)
        if self._below:
            entropies = below_upper(entropies, scale.factor * opened.entropies.upper)
        clipped = "lower bound: ↓ −∞ at t = 1" if np.isneginf(opened.entropies.lower[:1]).any() else ""
        self.plots[ENTROPY].show_curves(entropies, unit, band=(0, 1), caption=clipped)
        kl = kl_curves(bound, self._measured.limit, steps)
        if kl:
            self.plots[KL].show_curves(kl, unit)
        else:
            self.plots[KL].show_none()
        gaps = [] if bound is None else gap_curves(bound)
        if gaps:
            self.plots[GAPS].show_curves(gaps, unit)
        else:
            self.plots[GAPS].show_none()

    def _dock(self, name: str, plot: CurvesPlot) -> QDockWidget:
        dock = QDockWidget(DOCK_TITLES[name], self)
        dock.setObjectName(f"measure_{name}")
        dock.setWidget(plot)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        return dock

    def _lay_out(self) -> None:
        area, across, down = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        docks = self._docks
        self.addDockWidget(area, docks[ENTROPY])
        self.splitDockWidget(docks[ENTROPY], docks[KL], across)
        self.splitDockWidget(docks[ENTROPY], docks[RATES], down)
        self.splitDockWidget(docks[KL], docks[GAPS], down)
        self.tabifyDockWidget(docks[RATES], docks[RATIO])
        docks[RATES].raise_()


def scale_of(opened: Opened) -> Scale:
    """Return how bits per dimension become those of the unit of K for ``opened``."""
    shape = opened.checkpoint.data.shape
    if opened.checkpoint.data.is_image:
        return Scale(channels_of(shape), "pixel")
    return Scale(float(np.prod(shape)), "sample")
