"""The command palette: the commands it knows, which fit what is typed, and how one is done by keys or a click."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from dpm_gui.dialogs.command_palette import CommandPalette, match_score
from dpm_gui.dialogs.listed_actions import listed_actions
from tests.support.menus import MENUS, Window, open_window


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    return open_window(qtbot)


# ------------------------------------------------------------------------------------------------------------- commands
def test_a_command_is_read_from_its_action_and_menu(window: Window) -> None:
    found = {command.text: command for command in listed_actions(window.all_actions)}
    assert list(found) == list(window.actions_by_text)
    assert (found["Open…"].menu, found["Open…"].keys, found["Open…"].reason) == ("File", "Ctrl+O", "")
    assert found["Save & quit"].keys == "Ctrl+Q"
    assert found["Loop"].keys == ""


def test_several_keys_are_all_told(window: Window) -> None:
    action = window.actions_by_text["Loop"]
    action.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
    (command,) = listed_actions([action])
    assert command.keys == "Ctrl+Y or Ctrl+Shift+Z"


def test_a_menu_named_in_the_data_comes_before_the_menu_it_hangs_in(window: Window) -> None:
    window.actions_by_text["Loop"].setData("Playing")
    assert [command.menu for command in listed_actions([window.actions_by_text["Loop"]])] == ["Playing"]


def test_an_action_in_no_menu_is_listed_as_other(window: Window) -> None:
    assert [command.menu for command in listed_actions([QAction("Alone", window)])] == ["Other"]


def test_separators_submenus_and_hidden_actions_are_no_commands(window: Window) -> None:
    submenu = window.menuBar().addMenu("More")
    separator = QAction(window)
    separator.setSeparator(True)
    window.actions_by_text["Loop"].setVisible(False)
    assert listed_actions([submenu.menuAction(), separator, window.actions_by_text["Loop"], QAction("", window)]) == []


def test_a_menu_s_commands_stay_together_whatever_the_order_of_actions(window: Window) -> None:
    texts = ["Open…", "Stop", "Save training…", "Loop"]
    found = listed_actions([window.actions_by_text[text] for text in texts])
    assert [command.text for command in found] == ["Open…", "Save training…", "Stop", "Loop"]


@pytest.mark.parametrize(
    ("enabled", "tip", "reason"),
    [
        (False, "Nothing is running", "Nothing is running"),
        (False, "<b>Stop</b><br>Nothing is running", "Stop Nothing is running"),
        (False, "", ""),
        (True, "Stops the run", ""),
    ],
)
def test_a_greyed_command_gives_its_tool_tip_as_the_reason(
    window: Window, enabled: bool, tip: str, reason: str
) -> None:
    action = window.actions_by_text["Stop"]
    action.setEnabled(enabled)
    action.setToolTip(tip)
    (command,) = listed_actions([action])
    assert command.reason == reason


# ------------------------------------------------------------------------------------------------------------- matching
@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("si", "Save image", "Switch"),
        ("st", "Stop", "Save training"),
        ("full", "Full screen", "Fit until all is seen, in full"),
        ("ima", "Save image", "It may act"),
        ("OPEN", "Open", "Open recent"),
        ("new run", "Run again with a new seed", "Open the newest of all recorded runs"),
    ],
)
def test_the_better_fit_comes_first(typed: str, better: str, worse: str) -> None:
    first, second = match_score(typed, better), match_score(typed, worse)
    assert first is not None
    assert second is None or first > second


@pytest.mark.parametrize(("typed", "text"), [("x", "Stop"), ("pots", "Stop"), ("stop now", "Stop"), ("ss", "Stop")])
def test_letters_that_are_not_there_in_order_do_not_fit(typed: str, text: str) -> None:
    assert match_score(typed, text) is None


def test_nothing_typed_fits_everything() -> None:
    assert match_score("", "Stop") is not None
    assert match_score("  ", "Stop") is not None


# -------------------------------------------------------------------------------------------------------------- palette
@pytest.fixture
def open_palette(window: Window, qtbot: QtBot) -> Callable[[], CommandPalette]:
    def make() -> CommandPalette:
        palette = CommandPalette(window, window.all_actions)
        palette.show()
        qtbot.waitExposed(palette)
        return palette

    return make


def test_the_palette_lists_all_commands_until_something_is_typed(open_palette: Callable[[], CommandPalette]) -> None:
    palette = open_palette()
    assert [command.text for command in palette.rows()] == [
        name.replace("&&", "+").replace("&", "").replace("+", "&") for menu in MENUS.values() for name, _ in menu
    ]
    palette.reject()


def test_a_few_letters_and_enter_do_it(
    window: Window, open_palette: Callable[[], CommandPalette], qtbot: QtBot
) -> None:
    palette = open_palette()
    search = palette.findChild(QLineEdit)
    qtbot.keyClicks(search, "fs")
    assert palette.rows()[0].text == "Full screen"
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert window.triggered == ["Full screen"]
    assert not palette.isVisible()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ([Qt.Key.Key_Down], "Save training…"),
        ([Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up], "Save training…"),
        ([Qt.Key.Key_Up], "Full screen"),
        ([Qt.Key.Key_Up, Qt.Key.Key_Down], "Open…"),
        ([Qt.Key.Key_PageDown], "Full screen"),
    ],
)
def test_arrows_choose_and_go_round(
    window: Window, open_palette: Callable[[], CommandPalette], qtbot: QtBot, keys: list[Qt.Key], text: str
) -> None:
    palette = open_palette()
    search = palette.findChild(QLineEdit)
    for key in [*keys, Qt.Key.Key_Return]:
        qtbot.keyClick(search, key)
    assert window.triggered == [text]


def test_escape_leaves_the_palette_and_does_nothing(
    window: Window, open_palette: Callable[[], CommandPalette], qtbot: QtBot
) -> None:
    palette = open_palette()
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert window.triggered == []


def test_a_greyed_command_says_why_and_does_nothing_on_enter(
    window: Window, open_palette: Callable[[], CommandPalette], qtbot: QtBot
) -> None:
    action = window.actions_by_text["Stop"]
    action.setEnabled(False)
    action.setToolTip("Nothing is running")
    palette = open_palette()
    search = palette.findChild(QLineEdit)
    qtbot.keyClicks(search, "stop")
    item = palette.findChild(QListWidget).item(0)
    assert item.data(Qt.ItemDataRole.AccessibleTextRole) == "Stop, Esc, Nothing is running"
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert palette.isVisible()
    assert window.triggered == []
    palette.reject()


def test_a_greyed_command_is_fainter_than_others(window: Window, open_palette: Callable[[], CommandPalette]) -> None:
    darkest = []
    for enabled in (True, False):
        window.actions_by_text["Full screen"].setEnabled(enabled)
        palette = open_palette()
        palette.narrow("full screen")
        rows = palette.findChild(QListWidget)
        image = rows.viewport().grab(QRect(0, 0, 100, rows.visualItemRect(rows.item(0)).height())).toImage()
        darkest.append(min(image.pixelColor(x, y).lightness() for x in range(100) for y in range(image.height())))
        palette.reject()
    assert darkest[0] + 40 < darkest[1]


def test_a_click_does_a_command(window: Window, open_palette: Callable[[], CommandPalette], qtbot: QtBot) -> None:
    palette = open_palette()
    rows = palette.findChild(QListWidget)
    place = rows.visualItemRect(rows.item(2)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.triggered == ["Save & quit"]


def test_the_palette_is_closed_before_its_command_is_done(
    window: Window, open_palette: Callable[[], CommandPalette], qtbot: QtBot
) -> None:
    palette = open_palette()
    open_then: list[bool] = []
    window.actions_by_text["Open…"].triggered.connect(lambda: open_then.append(palette.isVisible()))
    qtbot.keyClick(palette.findChild(QLineEdit), Qt.Key.Key_Return)
    assert open_then == [False]


def test_letters_that_fit_nothing_are_told(open_palette: Callable[[], CommandPalette], qtbot: QtBot) -> None:
    palette = open_palette()
    search = palette.findChild(QLineEdit)
    qtbot.keyClicks(search, "zzz")
    (received,) = [label for label in palette.findChildren(QLabel) if label.isVisible()]
    assert received.text() == "No command is called “zzz”."
    qtbot.keyClick(search, Qt.Key.Key_Return)
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert palette.isVisible()
    palette.reject()
