"""The dialog of preferences: it tells what remembered runs take, keeps to a limit, and forgets them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.preferences import MEGABYTE, Preferences
from dpm_gui.dialogs.preferences import PreferencesDialog, RunKeeper
from dpm_gui.engine.remembering import RunMemory

Ask = Callable[[], PreferencesDialog]


@pytest.fixture
def preferences(settings: QSettings) -> Preferences:
    return Preferences(settings)


@pytest.fixture
def memory(tmp_path: Path) -> RunMemory:
    """Three runs of 1 MB, the first of them the oldest."""
    for number in range(3):
        path = tmp_path / f"{number}.run"
        path.write_bytes(bytes(MEGABYTE))
        os.utime(path, (number, number))
    return RunMemory(tmp_path, 2000 * MEGABYTE)


@pytest.fixture
def ask(qapp: QApplication, preferences: Preferences, memory: RunMemory, window: QWidget) -> Iterator[Ask]:
    keeper = RunKeeper(memory, window)
    yield lambda: PreferencesDialog(preferences, keeper, window)
    keeper.shut_down()


def runs(memory: RunMemory) -> list[str]:
    return sorted(path.name for path in memory.folder.glob("*.run"))


def test_it_tells_what_remembered_runs_take_and_may_take(ask: Ask, qtbot: QtBot) -> None:
    dialog = ask()
    qtbot.waitUntil(lambda: dialog.size_label.text() == "3 MB")
    assert dialog.limit.value() == 2000
    assert dialog.clear_button.isEnabled()
    dialog.reject()


def test_forgetting_all_runs_leaves_none(ask: Ask, memory: RunMemory, qtbot: QtBot) -> None:
    dialog = ask()
    qtbot.waitUntil(lambda: dialog.size_label.text() == "3 MB")
    qtbot.mouseClick(dialog.clear_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.size_label.text() == "0 MB")
    assert runs(memory) == []
    assert not dialog.clear_button.isEnabled()
    dialog.reject()


def test_a_smaller_limit_is_kept_at_once_and_stored_even_if_the_dialog_is_closed_first(
    ask: Ask, memory: RunMemory, preferences: Preferences, settings: QSettings, qtbot: QtBot
) -> None:
    dialog = ask()
    dialog.limit.setValue(2)
    dialog.reject()
    qtbot.waitUntil(lambda: runs(memory) == ["1.run", "2.run"])
    assert memory.limit == preferences.run_limit == 2 * MEGABYTE
    assert Preferences(settings).run_limit == 2 * MEGABYTE


def test_with_no_room_nothing_is_kept(ask: Ask, memory: RunMemory, qtbot: QtBot) -> None:
    dialog = ask()
    dialog.limit.setValue(0)
    dialog.reject()
    qtbot.waitUntil(lambda: runs(memory) == [])
    assert memory.limit == 0


def test_a_folder_that_is_missing_takes_nothing(
    preferences: Preferences, tmp_path: Path, window: QWidget, qtbot: QtBot
) -> None:
    keeper = RunKeeper(RunMemory(tmp_path / "missing", MEGABYTE), window)
    dialog = PreferencesDialog(preferences, keeper, window)
    qtbot.waitUntil(lambda: dialog.size_label.text() == "0 MB")
    dialog.reject()
    keeper.shut_down()
    assert not (tmp_path / "missing").exists()
