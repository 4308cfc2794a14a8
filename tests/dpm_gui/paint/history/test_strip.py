"""The strip of the history: thumbnails with a name and keys, the newest first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from dpm_gui.paint.history.strip import EMPTY, HistoryStrip, caption, description
from dpm_gui.paint.inpainting.options import InpaintOptions
from tests.support.painting import entry


@pytest.fixture
def strip(qtbot: QtBot) -> HistoryStrip:
    made = HistoryStrip(QAction("Clear the history"))
    qtbot.addWidget(made)
    made.resize(made.width(), 400)
    made.show_entries(tuple(replace(entry(seed), number=seed) for seed in (1, 2, 3)))
    made.show()
    return made


def test_the_newest_is_first_and_what_is_removed_leaves(strip: HistoryStrip) -> None:
    assert strip.numbers == [3, 2, 1]
    strip.show_entries(tuple(replace(entry(seed), number=seed) for seed in (1, 3, 4)))
    assert strip.numbers == [4, 3, 1]
    assert not strip._empty.isVisible()
    strip.show_entries(())
    assert strip._empty.isVisible()
    assert strip._empty.text() == EMPTY


def test_a_click_or_enter_brings_back_and_delete_removes(strip: HistoryStrip) -> None:
    chosen: list[int] = []
    removed: list[int] = []
    strip.chosen.connect(chosen.append)
    strip.remove_asked.connect(removed.append)
    entries = strip.list
    place = entries.visualItemRect(entries.item(1)).center()
    QTest.mouseClick(entries.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.keyClick(entries, Qt.Key.Key_Down)
    QTest.keyClick(entries, Qt.Key.Key_Return)
    QTest.keyClick(entries, Qt.Key.Key_Delete)
    assert (chosen, removed) == ([2, 1], [1])


def test_its_keys_are_kept_from_the_shortcuts_of_the_window(strip: HistoryStrip) -> None:
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_PageUp, Qt.Key.Key_Return):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(strip.list, event)
        assert event.isAccepted()
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier)
    event.ignore()
    QApplication.sendEvent(strip.list, event)
    assert not event.isAccepted()


def test_its_menu_brings_back_removes_and_clears(strip: HistoryStrip) -> None:
    removed: list[int] = []
    strip.remove_asked.connect(removed.append)
    place = strip.list.visualItemRect(strip.list.item(0)).center()
    viewport = strip.list.viewport()
    QApplication.sendEvent(
        viewport, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    )
    menu = strip.findChild(QMenu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == ["Bring back", "Remove from the history", "Clear the history"]
    menu.actions()[1].trigger()
    assert removed == [3]
    menu.close()


def test_an_entry_says_what_it_is_of(strip: HistoryStrip) -> None:
    made = replace(entry(7), number=4, options=InpaintOptions(known_mode="clean", resample_times=5, start=9), seed=12)
    assert caption(made) == ("seed 12", "known pixels clean, RePaint resampling 5, from t = 9")
    assert caption(entry(7)) == ("seed 7",)
    assert "Seed 12, 4 samples\nKnown pixels clean, RePaint resampling 5, from t = 9" in description(made)
    assert "drawn again" in description(made.without_samples())
    text = strip.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith("Inpainting 3, ")
    strip.show_shown(2)
    assert strip.list.currentItem() is strip.list.item(1)
    strip.show_shown(None)
    assert not strip.list.selectedItems()
