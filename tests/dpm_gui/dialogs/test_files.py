"""The dialogs that ask for a file: where they begin, what they remember, and which suffix a name is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.dialogs.files import PathCallback, ask_folder, ask_open, ask_save

KINDS = "GIF film (*.gif);;MP4 film (*.mp4);;Figure of the paper (*.png)"
Ask = Callable[..., QFileDialog]


@pytest.fixture
def preferences(settings: QSettings, tmp_path: Path) -> Preferences:
    """Preferences that remember the folder of the test."""
    made = Preferences(settings)
    made.last_folder = tmp_path
    return made


@pytest.fixture
def ask(preferences: Preferences, qtbot: QtBot) -> Ask:
    """Shows one of the dialogs, whose answer is put in a list."""
    window = QWidget()
    qtbot.addWidget(window)
    window.show()

    def show(kind: Callable[..., None], kinds: str, taken: list[str], **how: str) -> QFileDialog:
        kind(window, preferences, "A file", kinds, taken.append, **how)
        (dialog,) = [each for each in window.findChildren(QFileDialog) if each.isVisible()]
        return dialog

    return show


def test_a_file_that_is_opened_is_taken_and_its_folder_is_where_the_next_dialog_begins(
    ask: Ask, preferences: Preferences, tmp_path: Path
) -> None:
    taken: list[str] = []
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "roll.h5").write_bytes(b"")
    dialog = ask(ask_open, "Checkpoints (*.h5)", taken)
    assert Path(dialog.directory().absolutePath()) == tmp_path
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    dialog.selectFile(str(tmp_path / "new" / "roll.h5"))
    dialog.accept()
    assert taken == [str(tmp_path / "new" / "roll.h5")]
    assert preferences.last_folder == str(tmp_path / "new")
    following = ask(ask_save, KINDS, taken)
    assert Path(following.directory().absolutePath()) == tmp_path / "new"
    following.reject()


def test_a_file_that_is_not_there_is_not_opened(ask: Ask, tmp_path: Path) -> None:
    assert ask(ask_open, KINDS, []).fileMode() == QFileDialog.FileMode.ExistingFile


def test_any_name_can_be_typed_where_that_is_allowed_and_the_folder_of_the_file_is_remembered(
    ask: Ask, preferences: Preferences, tmp_path: Path
) -> None:
    taken: list[str] = []
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "several.h5").write_bytes(b"")
    dialog = ask(partial(ask_open, any_name=True), "Data (*.h5)", taken)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    name.setText(f"{tmp_path}/new/several.h5:/inner/second")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert taken == [f"{tmp_path}/new/several.h5:/inner/second"]
    assert preferences.last_folder == str(tmp_path / "new")


def test_a_folder_that_is_gone_is_not_proposed_as_a_name(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Preferences, "last_folder", str(tmp_path / "gone"))
    dialog = ask(partial(ask_open, any_name=True), "Data (*.h5)", [])
    assert Path(dialog.directory().absolutePath()) == tmp_path
    assert dialog.findChild(QLineEdit, "fileNameEdit").text() == ""
    dialog.reject()


def test_a_folder_is_chosen(ask: Ask, preferences: Preferences, tmp_path: Path) -> None:
    taken: list[str] = []
    (tmp_path / "images").mkdir()

    def ask_for_folder(window: QWidget, preferences: Preferences, title: str, _kinds: str, take: PathCallback) -> None:
        ask_folder(window, preferences, title, take)

    dialog = ask(ask_for_folder, "", taken)
    dialog.selectFile(str(tmp_path / "images"))
    dialog.accept()
    assert taken == [str(tmp_path / "images")]
    assert preferences.last_folder == str(tmp_path)


@pytest.mark.parametrize("kind", [ask_open, ask_save])
def test_a_dialog_that_is_left_takes_and_remembers_nothing(
    ask: Ask, preferences: Preferences, tmp_path: Path, kind: Callable[..., None]
) -> None:
    taken: list[str] = []
    (tmp_path / "new").mkdir()
    dialog = ask(kind, KINDS, taken)
    dialog.setDirectory(str(tmp_path / "new"))
    dialog.reject()
    assert taken == []
    assert preferences.last_folder == str(tmp_path)


@pytest.mark.parametrize(
    ("downs", "name", "saved"),
    [(0, "a", "a.gif"), (1, "a", "a.mp4"), (2, "a", "a.png"), (0, "a.mp4", "a.mp4"), (0, "", "made up.gif")],
)
def test_a_name_gets_the_suffix_of_the_kind_on_show_unless_it_has_one(
    ask: Ask, preferences: Preferences, tmp_path: Path, downs: int, name: str, saved: str
) -> None:
    taken: list[str] = []
    dialog = ask(ask_save, KINDS, taken, proposal="made up")
    kinds = dialog.findChild(QComboBox, "fileTypeCombo")
    for _ in range(downs):
        QTest.keyClick(kinds, Qt.Key.Key_Down)
    if name:
        dialog.selectFile(str(tmp_path / name))
    dialog.accept()
    assert taken == [str(tmp_path / saved)]
