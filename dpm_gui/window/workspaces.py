"""The workspaces of the window, one on show at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QWidget

WATCH, PAINT = "watch", "paint"
WORKSPACE_NAMES = (WATCH, PAINT)


class Workspace(Protocol):
    """What a workspace can be asked for."""

    def fit(self) -> None:
        """Show all there is."""

    def set_in_view(self, in_view: bool) -> None:
        """Know whether it is on show."""


class Workspaces(QStackedWidget):
    """Shows one workspace at a time. The docks go with Watch, whose time they share."""

    changed = Signal(str)
    """The name of the workspace now on show."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._by_name: dict[str, QWidget] = {}
        self._makers: dict[str, Callable[[], QWidget]] = {}
        self._hidden_docks: list[QDockWidget] = []

    @property
    def current(self) -> str:
        """The name of the workspace on show."""
        return next(name for name, workspace in self._by_name.items() if workspace is self.currentWidget())

    def add(self, name: str, workspace: QWidget) -> None:
        """Add a workspace; the first one is on show."""
        self._by_name[name] = workspace
        self.addWidget(workspace)

    def add_later(self, name: str, make: Callable[[], QWidget]) -> None:
        """Add a workspace that is made when it is first shown."""
        self._makers[name] = make

    def show_workspace(self, name: str) -> None:
        """Show a workspace; nothing that is under way in another is stopped."""
        if name in self._makers:
            self.add(name, self._makers.pop(name)())
        if name == self.current:
            return
        if self.current == WATCH:
            self._hidden_docks = [dock for dock in self._window.findChildren(QDockWidget) if not dock.isHidden()]
            for dock in self._hidden_docks:
                dock.hide()
        self._set_in_view(False)
        self.setCurrentWidget(self._by_name[name])
        self._set_in_view(True)
        if name == WATCH:
            self.restore_docks()
        self.focus_canvas()
        self.changed.emit(name)

    def restore_docks(self) -> None:
        """Show the docks that were put away, so that the layout that is remembered is that of Watch."""
        for dock in self._hidden_docks:
            dock.show()
        self._hidden_docks = []

    def focus_canvas(self) -> None:
        """Have keys go to the canvas of what is on show: on a button Space would press it."""
        workspace = self.currentWidget()
        views = getattr(workspace, "views", None)
        if views:  # Watch, whose canvases come and go
            next(iter(views.values())).setFocus()

    def fit(self) -> None:
        """Have the workspace on show show all there is."""
        workspace = self.currentWidget()
        if workspace is not None:
            cast("Workspace", workspace).fit()

    def _set_in_view(self, in_view: bool) -> None:
        workspace = self.currentWidget()
        if hasattr(workspace, "set_in_view"):
            cast("Workspace", workspace).set_in_view(in_view)
