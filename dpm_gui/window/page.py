"""The interface of a workspace's page, and the services of the window that it uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from core.errors import BadInputError
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
    """The services of the window that the page of a workspace uses.

    Attributes:
        session, player, preferences, icons, actions: Those of the program.
        window: The parent of dialogs.
        show_activities: Shows what a named source does in the status bar; nothing once all has ended.
        show_notice: Shows in the status bar what has been done.
        show_failure: Shows an exception to the user.
        connect_figure: Connects the menu of a figure to the exporter.
    """

    session: Session
    player: Player
    preferences: Preferences
    icons: IconSet
    actions: Actions
    window: QWidget
    show_activities: Callable[[str, tuple[Activity, ...]], object]
    show_notice: Callable[[str], object]
    show_failure: Callable[[Exception], object]
    connect_figure: Callable[[Figure], object]


class WorkspacePage(ColouredWidget):
    """The base of every workspace's page; subclasses override the methods they need."""

    dock_wanted = Signal(str, bool)
    """Name of a dock, and whether to show or hide it; ignored while the page is not shown."""
    plays_changed = Signal()
    """`plays` has changed."""
    sources: tuple[str, ...] = ()
    """The names of the sources of activities that belong to this page: the status bar names them first here."""

    def __init__(self, services: Services) -> None:
        super().__init__(services.window)
        self.services = services

    @property
    def docks(self) -> Mapping[str, QWidget]:
        """The contents of its docks, by name."""
        return {}

    @property
    def foot(self) -> QWidget | None:
        """What stands below page and docks, across the whole window; it belongs to the window from then on."""
        return None

    @property
    def plays(self) -> bool:
        """Whether it shows steps at present: its foot is a timeline that is seen, and the commands of playing act."""
        return self.foot is not None

    @property
    def undo_stack(self) -> QUndoStack:
        """The stack of Ctrl+Z while the page is shown: by default, the changes of the session's spec."""
        return self.services.session.undo_stack

    def set_line_scale(self, scale: float) -> None:
        """Multiply the width of lines and points by ``scale``."""

    def set_in_view(self, in_view: bool) -> None:
        """Respond to being shown or hidden: a page that is shown runs what is out of date and takes the focus."""

    def show_message(self, text: str) -> None:
        """Show ``text`` in place of the content, because nothing is open."""

    def fit(self) -> None:
        """Zoom out to the whole content."""

    def open(self, path: str) -> bool:
        """Open a file that is not a checkpoint; return whether the page supports its type."""
        return False

    def open_dropped(self, path: str) -> bool:
        """Open a file or folder dropped on the window; return whether the page supports its type."""
        return self.open(path)

    def command(self) -> str:
        """Return the command line that gives what is on show, quoted for the shell.

        Raises:
            BadInputError: If there is none, and why.
        """
        raise BadInputError("This workspace has no command; open Watch or Paint.")

    def compute(self, ended: Callable[[Exception | None], object]) -> None:
        """Compute the content to be shown first; then call ``ended`` with None or the error."""
        ended(None)

    def stop(self) -> None:
        """Stop all computing and opening of the page."""

    def finish_writing(self) -> None:
        """Complete every file that is being written, and begin no other; the page is shut down next."""

    def shut_down(self) -> None:
        """End all threads of the page; it emits no signals afterwards."""
