"""The dialog of a film: fields to options and back, the film that comes of them, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL
from dpm_gui.export.film_dialog import FilmDialog
from dpm_gui.export.film_options import FilmOptions, FilmSubject, frame_count

T = 40
SUBJECT = FilmSubject(1.0 - np.linspace(0.0, 0.999, T + 1) ** 2, "points")
MakeDialog = Callable[[FilmOptions], FilmDialog]


@pytest.fixture
def make(qtbot: QtBot) -> MakeDialog:
    window = QMainWindow()
    qtbot.addWidget(window)

    def made(options: FilmOptions) -> FilmDialog:
        window.show()
        dialog = FilmDialog(SUBJECT, options, window)
        dialog.open()
        qtbot.waitExposed(dialog)
        return dialog

    return made


@pytest.fixture
def dialog(make: MakeDialog) -> FilmDialog:
    return make(FilmOptions(0, T))


def may_export(dialog: FilmDialog) -> bool:
    box = dialog.findChild(QDialogButtonBox)
    assert box is not None
    return next(b for b in box.buttons() if box.buttonRole(b) == QDialogButtonBox.ButtonRole.AcceptRole).isEnabled()


@pytest.mark.parametrize(
    "options",
    [
        FilmOptions(0, T),
        FilmOptions(3, 9, "gif", "backward", False, LOG_SNR, 2.5, 1.0, 50, 640, 360, False, False),
        FilmOptions(0, T, "png", "forward", True, SIGNAL, 0.37, 0.0, 30, 1920, 1080, True, False),
    ],
)
def test_what_is_shown_first_is_what_is_asked_for(make: MakeDialog, options: FilmOptions, qtbot: QtBot) -> None:
    dialog = make(options)
    with qtbot.waitSignal(dialog.asked) as asked:
        dialog.accept()
    assert asked.args == [options]


def test_length_frames_and_size_follow_every_field(dialog: FilmDialog) -> None:
    assert dialog.result_text.startswith("9.0 s · 224 frames · about ")
    seen = {dialog.result_text}
    for change in (
        lambda: dialog._fields._last.setValue(20),
        lambda: dialog._fields._direction.setCurrentIndex(0),
        lambda: dialog._fields._time.setCurrentIndex(1),
        lambda: dialog._fields._pace.setValue(0.8),
        lambda: dialog._fields._hold.setValue(2.0),
        lambda: dialog._fields._rate.setValue(50),
        lambda: dialog._fields._size.setCurrentIndex(2),
        lambda: dialog._fields._form.setCurrentIndex(1),
    ):
        change()
        assert dialog.result_text not in seen
        assert f"{frame_count(dialog.options, T, SUBJECT.scale(dialog.options))} frames" in dialog.result_text
        seen.add(dialog.result_text)


def test_speed_and_length_are_two_words_for_one_thing(dialog: FilmDialog) -> None:
    dialog._fields._pace.setValue(2.0)
    assert dialog._fields._length.value() == 2.0
    dialog._fields._length.setFocus()
    dialog._fields._length.setValue(3.0)
    assert dialog._fields._pace.value() == pytest.approx(4 / 3, abs=0.01)
    assert dialog.options.speed == 4 / 3
    assert dialog._fields._length.value() == 3.0


def test_nonsense_gets_a_sentence_beside_its_field_and_cannot_be_exported(dialog: FilmDialog) -> None:
    for field, wrong, right in (
        ("range", lambda: dialog._fields._first.setValue(40), lambda: dialog._fields._first.setValue(0)),
        ("range", lambda: dialog._fields._last.setValue(5000), lambda: dialog._fields._last.setValue(40)),
        ("speed", lambda: dialog._fields._pace.setValue(0.0), lambda: dialog._fields._pace.setValue(1.0)),
        ("hold", lambda: dialog._fields._hold.setValue(100.0), lambda: dialog._fields._hold.setValue(1.0)),
        ("rate", lambda: dialog._fields._rate.setValue(500), lambda: dialog._fields._rate.setValue(30)),
    ):
        hint = dialog.note_of(field)
        wrong()
        assert dialog.note_of(field) == dialog.options.problems(T)[field] != hint
        assert not may_export(dialog)
        assert dialog.result_text == f"No film yet. {dialog.note_of(field)}"
        right()
        assert dialog.note_of(field) == hint
        assert may_export(dialog)


def test_a_size_of_one_s_own_is_typed_only_where_it_counts(dialog: FilmDialog) -> None:
    assert not dialog._fields._width.isEnabled()
    dialog._fields._size.setCurrentIndex(dialog._fields._size.count() - 1)
    dialog._fields._width.setValue(600)
    dialog._fields._height.setValue(300)
    assert (dialog.options.width, dialog.options.height) == (600, 300)
    dialog._fields._width.setValue(10)
    assert dialog.note_of("size").startswith("From 480x270")


def test_the_dialog_keeps_its_size_whatever_it_says(dialog: FilmDialog) -> None:
    before, rows = dialog.size(), dialog._fields.sizeHint()
    for wrong in (lambda: dialog._fields._first.setValue(40), lambda: dialog._fields._hold.setValue(100.0)):
        wrong()
        QApplication.processEvents()
        assert (dialog.size(), dialog._fields.sizeHint()) == (before, rows)


def test_tab_reaches_every_field_in_reading_order(dialog: FilmDialog, qtbot: QtBot) -> None:
    dialog._fields._size.setCurrentIndex(dialog._fields._size.count() - 1)
    order: list[QWidget | None] = []
    for _ in range(15):
        order.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    d = dialog._fields
    assert order == [
        *(d._form, d._first, d._last, d._direction, d._sides, d._time, d._pace, d._length, d._hold, d._rate),
        *(d._size, d._width, d._height, d._bar, d._strip),
    ]


def test_keys_alone_change_and_export_the_film(make: MakeDialog, qtbot: QtBot) -> None:
    options = FilmOptions(0, T)
    dialog = make(options)
    qtbot.keyClick(dialog._fields._form, Qt.Key.Key_Down)
    with qtbot.waitSignal(dialog.asked) as asked:
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)
    assert asked.args == [replace(options, form="gif")]
