"""A third workspace, made up here and registered: the window, the lists and the command line know it at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings, Qt
from PySide6.QtGui import QColor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QMainWindow, QMenu, QToolBar, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui import __main__, app
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import DARK
from dpm_gui.dialogs.command_palette import CommandPalette
from dpm_gui.dialogs.shortcuts import ShortcutsDialog
from dpm_gui.engine.values import FORWARD
from dpm_gui.paint.workspace import PAINT
from dpm_gui.views.figures.figure import Figure
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.watch.page import WatchPage
from dpm_gui.watch.workspace import WATCH
from dpm_gui.window.application import DpmApplication
from dpm_gui.window.commands import Command, Gesture
from dpm_gui.window.page import Services, WorkspacePage
from dpm_gui.window.workspaces import Dock, Workspace
from tests.support.painting import save_rings
from tests.support.window_values import SPEC, close_figures, open_and_run

UNSUITABLE = "Probe is for pictures."


class ProbePage(WorkspacePage):
    """A page that notes what it is asked for."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.received: list[object] = []
        self.content = QLabel("Nothing is probed.", services.window)
        services.actions.on("probe_all", lambda: self.received.append("probe_all"))

    @property
    def docks(self) -> Mapping[str, QWidget]:
        return {"probed": self.content}

    def set_in_view(self, in_view: bool) -> None:
        self.received.append(in_view)

    def open(self, path: str) -> bool:
        self.received.append(path)
        return path.endswith(".probe")


PROBE = Workspace(
    name="probe",
    title="Probe",
    tip="Probe what is open",
    make=ProbePage,
    commands=(Command("probe_all", "Probe", "Probe all", ("Space",), "Probe every pixel", "search"),),
    gestures=(Gesture("Mouse in Probe", "Probe a pixel", "Left click"),),
    docks=(Dock("probed", "Probed", 200),),
    icon="search",
)
WORKSPACES = (WATCH, PAINT, PROBE)
Make = Callable[..., DpmApplication]


@pytest.fixture
def make(qapp: QApplication, settings: QSettings, same_looks: None, trusted: None) -> Iterator[Make]:
    """Makes the program with some workspaces, always on the same settings, and shows its window."""
    made: list[DpmApplication] = []

    def begin(workspaces: tuple[Workspace, ...] = WORKSPACES, theme: str = "light") -> DpmApplication:
        made.append(DpmApplication(qapp, Preferences(settings), workspaces, SPEC, theme))
        made[-1].show()
        return made[-1]

    yield begin
    for program in made:
        program.window.close()
        close_figures(program.window)
        program.window.deleteLater()
        program.deleteLater()


@pytest.fixture
def program(make: Make) -> DpmApplication:
    return make()


def press(program: DpmApplication, keys: str) -> None:
    QTest.keySequence(program.window.windowHandle(), QKeySequence(keys))


def probe_page(program: DpmApplication) -> ProbePage:
    page = program.window.workspaces.page
    assert isinstance(page, ProbePage)
    return page


def visible_docks(program: DpmApplication) -> list[str]:
    return [dock.objectName() for dock in program.window.findChildren(QDockWidget) if dock.isVisible()]


def menu(program: DpmApplication, title: str) -> QMenu:
    return next(each for each in program.window.findChildren(QMenu) if each.title() == f"&{title}")


# --------------------------------------------------------------------------------------------------- where it is found
def test_its_menu_stands_before_window_and_help_and_holds_its_commands(program: DpmApplication) -> None:
    titles = [action.text().replace("&", "") for action in program.window.menuBar().actions()]
    assert titles == ["File", "Edit", "View", "Run", "Paint", "Probe", "Window", "Help"]
    assert [action.objectName() for action in menu(program, "Probe").actions()] == ["probe_all"]
    switches = [action.text() for action in menu(program, "View").actions()][:3]
    assert switches == ["Watch", "Paint", "Probe"]


