"""The dialog of preferences: how much room remembered runs may take, how much they do, and how to forget them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dpm_gui.desktop.appearance import without_icons
from dpm_gui.desktop.numbers import grouped, rounded
from dpm_gui.desktop.preferences import MEGABYTE, MOST_REMEMBERED, Preferences
from dpm_gui.desktop.reasons import disable_if
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.views.widgets.boxes import WholeNumberBox

KEEPING = "remembered runs"
ABOUT_RUNS = (
    "A complete run is remembered on disk, and shown at once when the same checkpoint is run again with the same seed. "
    "Runs that were not used for longest make room for new ones; with 0 MB, no run is remembered."
)
STEP = 500
"""Megabytes by which the arrows change the limit."""


class RunKeeper(TaskOwner):
    """Measures, trims and clears remembered runs, in jobs."""

    measured = Signal(int)
    """The bytes that all remembered runs take."""
    purpose = KEEPING

    def __init__(self, memory: RunMemory, parent: QObject) -> None:
        super().__init__(parent)
        self._memory = memory

    @property
    def folder(self) -> Path:
        """The folder of remembered runs."""
        return self._memory.folder

    def measure(self) -> None:
        """Measure what remembered runs take; `measured` tells."""
        self._begin(self._memory.size)

    def trim(self, limit: int) -> None:
        """Forget the runs that were not used for longest, until the others keep to ``limit`` bytes."""
        self._memory.limit = limit
        self._begin(self._memory.trim)

    def clear(self) -> None:
        """Forget all runs."""
        self._begin(self._memory.clear)

    def _begin(self, work: Callable[[], Iterator[int]]) -> None:
        self._tasks.begin(KEEPING, work, self._take, "Looking through remembered runs", 0)

    def _take(self, sizes: list[int]) -> int:
        self.measured.emit(sizes[-1])
        return len(sizes)


class PreferencesDialog(QDialog):
    """What can be chosen once and for all; every change takes effect at once."""

    def __init__(self, preferences: Preferences, keeper: RunKeeper, parent: QWidget | None = None) -> None:
        """Show what is remembered as ``keeper``, which outlives the dialog, measures it."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self._preferences, self._keeper = preferences, keeper
        self.size_label, self.limit = QLabel("…", self), WholeNumberBox(self)
        self.clear_button = QPushButton("Forget all runs", self)
        self.size_label.setAccessibleName("Room that remembered runs take")
        self.size_label.setToolTip(f"In {keeper.folder}")
        self.limit.setRange(0, MOST_REMEMBERED)
        self.limit.setSingleStep(STEP)
        self.limit.setSuffix(" MB")
        self.limit.setToolTip("0 remembers no run")
        self.limit.setValue(preferences.run_limit // MEGABYTE)
        self.limit.setAccessibleName("Room that remembered runs may take, in megabytes")
        self._lay_out()
        self.limit.editingFinished.connect(self._take_limit)
        self.clear_button.clicked.connect(self._keeper.clear)
        self._keeper.measured.connect(self._show_size)
        self._keeper.measure()

    def done(self, result: int) -> None:
        self._take_limit()
        super().done(result)

    def _lay_out(self) -> None:
        heading, about = QLabel("Remembered runs", self), QLabel(ABOUT_RUNS, self)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        about.setWordWrap(True)
        about.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        form = QFormLayout()
        form.addRow("They take", self.size_label)
        form.addRow("They may take &at most", self.limit)
        form.addRow("", self.clear_button)
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        column.addWidget(heading)
        column.addWidget(about)
        column.addLayout(form)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 72)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    def _take_limit(self) -> None:
        limit = MEGABYTE * self.limit.value()
        if limit != self._preferences.run_limit:
            self._preferences.run_limit = limit
            self._keeper.trim(limit)

    def _show_size(self, size: int) -> None:
        megabytes = size / MEGABYTE
        self.size_label.setText(f"{grouped(round(megabytes)) if megabytes >= 100 else rounded(megabytes, 2)} MB")
        disable_if(self.clear_button, "" if size > 0 else "no run is remembered")
