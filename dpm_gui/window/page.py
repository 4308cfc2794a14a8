"""The page of a workspace, as the window knows it, and what the window lends to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.figures.figure import Figure
from dpm_gui.window.actions import Actions


@dataclass(frozen=True, slots=True)
class Services:
    """What the window lends to the page of a workspace.

    Attributes:
        session, player, preferences, icons, actions: Those of the program.
        window: What dialogs belong to.
        show_activity: Says in the status bar what a source, which is named, is doing; None once it is done.
        show_notice: Says in the status bar what has been done.
        show_failure: Tells a person of an exception.
        connect_figure: Has the menu of a figure export it.
    """

    session: Session
    player: Player
    preferences: Preferences
    icons: IconSet
    actions: Actions
    window: QWidget
    show_activity: Callable[[str, Activity | None], object]
    show_notice: Callable[[str], object]
    show_failure: Callable[[Exception], object]
    connect_figure: Callable[[Figure], object]


class WorkspacePage(ColouredWidget):
    """What the window asks of a workspace. A page answers to what concerns it; here everything has a default."""

    dock_wanted = Signal(str, bool)
    """The dock of that name is to be shown or hidden, if the page is on show."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.window)
        self.services = services

    @property
    def docks(self) -> Mapping[str, QWidget]:
        """The content of each of its docks, by name."""
        return {}

    @property
    def undo_stack(self) -> QUndoStack:
        """What Ctrl+Z takes back while it is on show: changes of what to run, unless it has changes of its own."""
        return self.services.session.undo_stack

    def set_line_scale(self, scale: float) -> None:
        """Draw lines and points so many times as thick."""

    def set_in_view(self, in_view: bool) -> None:
        """Begin or end to be on show. What begins runs what is out of date, and takes the keyboard."""

    def show_message(self, text: str) -> None:
        """Say ``text`` in place of what would be shown: nothing is open."""

    def fit(self) -> None:
        """Show all there is."""

    def open(self, path: str) -> bool:
        """Open a file that is no checkpoint, if the page knows what to do with it; tell whether it does."""
        return False

    def compute(self, ended: Callable[[Exception | None], object]) -> None:
        """Compute what is to be seen at first; ``ended`` is called with None, or with the error, once that is there."""
        ended(None)

    def stop(self) -> None:
        """Stop what the page is computing or opening."""

    def shut_down(self) -> None:
        """End every thread of the page; nothing is told any more."""
