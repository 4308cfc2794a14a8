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

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.numbers import grouped, with_minus
from dpm_gui.desktop.theme import Palette
from dpm_gui.paint.potential.panels.part_list import PartList
from dpm_gui.paint.potential.panels.part_numbers import PartNumbers
from dpm_gui.views.widgets.boxes import choice_box, decimal_box, number_box
from dpm_gui.views.widgets.flat_button import action_button

POTENTIAL_TOOLS = {
    "attract": ("Attract", "circle-plus", "Paint where r(x) is to be higher"),
    "repel": ("Repel", "circle-minus", "Paint where r(x) is to be lower"),
    "half_plane": ("Half plane", "contrast", "Add a half plane: drag from its border inwards"),
    "disc": ("Disc", "circle", "Add a disc: drag from its centre to its edge"),
    "observation": ("Observation", "crosshair", "Add an observation: click the point that was observed, with noise"),
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
    clear_asked = Signal()

    def __init__(self, run: QAction, icons: IconSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        tip = "Diameter of the brush, standard deviations ([ and ])"
        self.diameter = decimal_box(self, "Brush", (0.1, 4.0), 0.1, " σ", tip)
        tip = "By how much a stroke changes ln r in its middle"
        self.strength = decimal_box(self, "Strength", (0.5, 10.0), 0.5, " nats", tip)
        self.diameter.setValue(1.0)
        self.strength.setValue(4.0)
        for box in (self.diameter, self.strength):
            box.valueChanged.connect(lambda _: self.brush_changed.emit(self.diameter.value(), self.strength.value()))
        samplers = ("weighted particles (exact as they grow)", "reverse kernels (fast, approximate)")
        self.draws = choice_box(self, "Sampler", samplers)
        self.draws.activated.connect(lambda index: self.changed.emit({"weighted": index == 0}))
        self.count = number_box(self, "Points", 100, 20_000, "Number of points sampled under r(x)", step=500)
        self.count.setGroupSeparatorShown(True)
        self.count.valueChanged.connect(lambda value: self.changed.emit({"count": value}))
        self.automatic = QCheckBox("Run after each stroke", self)
        self.automatic.setChecked(True)
        self.automatic.toggled.connect(lambda on: self.changed.emit({"automatic": on}))
        self.parts, self.numbers = PartList(icons, self), PartNumbers(self)
        self.acceptance, self.effective = self._readout(), self._readout()
        self.sentence = QLabel(WEIGHTED_TEXT, self)
        self.sentence.setWordWrap(True)
        self._run = action_button(run, self, Qt.ToolButtonStyle.ToolButtonTextBesideIcon, flat=False)
        self._lay_out()

    def show_tool(self, tool: str) -> None:
        """Show the chosen tool and its settings."""
        self._buttons[tool].setChecked(True)
        for box in (self.diameter, self.strength):
            self._strokes.setRowVisible(box, tool in {"attract", "repel"})

    def set_palette(self, palette: Palette) -> None:
        """Tint the icons for ``palette``."""
        self.parts.set_palette(palette)
        for name, button in self._buttons.items():
            button.setIcon(self._icons.icon(POTENTIAL_TOOLS[name][1], palette.ink))
        self._clear.setIcon(self._icons.icon("trash-2", palette.ink))

    def show_options(self, weighted: bool, count: int) -> None:
        """Show the sampler and the number of points."""
        with QSignalBlocker(self.draws), QSignalBlocker(self.count):
            self.draws.setCurrentIndex(0 if weighted else 1)
            self.count.setValue(count)
        self.sentence.setText(WEIGHTED_TEXT if weighted else PAPER_TEXT)

    def show_result(
        self, acceptance: float | None, error: float | None, size: float | None, count: int, weighted: bool
    ) -> None:
        """Show log2 of the share of samples that r accepts with its standard error, bits, and the effective size."""
        if not weighted:
            self.acceptance.setText("known only with weighted particles")
            self.effective.setText("all points count equally")
            return
        within = "" if error is None else f" ± {error:.2f}"
        share = "–" if acceptance is None else f"{acceptance:.2f}{within} bits  ({2.0**acceptance:.2%})"
        if acceptance is not None and acceptance < LEAST_SHOWN_ACCEPTANCE:
            share = "below 2⁻²⁰⁰: practically no probability here"
        self.acceptance.setText(with_minus(share))
        self.effective.setText("–" if size is None else f"{grouped(round(size))} of {grouped(count)}")

    def _lay_out(self) -> None:
        tools = QGridLayout()
        tools.setSpacing(4)
        for index, (name, (text, _icon, tip)) in enumerate(POTENTIAL_TOOLS.items()):
            button = self._tool(text, tip)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked, name=name: self.tool_chosen.emit(name))
            self._group.addButton(button)
            self._buttons[name] = button
            tools.addWidget(button, index // 3, index % 3)
        self._clear = self._tool("Clear", "Remove all parts: r = 1 everywhere (Delete)")
        self._clear.clicked.connect(self.clear_asked)
        tools.addWidget(self._clear, 1, 2)
        counts = QHBoxLayout()
        counts.addWidget(self.count)
        counts.addStretch(1)
        counts.addWidget(self._run)
        self.form = QFormLayout()
        strokes = QFormLayout()
        for form in (self.form, strokes):
            form.setHorizontalSpacing(12)
            form.setVerticalSpacing(6)
        self._strokes = strokes
        for text, field in (("Brush", self.diameter), ("Strength", self.strength)):
            strokes.addRow(text, field)
        self.form.addRow("Points", counts)
        self.form.addRow("", self.automatic)
        self.form.addRow("Sampler", self.draws)
        self.form.addRow("Acceptance of r", self.acceptance)
        self.form.addRow("Effective size", self.effective)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(8)
        layout.addLayout(tools)
        layout.addLayout(strokes)
        layout.addWidget(self.parts)
        layout.addWidget(self.numbers)
        layout.addLayout(self.form)
        layout.addWidget(self.sentence)
        layout.addStretch(1)

    def _tool(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button

    def _readout(self) -> QLabel:
        label = QLabel("–", self)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label
