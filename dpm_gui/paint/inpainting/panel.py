"""The panel of the options of inpainting: number of samples, known pixels, sampler, step to start from."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.paint.inpainting.options import (
    CLEAN,
    COUNTS,
    DEFAULT_SEQUENCE_OPTIONS,
    MOST_RESAMPLE_TIMES,
    PARTICLES,
    PATH,
    SOFT_MASK,
    InpaintOptions,
)
from dpm_gui.views.widgets.boxes import choice_box, number_box
from dpm_gui.views.widgets.flat_button import action_button
from dpm_gui.views.widgets.labels import ElidedLabel

KNOWN_MODE_LABELS = {PATH: "noised", CLEAN: "clean"}
DRAWS = ("reverse kernels (fast, approximate)", "weighted particles (exact as they grow)")


class InpaintPanel(QWidget):
    """Shows `InpaintOptions` and emits changes of them."""

    changed = Signal(dict)
    """Entries of the options that are to change."""

    def __init__(self, run: QAction, how: QAction, parent: QWidget | None = None, noun: str = "pixels") -> None:
        """Call the known entries ``noun``, "pixels" or "bits"; the switch ``how`` unfolds how they are inpainted."""
        super().__init__(parent)
        self._noun = noun
        self._usual = DEFAULT_SEQUENCE_OPTIONS if noun == "bits" else InpaintOptions()
        self._heading = action_button(how, self, Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.differences = ElidedLabel(self)
        self.differences.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.body = QWidget(self)
        how.toggled.connect(self._unfold)
        self._steps = 1
        self.form = QFormLayout()
        self.count = number_box(self, "Samples", *COUNTS, "Number of samples drawn at once")
        self.count.valueChanged.connect(lambda value: self.changed.emit({"count": value}))
        self.automatic = QCheckBox("Run after each stroke", self)
        self.automatic.setToolTip("Inpaint a quarter of a second after a stroke has ended")
        self.automatic.toggled.connect(lambda on: self.changed.emit({"automatic": on}))
        self.soft = QCheckBox("Greys as confidence", self)
        self.soft.setToolTip(SOFT_MASK)
        self.soft.toggled.connect(lambda on: self.changed.emit({"soft": on}))
        self.known_mode = choice_box(self, f"Known {noun}", KNOWN_MODE_LABELS.values())
        self.known_mode.activated.connect(
            lambda index: self.changed.emit({"known_mode": list(KNOWN_MODE_LABELS)[index]})
        )
        tip = "RePaint resampling: how often part of the chain is re-noised and denoised again"
        self.resample_times = number_box(self, "RePaint resampling", 0, MOST_RESAMPLE_TIMES, tip)
        self.resample_times.valueChanged.connect(lambda value: self.changed.emit({"resample_times": value}))
        self.draws = choice_box(self, "Sampler", DRAWS)
        self.draws.activated.connect(lambda index: self.changed.emit({"weighted": bool(index)}))
        self.particles = number_box(
            self, "Particles", *PARTICLES, "Number of weighted particles that the samples are drawn from", step=16
        )
        self.particles.valueChanged.connect(lambda value: self.changed.emit({"particles": value}))
        self.start = QSlider(Qt.Orientation.Horizontal, self)
        self.start.setAccessibleName("Start from step")
        self.start.setToolTip("Noise the painted image to this step and denoise it from there; T is pure noise")
        self.start.valueChanged.connect(self._ask_start)
        self._start_text = QLabel(self)
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.effective = QLabel(self)
        self.effective.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._run = action_button(run, self, Qt.ToolButtonStyle.ToolButtonTextBesideIcon, flat=False)
        self._lay_out()
        self._unfold(how.isChecked())

    def set_steps(self, steps: int) -> None:
        """Offer the steps 1 … ``steps`` to start from."""
        self._steps = steps
        with QSignalBlocker(self.start):
            self.start.setRange(1, steps)
            self.start.setPageStep(max(1, steps // 10))

    def show_options(self, options: InpaintOptions) -> None:
        """Show ``options``."""
        start = self._steps if options.start is None else options.start
        for box, value in (
            (self.count, options.count),
            (self.resample_times, options.resample_times),
            (self.particles, options.particles),
            (self.start, start),
        ):
            with QSignalBlocker(box):
                box.setValue(value)
        with QSignalBlocker(self.automatic):
            self.automatic.setChecked(options.automatic)
        with QSignalBlocker(self.soft):
            self.soft.setChecked(options.soft)
        with QSignalBlocker(self.known_mode), QSignalBlocker(self.draws):
            self.known_mode.setCurrentIndex(list(KNOWN_MODE_LABELS).index(options.known_mode))
            self.draws.setCurrentIndex(int(options.weighted))
        self._start_text.setText(f"t = {start}" if start < self._steps else f"t = T = {start}")
        self.sentence.setText(options.sentence(self._noun))
        self.differences.setText(", ".join(options.differences(self._usual, self._noun)) or "defaults")
        self.differences.setToolTip(f"What differs from the defaults: {self.differences.text()}")
        self.form.setRowVisible(self.particles, options.weighted)
        self.form.setRowVisible(self.resample_times, not options.weighted)
        if not options.weighted:
            self.show_size(None, options.count)

    def show_size(self, size: float | None, count: int) -> None:
        """Show the effective sample size of weighted samples."""
        self.effective.setText("all samples count equally" if size is None else f"{size:.1f} of {count}")

    def _unfold(self, shown: bool) -> None:
        self.body.setVisible(shown)
        self._heading.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def _ask_start(self, value: int) -> None:
        self.changed.emit({"start": None if value == self._steps else value})

    def _lay_out(self) -> None:
        first, form = QFormLayout(), self.form
        for each in (first, form):
            each.setHorizontalSpacing(12)
            each.setVerticalSpacing(6)
            each.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        counts = QHBoxLayout()
        counts.setSpacing(12)
        counts.addWidget(self.count)
        counts.addWidget(self.automatic, 1)
        counts.addWidget(self._run)
        starts = QHBoxLayout()
        starts.setSpacing(12)
        starts.addWidget(self.start, 1)
        starts.addWidget(self._start_text)
        self._start_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("t = T = 1000 "))
        first.addRow("Samples", counts)
        form.addRow(f"Known {self._noun}", self.known_mode)
        form.addRow("Mask", self.soft)
        form.addRow("Sampler", self.draws)
        form.addRow("Particles", self.particles)
        form.addRow("RePaint resampling", self.resample_times)
        form.addRow("Start from", starts)
        form.addRow("Effective size", self.effective)
        heading = QHBoxLayout()
        heading.setSpacing(8)
        heading.addWidget(self._heading)
        heading.addWidget(self.differences, 1)
        below = QVBoxLayout(self.body)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(8)
        below.addLayout(form)
        below.addWidget(self.sentence)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(first)
        layout.addLayout(heading)
        layout.addWidget(self.body)
        layout.addStretch(1)