def test_the_tool_bar_the_palette_and_the_list_of_shortcuts_hold_it(program: DpmApplication) -> None:
    (bar,) = program.window.findChildren(QToolBar, "tools")
    switch = program.window.actions_["workspace_probe"]
    assert switch in bar.actions()
    assert not switch.icon().isNull()
    program.window.actions_["find_command"].trigger()
    (palette,) = program.window.findChildren(CommandPalette)
    assert {"Probe", "Probe all"} <= {row.text for row in palette.rows()}
    palette.reject()
    program.window.actions_["shortcuts"].trigger()
    (dialog,) = program.window.findChildren(ShortcutsDialog)
    rows = [
        ("View", "Probe", "Ctrl+3"),
        ("Probe", "Probe all", "Space"),
        ("Mouse in Probe", "Probe a pixel", "Left click"),
    ]
    assert set(rows) <= set(dialog.rows())
    dialog.reject()


def test_the_command_line_offers_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert __main__.parser().parse_args([]).workspace == "watch"
    monkeypatch.setattr(__main__, "WORKSPACES", WORKSPACES)
    assert __main__.parser().parse_args(["--workspace", "probe"]).workspace == "probe"
    with pytest.raises(SystemExit):
        __main__.parser().parse_args(["--workspace", "other"])
    assert "'watch', 'paint', 'probe'" in capsys.readouterr().err


def test_a_picture_without_a_display_shows_it(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, str], same_looks: None, trusted: None, tmp_path: object
) -> None:
    computed: list[str] = []

    class SlowPage(ProbePage):
        def compute(self, ended: Callable[[Exception | None], object]) -> None:
            computed.append("probe")
            ended(None)

    slow = Workspace("probe", "Probe", "Probe what is open", SlowPage, PROBE.commands, docks=PROBE.docks)
    for module in (__main__, app):
        monkeypatch.setattr(module, "WORKSPACES", (WATCH, slow))
    assert __main__.main([files["small"], "--workspace", "probe", "--screenshot", f"{tmp_path}/probe.png"]) == 0
    assert computed == ["probe"]


# ------------------------------------------------------------------------------------------------------- shown and left
def test_it_is_shown_by_its_key_and_left_again(program: DpmApplication) -> None:
    window = program.window
    assert window.workspaces.current == "watch"
    assert len(window.workspaces.pages) == 1  # the others are made when they are shown
    press(program, "Ctrl+3")
    page = probe_page(program)
    assert page.isVisible()
    assert page.received == [True]
    assert window.actions_["workspace_probe"].isChecked()
    window.actions_["workspace_watch"].trigger()
    assert isinstance(window.workspaces.page, WatchPage)
    assert page.received == [True, False]
    press(program, "Ctrl+3")
    assert window.workspaces.page is page


def test_pages_and_docks_are_made_in_the_colours_of_the_theme(make: Make) -> None:
    program = make(theme="dark")
    press(program, "Ctrl+2")
    press(program, "Ctrl+1")
    figures = program.window.findChildren(Figure)
    assert len(figures) == 5
    for figure in figures:
        colour = figure.header.grab().toImage().pixelColor(1, 1)
        assert colour == QColor(DARK.surface), figure.header.title


def test_commands_are_greyed_in_the_other_workspaces_and_say_where_they_belong(program: DpmApplication) -> None:
    actions = program.window.actions_
    assert not actions["probe_all"].isEnabled()
    assert actions["probe_all"].toolTip() == "Probe every pixel: this belongs to Probe (Ctrl+3)"
    assert actions["play"].isEnabled()
    press(program, "Ctrl+3")
    assert actions["probe_all"].isEnabled()
    assert actions["probe_all"].toolTip() == "Probe every pixel"
    assert actions["play"].toolTip().endswith("this belongs to Watch (Ctrl+1)")
    press(program, "Space")  # a key of two workspaces is that of the one on show
    assert probe_page(program).received[-1] == "probe_all"
    assert not program.player.playing
    press(program, "Ctrl+1")
    assert not actions["probe_all"].isEnabled()
    assert actions["play"].isEnabled()


