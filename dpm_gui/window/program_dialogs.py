"""The dialogs about the program as a whole; each is imported when it is opened, so that the window appears sooner."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.window.commands import Gesture
from dpm_gui.window.main_window import MainWindow

if TYPE_CHECKING:
    from dpm_gui.dialogs.preferences import RunKeeper


class ProgramDialogs(QObject):
    """Opens them over ``window``: keys, the search for a command, preferences, and what the program is."""

    def __init__(
        self, window: MainWindow, preferences: Preferences, memory: RunMemory, gestures: Sequence[Gesture]
    ) -> None:
        super().__init__(window)
        self._window, self._preferences, self._memory, self._gestures = window, preferences, memory, gestures
        self._keeper: RunKeeper | None = None

    @property
    def slots(self) -> dict[str, Callable[[], object]]:
        """What opens each dialog, by the name of its command."""
        return {
            "shortcuts": self.show_shortcuts,
            "find_command": self.find_command,
            "preferences": self.show_preferences,
            "about": self.show_about,
        }

    def show_shortcuts(self) -> None:
        from dpm_gui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self._window, self._window.actions_.all(), self._gestures).open()

    def find_command(self) -> None:
        from dpm_gui.dialogs.command_palette import CommandPalette

        CommandPalette(self._window, self._window.actions_.all()).show()

    def show_preferences(self) -> None:
        from dpm_gui.dialogs.preferences import PreferencesDialog, RunKeeper

        if self._keeper is None:
            self._keeper = RunKeeper(self._memory, self)
        PreferencesDialog(self._preferences, self._keeper, self._window).open()

    def show_about(self) -> None:
        from dpm_gui.dialogs.about import AboutDialog

        AboutDialog(self._window).open()

    def shut_down(self) -> None:
        """End the thread that measures what is remembered."""
        if self._keeper is not None:
            self._keeper.shut_down()
