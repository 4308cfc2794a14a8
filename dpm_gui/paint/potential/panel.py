"""What is wished for over the plane, and how it is sampled."""

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

from dpm_gui.desktop.numbers import with_minus
from dpm_gui.views.widgets.boxes import choice_box, decimal_box, number_box
from dpm_gui.views.widgets.flat_button import action_button

POTENTIAL_TOOLS = {
    "attract": ("Attract", "Paint where points are wished for"),
    "repel": ("Repel", "Paint where no points are wished for"),
    "half_plane": ("Half plane", "Drag from its border into it"),
    "disc": ("Disc", "Drag from its middle to its rim"),
    "observation": ("Observation", "Click what was observed, with noise"),
}
LEAST_SHOWN_ACCEPTANCE = -200.0
"""Bits: what is accepted so seldom is never seen."""
PAPER_TEXT = (
    "The paper's kernels p(xᵗ⁻¹|xᵗ) r(xᵗ⁻¹), normalised, at every step: r is counted many times over, "
    "so this is not p(x⁰) r(x⁰)."
)
WEIGHTED_TEXT = (
    "Weighted particles that look ahead to x⁰ and are resampled when few carry the weight: "
    "p(x⁰) r(x⁰) as their number grows."
)


class PotentialPanel(QWidget):
    """Shows how the wish stands and asks for other tools and options."""

    tool_chosen = Signal(str)
    """One of `POTENTIAL_TOOLS`."""
    changed = Signal(dict)
    """Entries of the options that are to change: weighted, count, automatic."""
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
        self.draws = choice_box(self, "Draws", ("weighted particles", "the paper's kernels"))
        self.draws.activated.connect(lambda index: self.changed.emit({"weighted": index == 0}))
        self.count = number_box(self, "Points", 100, 20_000, "How many points flow into the wish", step=500)
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
        """Show which tool is in hand."""
        self._buttons[tool].setChecked(True)
        self.form.setRowVisible(self.std, tool == "observation")
        for box in (self.diameter, self.strength):
            self.form.setRowVisible(box, tool in {"attract", "repel"})

    def show_options(self, weighted: bool, count: int) -> None:
        """Show how it is sampled."""
        with QSignalBlocker(self.draws), QSignalBlocker(self.count):
            self.draws.setCurrentIndex(0 if weighted else 1)
            self.count.setValue(count)
        self.sentence.setText(WEIGHTED_TEXT if weighted else PAPER_TEXT)

    def show_result(self, acceptance: float | None, size: float | None, count: int, weighted: bool) -> None:
        """Show log2 of the share that the wish accepts, bits, and the effective sample size."""
        if not weighted:
            self.acceptance.setText("known with weights alone")
            self.effective.setText("every point counts the same")
            return
        share = "–" if acceptance is None else f"{acceptance:.2f} bits  ({2.0**acceptance:.2%})"
        if acceptance is not None and acceptance < LEAST_SHOWN_ACCEPTANCE:
            share = "none: the model gives nothing to this wish"
        self.acceptance.setText(with_minus(share))
        self.effective.setText("–" if size is None else f"{size:.0f} of {count}")

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
        clear.setToolTip("Wish for nothing: r = 1 everywhere (Delete)")
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
        self.form.addRow("Draws", self.draws)
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
