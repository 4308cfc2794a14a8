"""The panel of a run: its seed and number of trajectories."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.values.runs import MAX_SEED, RunSpec
from dpm_gui.engine.state_kinds import POINTS, StateKind, state_kind_of
from dpm_gui.session.session import Session
from dpm_gui.views.widgets.boxes import number_box
from dpm_gui.views.widgets.flat_button import action_button


class RunPanel(QWidget):
    """Shows and edits the session's spec; each edit runs at once."""

    def __init__(self, session: Session, new_seed: QAction, run_again: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._count = number_box(self, "", POINTS.fewest, POINTS.most, "")
        self._count.setGroupSeparatorShown(True)
        self._seed = number_box(self, "Seed", 0, MAX_SEED, "Seed of all randomness: equal seeds give equal samples")
        self._count.valueChanged.connect(lambda count: session.edit(count=count))
        self._seed.valueChanged.connect(lambda seed: session.edit(seed=seed))
        session.spec_changed.connect(self._show)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(8)
        self._noun = QLabel(self)
        for label, box in ((self._noun, self._count), (QLabel("Seed", self), self._seed)):
            label.setBuddy(box)
            layout.addWidget(label)
            layout.addWidget(box)
        for action in (new_seed, run_again):
            layout.addWidget(action_button(action, self))
        session.opened_changed.connect(lambda opened: self._name_states(state_kind_of(opened.checkpoint)))
        self._name_states(POINTS)
        self._show(session.spec)

    def _name_states(self, state_kind: StateKind) -> None:
        noun = state_kind.name.capitalize()
        self._noun.setText(noun)
        blocker = QSignalBlocker(self._count)  # a narrower range changes the number shown, not the spec
        self._count.setRange(state_kind.fewest, state_kind.most)
        blocker.unblock()
        self._count.setSingleStep(state_kind.step)
        self._count.setAccessibleName(f"Number of {state_kind.name}")
        self._count.setToolTip(f"{noun} on each side, N")
        self._show(self._session.spec)

    def _show(self, spec: RunSpec) -> None:
        for box, value in ((self._count, spec.count), (self._seed, spec.seed)):
            blocker = QSignalBlocker(box)
            box.setValue(value)
            blocker.unblock()
