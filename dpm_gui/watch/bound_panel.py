"""The bound K of the open checkpoint, and the button that measures it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from core.values.measurements import GIVEN, WITH_NOISE, Bound, examples_in_words
from dpm_gui.desktop.numbers import fixed, grouped
from dpm_gui.session.session import Session
from dpm_gui.views.widgets.flat_button import action_button
from dpm_gui.views.widgets.labels import LinesLabel, RoomyLabel

NULL, GAIN, TRUTH, CODE_LENGTH = "Null model", "Gain over null", "True value", "Code length"
BOUND_ROWS = (
    ("K", "The lower bound on E log₂ p(x⁰), section 2.4 and appendix B"),
    (NULL, "E log₂ of a unit Gaussian or of independent bits, for comparison with K"),
    (GAIN, "K minus the null model"),
    (TRUTH, "E log₂ q(x¹), which K would reach if every reverse kernel were exact"),
    (CODE_LENGTH, "Code length of one 8-bit value of an image, by the bound K"),
)
HEADING_LINES = 3
STORED, MEASURED = "Measured with the model", "Measured just now"
UNKNOWN_TRUTH = "unknown for these data"
WIDEST_NUMBERS = ("−8888.888 ± 88.888", UNKNOWN_TRUTH, "88.888 bits per 8-bit value")


class BoundPanel(QWidget):
    """Shows K, the null model, the gain and, where it is known, the true value; all can be selected and copied."""

    def __init__(self, session: Session, measure: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._heading = LinesLabel(self, HEADING_LINES)
        self._heading.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._numbers = {name: self._number(name, tip) for name, tip in BOUND_ROWS}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        self._labels = {name: QLabel(name, self) for name, _ in BOUND_ROWS}
        for row, (name, tip) in enumerate(BOUND_ROWS):
            label = self._labels[name]
            label.setToolTip(tip)
            for part in (label, self._numbers[name]):
                policy = part.sizePolicy()
                policy.setRetainSizeWhenHidden(True)  # the code length of images has its place for points, too
                part.setSizePolicy(policy)
            grid.addWidget(label, row, 0)
            grid.addWidget(self._numbers[name], row, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self._heading)
        layout.addLayout(grid)
        layout.addWidget(action_button(measure, self, flat=False), alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addStretch(1)
        session.bound_changed.connect(self.show_bound)
        self.show_bound(session.bound)

    def show_bound(self, bound: Bound | None) -> None:
        """Show ``bound``; without one, state that K has not been measured."""
        coded = None if bound is None else bound.bits_per_dimension
        for parts in (self._labels, self._numbers):
            parts[CODE_LENGTH].setVisible(coded is not None)
        if bound is None:
            self._heading.setText("The bound K has not been measured yet.")
            for number in self._numbers.values():
                number.setText("–")
            return
        name = self._session.given.name if bound.measured_on == GIVEN and self._session.given is not None else None
        examples = examples_in_words(bound.count, bound.measured_on, name, shown=grouped(bound.count))
        if bound.measured_on == GIVEN:
            examples = f"given data: {examples}"
        noise = f", {WITH_NOISE}" if bound.noise_added else ""
        opened = self._session.opened
        stored = opened is not None and bound is opened.checkpoint.bound
        self._heading.setText(f"{STORED if stored else MEASURED} on {examples}{noise}; bits per {bound.unit}")
        self._numbers["K"].setText(f"<b>{fixed(bound.k, 3)}</b> ± {bound.standard_error:.3f}")
        self._numbers[NULL].setText(fixed(bound.null, 3))
        self._numbers[GAIN].setText(fixed(bound.gain, 3))
        self._numbers[TRUTH].setText(
            UNKNOWN_TRUTH
            if bound.truth is None or bound.truth_standard_error is None
            else f"{fixed(bound.truth, 3)} ± {bound.truth_standard_error:.3f}"
            if bound.truth_standard_error
            else fixed(bound.truth, 3)  # computed exactly
        )
        self._numbers[CODE_LENGTH].setText("–" if coded is None else f"{fixed(coded, 3)} bits per 8-bit value")

    def _number(self, name: str, tip: str) -> QLabel:
        label = RoomyLabel(self, *WIDEST_NUMBERS)
        label.setToolTip(tip)
        label.setAccessibleName(f"{name}, bits")
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return label
