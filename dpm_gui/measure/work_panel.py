"""The work of forward paths: its histogram, Jarzynski's estimate as paths are added, and Crooks' two histograms."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTabWidget, QVBoxLayout, QWidget

from core.values.measurements import Estimate, examples_in_words
from core.values.work import Crooks, Work
from dpm_gui.desktop.numbers import fixed, grouped
from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.measure.session import CROOKS, DEFAULT_PATHS, WORK, MeasureSession
from dpm_gui.views.figures.explanations import CROOKS_HELP, WORK_HELP
from dpm_gui.views.plots.histograms import Histogram, HistogramPlot, Mark

BINS = 40
FARTHEST = 0.002
"""Share of the paths beyond the first bin, and beyond the last."""
FEW_PATHS = 10
"""Effective number of paths below which an estimate is not to be trusted."""
NO_WORK = "Measure work draws forward paths from data points and sums up what the model pays for each."
NO_CROOKS = "Compare paths draws forward paths of the data and the model's own; it needs the density of x¹."


class WorkPanel(ColouredWidget):
    """Shows work and Crooks' relation of a `MeasureSession`, and measures them."""

    def __init__(self, session: MeasureSession, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.work = HistogramPlot("Work of forward paths", WORK_HELP, "work W, bits per sample", "work", NO_WORK, self)
        self.crooks = HistogramPlot("Crooks' relation", CROOKS_HELP, "Ω, bits per sample", "crooks", NO_CROOKS, self)
        self._words = {WORK: self._label(), CROOKS: self._label()}
        tabs = QTabWidget(self)
        tabs.setDocumentMode(True)
        for name, title, plot, text, measure in (
            (WORK, "Work", self.work, "Measure work", partial(session.measure_work, DEFAULT_PATHS)),
            (CROOKS, "Crooks", self.crooks, "Compare paths", session.measure_crooks),
        ):
            page = QWidget(tabs)
            layout = QVBoxLayout(page)
            layout.setContentsMargins(0, 0, 0, 8)
            layout.addWidget(plot, stretch=1)
            row = QHBoxLayout()
            row.setContentsMargins(14, 0, 8, 0)
            row.addWidget(self._words[name], stretch=1)
            button = QPushButton(text, page)
            button.clicked.connect(lambda _, begin=measure: begin())
            row.addWidget(button)
            layout.addLayout(row)
            tabs.addTab(page, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(tabs)
        session.changed.connect(self._show)
        for name in (WORK, CROOKS):
            self._show(name)

    @property
    def plots(self) -> tuple[HistogramPlot, HistogramPlot]:
        """Both plots."""
        return self.work, self.crooks

    def apply_palette(self) -> None:
        for plot in self.plots:
            plot.set_palette(self._palette)

    def _label(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setMinimumHeight(3 * label.fontMetrics().height())
        return label

    def _show(self, name: str) -> None:
        if name == WORK:
            self._show_work(self._session.work)
        elif name == CROOKS:
            self._show_crooks(self._session.crooks)

    def _show_work(self, work: Work | None) -> None:
        if work is None:
            self.work.show_none()
            self._words[WORK].setText("")
            return
        low, high = np.quantile(work.work, [FARTHEST, 1.0 - FARTHEST])
        edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
        bound, estimate = work.mean_bound, work.mean_likelihood
        marks = [
            Mark("its mean, minus the bound", -bound.value, "reverse"),
            Mark("Jarzynski", -estimate.value, "known"),
        ]
        self.work.show_histograms(edges, [Histogram("paths", np.histogram(work.work, edges)[0], "forward")], marks)
        points, paths = work.work.shape
        self.work.set_readout(f"{grouped(points * paths)} paths, {grouped(paths)} from each point")
        effective = float(np.median(work.effective_size))
        examples = examples_in_words(points, work.measured_on)
        found = f"log₂ p(x⁰) ≥ {_estimate(bound)}; Jarzynski's estimate {_estimate(estimate)} bits per sample"
        words = f"{found}, on {examples}."
        if effective < FEW_PATHS:
            words += (
                f" Only {effective:.1f} of {grouped(paths)} paths count: more paths, or a better model, would help."
            )
        self._words[WORK].setText(words)

    def _show_crooks(self, crooks: Crooks | None) -> None:
        if crooks is None:
            self.crooks.show_none()
            self._words[CROOKS].setText("")
            return
        histograms = [
            Histogram("forward paths", crooks.forward_counts, "forward"),
            Histogram("reverse paths", crooks.reverse_counts, "reverse"),
            Histogram("forward, as the reverse ones predict", len(crooks.forward) * crooks.predicted, "known", True),
        ]
        crossing = crooks.crossing
        self.crooks.show_histograms(crooks.edges, histograms, [Mark("0, where they cross", 0.0, "ink")])
        self.crooks.set_readout(f"{grouped(len(crooks.forward))} paths each way")
        self._words[CROOKS].setText(
            f"They cross at {fixed(crossing.value, 3)} ± {crossing.standard_error:.3f} bits, 0 by Crooks' relation; "
            f"forward paths from {examples_in_words(len(crooks.forward), crooks.measured_on)}."
        )


def _estimate(found: Estimate) -> str:
    return f"{fixed(found.value, 3)} ± {found.standard_error:.3f}"
