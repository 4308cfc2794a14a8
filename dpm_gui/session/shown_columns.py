"""Which columns of points are on show: a pair, or the only one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.values.checkpoints import DataInfo
from dpm_gui.engine.state_kinds import shown_at_first


class ShownColumns(QObject):
    """The columns of points on show on all canvases, one choice for all of them while a checkpoint is open."""

    changed = Signal(tuple)
    """The numbers of the columns that are now on show; not emitted when a checkpoint is opened."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[int, ...] = (0, 1)
        self._dimensions = 2

    @property
    def shown(self) -> tuple[int, ...]:
        """The numbers from 0 of the columns of the abscissa and the ordinate, or of the only column."""
        return self._columns

    def reset(self, data: DataInfo) -> None:
        """Show the first columns of ``data``, which has been opened."""
        self._dimensions = data.shape[0]
        self._columns = shown_at_first(data)

    def choose(self, columns: tuple[int, ...]) -> None:
        """Show ``columns``, two different ones or the only one.

        Raises:
            ValueError: If the data have no such columns.
        """
        known = all(0 <= column < self._dimensions for column in columns)
        if len(columns) != len(self._columns) or len(set(columns)) < len(columns) or not known:
            raise ValueError(f"columns {columns}: {self._dimensions} columns have no such pair")
        if columns != self._columns:
            self._columns = columns
            self.changed.emit(columns)
