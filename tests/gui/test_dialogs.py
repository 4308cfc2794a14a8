"""The windows beside the main one, driven by keys as a person would."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QListWidget, QMainWindow, QTextEdit
from pytestqt.qtbot import QtBot

from core.errors import BadCheckpointError, BadInputError, DpmError, OutputError, TrainingError
from dpm_gui.dialogs import AboutDialog, CommandPalette, ErrorDialog, Gesture, ShortcutsDialog, show_error
from dpm_gui.dialogs.about import versions
from dpm_gui.dialogs.commands import commands
from dpm_gui.dialogs.matching import fit

MENUS: dict[str, list[tuple[str, str]]] = {
    "&File": [("&Open…", "Ctrl+O"), ("&Save training…", "Ctrl+S"), ("Save && quit", "Ctrl+Q")],
    "&Run": [("&Stop", "Esc"), ("&Run again with a new seed", "Ctrl+R"), ("&Loop", "")],
    "&View": [("Drift &arrows", "3"), ("Full screen", "F11")],
}


class Window(QMainWindow):
    """A window with three menus; keeps what was triggered."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(900, 600)
        self.actions_by_text: dict[str, QAction] = {}
        self.triggered: list[str] = []
        for title, entries in MENUS.items():
            menu = self.menuBar().addMenu(title)
            for text, key in entries:
                action = menu.addAction(text)
                action.setShortcut(QKeySequence(key))
                name = text.replace("&&", "+").replace("&", "").replace("+", "&")
                action.triggered.connect(lambda _=False, name=name: self.triggered.append(name))
                self.actions_by_text[name] = action
            menu.addSeparator()

    @property
    def all_actions(self) -> list[QAction]:
        return list(self.actions_by_text.values())


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


def error_dialogs() -> list[ErrorDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, ErrorDialog) and each.isVisible()]


def the_error_dialog() -> ErrorDialog:
    (dialog,) = error_dialogs()
    return dialog


# ------------------------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("error", "heading"),
    [
        (BadCheckpointError("/a.h5", "not a checkpoint"), "This file cannot be opened"),
        (OutputError("/a.png: the disk is full"), "The file was not saved"),
        (BadInputError("count 0: at least one"), "This cannot be used as it is"),
        (TrainingError("K is not finite"), "The training has stopped"),
        (DpmError("something"), "That did not work"),
    ],
)
def test_an_error_is_shown_as_a_heading_and_its_reason(window: Window, error: DpmError, heading: str) -> None:
    show_error(window, error)
    dialog = the_error_dialog()
    assert dialog.heading == heading
    assert dialog.reasons == (str(error),)
    assert dialog.findChild(QTextEdit).toPlainText() == str(error)
    assert dialog.accessibleName() == heading
    assert dialog.accessibleDescription() == str(error)
    dialog.reject()


