"""How many docks stand above one another: as many as can be read; the others are tabs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

from dpm_gui.desktop.theme import scaled_to_text

LOWEST_DOCK = 222
"""Height, in pixels at usual text, below which a dock cannot be read."""


class DockRows:
    """Stacks the docks of ``window``, those of each workspace for itself."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._rows: dict[str, int] = {}  # of workspaces where some docks are tabs

    def arrange(self, workspace: str, docks: Sequence[QDockWidget], room: int) -> bool:
        """Stack the ``docks`` of a workspace in ``room`` pixels; those without room become tabs of the lowest.

        Docks that float or are hidden take no room. Return whether anything has changed.
        """
        docks = [dock for dock in docks if not dock.isFloating()]
        shown = [dock for dock in docks if not dock.isHidden()]
        rows = max(1, room // scaled_to_text(self._window, LOWEST_DOCK))
        wanted = rows if rows < len(shown) else 0
        if len(docks) < 2 or wanted == self._rows.get(workspace, 0):
            return False
        self._rows[workspace] = wanted
        for dock in docks:  # added again, a dock is no tab any more
            self._window.addDockWidget(self._window.dockWidgetArea(dock), dock, Qt.Orientation.Vertical)
        if wanted:
            for dock in shown[wanted:]:
                self._window.tabifyDockWidget(shown[wanted - 1], dock)
            shown[wanted - 1].raise_()
        return True
