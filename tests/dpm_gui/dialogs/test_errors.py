"""The window that tells errors: in which words, how many, over which window, and how it is closed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QTextEdit
from pytestqt.qtbot import QtBot

from core.errors import BadCheckpointError, BadInputError, DpmError, OutputError, TrainingError
from dpm_gui.dialogs.errors import ErrorDialog, show_error
from tests.support.menus import Window, open_window


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    return open_window(qtbot)


def error_dialogs() -> list[ErrorDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, ErrorDialog) and each.isVisible()]


def the_error_dialog() -> ErrorDialog:
    (dialog,) = error_dialogs()
    return dialog


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
    assert dialog.heading == "Several errors occurred"
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
