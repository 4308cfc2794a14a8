"""The main window: menus, tool bar and status bar around the workspaces."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QStyle,
    QToolButton,
    QWidget,
)

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import Palette
from dpm_gui.dialogs.open_button import OpenButton, other_button
from dpm_gui.engine.opening import Opened
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.widgets.reading_order import focus_next
from dpm_gui.window.actions import Actions
from dpm_gui.window.activity_bar import ActivityBar
from dpm_gui.window.commands import SHIPPED_CHECKPOINTS
from dpm_gui.window.frame.hairlines import HairlineStatusBar, HairlineToolBar, paint_separators
from dpm_gui.window.frame.menus import WindowMenus
from dpm_gui.window.page import Services
from dpm_gui.window.playing.controls import PlayCommands
from dpm_gui.window.run_panel import RunPanel
from dpm_gui.window.workspace_stack import WorkspaceStack
from dpm_gui.window.workspaces import Workspace, all_commands, switch_name

FILES = "Checkpoints (*.h5 *.hdf5);;All files (*)"
FIRST_SIZE, LEAST_SIZE = (1280, 800), (960, 540)
TITLE_ROOM = 40
"""Pixels that a title bar may take of the height of the smallest screen."""
NEEDS_A_CHECKPOINT = ("measure", "run_again", "new_seed", "export", "export_figure", "copy_command")


class MainWindow(QMainWindow):
    """Lays everything out and follows session, player and preferences; the application connects the commands."""

    painted = Signal()
    """The window has been painted for the first time."""
    file_chosen = Signal(str)
    """The path of a file chosen in the dialog or the list of recent files."""
    file_dropped = Signal(str)
    """The path of a file or folder dropped on the window."""
    closing = Signal()
    failed = Signal(object)
    """The exception of a workspace, or a `DpmError` for an option that does not fit the checkpoint."""
    figure_made = Signal(object)
    """A new `Figure`, whose menu asks for exports."""

    def __init__(
        self,
        session: Session,
        player: Player,
        preferences: Preferences,
        icons: IconSet,
        workspaces: Sequence[Workspace],
    ) -> None:
        super().__init__()
        self.setWindowTitle("dpm-gui")
        self.setAcceptDrops(True)
        self.setMinimumSize(LEAST_SIZE[0], LEAST_SIZE[1] - TITLE_ROOM)
        self.resize(*FIRST_SIZE)
        self._session = session
        self._preferences = preferences
        self._icons = icons
        self._painted = False
        self._activities: dict[str, tuple[Activity, ...]] = {}
        self._notice = ""
        self.actions_ = Actions(self, all_commands(workspaces))
        self.activity = ActivityBar(self.actions_["stop"], self)
        services = Services(
            session=session,
            player=player,
            preferences=preferences,
            icons=icons,
            actions=self.actions_,
            window=self,
            show_activities=self.show_activities,
            show_notice=self.show_notice,
            show_failure=self.failed.emit,
            connect_figure=self.figure_made.emit,
        )
        PlayCommands(session, player, self.actions_, self)
        self.workspaces = WorkspaceStack(self, workspaces, services)
        self.setCentralWidget(self.workspaces)
        self._switches = {each.name: self.actions_[switch_name(each)] for each in workspaces}
        self.menus = WindowMenus(self, self.actions_, preferences, self.file_chosen.emit)
        self._populate_tool_bar()
        self._populate_status_bar()
        self._connect(session)

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self.actions_.apply_palette(self._icons, palette)
        self.open_button.setIcon(self.actions_["open"].icon())
        self.workspaces.set_palette(palette)

    def restore_layout(self) -> None:
        """Restore the stored position, size and docks; if none are stored, fit the window to the screen."""
        # The docks first: Qt keeps a second copy of the docks' places if they are restored to a window that is about to
        # be maximised, and uses it after docks have been added again, which ends the process (Qt 6.8 to 6.11).
        self.workspaces.restore_layouts(self._preferences)
        if not self.restoreGeometry(self._preferences.geometry):
            title_bar = QSize(0, self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, self))
            room = self.screen().availableSize() - title_bar
            self.resize(self.size().boundedTo(room).expandedTo(self.minimumSize()))
        self.workspaces.fit_docks()

    def show_content_alone(self, alone: bool) -> None:
        """Hide the menus, bars and docks around the page, or show again those that were hidden so."""
        for bar in (self.menuBar(), self.statusBar(), *self.findChildren(HairlineToolBar)):
            bar.setVisible(not alone)
        self.workspaces.show_docks(not alone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.workspaces.fit_docks()

    def ask_for_file(self) -> None:
        """Show the dialog that chooses a checkpoint."""
        from dpm_gui.dialogs.files import ask_open  # imported when needed, so that the window appears sooner

        ask_open(self, self._preferences, "Open a checkpoint", FILES, self.file_chosen.emit)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._presses(event):
            event.accept()
            return True
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint:
            paint_separators(self)
            if not self._painted:
                self._painted = True
                self.painted.emit()
        return handled

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Let Tab go in reading order, wherever the docks are now."""
        return focus_next(self, forward=forward) or super().focusNextPrevChild(forward)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _local_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.file_dropped.emit(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._preferences.geometry = self.saveGeometry()
        self.workspaces.show_docks(True)
        self.workspaces.save_layouts(self._preferences)
        self.hide()  # at once: the threads take a moment to end
        self.closing.emit()
        super().closeEvent(event)

    def _presses(self, event: QKeyEvent) -> bool:
        """Return whether the key is Space on a focused button: it presses the button and is no shortcut."""
        return event.key() == Qt.Key.Key_Space and isinstance(self.focusWidget(), QAbstractButton)

    def _populate_tool_bar(self) -> None:
        bar = HairlineToolBar("Tool bar", self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        shipped = list(SHIPPED_CHECKPOINTS.values())
        self.open_button = OpenButton(shipped, self._preferences, self.ask_for_file, self)
        self.open_button.chosen.connect(self.file_chosen)
        self.closing.connect(self.open_button.shut_down)
        bar.addWidget(self.open_button)
        others = [self.actions_[each.name] for each in self.actions_.menus()["File"] if each.after == "open"]
        if others:
            bar.addWidget(other_button(others, self))
        bar.addSeparator()
        bar.addActions(list(self._switches.values()))
        bar.addWidget(_spring(self))
        self.run_panel = RunPanel(self._session, self.actions_["new_seed"], self.actions_["run_again"], self)
        if self._session.opened is None:
            self.run_panel.wait_for_kind()
        bar.addWidget(self.run_panel)
        bar.addWidget(_spring(self))
        theme = QToolButton(self)
        theme.setDefaultAction(self.actions_["theme"])
        theme.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        theme.setAccessibleName("Switch light and dark")
        bar.addWidget(theme)
        self.addToolBar(bar)

    def _populate_status_bar(self) -> None:
        self.setStatusBar(HairlineStatusBar(self))
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.activity, 1)
        threads = self._session.spec.threads
        place = QLabel(f"{threads} thread{'s' if threads > 1 else ''}, CPU", self)
        place.setToolTip("Where the engine computes; equal seeds give equal arrays for this number of threads")
        place.setContentsMargins(8, 0, 8, 0)
        self.statusBar().addPermanentWidget(place)

    def _connect(self, session: Session) -> None:
        session.opened_changed.connect(self._show_opened)
        session.activities_changed.connect(partial(self.show_activities, "session"))
        self.actions_.make_exclusive(action.objectName() for action in self._switches.values())
        for name, action in self._switches.items():
            self.actions_.on(action.objectName(), partial(self.workspaces.show_workspace, name))
        self.workspaces.changed.connect(self._show_workspace)
        self.show_activities("session", ())
        for name in NEEDS_A_CHECKPOINT:
            self.actions_.allow(name, False, "open a checkpoint first")

    def _show_workspace(self, name: str) -> None:
        """Check the switch of workspace ``name``, and list its docks in the menu."""
        self._switches[name].setChecked(True)
        self._show_all_activities()
        self.menus.list_docks(self.workspaces.docks, name)

    def _show_opened(self, opened: Opened) -> None:
        checkpoint = opened.checkpoint
        self.setWindowTitle(f"{checkpoint.title} · {checkpoint.kind.capitalize()}, T = {checkpoint.steps} – dpm-gui")
        for name in NEEDS_A_CHECKPOINT:
            self.actions_.allow(name, True)

    def show_activities(self, source: str, activities: tuple[Activity, ...]) -> None:
        """Show what ``source`` does, beside the others; those of the workspace on show come first."""
        was_idle = not any(self._activities.values())
        self._activities[source] = activities
        if was_idle and activities:
            self._notice = ""
        self._show_all_activities()

    def _show_all_activities(self) -> None:
        page = self.workspaces.pages.get(self.workspaces.current)
        first = () if page is None else page.sources
        sources = sorted(self._activities, key=lambda source: source not in first)
        doing = [each for source in sources for each in self._activities[source]]
        self.actions_.allow("stop", any(each.can_stop for each in doing), "nothing is being computed")
        if doing:
            self.activity.show_activities(doing)
        else:
            self._show_idle()

    def show_notice(self, text: str) -> None:
        """Show ``text`` in the status bar whenever nothing runs, until the next activity begins."""
        self._notice = text
        if not any(self._activities.values()):
            self._show_idle()

    def _show_idle(self) -> None:
        ready = "Ready" if self._session.opened else "Nothing is open: File, Open…"
        self.activity.show_idle(self._notice or ready)


def _spring(parent: QWidget) -> QWidget:
    spring = QWidget(parent)
    spring.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return spring


def _local_file(event: QDragEnterEvent | QDropEvent) -> str | None:
    """Return the local file or folder being dragged; None if it is not local, or not the only one."""
    urls = event.mimeData().urls()
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else None
