"""What a workspace is: one value, from which the window, the command line and the lists of commands are filled.

Nothing here imports Qt: the command line reads these values before a window is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dpm_gui.window.page import Services, WorkspacePage


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    Attributes:
        name: What the code calls it.
        menu: The menu it stands in.
        text: What the menu says.
        keys: Its shortcuts, the first one shown.
        tip: What it does, for tool tips.
        icon: Its icon, if it has one.
        checkable: Whether it is a switch.
        line: Whether a line parts it from what stands above it in its menu.
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
    """Something done with the mouse or with keys of a view, for which there is no command.

    Attributes:
        group: Heading it is listed under, such as "Mouse".
        text: What it does.
        keys: How it is done, such as "Wheel" or "Middle drag".
    """

    group: str
    text: str
    keys: str


class Dock(NamedTuple):
    """A panel beside the page, which a person may move, float and close.

    Attributes:
        name: What the page and the remembered layout call it.
        title: What stands above it.
        height: Pixels it has at first, where there is room.
    """

    name: str
    title: str
    height: int


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace of the window. Its shortcut is its place among all of them: Ctrl+1 for the first.

    Attributes:
        name: What the command line and the remembered layout call it.
        title: What menus and the tool bar call it.
        tip: What it is for, for tool tips.
        make: Makes its page, when it is first shown.
        commands: What a person can do in it; they are greyed while another workspace is on show.
        gestures: What is done in it with the mouse, for the list of shortcuts.
        docks: The panels beside its page, from top to bottom.
        icon: Its icon, if it has one.
        state_kinds: Names of the kinds of states that it can show, as `StateKind` has them; empty if it can show all.
        unsuitable: What it says in place of its page where a checkpoint of another kind is open.
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
