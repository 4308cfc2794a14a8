"""The QActions of the commands of the window and of all workspaces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.reasons import disable_if
from dpm_gui.desktop.theme import Palette
from dpm_gui.window.commands import Command


class Actions:
    """The commands as QActions, made once and owned by the window."""

    def __init__(self, window: QWidget, commands: Sequence[Command]) -> None:
        self._commands = {command.name: command for command in commands}
        self._actions = {name: QAction(command.text, window) for name, command in self._commands.items()}
        self._window = window
        self._refused: dict[str, str] = {}
        self._elsewhere: dict[str, str] = {}
        for name, command in self._commands.items():
            action = self._actions[name]
            action.setObjectName(name)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setToolTip(command.tip)
            action.setCheckable(command.checkable)
            action.setData(command.menu)
            window.addAction(action)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> tuple[QAction, ...]:
        """Return every action, in the order of the menus."""
        return tuple(self._actions.values())

    def menus(self) -> dict[str, list[Command]]:
        """Return the commands of each menu, in order."""
        menus: dict[str, list[Command]] = {}
        for command in self._commands.values():
            menu = menus.setdefault(command.menu, [])
            places = [place for place, other in enumerate(menu, 1) if command.after in (other.name, other.after)]
            menu.insert(places[-1] if command.after and places else len(menu), command)
        return menus

    def on(self, name: str, slot: Callable[[], object]) -> None:
        """Call ``slot()`` when the command ``name`` is triggered."""
        self._actions[name].triggered.connect(lambda _checked: slot())

    def on_switch(self, name: str, slot: Callable[[bool], object]) -> None:
        """Call ``slot(on)`` whenever the switch ``name`` changes, by the user or by the code."""
        self._actions[name].toggled.connect(slot)

    def make_exclusive(self, names: Iterable[str]) -> None:
        """Allow only one of the switches ``names`` to be on at a time."""
        group = QActionGroup(self._window)
        for name in names:
            group.addAction(self._actions[name])

    def allow(self, name: str, allowed: bool, reason: str = "") -> None:
        """Enable or disable the command ``name``; if disabled, its tool tip gives the ``reason``."""
        self._refused[name] = reason
        if allowed:
            del self._refused[name]
        self._update(name)

    def disable_elsewhere(self, reasons: Mapping[str, str]) -> None:
        """Disable the commands of workspaces that ``reasons`` names, each for its reason, and no others."""
        changed = {*self._elsewhere, *reasons}
        self._elsewhere = dict(reasons)
        for name in changed:
            self._update(name)

    def hide_command(self, name: str) -> None:
        """Hide the command ``name`` in all menus and lists."""
        self._actions[name].setVisible(False)

    def apply_palette(self, icons: IconSet, palette: Palette) -> None:
        """Tint all icons with the palette's ink."""
        for name, command in self._commands.items():
            if command.icon:
                self._actions[name].setIcon(icons.icon(command.icon, palette.ink))

    def _update(self, name: str) -> None:
        reasons = [each[name] for each in (self._elsewhere, self._refused) if name in each]
        disable_if(self._actions[name], reasons[0] if reasons else "")