def test_several_errors_are_listed_in_one_window(window: Window) -> None:
    show_error(window, BadCheckpointError("/a.h5", "too old"))
    first = the_error_dialog()
    show_error(window.menuBar(), OutputError("/b.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog is first
    assert dialog.heading == "Several things went wrong"
    assert dialog.reasons == ("/a.h5: too old", "/b.png: the disk is full")
    dialog.reject()


def test_several_errors_of_one_kind_keep_their_heading(window: Window) -> None:
    show_error(window, OutputError("/a.png: the disk is full"))
    show_error(window, OutputError("/b.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog.heading == "The file was not saved"
    dialog.reject()


def test_an_error_that_repeats_is_listed_once(window: Window) -> None:
    for _ in range(5):
        show_error(window, OutputError("/a.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog.reasons == ("/a.png: the disk is full",)
    dialog.reject()


def test_a_thousand_errors_fit_on_the_screen(window: Window) -> None:
    for number in range(1000):
        show_error(window, OutputError(f"/{number}.png: the disk is full"))
    dialog = the_error_dialog()
    assert len(dialog.reasons) == 50
    assert dialog.reasons[-1] == "/999.png: the disk is full"
    assert dialog.height() < 600
    dialog.reject()


def test_after_it_was_closed_the_next_error_opens_a_new_window(window: Window, qtbot: QtBot) -> None:
    show_error(window, OutputError("/a.png: the disk is full"))
    the_error_dialog().reject()
    show_error(window, OutputError("/b.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog.reasons == ("/b.png: the disk is full",)
    dialog.reject()


def test_an_error_without_a_window_is_shown_too(qtbot: QtBot) -> None:
    show_error(None, OutputError("/a.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog.parent() is None
    dialog.reject()


def test_an_error_is_shown_over_the_window_it_belongs_to(window: Window, qtbot: QtBot) -> None:
    other = Window()
    qtbot.addWidget(other)
    show_error(window, OutputError("/a.png: the disk is full"))
    show_error(other, OutputError("/b.png: the disk is full"))
    reasons = {dialog.parent(): dialog.reasons for dialog in error_dialogs()}
    assert reasons == {window: ("/a.png: the disk is full",), other: ("/b.png: the disk is full",)}
    for dialog in error_dialogs():
        dialog.reject()


def test_showing_an_error_does_not_wait_for_an_answer(window: Window) -> None:
    show_error(window, OutputError("/a.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    dialog.reject()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_escape_and_enter_close_an_error(window: Window, qtbot: QtBot, key: Qt.Key) -> None:
    show_error(window, OutputError("/a.png: the disk is full"))
    dialog = the_error_dialog()
    qtbot.keyClick(dialog, key)
    assert error_dialogs() == []


def test_a_long_path_is_wrapped_and_can_be_selected(window: Window, qtbot: QtBot) -> None:
    path = "/home/" + "averylongname" * 30 + ".h5"
    show_error(window, BadCheckpointError(path, "not a checkpoint"))
    dialog = the_error_dialog()
    text = dialog.findChild(QTextEdit)
    assert dialog.width() < 700
    assert text.horizontalScrollBar().maximum() == 0
    assert text.verticalScrollBar().maximum() == 0  # all of it is in sight
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(text, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == f"{path}: not a checkpoint"
    dialog.reject()


def test_markup_in_an_error_is_shown_as_it_is(window: Window) -> None:
    show_error(window, OutputError("/<b>a</b>.png: the disk is full"))
    dialog = the_error_dialog()
    assert dialog.findChild(QTextEdit).toPlainText() == "/<b>a</b>.png: the disk is full"
    dialog.reject()


# ----------------------------------------------------------------------------------------------------------- commands


def test_a_command_is_read_from_its_action_and_menu(window: Window) -> None:
    found = {command.text: command for command in commands(window.all_actions)}
    assert list(found) == list(window.actions_by_text)
    assert (found["Open…"].menu, found["Open…"].keys, found["Open…"].reason) == ("File", "Ctrl+O", "")
    assert found["Save & quit"].keys == "Ctrl+Q"
    assert found["Loop"].keys == ""


def test_several_keys_are_all_told(window: Window) -> None:
    action = window.actions_by_text["Loop"]
    action.setShortcuts([QKeySequence("Ctrl+Y"), QKeySequence("Ctrl+Shift+Z")])
    (command,) = commands([action])
    assert command.keys == "Ctrl+Y or Ctrl+Shift+Z"


def test_a_menu_named_in_the_data_comes_before_the_menu_it_hangs_in(window: Window) -> None:
    window.actions_by_text["Loop"].setData("Playing")
    assert [command.menu for command in commands([window.actions_by_text["Loop"]])] == ["Playing"]


def test_an_action_in_no_menu_is_listed_as_other(window: Window) -> None:
    assert [command.menu for command in commands([QAction("Alone", window)])] == ["Other"]


def test_separators_submenus_and_hidden_actions_are_no_commands(window: Window) -> None:
    submenu = window.menuBar().addMenu("More")
    separator = QAction(window)
    separator.setSeparator(True)
    window.actions_by_text["Loop"].setVisible(False)
    assert commands([submenu.menuAction(), separator, window.actions_by_text["Loop"], QAction("", window)]) == []


def test_a_menu_s_commands_stay_together_whatever_the_order_of_actions(window: Window) -> None:
    texts = ["Open…", "Stop", "Save training…", "Loop"]
    found = commands([window.actions_by_text[text] for text in texts])
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
    (command,) = commands([action])
    assert command.reason == reason


# ----------------------------------------------------------------------------------------------------------- matching


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("sp", "Save picture", "Stop"),
        ("st", "Stop", "Save training"),
        ("full", "Full screen", "Fit until all is seen, in full"),
        ("pic", "Save picture", "Play it once"),
        ("OPEN", "Open", "Open recent"),
        ("new run", "Run again with a new seed", "Open the newest of all recorded runs"),
    ],
)
def test_the_better_fit_comes_first(typed: str, better: str, worse: str) -> None:
    first, second = fit(typed, better), fit(typed, worse)
    assert first is not None
    assert second is None or first > second


@pytest.mark.parametrize(("typed", "text"), [("x", "Stop"), ("pots", "Stop"), ("stop now", "Stop"), ("ss", "Stop")])
def test_letters_that_are_not_there_in_order_do_not_fit(typed: str, text: str) -> None:
    assert fit(typed, text) is None


def test_nothing_typed_fits_everything() -> None:
    assert fit("", "Stop") is not None
    assert fit("  ", "Stop") is not None


# ---------------------------------------------------------------------------------------------------------- shortcuts


@pytest.fixture
def shortcuts(window: Window, qtbot: QtBot) -> ShortcutsDialog:
    dialog = ShortcutsDialog(window, window.all_actions, [Gesture("Mouse", "Zoom at the pointer", "Wheel")])
    dialog.open()
    qtbot.waitExposed(dialog)
    return dialog


def test_every_command_and_gesture_is_listed_by_its_group(shortcuts: ShortcutsDialog) -> None:
    rows = shortcuts.rows()
    assert [row[0] for row in rows] == ["File"] * 3 + ["Run"] * 3 + ["View"] * 2 + ["Mouse"]
    assert ("File", "Save & quit", "Ctrl+Q") in rows
    assert ("Run", "Loop", "") in rows
    assert rows[-1] == ("Mouse", "Zoom at the pointer", "Wheel")
    shortcuts.reject()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("save", ["Save training…", "Save & quit"]),
        ("ctrl+r", ["Run again with a new seed"]),
        ("run loop", ["Loop"]),
        ("WHEEL", ["Zoom at the pointer"]),
    ],
)
def test_typing_finds_by_command_key_and_group(
    shortcuts: ShortcutsDialog, qtbot: QtBot, typed: str, found: list[str]
) -> None:
    qtbot.keyClicks(shortcuts.findChild(QLineEdit), typed)
    assert [row[1] for row in shortcuts.rows()] == found
    shortcuts.reject()


def test_a_search_without_a_find_says_so_and_escape_takes_it_back(shortcuts: ShortcutsDialog, qtbot: QtBot) -> None:
    search = shortcuts.findChild(QLineEdit)
    qtbot.keyClicks(search, "zzz")
    assert shortcuts.rows() == []
    (told,) = [label for label in shortcuts.findChildren(QLabel) if label.isVisible()]
    assert "“zzz”" in told.text()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert len(shortcuts.rows()) == 9
    assert not told.isVisible()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not shortcuts.isVisible()


def test_the_keys_are_muted_in_the_theme_of_now(shortcuts: ShortcutsDialog) -> None:
    palette = QPalette(shortcuts.palette())
    palette.setColor(QPalette.ColorRole.PlaceholderText, QColor("#123456"))
    shortcuts.setPalette(palette)
    _, rows = shortcuts._groups["File"]
    assert rows[0].foreground(1).color() == QColor("#123456")
    shortcuts.reject()


# ---------------------------------------------------------------------------------------------------- command palette


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
    (told,) = [label for label in palette.findChildren(QLabel) if label.isVisible()]
    assert told.text() == "No command is called “zzz”."
    qtbot.keyClick(search, Qt.Key.Key_Return)
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert palette.isVisible()
    palette.reject()


# -------------------------------------------------------------------------------------------------------------- about


def test_about_tells_the_versions_and_copies_them(window: Window, qtbot: QtBot) -> None:
    dialog = AboutDialog(window)
    dialog.open()
    qtbot.waitExposed(dialog)
    texts = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    for name in ("dpm-gui", "Python", "Qt", "torch"):
        assert f"{name} {versions()[name]}" in texts
    dialog.copy_versions()
    assert f"Qt {versions()['Qt']}" in QGuiApplication.clipboard().text().splitlines()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_part_that_is_not_installed_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dpm_gui.dialogs.about.PACKAGES", ("no-such-package",))
    assert versions()["no-such-package"] == "not installed"
