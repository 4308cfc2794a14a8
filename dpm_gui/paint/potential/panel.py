"""The panel of the potential over the plane: its tools, and how it is sampled."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.desktop.numbers import grouped, with_minus
from dpm_gui.views.widgets.boxes import choice_box, decimal_box, number_box
from dpm_gui.views.widgets.flat_button import action_button

POTENTIAL_TOOLS = {
    "attract": ("Attract", "Paint where r(x) is to be higher"),
    "repel": ("Repel", "Paint where r(x) is to be lower"),
    "half_plane": ("Half plane", "Drag from its border inwards"),
    "disc": ("Disc", "Drag from its centre to its edge"),
    "observation": ("Observation", "Click the point that was observed, with noise"),
}
LEAST_SHOWN_ACCEPTANCE = -200.0
"""Bits; below it the acceptance is practically zero, and no number is shown."""
PAPER_TEXT = (
    "The paper's kernels p(xᵗ⁻¹|xᵗ) r(xᵗ⁻¹), normalised at every step: r enters at every step, "
    "so the samples are not from p(x⁰) r(x⁰)."
)
WEIGHTED_TEXT = (
    "Weighted particles take r at the x⁰ estimate and are resampled when few carry the weight: "
    "they sample p(x⁰) r(x⁰) exactly as their number grows."
)


class PotentialPanel(QWidget):
    """Shows the tools, the options and the results, and emits changes of them."""

    tool_chosen = Signal(str)
    """One of `POTENTIAL_TOOLS`."""
    changed = Signal(dict)
    """The options to change: weighted, count, automatic."""
    brush_changed = Signal(float, float)
    """Diameter, model units, and strength, nats."""
    std_changed = Signal(float)
    """Standard deviation of an observation's noise, model units."""
    clear_asked = Signal()

    def __init__(self, run: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        tip = "Diameter of the brush, standard deviations ([ and ])"
        self.diameter = decimal_box(self, "Brush", (0.1, 4.0), 0.1, " σ", tip)
        tip = "By how much a stroke changes ln r in its middle"
        self.strength = decimal_box(self, "Strength", (0.5, 10.0), 0.5, " nats", tip)
        tip = "Standard deviation of the observation's noise"
        self.std = decimal_box(self, "Noise", (0.05, 2.0), 0.05, " σ", tip)
        self.diameter.setValue(1.0)
        self.strength.setValue(4.0)
        self.std.setValue(0.3)
        for box in (self.diameter, self.strength):
            box.valueChanged.connect(lambda _: self.brush_changed.emit(self.diameter.value(), self.strength.value()))
        self.std.valueChanged.connect(self.std_changed)
        samplers = ("weighted particles (exact as they grow)", "reverse kernels (fast, approximate)")
        self.draws = choice_box(self, "Sampler", samplers)
        self.draws.activated.connect(lambda index: self.changed.emit({"weighted": index == 0}))
        self.count = number_box(self, "Points", 100, 20_000, "Number of points sampled under r(x)", step=500)
        self.count.setGroupSeparatorShown(True)
        self.count.valueChanged.connect(lambda value: self.changed.emit({"count": value}))
        self.automatic = QCheckBox("Run after each stroke", self)
        self.automatic.setChecked(True)
        self.automatic.toggled.connect(lambda on: self.changed.emit({"automatic": on}))
        self.acceptance, self.effective = self._readout(), self._readout()
        self.sentence = QLabel(WEIGHTED_TEXT, self)
        self.sentence.setWordWrap(True)
        self._run = action_button(run, self, Qt.ToolButtonStyle.ToolButtonTextBesideIcon, flat=False)
        self._lay_out()

    def show_tool(self, tool: str) -> None:
        """Show the chosen tool and its settings."""
        self._buttons[tool].setChecked(True)
        self.form.setRowVisible(self.std, tool == "observation")
        for box in (self.diameter, self.strength):
            self.form.setRowVisible(box, tool in {"attract", "repel"})

    def show_options(self, weighted: bool, count: int) -> None:
        """Show the sampler and the number of points."""
        with QSignalBlocker(self.draws), QSignalBlocker(self.count):
            self.draws.setCurrentIndex(0 if weighted else 1)
            self.count.setValue(count)
        self.sentence.setText(WEIGHTED_TEXT if weighted else PAPER_TEXT)

    def show_result(self, acceptance: float | None, size: float | None, count: int, weighted: bool) -> None:
        """Show log2 of the share of samples that r accepts, in bits, and the effective sample size."""
        if not weighted:
            self.acceptance.setText("known only with weighted particles")
            self.effective.setText("all points count equally")
            return
        share = "–" if acceptance is None else f"{acceptance:.2f} bits  ({2.0**acceptance:.2%})"
        if acceptance is not None and acceptance < LEAST_SHOWN_ACCEPTANCE:
            share = "below 2⁻²⁰⁰: practically no probability here"
        self.acceptance.setText(with_minus(share))
        self.effective.setText("–" if size is None else f"{grouped(round(size))} of {grouped(count)}")

    def _lay_out(self) -> None:
        tools = QGridLayout()
        tools.setSpacing(4)
        for index, (name, (text, tip)) in enumerate(POTENTIAL_TOOLS.items()):
            button = QToolButton(self)
            button.setText(text)
            button.setToolTip(tip)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked, name=name: self.tool_chosen.emit(name))
            self._group.addButton(button)
            self._buttons[name] = button
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            tools.addWidget(button, index // 3, index % 3)
        clear = QToolButton(self)
        clear.setText("Clear")
        clear.setToolTip("Set r = 1 everywhere (Delete)")
        clear.setAutoRaise(True)
        clear.clicked.connect(self.clear_asked)
        clear.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        tools.addWidget(clear, 1, 2)
        counts = QHBoxLayout()
        counts.addWidget(self.count)
        counts.addStretch(1)
        counts.addWidget(self._run)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(12)
        self.form.setVerticalSpacing(6)
        for text, field in (("Brush", self.diameter), ("Strength", self.strength), ("Noise", self.std)):
            self.form.addRow(text, field)
        self.form.addRow("Points", counts)
        self.form.addRow("", self.automatic)
        self.form.addRow("Sampler", self.draws)
        self.form.addRow("Acceptance of r", self.acceptance)
        self.form.addRow("Effective size", self.effective)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(tools)
        layout.addLayout(self.form)
        layout.addWidget(self.sentence)
        layout.addStretch(1)

    def _readout(self) -> QLabel:
        label = QLabel("–", self)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label
