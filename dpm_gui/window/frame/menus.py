"""The menus of the window, filled from the commands: with the recent files, the themes and the docks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.reasons import disable_if
from dpm_gui.window.actions import Actions

NONE_RECENT = "no file of yours has been opened yet; open one with Ctrl+O"


class WindowMenus(QObject):
    """Fills the menu bar of ``window`` and keeps its list of recent files.

    Args:
        window: Owns the menus.
        actions: The commands.
        preferences: Hold the list of recent files.
        open_file: Called with the path of the recent file that was chosen.

    Attributes:
        themes: A menu for the themes, which the application fills.
    """

    def __init__(
        self, window: QMainWindow, actions: Actions, preferences: Preferences, open_file: Callable[[str], object]
    ) -> None:
        super().__init__(window)
        self._preferences, self._open_file = preferences, open_file
        self._recent, self.themes = QMenu("Open recent", window), QMenu("Theme", window)
        self._recent.setToolTipsVisible(True)
        self._docks: QMenu | None = None
        self._populate(window, actions)
        preferences.recent_changed.connect(self._populate_recent)
        self._populate_recent()

    def list_docks(self, docks: Mapping[str, Iterable[QDockWidget]], shown: str) -> None:
        """List the docks of the workspace ``shown``, of the ``docks`` of all, in the menu that resets their layout."""
        if self._docks is None:
            return
        for owner, owned in docks.items():
            for dock in owned:
                self._docks.addAction(dock.toggleViewAction())
                dock.toggleViewAction().setVisible(owner == shown)

    def _populate(self, window: QMainWindow, actions: Actions) -> None:
        for title, commands in actions.menus().items():
            menu = window.menuBar().addMenu(f"&{title}")
            menu.setToolTipsVisible(True)
            groups: dict[str, QMenu] = {}
            for command in commands:
                if command.section:
                    menu.addSection(command.section)
                if command.line:
                    menu.addSeparator()
                if command.group and command.group not in groups:
                    groups[command.group] = menu.addMenu(command.group)
                    groups[command.group].setToolTipsVisible(True)
                groups.get(command.group, menu).addAction(actions[command.name])
                if command.name == "open":
                    menu.addMenu(self._recent)
                if command.name == "fit":
                    menu.addMenu(self.themes)
                if command.name == "reset_layout":
                    menu.addSeparator()
                    self._docks = menu

    def _populate_recent(self) -> None:
        self._recent.clear()
        for path in self._preferences.recent_files:
            action = self._recent.addAction(Path(path).name)
            action.setToolTip(path)
            action.triggered.connect(partial(self._choose, path))
        if self._preferences.recent_files:
            self._recent.addSeparator()
            self._recent.addAction("Clear the list", self._preferences.clear_recent_files)
        disable_if(self._recent.menuAction(), "" if self._preferences.recent_files else NONE_RECENT)

    def _choose(self, path: str, _checked: bool = False) -> None:
        self._open_file(path)
