"""The cards under the Open button: what they show, and that they are reached by keyboard."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.runtime.assets import shipped_models
from dpm_gui.dialogs import open_panel
from dpm_gui.dialogs.open_panel import LINE, CardReader, OpenPanel
from dpm_gui.engine.opening import read_cards

SHIPPED = [str(shipped_models()[name]) for name in ("swiss_roll", "heartbeat_fast", "digits", "colour_patches")]
LINES = [
    "points in 2 dimensions, T = 40",
    "sequences of 20 bits, T = 200",
    "grey images, 28 × 28, T = 1000",
    "colour images, 32 × 32, T = 1000",
]


@pytest.fixture
def reader(qapp: QApplication) -> Iterator[CardReader]:
    made = CardReader(qapp)
    yield made
    made.shut_down()
    made.deleteLater()


@pytest.fixture
def panel(window: QWidget, reader: CardReader) -> OpenPanel:
    window.show()
    return OpenPanel(reader, lambda: None, window)


def shown(panel: OpenPanel) -> list[tuple[str, str]]:
    items = [panel.list.item(row) for row in range(panel.list.count())]
    return [(item.text(), item.data(LINE)) for item in items]


def test_a_card_names_the_model_and_what_it_holds() -> None:
    cards = list(read_cards(SHIPPED, []))
    assert [card.title for card in cards] == ["Swiss roll", "Heartbeat in 200 steps", "Digits", "Colour patches"]
    assert [card.line for card in cards] == LINES
    assert [card.levels is None for card in cards] == [True, True, False, False]
    assert [card.ink is None for card in cards] == [False, False, True, True]
    assert 0.02 < cards[0].ink.mean() < 0.3
    assert cards[3].levels.shape == (64, 64, 3)


def test_a_file_that_is_gone_or_broken_has_a_card_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.h5").write_bytes(b"no HDF5 at all")
    cards = list(read_cards([], [str(tmp_path / "gone.h5"), str(tmp_path / "broken.h5")]))
    assert [(card.title, card.line) for card in cards] == [
        ("gone.h5", "is no longer there"),
        ("broken.h5", "cannot be read"),
    ]


def test_the_cards_have_their_places_at_once_and_are_filled_as_they_are_read(panel: OpenPanel, qtbot: QtBot) -> None:
    panel.open_under(panel.parentWidget(), SHIPPED, [])
    assert [title for title, _ in shown(panel)] == ["swiss_roll", "heartbeat_fast", "digits", "colour_patches"]
    size = panel.size()
    qtbot.waitUntil(lambda: [line for _, line in shown(panel)] == LINES)
    assert all(not panel.list.item(row).icon().isNull() for row in range(4))
    assert panel.size() == size


def test_no_line_of_a_shipped_model_is_cut(panel: OpenPanel) -> None:
    room = panel._card_size().width() - open_panel.THUMBNAIL - 3 * open_panel.GAP
    metrics = QFontMetrics(panel.font())
    for card in read_cards(list(map(str, shipped_models().values())), []):
        assert metrics.horizontalAdvance(card.line) <= room


def test_arrows_and_enter_choose_a_card(panel: OpenPanel, qtbot: QtBot) -> None:
    panel.open_under(panel.parentWidget(), SHIPPED, [])
    assert panel.list.currentRow() == 0
    qtbot.keyClick(panel.list, Qt.Key.Key_Right)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.list.currentRow() == 3
    qtbot.keyClick(panel.list, Qt.Key.Key_Left)
    with qtbot.waitSignal(panel.chosen) as received:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert received.args == [SHIPPED[2]]
    assert not panel.isVisible()


def test_a_click_chooses_a_card_and_escape_none(panel: OpenPanel, qtbot: QtBot) -> None:
    panel.open_under(panel.parentWidget(), SHIPPED, [])
    place = panel.list.visualItemRect(panel.list.item(1)).center()
    with qtbot.waitSignal(panel.chosen) as received:
        qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert received.args == [SHIPPED[1]]
    panel.open_under(panel.parentWidget(), SHIPPED, [])
    with qtbot.assertNotEmitted(panel.chosen):
        qtbot.keyClick(panel.list, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_a_card_is_read_again_only_once_its_file_has_changed(
    reader: CardReader, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def note(trusted: list[str], others: list[str]) -> Iterator[object]:
        read.extend([*trusted, *others])
        return read_cards(trusted, others)

    monkeypatch.setattr(open_panel, "read_cards", note)
    path = str(tmp_path / "roll.h5")
    shutil.copy(SHIPPED[0], path)
    for expected in (1, 1):
        with qtbot.waitSignal(reader.read):
            reader.ask([path], [])
        assert len(read) == expected
    shutil.copy(SHIPPED[1], path)
    with qtbot.waitSignal(reader.read) as received:
        reader.ask([path], [])
    assert received.args[0].title == "Heartbeat in 200 steps"
    assert len(read) == 2


def test_cards_are_read_without_the_engine() -> None:
    code = (
        "import sys; from dpm_gui.engine.opening import read_cards; from core.runtime.assets import shipped_models\n"
        "cards = list(read_cards(list(map(str, shipped_models().values())), []))\n"
        "assert len(cards) == len(shipped_models()); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
