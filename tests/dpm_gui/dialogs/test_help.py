"""The windows of the menu Help: all shortcuts, which can be searched, and what the program is made of."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from dpm_gui.dialogs.about import AboutDialog, versions
from dpm_gui.dialogs.shortcuts import ShortcutsDialog
from dpm_gui.window.commands import Gesture
from tests.support.menus import Window, open_window


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    return open_window(qtbot)


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
    (received,) = [label for label in shortcuts.findChildren(QLabel) if label.isVisible()]
    assert "“zzz”" in received.text()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert len(shortcuts.rows()) == 9
    assert not received.isVisible()
    qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert not shortcuts.isVisible()


def test_the_keys_are_muted_in_the_theme_of_now(shortcuts: ShortcutsDialog) -> None:
    palette = QPalette(shortcuts.palette())
    palette.setColor(QPalette.ColorRole.PlaceholderText, QColor("#123456"))
    shortcuts.setPalette(palette)
    _, rows = shortcuts._groups["File"]
    assert rows[0].foreground(1).color() == QColor("#123456")
    shortcuts.reject()


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