def test_what_a_command_cannot_do_by_itself_stays_greyed_when_its_workspace_is_shown(program: DpmApplication) -> None:
    actions = program.window.actions_
    actions.allow("probe_all", False, "nothing is open")
    assert "belongs to Probe" in actions["probe_all"].toolTip()
    press(program, "Ctrl+3")
    assert not actions["probe_all"].isEnabled()
    assert actions["probe_all"].toolTip().endswith(": nothing is open")


def test_a_dropped_file_is_first_offered_to_the_workspace_on_show(
    program: DpmApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[str] = []
    monkeypatch.setattr(program.session, "open", received.append)
    press(program, "Ctrl+3")
    program.window.file_chosen.emit("/a.probe")
    program.window.file_chosen.emit("/a.h5")
    assert probe_page(program).received[1:] == ["/a.probe", "/a.h5"]
    assert received == ["/a.h5"]


# ----------------------------------------------------------------------------------------------------------- its docks
def test_docks_are_shown_with_their_workspace_and_listed_for_it_alone(program: DpmApplication) -> None:
    listed = {dock.objectName(): dock.toggleViewAction() for dock in program.window.findChildren(QDockWidget)}
    assert visible_docks(program) == ["entropies", "bound"]
    press(program, "Ctrl+3")
    assert visible_docks(program) == ["probed"]
    assert not listed["entropies"].isVisible()
    assert [action.text() for action in menu(program, "Window").actions() if action.isVisible() and action.text()] == [
        "Reset layout",
        "Probed",
    ]
    press(program, "Ctrl+2")
    assert visible_docks(program) == []
    press(program, "Ctrl+1")
    assert visible_docks(program) == ["entropies", "bound"]
    assert listed["entropies"].isVisible()


# ------------------------------------------------------------------------------------------------------------ its foot
def place_in_window(program: DpmApplication, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(program.window, QPoint(0, 0)), widget.size())


def test_the_timeline_is_as_wide_as_the_window_and_below_the_docks(program: DpmApplication) -> None:
    timeline = place_in_window(program, program.window.findChild(Timeline))
    assert (timeline.left(), timeline.width()) == (0, program.window.width())
    docks = [dock for dock in program.window.findChildren(QDockWidget) if dock.isVisible()]
    assert docks
    assert all(place_in_window(program, dock).bottom() < timeline.top() for dock in docks)
    assert timeline.bottom() <= program.window.statusBar().geometry().top()


def test_the_timeline_comes_and_goes_with_its_workspace(program: DpmApplication) -> None:
    timeline, bar = program.window.findChild(Timeline), program.window.findChild(QToolBar, "foot")
    press(program, "Ctrl+2")
    assert not timeline.isVisible()
    assert not bar.isVisible()
    press(program, "Ctrl+1")
    assert timeline.isVisible()
    assert not bar.toggleViewAction().isVisible()  # nobody can lose it


def test_in_a_low_window_the_timeline_is_lower(program: DpmApplication) -> None:
    timeline, window = program.window.findChild(Timeline), program.window
    heights = []
    for height in (540, 800, 1000):
        window.resize(1280, height)
        QTest.qWait(1)
        heights.append(timeline.height())
    assert heights[0] < heights[1] == heights[2]
    assert window.height() == 1000


def test_a_layout_of_before_there_was_a_foot_leaves_the_timeline_where_it_is(make: Make, qtbot: QtBot) -> None:
    old = QMainWindow()
    qtbot.addWidget(old)
    bar = old.addToolBar("tools")
    bar.setObjectName("tools")
    program = make()
    program.window.workspaces._layouts["watch"] = old.saveState()
    press(program, "Ctrl+2")
    program.window.workspaces._layouts["watch"] = old.saveState()
    press(program, "Ctrl+1")
    timeline = place_in_window(program, program.window.findChild(Timeline))
    assert program.window.findChild(Timeline).isVisible()
    assert timeline.width() == program.window.width()
    assert timeline.top() > program.window.height() // 2


def test_each_workspace_finds_its_docks_as_they_were_left_after_a_restart_too(make: Make, qtbot: QtBot) -> None:
    first = make()
    first.window.findChild(QDockWidget, "bound").close()
    press(first, "Ctrl+3")
    left = Qt.DockWidgetArea.LeftDockWidgetArea
    first.window.addDockWidget(left, first.window.findChild(QDockWidget, "probed"))
    press(first, "Ctrl+1")
    assert visible_docks(first) == ["entropies"]
    press(first, "Ctrl+3")
    assert first.window.dockWidgetArea(first.window.findChild(QDockWidget, "probed")) == left
    first.window.close()  # with Probe on show
    second = make()
    assert visible_docks(second) == ["entropies"]
    press(second, "Ctrl+3")
    assert visible_docks(second) == ["probed"]
    assert second.window.dockWidgetArea(second.window.findChild(QDockWidget, "probed")) == left
    second.window.actions_["reset_layout"].trigger()
    assert second.window.dockWidgetArea(second.window.findChild(QDockWidget, "probed")) != left
    press(second, "Ctrl+1")
    assert visible_docks(second) == ["entropies", "bound"]


def test_a_spoilt_layout_of_a_workspace_is_as_good_as_none(make: Make, settings: QSettings) -> None:
    Preferences(settings).set_layout_of("probe", QByteArray(b"no layout"))
    program = make()
    press(program, "Ctrl+3")
    assert visible_docks(program) == ["probed"]


# -------------------------------------------------------------------------------------------------- what is open in it
def test_where_it_cannot_show_what_is_open_it_says_so(make: Make, files: dict[str, str], qtbot: QtBot) -> None:
    program = make(
        (
            WATCH,
            Workspace(
                "probe",
                "Probe",
                "Probe",
                ProbePage,
                PROBE.commands,
                docks=PROBE.docks,
                state_kinds=("pictures",),
                unsuitable=UNSUITABLE,
            ),
        )
    )
    press(program, "Ctrl+2")
    page, actions = probe_page(program), program.window.actions_
    assert page.isVisible()
    with qtbot.waitSignal(program.session.opened_changed):  # its run waits for Watch to be shown
        program.session.open(files["small"])
    assert not page.isVisible()
    assert page.received == [True, False]
    (said,) = [label for label in program.window.findChildren(QLabel) if label.text() == UNSUITABLE]
    assert said.isVisible()
    assert actions["probe_all"].toolTip().endswith(UNSUITABLE)
    press(program, "Ctrl+1")
    assert not said.isVisible()


def test_a_watch_that_is_shown_late_shows_what_is_open_and_has_been_run(
    make: Make, files: dict[str, str], qtbot: QtBot
) -> None:
    program = make((PROBE, WATCH))
    open_and_run(program.session, files["small"], qtbot)
    program.player.pause()
    press(program, "Ctrl+2")
    page = program.window.workspaces.page
    assert isinstance(page, WatchPage)
    assert [view.message for view in page.views.values()] == [None, None]
    assert page.views[FORWARD].header.note == f"t = {program.player.t}"
    assert page.timeline.slider.maximum() == 5
    assert page.timeline.thumbnails._images


def test_paint_plays_points_with_the_timeline_at_the_foot_and_nothing_else(
    make: Make, files: dict[str, str], trusted: None, tmp_path: Path, qtbot: QtBot
) -> None:
    program = make()
    actions = program.window.actions_
    open_and_run(program.session, files["small"], qtbot)
    press(program, "Ctrl+2")
    page = program.window.workspaces.page
    assert page.foot is not None
    assert page.foot.isVisible()
    assert actions["play"].isEnabled()
    assert not actions["denoise"].isEnabled()
    path = tmp_path / "rings.h5"
    save_rings(path)
    with qtbot.waitSignal(program.session.opened_changed):  # Watch is hidden, and runs nothing
        program.session.open(str(path))
    assert not page.foot.isVisible()
    assert "belongs to Watch" in actions["play"].toolTip()
    press(program, "Ctrl+1")
    assert actions["play"].isEnabled()
