"""The bound K of what is open, and the button that measures it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from core.values.measurements import Bound
from dpm_gui.desktop.numbers import fixed, grouped
from dpm_gui.session.session import Session
from dpm_gui.views.widgets.flat_button import action_button

BOUND_ROWS = (
    ("K", "The bound on E log₂ p(x⁰), section 2.4 and appendix B"),
    ("null", "The null model, a unit Gaussian or independent bits: what K is compared with"),
    ("gain", "K less the null model"),
    ("truth", "E log₂ q(x¹): what K would be if every reverse kernel were exact"),
    ("8 bits", "What K says one number of the 8-bit picture takes to code, in bits per dimension"),
)


class BoundPanel(QWidget):
    """Shows K, the null model, the gain and the truth where it is known; all can be selected and copied."""

    def __init__(self, session: Session, measure: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = QLabel(self)
        self._heading.setWordWrap(True)
        self._numbers = {name: self._number(name, tip) for name, tip in BOUND_ROWS}
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        self._labels = {name: QLabel(name, self) for name, _ in BOUND_ROWS}
        for row, (name, tip) in enumerate(BOUND_ROWS):
            label = self._labels[name]
            label.setToolTip(tip)
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
        """Show ``bound``, or how to come by one."""
        coded = None if bound is None else bound.bits_per_dimension
        for parts in (self._labels, self._numbers):
            parts["8 bits"].setVisible(coded is not None)
        if bound is None:
            self._heading.setText("The bound K has not been measured yet.")
            for number in self._numbers.values():
                number.setText("–")
            return
        self._heading.setText(f"Training bound, bits per {bound.unit}, on {grouped(bound.count)} held-out examples")
        self._numbers["K"].setText(f"<b>{fixed(bound.k, 3)}</b> ± {bound.standard_error:.3f}")
        self._numbers["null"].setText(fixed(bound.null, 3))
        self._numbers["gain"].setText(fixed(bound.gain, 3))
        self._numbers["truth"].setText(
            "not known for these data"
            if bound.truth is None or bound.truth_standard_error is None
            else f"{fixed(bound.truth, 3)} ± {bound.truth_standard_error:.3f}"
        )
        self._numbers["8 bits"].setText("–" if coded is None else f"{fixed(coded, 3)} bits per dimension")

    def _number(self, name: str, tip: str) -> QLabel:
        label = QLabel(self)
        label.setToolTip(tip)
        label.setAccessibleName(f"{name}, bits")
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        return label
