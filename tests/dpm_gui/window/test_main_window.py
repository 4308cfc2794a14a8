"""The window around the workspace: menus, docks, files that are dropped or recent, and what the status bar says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, QPointF, QSettings, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QFileDialog, QLabel, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from core.runtime.assets import asset, is_shipped
from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.dialogs.open_panel import PATH
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.views.plots.entropies import EntropyPlot
from dpm_gui.watch.page import WatchPage
from dpm_gui.watch.workspace import WATCH
from dpm_gui.window.commands import SHIPPED_CHECKPOINTS
from dpm_gui.window.frame import dock_rows
from dpm_gui.window.main_window import MainWindow
from tests.support.window_values import close_figures
from tests.support.workspaces import COMMANDS, MENUS

COPY = Qt.DropAction.CopyAction
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SAMPLING = Activity("Sampling 200 points", 3, 12, 4.0, can_stop=True)
WRITING = Activity("Writing roll.gif", 5, 80, None, can_stop=True)
OPENING = Activity("Opening roll.h5", 0, 0, None, can_stop=False)
NEEDS_A_FILE = ("measure", "run_again", "new_seed", "export", "export_figure")


@pytest.fixture
def make_window(session: Session, settings: QSettings, qtbot: QtBot) -> Callable[[], MainWindow]:
    """Makes a window as the program does, always on the same settings."""

    def close(window: QWidget) -> None:
        session.blockSignals(True)  # as at the end of the program
        close_figures(window)

    def make() -> MainWindow:
        window = MainWindow(session, Player(session), Preferences(settings), IconSet(), WORKSPACES)
        window.workspaces.show_workspace(WATCH.name)
        qtbot.addWidget(window, before_close_func=close)
        window.restore_layout()
        return window

    return make


@pytest.fixture
def window(make_window: Callable[[], MainWindow], qtbot: QtBot) -> MainWindow:
    made = make_window()
    made.show()
    qtbot.waitExposed(made)
    return made


def texts(menu: QWidget) -> list[str]:
    """What the entries of a menu say, without the signs that underline a letter."""
    return [action.text().replace("&", "") for action in menu.actions() if not action.isSeparator()]


def all_texts(menu: QWidget) -> list[str]:
    """The same, with the entries of each group in its place."""
    found = []
    for action in menu.actions():
        group = action.menu()
        found += all_texts(group) if isinstance(group, QMenu) else texts_of(action)
    return found


def texts_of(action: QAction) -> list[str]:
    return [] if action.isSeparator() else [action.text().replace("&", "")]


def entry(menu: QWidget, text: str) -> QAction:
    return next(action for action in menu.actions() if action.text().replace("&", "") == text)


def submenu(menu: QWidget, text: str) -> QMenu:
    found = entry(menu, text).menu()
    assert isinstance(found, QMenu)
    return found


def menu(window: MainWindow, title: str) -> QMenu:
    return submenu(window.menuBar(), title)


def dock(window: MainWindow, name: str) -> QDockWidget:
    return next(each for each in window.findChildren(QDockWidget) if each.objectName() == name)


def entropies_of(window: MainWindow) -> EntropyPlot:
    return window.findChild(EntropyPlot)


def carried(*urls: str | Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(url) if isinstance(url, str) else QUrl.fromLocalFile(str(url)) for url in urls])
    return data


# ------------------------------------------------------------------------------------------------ menus and docks
def test_every_command_stands_in_its_menu(window: MainWindow) -> None:
    assert texts(window.menuBar()) == list(MENUS)
    for title in MENUS:
        wanted = [command.text for command in window.actions_.menus()[title]]
        assert sorted(wanted) == sorted(command.text for command in COMMANDS if command.menu == title)
        assert [text for text in all_texts(menu(window, title)) if text in wanted] == wanted


def test_the_menu_of_paint_has_sections_and_groups_and_at_most_twenty_entries(window: MainWindow) -> None:
    paint = menu(window, "Paint")
    sections = [action.text() for action in paint.actions() if action.isSeparator() and action.text()]
    assert sections == ["Mask", "Image", "Inpainting"]
    groups = [action.text() for action in paint.actions() if action.menu() is not None]
    assert groups == ["Tool", "Ready-made mask", "History of inpaintings"]
    assert len(texts(paint)) <= 20


def test_the_window_tells_once_that_it_was_painted(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window, received = make_window(), []
    window.painted.connect(lambda: received.append("painted"))
    with qtbot.waitSignal(window.painted):
        window.show()
    window.resize(1100, 700)
    window.repaint()
    QApplication.processEvents()
    assert received == ["painted"]


def test_a_window_of_one_pixel_can_have_its_layout_reset_and_its_text_enlarged(window: MainWindow) -> None:
    window.setMinimumSize(1, 1)
    window.resize(1, 1)
    window.workspaces.reset_layouts()  # a message of Qt's about sizes that are not positive fails the test
    window.workspaces.set_line_scale(1.5)


def test_docks_are_closed_in_the_window_menu_and_reset_layout_brings_them_all_back(window: MainWindow) -> None:
    for title in ("Entropy bounds", "Bound K"):
        entry(menu(window, "Window"), title).trigger()
    assert dock(window, "entropies").isHidden()
    assert dock(window, "bound").isHidden()
    dock(window, "bound").setFloating(True)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock(window, "entropies"))
    window.workspaces.reset_layouts()
    for name in ("entropies", "bound"):
        assert dock(window, name).isVisible()
        assert not dock(window, name).isFloating()
        assert window.dockWidgetArea(dock(window, name)) == Qt.DockWidgetArea.RightDockWidgetArea


def test_size_and_docks_survive_a_restart(make_window: Callable[[], MainWindow], qtbot: QtBot) -> None:
    first = make_window()
    first.show()
    other_height = first.height()
    first.resize(1000, 700)  # what the screen of the offscreen platform has room for
    dock(first, "bound").close()
    with qtbot.waitSignal(first.closing):
        first.close()
    second = make_window()
    second.show()
    assert second.height() == 700 != other_height
    assert dock(second, "bound").isHidden()
    assert dock(second, "entropies").isVisible()


def test_a_maximised_window_comes_back_with_docks_that_are_tabs(
    make_window: Callable[[], MainWindow], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dock_rows, "LOWEST_DOCK", 400)  # no two of them above one another
    first = make_window()
    first.show()
    first.resize(960, 540)
    first.showMaximized()
    first.close()
    second = make_window()  # docks are added again here, and the process ended where Qt kept places of before
    second.show()
    QApplication.processEvents()
    assert dock(second, "bound").isVisible()


def test_a_spoilt_layout_is_as_good_as_none(
    make_window: Callable[[], MainWindow], settings: QSettings, qtbot: QtBot
) -> None:
    preferences = Preferences(settings)
    preferences.geometry = QByteArray(b"no layout")
    preferences.set_layout_of(WATCH.name, QByteArray(b"no layout"))
    window = make_window()
    window.show()
    assert dock(window, "bound").isVisible()
    assert window.width() >= window.minimumWidth()


def test_a_palette_reaches_canvases_plot_and_icons(window: MainWindow) -> None:
    window.set_palette(LIGHT)
    parts = (*window.findChild(WatchPage).views.values(), entropies_of(window))
    light = [part.grab().toImage() for part in parts]
    icon = window.actions_["open"].icon().pixmap(24, 24).toImage()
    window.set_palette(DARK)
    assert all(part.grab().toImage() != before for part, before in zip(parts, light, strict=True))
    assert window.actions_["open"].icon().pixmap(24, 24).toImage() != icon


def test_the_status_bar_says_where_the_engine_computes(window: MainWindow) -> None:
    assert "1 thread, CPU" in [label.text() for label in window.statusBar().findChildren(QLabel)]


# ---------------------------------------------------------------------------------------------------------- files
def test_the_path_of_a_dropped_file_is_told(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    data = carried(tmp_path / "roll.h5")
    enter = QDragEnterEvent(QPoint(50, 50), COPY, data, LEFT, NO_KEY)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    with qtbot.waitSignal(window.file_dropped) as received:
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), COPY, data, LEFT, NO_KEY))
    assert received.args == [str(tmp_path / "roll.h5")]


@pytest.mark.parametrize("urls", [(), (Path("/a.h5"), Path("/b.h5")), ("https://example.org/a.h5",)])
def test_what_is_not_one_file_of_this_machine_is_not_taken(
    window: MainWindow, urls: tuple[str | Path, ...], qtbot: QtBot
) -> None:
    data = carried(*urls)
    enter = QDragEnterEvent(QPoint(50, 50), COPY, data, LEFT, NO_KEY)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    assert not enter.isAccepted()
    with qtbot.assertNotEmitted(window.file_dropped):
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), COPY, data, LEFT, NO_KEY))


def test_recent_files_are_listed_last_first_chosen_and_cleared(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    recent = submenu(menu(window, "File"), "Open recent")
    assert not recent.menuAction().isEnabled()
    for name in ("one.h5", "two.h5"):
        window._preferences.add_recent_file(tmp_path / name)
    assert texts(recent) == ["two.h5", "one.h5", "Clear the list"]
    assert entry(recent, "one.h5").toolTip() == str(tmp_path / "one.h5")
    with qtbot.waitSignal(window.file_chosen) as received:
        entry(recent, "one.h5").trigger()
    assert received.args == [str(tmp_path / "one.h5")]
    entry(recent, "Clear the list").trigger()
    assert texts(recent) == []
    assert not recent.menuAction().isEnabled()


def test_what_else_can_be_opened_has_a_button_beside_that_of_open(window: MainWindow) -> None:
    buttons = [
        each for each in window.findChildren(QToolButton) if each.defaultAction() is window.actions_["open_data"]
    ]
    (button,) = buttons
    assert texts(button.menu()) == ["Open a folder of data…", "Back to the model's data"]


def test_a_card_under_the_open_button_is_opened(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    recent = str(tmp_path / "one.h5")
    window._preferences.add_recent_file(recent)
    window.open_button.show_cards()
    panel = window.open_button.panel
    paths = [panel.list.item(row).data(PATH) for row in range(panel.list.count())]
    assert paths == [*(str(asset(place)) for place in SHIPPED_CHECKPOINTS.values() if is_shipped(place)), recent]
    with qtbot.waitSignal(window.file_chosen) as received:
        panel.list.setCurrentRow(len(paths) - 1)
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert received.args == [recent]
    assert not panel.isVisible()
    window.open_button.shut_down()


def test_the_dialog_tells_the_file_that_was_chosen(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "roll.h5").write_bytes(b"")
    window._preferences.last_folder = tmp_path
    window.ask_for_file()
    (dialog,) = window.findChildren(QFileDialog)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    with qtbot.waitSignal(window.file_chosen) as received:
        dialog.selectFile(str(tmp_path / "new" / "roll.h5"))
        dialog.accept()
    assert received.args == [str(tmp_path / "new" / "roll.h5")]
    assert window._preferences.last_folder == str(tmp_path / "new")


# ---------------------------------------------------------------------------------------- following the session
def test_with_nothing_open_what_needs_a_file_is_greyed_and_says_why(window: MainWindow) -> None:
    for name in NEEDS_A_FILE:
        assert not window.actions_[name].isEnabled()
        assert window.actions_[name].toolTip().endswith(": open a checkpoint first")
    assert window.activity.text == "Nothing is open: File, Open…"
    assert window.windowTitle() == "dpm-gui"


def test_an_opened_file_gives_the_title_the_bounds_and_the_commands(
    window: MainWindow, session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.run_ended):
        session.open(files["other"])
    assert window.windowTitle() == "Other cloud · Gaussian, T = 3 – dpm-gui"
    assert entropies_of(window).steps == 3
    assert all(window.actions_[name].isEnabled() for name in NEEDS_A_FILE)
    assert window.activity.text == "Ready"
    assert not window.actions_["stop"].isEnabled()


def test_the_plot_s_cursor_is_a_second_timeline(
    window: MainWindow, session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.run_ended):
        session.open(files["small"])
    (player,) = session.findChildren(Player)
    player.seek(4)
    assert entropies_of(window).header.readout.startswith("t = 4 ·")
    entropies_of(window).step_chosen.emit(2)
    assert player.t == 2


@pytest.mark.parametrize("last", [None, OPENING])
def test_what_is_done_can_be_stopped_while_it_can_be_stopped(
    window: MainWindow, session: Session, last: Activity | None
) -> None:
    stop = window.actions_["stop"]
    assert not stop.isEnabled()
    assert stop.toolTip().endswith("nothing is being computed")
    session.activities_changed.emit((SAMPLING,))
    assert stop.isEnabled()
    assert window.activity.text == "Sampling 200 points · step 3 of 12"
    session.activities_changed.emit(() if last is None else (last,))
    assert not stop.isEnabled()


def test_what_the_workspace_on_show_does_is_named_first_and_all_else_beside_it(
    window: MainWindow, session: Session
) -> None:
    window.resize(1280, 800)
    window.show_activities("save", (Activity("Saving mask.png", 0, 0, None, can_stop=False),))
    session.activities_changed.emit((SAMPLING,))
    assert window.activity.text.startswith("Sampling 200 points")
    assert "Saving mask.png" in [label.text() for label in window.activity.findChildren(QLabel) if label.isVisible()]
    assert window.actions_["stop"].isEnabled()
    window.workspaces.show_workspace("paint")
    assert window.activity.text == "Saving mask.png"
    window.show_activities("save", ())
    assert window.activity.text.startswith("Sampling 200 points")


def test_a_film_and_a_run_at_once_do_not_hide_each_other_s_going_on(window: MainWindow, session: Session) -> None:
    stop = window.actions_["stop"]
    window.show_activities("film", (WRITING,))
    session.activities_changed.emit((SAMPLING,))
    assert window.activity.text.startswith("Sampling 200 points")
    session.activities_changed.emit(())
    assert window.activity.text.startswith("Writing roll.gif")
    assert stop.isEnabled()
    session.activities_changed.emit((SAMPLING,))
    window.show_activities("film", ())
    assert window.activity.text.startswith("Sampling 200 points")
    assert stop.isEnabled()
    session.activities_changed.emit(())
    assert not stop.isEnabled()
