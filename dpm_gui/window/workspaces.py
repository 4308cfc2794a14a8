"""Descriptions of workspaces, as values that the window, the command line and the lists of commands read.

This module does not import Qt, because the command line is parsed before Qt is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from dpm_gui.window.commands import FIRST_COMMANDS, GESTURES, LAST_COMMANDS, Command, Gesture

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from dpm_gui.window.page import Services, WorkspacePage


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


class TourStep(NamedTuple):
    """One step of the tour of the window.

    Attributes:
        title: The name of the control.
        text: One sentence on it.
        find: Returns the control, from the page of its workspace, or from the main window.
    """

    title: str
    text: str
    find: Callable[[Any], QWidget | None]


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
        tour: Its steps in the tour of the window.
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
    tour: tuple[TourStep, ...] = ()


def all_commands(workspaces: Sequence[Workspace]) -> tuple[Command, ...]:
    """Return the commands of the window and of ``workspaces``, in the order of the menus."""
    own = [command for workspace in workspaces for command in workspace.commands]
    return (*FIRST_COMMANDS, *map(_switch_to, workspaces, range(1, len(workspaces) + 1)), *own, *LAST_COMMANDS)


def all_gestures(workspaces: Sequence[Workspace]) -> tuple[Gesture, ...]:
    """Return the gestures of the window and of ``workspaces``."""
    return (*GESTURES, *(gesture for workspace in workspaces for gesture in workspace.gestures))


def switch_name(workspace: Workspace) -> str:
    """Return the name of the command that shows ``workspace``."""
    return f"workspace_{workspace.name}"


def _switch_to(workspace: Workspace, place: int) -> Command:
    key = f"Ctrl+{place}"
    tip = f"{workspace.tip} ({key})"
    return Command(switch_name(workspace), "View", workspace.title, (key,), tip, workspace.icon, checkable=True)
