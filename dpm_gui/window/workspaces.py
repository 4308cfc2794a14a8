"""Descriptions of workspaces, as values that the window, the command line and the lists of commands read.

This module does not import Qt, because the command line is parsed before Qt is loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dpm_gui.window.page import Services, WorkspacePage


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the user.

    Attributes:
        name: Its name in the code.
        menu: The menu that contains it.
        text: Its text in the menu.
        keys: Its shortcuts; the menu shows the first one.
        tip: What it does, for tool tips.
        icon: Its icon, empty if it has none.
        checkable: Whether it is a switch.
        line: Whether a separator precedes it in its menu.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    checkable: bool = False
    line: bool = False


class Gesture(NamedTuple):
    """An action of the mouse or of a view's keys that is not a command.

    Attributes:
        group: Its heading in the list, such as "Mouse".
        text: What it does.
        keys: Its mouse action or keys, such as "Wheel" or "Middle drag".
    """

    group: str
    text: str
    keys: str


class Dock(NamedTuple):
    """A panel beside the page, which the user may move, float and close.

    Attributes:
        name: Its name in the page and in the stored layout.
        title: The title above it.
        height: Its initial height in pixels, if there is room.
    """

    name: str
    title: str
    height: int


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace of the window. Its shortcut follows from its position: Ctrl+1 for the first.

    Attributes:
        name: Its name on the command line and in the stored layout.
        title: Its name in menus and in the tool bar.
        tip: Its purpose, for tool tips.
        make: Makes its page when it is first shown.
        commands: Its commands; they are disabled while another workspace is shown.
        gestures: Its mouse actions, for the list of shortcuts.
        docks: The panels beside its page, from top to bottom.
        icon: Its icon, empty if it has none.
        state_kinds: Names (`StateKind.name`) of the kinds of states that it can show; empty if it can show all.
        unsuitable: The text shown in place of its page while a checkpoint of another kind is open.
    """

    name: str
    title: str
    tip: str
    make: Callable[[Services], WorkspacePage]
    commands: tuple[Command, ...] = ()
    gestures: tuple[Gesture, ...] = ()
    docks: tuple[Dock, ...] = ()
    icon: str = ""
    state_kinds: tuple[str, ...] = ()
    unsuitable: str = ""
