"""How what is painted is filled in: the number of samples, how known pixels are held, where to start."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.paint.inpainting.options import COUNTS, HELD_AT_X0, MOST_BACK_AND_FORTH, PARTICLES, PATH, FillOptions
from dpm_gui.views.widgets.number_box import prepare

HELD = {PATH: "on their own noised path", HELD_AT_X0: "held at x⁰"}
WAYS = ("plain: the paper's kernels", "weighted particles")


class FillPanel(QWidget):
    """Shows `FillOptions` and asks for others."""

    changed = Signal(dict)
    """Entries of the options that are to change."""

    def __init__(self, run: QAction, parent: QWidget | None = None, noun: str = "pixels") -> None:
        """Speak of what is known as ``noun``."""
        super().__init__(parent)
        self._noun = noun
        self._steps = 1
        self.form = QFormLayout()
        self.count = self._spin("Samples", *COUNTS, "How many ways to fill it in are drawn at once")
        self.count.valueChanged.connect(lambda value: self.changed.emit({"count": value}))
        self.automatic = QCheckBox("Run after each stroke", self)
        self.automatic.setToolTip("Fill in by itself once a stroke has ended and a quarter of a second has passed")
        self.automatic.toggled.connect(lambda on: self.changed.emit({"automatic": on}))
        self.held = self._choice(f"Known {noun}", HELD.values())
        self.held.activated.connect(lambda index: self.changed.emit({"held": list(HELD)[index]}))
        tip = "How often each step is taken back and walked again, so that what is new fits what is known"
        self.repeats = self._spin("Back and forth", 0, MOST_BACK_AND_FORTH, tip)
        self.repeats.valueChanged.connect(lambda value: self.changed.emit({"back_and_forth": value}))
        self.weights = self._choice("Draws", WAYS)
        self.weights.activated.connect(lambda index: self.changed.emit({"weighted": bool(index)}))
        self.particles = self._spin("Particles", *PARTICLES, "How many weighted particles the samples are drawn from")
        self.particles.setSingleStep(16)
        self.particles.valueChanged.connect(lambda value: self.changed.emit({"particles": value}))
        self.start = QSlider(Qt.Orientation.Horizontal, self)
        self.start.setAccessibleName("Start from step")
        self.start.setToolTip("Noise the picture as it is to this step and let the model finish it; T is noise alone")
        self.start.valueChanged.connect(self._ask_start)
        self._start_text = QLabel(self)
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.effective = QLabel(self)
        self.effective.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._run = QToolButton(self)
        self._run.setDefaultAction(run)
        self._run.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._lay_out()

    def set_steps(self, steps: int) -> None:
        """Offer the steps 1 … ``steps`` to start from."""
        self._steps = steps
        with QSignalBlocker(self.start):
            self.start.setRange(1, steps)
            self.start.setPageStep(max(1, steps // 10))

    def show_options(self, options: FillOptions) -> None:
        """Show ``options``."""
        start = self._steps if options.start is None else options.start
        for box, value in (
            (self.count, options.count),
            (self.repeats, options.back_and_forth),
            (self.particles, options.particles),
            (self.start, start),
        ):
            with QSignalBlocker(box):
                box.setValue(value)
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(options.automatic)
        with QSignalBlocker(self.held), QSignalBlocker(self.weights):
            self.held.setCurrentIndex(list(HELD).index(options.held))
            self.weights.setCurrentIndex(int(options.weighted))
        self._start_text.setText(f"t = {start}" if start < self._steps else f"t = T = {start}")
        self.sentence.setText(options.sentence(self._noun))
        self.form.setRowVisible(self.particles, options.weighted)
        self.form.setRowVisible(self.repeats, not options.weighted)
        if not options.weighted:
            self.show_size(None, options.count)

    def show_size(self, size: float | None, count: int) -> None:
        """Show the effective sample size of weighted samples."""
        self.effective.setText("every sample counts the same" if size is None else f"{size:.1f} of {count}")

    def _ask_start(self, value: int) -> None:
        self.changed.emit({"start": None if value == self._steps else value})

    def _lay_out(self) -> None:
        form = self.form
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        counts = QHBoxLayout()
        counts.setSpacing(12)
        counts.addWidget(self.count)
        counts.addStretch(1)
        counts.addWidget(self._run)
        starts = QHBoxLayout()
        starts.setSpacing(12)
        starts.addWidget(self.start, 1)
        starts.addWidget(self._start_text)
        self._start_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("t = T = 1000 "))
        form.addRow("Samples", counts)
        form.addRow("", self.automatic)
        form.addRow(f"Known {self._noun}", self.held)
        form.addRow("Draws", self.weights)
        form.addRow("Particles", self.particles)
        form.addRow("Back and forth", self.repeats)
        form.addRow("Start from", starts)
        form.addRow("Effective size", self.effective)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addWidget(self.sentence)

    def _spin(self, name: str, least: int, most: int, tip: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(least, most)
        prepare(box, name, tip)
        return box

    def _choice(self, name: str, texts: Iterable[str]) -> QComboBox:
        box = QComboBox(self)
        box.addItems(list(texts))
        box.setAccessibleName(name)
        return box
