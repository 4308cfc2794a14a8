"""The workspaces of the window: one is shown at a time, and each keeps the layout of its docks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QStackedWidget, QWidget

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import LIGHT, Palette, scale_icons, scaled_to_text
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.views.widgets.scrolling import LARGEST_SHARE, ScrollPane
from dpm_gui.window.frame.dock_rows import DockRows
from dpm_gui.window.frame.dock_title import DockTitle
from dpm_gui.window.frame.hairlines import FootBar
from dpm_gui.window.page import Services, WorkspacePage
from dpm_gui.window.playing.commands import NAMES as PLAYING_NAMES
from dpm_gui.window.workspaces import Dock, Workspace

DOCK_WIDTH = 360
HEIGHT_OF_BARS = 128
"""Height, in pixels at usual text, of menus, tool bar and status bar."""


class WorkspaceStack(QStackedWidget):
    """Shows the page and the docks of one workspace; both are made when it is first shown.

    Attributes:
        current: Name of the current workspace; empty before the first is shown.
        pages, docks: The pages and docks made so far, by the name of their workspace.
        undo_group: The undo stacks of all pages; that of the current page is active.
    """

    changed = Signal(str)
    """The name of the new current workspace."""

    def __init__(self, window: QMainWindow, workspaces: Sequence[Workspace], services: Services) -> None:
        super().__init__(window)
        self._window = window
        self._workspaces = {workspace.name: workspace for workspace in workspaces}
        self._services = services
        self.pages: dict[str, WorkspacePage] = {}
        self.docks: dict[str, list[QDockWidget]] = {}
        self._titles: list[DockTitle] = []
        self._panes: dict[str, ScrollPane] = {}
        self._put_away: list[QDockWidget] | None = None  # the docks hidden while the content is shown alone
        self._rows = DockRows(window)
        self._foot = FootBar(window)
        self._layouts: dict[str, QByteArray] = {}
        self._first_layouts: dict[str, QByteArray] = {}
        self.current = ""
        self._refused = ""  # why the page on show cannot show what is open
        self._message = ""  # what a page says while nothing is open
        self._palette = LIGHT
        self._line_scale = 1.0
        self._refusal = QLabel(self)
        self._refusal.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._refusal.setWordWrap(True)
        self.addWidget(self._refusal)
        self.undo_group = QUndoGroup(self)
        services.session.opened_changed.connect(lambda _: self._show_page(only_if_other=True))

    @property
    def page(self) -> WorkspacePage:
        """The page of the current workspace."""
        return self.pages[self.current]

    def show_workspace(self, name: str) -> WorkspacePage:
        """Show a workspace and return its page; the one on show before waits until it is shown again."""
        if name == self.current:
            return self.page
        alone = self._put_away is not None
        self.show_docks(True)
        if self.current:
            self._layouts[self.current] = self._window.saveState()
            for dock in self.docks[self.current]:
                dock.hide()
            self.page.set_in_view(False)
        self.current = name
        if name not in self.pages:
            self._make(self._workspaces[name])
        self._restore_layout()
        self._show_page()
        self.show_docks(not alone)
        self.undo_group.setActiveStack(self.page.undo_stack)
        self.changed.emit(name)
        return self.page

    def show_message(self, text: str) -> None:
        """Show ``text`` on every page because nothing is open, also on pages that are made later."""
        self._message = text
        for page in self.pages.values():
            page.show_message(text)

    def fit(self) -> None:
        """Zoom the current page out to its whole content."""
        self.page.fit()

    def restore_layouts(self, preferences: Preferences) -> None:
        """Restore the stored layouts of the docks, also for pages that are made later."""
        self._layouts = {name: preferences.layout_of(name) for name in self._workspaces}
        if self._layouts[self.current].isEmpty():
            self._size_docks()
        self._restore_layout()

    def save_layouts(self, preferences: Preferences) -> None:
        """Store the layout of the docks of every workspace."""
        self._layouts[self.current] = self._window.saveState()
        for name in self._workspaces:
            preferences.set_layout_of(name, self._layouts.get(name, QByteArray()))

    def reset_layouts(self) -> None:
        """Restore the initial layout of every workspace's docks."""
        self._layouts = dict(self._first_layouts)
        self._restore_layout()
        for dock in self.docks[self.current]:
            dock.show()
        self.page.set_in_view(True)  # may hide a dock that has nothing to show
        self._size_docks()

    def show_docks(self, shown: bool) -> None:
        """Hide all docks, also when another workspace is shown, or show again those that were hidden so."""
        if shown == (self._put_away is None):
            return
        if shown:
            for dock in self._put_away or ():
                dock.show()
            self._put_away = None
        else:
            self._put_away = []
            self._put_docks_away()

    def _put_docks_away(self) -> None:
        if self._put_away is not None:
            away = [dock for dock in self.docks[self.current] if not dock.isHidden()]
            self._put_away += away
            for dock in away:
                dock.hide()

    def fit_docks(self) -> None:
        """Make the foot as low as the window asks, and put as many docks above one another as can be read."""
        self._foot.fit(self._window.height())
        if self._put_away is not None:
            return
        foot = 0 if self._foot.isHidden() else self._foot.sizeHint().height()
        room = self._window.height() - scaled_to_text(self, HEIGHT_OF_BARS) - foot
        if self._rows.arrange(self.current, self.docks.get(self.current, ()), room):
            self._size_docks()

    def set_palette(self, palette: Palette) -> None:
        """Show every page in the colours of ``palette``, also those made later."""
        self._palette = palette
        for title in self._titles:
            title.set_palette(palette)
        for page in self.pages.values():
            page.set_palette(palette)

    def set_line_scale(self, scale: float) -> None:
        """Multiply the width of lines and points by ``scale``, also on pages made later."""
        before, self._line_scale = self._line_scale, scale
        scale_icons(self._window)
        if scale != before and self.current:
            self._widen_docks(scale / before)
        for page in self.pages.values():
            page.set_line_scale(scale)

    def _make(self, workspace: Workspace) -> None:
        page = workspace.make(self._services)
        page.dock_wanted.connect(self._show_dock)
        page.plays_changed.connect(partial(self._follow_page, workspace.name))
        self._panes[workspace.name] = ScrollPane(page, self, across=True)
        self.addWidget(self._panes[workspace.name])
        self.undo_group.addStack(page.undo_stack)
        self.pages[workspace.name] = page
        if self._message and self._services.session.opened is None:
            page.show_message(self._message)
        foot = page.foot
        if foot is not None:
            self._foot.add(workspace.name, foot)
        self.docks[workspace.name] = [self._dock(dock, page.docks[dock.name]) for dock in workspace.docks]
        page.set_palette(self._palette)  # not before: under a style sheet a new parent takes colours back (Qt 6.11)
        page.set_line_scale(self._line_scale)
        scale_icons(self._window)
        self._size_docks()
        self._first_layouts[workspace.name] = self._window.saveState()

    def _dock(self, dock: Dock, content: QWidget) -> QDockWidget:
        made = QDockWidget(dock.title, self._window)
        made.setObjectName(dock.name)
        made.setWidget(content if content.layout() is None else ScrollPane(content, made))
        title = DockTitle(made, self._services.icons)
        title.set_palette(self._palette)
        made.setTitleBarWidget(title)
        made.toggleViewAction().triggered.connect(lambda shown: _raise_shown(made, shown=shown))
        self._titles.append(title)
        self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, made)
        return made

    def _show_dock(self, name: str, shown: bool) -> None:
        """Show or hide a dock of the current workspace; a shown dock takes half the height of the one above it."""
        above = None
        for dock in self.docks.get(self.current, ()):
            if dock.objectName() == name and dock.isHidden() == shown:
                dock.setVisible(shown)
                if shown and above is not None:
                    half = (above.height() + dock.height()) // 2
                    self._resize_docks([above, dock], [half, half], Qt.Orientation.Vertical)
                self.fit_docks()
            above = dock

    def _size_docks(self) -> None:
        docks, heights = self.docks[self.current], [dock.height for dock in self._workspaces[self.current].docks]
        width = min(scaled_to_text(self, DOCK_WIDTH), round(LARGEST_SHARE * self._window.width()))
        self._resize_docks(docks, [width] * len(docks), Qt.Orientation.Horizontal)
        self._resize_docks(docks, heights, Qt.Orientation.Vertical)

    def _widen_docks(self, times: float) -> None:
        """Make the docks on show so many ``times`` as wide, as their text is, and tabs where that takes too much."""
        docks = [dock for dock in self.docks[self.current] if not dock.isHidden() and not dock.isFloating()]
        widest = round(LARGEST_SHARE * self._window.width())
        widths = [min(round(times * dock.width()), widest) for dock in docks]
        self._resize_docks(docks, widths, Qt.Orientation.Horizontal)
        self.fit_docks()

    def _resize_docks(self, docks: list[QDockWidget], sizes: list[int], along: Qt.Orientation) -> None:
        """Give each dock its size, pixels; shares of a tiny window may be none, which Qt complains of."""
        self._window.resizeDocks(docks, [max(1, size) for size in sizes], along)

    def _restore_layout(self) -> None:
        self._window.restoreState(self._layouts.get(self.current, QByteArray()))
        self._show_foot()

    def _show_page(self, *, only_if_other: bool = False) -> None:
        """Show the current page, or the reason why it does not suit the open checkpoint."""
        opened, workspace = self._services.session.opened, self._workspaces[self.current]
        kinds = workspace.state_kinds
        refused = opened is not None and bool(kinds) and state_kind_of(opened.checkpoint).name not in kinds
        shown = self._refusal if refused else self._panes[self.current]
        if only_if_other and shown is self.currentWidget():
            return
        self._refusal.setText(workspace.unsuitable)
        self.setCurrentWidget(shown)
        self._refused = workspace.unsuitable if refused else ""
        self._show_foot()
        self._services.actions.disable_elsewhere(self._reasons(self._refused))
        self.page.set_in_view(not refused)

    def _show_foot(self) -> None:
        self._foot.show_only(self.current if self.page.plays and not self._refused else "")

    def _follow_page(self, name: str) -> None:
        """Show the foot of the page, or hide it, as it plays or not."""
        if name == self.current:
            self._show_foot()
            self._services.actions.disable_elsewhere(self._reasons(self._refused))
            self.fit_docks()

    def _reasons(self, refusal: str) -> dict[str, str]:
        """Return why the commands of other workspaces, and with a ``refusal`` its own, are disabled."""
        reasons: dict[str, str] = {}
        for place, workspace in enumerate(self._workspaces.values(), 1):
            mine = workspace.name == self.current
            reason = refusal if mine else f"this belongs to {workspace.title} (Ctrl+{place})"
            reasons |= {command.name: reason for command in workspace.commands} if reason else {}
        if self.page.plays and not refusal:
            reasons = {name: reason for name, reason in reasons.items() if name not in PLAYING_NAMES}
        return reasons


def _raise_shown(dock: QDockWidget, *, shown: bool) -> None:
    """Bring a ``dock`` that has just been ``shown`` before those that it is a tab beside; Qt leaves it behind them."""
    if shown:
        dock.raise_()
