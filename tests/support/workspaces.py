"""What a page of a workspace is lent where there is no main window, and all that the program offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions
from dpm_gui.window.page import Services, WorkspacePage
from dpm_gui.window.playing.controls import PlayCommands
from dpm_gui.window.workspaces import all_commands
from tests.support.window_values import close_figures

Page = TypeVar("Page", bound=WorkspacePage)
COMMANDS = all_commands(WORKSPACES)
MENUS = tuple(dict.fromkeys(command.menu for command in COMMANDS))


def services_of(session: Session, window: QWidget) -> Services:
    """Lend a page its session, and a player and actions that belong to ``window``; what it tells is ignored."""

    def ignore(*_: object) -> None:
        pass

    player, actions = Player(window), Actions(window, all_commands(WORKSPACES))
    PlayCommands(session, player, actions, window)
    return Services(session, player, Preferences(), IconSet(), actions, window, ignore, ignore, ignore, ignore)


def shown_page(make: Callable[[Services], Page], session: Session, qtbot: QtBot, size: tuple[int, int]) -> Page:
    """Return a page of ``session`` in a window of its own, which is closed after the test."""
    window = QWidget()

    def close(window: QWidget) -> None:
        session.blockSignals(True)
        close_figures(window)

    qtbot.addWidget(window, before_close_func=close)
    page = make(services_of(session, window))
    page.apply_palette()
    window.resize(*size)
    page.resize(window.size())
    window.show()
    return page
