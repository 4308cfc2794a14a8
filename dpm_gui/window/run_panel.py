"""The panel of a run: its seed and number of trajectories."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from core.values.runs import MAX_SEED, RunSpec
from dpm_gui.engine.state_kinds import IMAGES, POINTS, SEQUENCES, StateKind, state_kind_of
from dpm_gui.session.session import Session
from dpm_gui.views.widgets.boxes import count_box, number_box
from dpm_gui.views.widgets.flat_button import action_button
from dpm_gui.views.widgets.labels import RoomyLabel

KINDS = (POINTS, SEQUENCES, IMAGES)


class RunPanel(QWidget):
    """Shows and edits the session's spec; each edit runs at once."""

    def __init__(self, session: Session, new_seed: QAction, run_again: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._count = count_box(self, POINTS.fewest, POINTS.most)
        self._count.setGroupSeparatorShown(True)
        self._seed = number_box(self, "Seed", 0, MAX_SEED, "Seed of all randomness: equal seeds give equal samples")
        self._count.valueChanged.connect(lambda count: session.edit(count=count))
        self._seed.valueChanged.connect(lambda seed: session.edit(seed=seed))
        session.spec_changed.connect(self._show)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 0)
        layout.setSpacing(8)
        self._noun = RoomyLabel(self, *(kind.name.capitalize() for kind in KINDS))
        self._noun.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label, box in ((self._noun, self._count), (QLabel("Seed", self), self._seed)):
            label.setBuddy(box)
            layout.addWidget(label)
            layout.addWidget(box)
        for action in (new_seed, run_again):
            layout.addWidget(action_button(action, self))
        session.opened_changed.connect(lambda opened: self._name_states(state_kind_of(opened.checkpoint)))
        session.preview_read.connect(lambda preview: self._name_states(state_kind_of(preview.checkpoint)))
        self._make_room()
        self._name_states(POINTS)
        self._show(session.spec)

    def wait_for_kind(self) -> None:
        """Show no number of trajectories until the kind of the states is known."""
        for widget in (self._noun, self._count):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(policy)
            widget.hide()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def _make_room(self) -> None:
        """Fix the width of the number, which the kind of the states does not change."""
        blocker = QSignalBlocker(self._count)
        limits = self._count.minimum(), self._count.maximum()
        self._count.setMinimumWidth(0)
        self._count.setMaximum(max(kind.most for kind in KINDS))
        self._count.ensurePolished()
        width = self._count.sizeHint().width()
        self._count.setRange(*limits)
        self._count.setFixedWidth(width)
        blocker.unblock()

    def _name_states(self, state_kind: StateKind) -> None:
        noun = state_kind.name.capitalize()
        for widget in (self._noun, self._count):
            widget.setVisible(True)
        self._noun.setText(noun)
        blocker = QSignalBlocker(self._count)  # a narrower range changes the number shown, not the spec
        self._count.setRange(state_kind.fewest, state_kind.most)
        blocker.unblock()
        self._count.setSingleStep(state_kind.step)
        self._count.by_squares = state_kind.is_image
        self._count.setAccessibleName(f"Number of {state_kind.name}")
        self._count.setToolTip(f"{noun} on each side, N")
        self._show(self._session.spec, self._session.count_for(state_kind))

    def _show(self, spec: RunSpec, count: int | None = None) -> None:
        """Show ``spec``, and ``count`` instead of its own while a checkpoint is being opened."""
        for box, value in ((self._count, spec.count if count is None else count), (self._seed, spec.seed)):
            blocker = QSignalBlocker(box)
            box.setValue(value)
            blocker.unblock()
