"""What a page of a workspace is lent where there is no main window, and all that the program offers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions
from dpm_gui.window.page import Services
from dpm_gui.window.workspaces import all_commands

COMMANDS = all_commands(WORKSPACES)
MENUS = tuple(dict.fromkeys(command.menu for command in COMMANDS))


def services_of(session: Session, window: QWidget) -> Services:
    """Lend a page its session, and a player and actions that belong to ``window``; what it tells is ignored."""

    def ignore(*_: object) -> None:
        pass

    player, actions = Player(window), Actions(window, all_commands(WORKSPACES))
    session.opened_changed.connect(lambda opened: player.set_last(opened.checkpoint.steps))
    return Services(session, player, Preferences(), IconSet(), actions, window, ignore, ignore, ignore, ignore)
