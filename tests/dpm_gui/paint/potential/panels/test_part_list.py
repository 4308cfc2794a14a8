"""The list of the parts of r(x): it shows them, and asks for what a person does with mouse and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import DARK
from dpm_gui.paint.potential.document import PotentialDocument
from dpm_gui.paint.potential.panels.panel import PotentialPanel
from dpm_gui.paint.potential.panels.part_list import PartList
from dpm_gui.paint.potential.panels.part_numbers import PartNumbers
from dpm_gui.paint.potential.parts import DiscPart, HalfPlanePart, ObservationPart, Stroke, empty_weight
from dpm_gui.paint.potential.plane_potential import PlanePotential

HALF, DISC, SEEN = HalfPlanePart(30.0, 0.5), DiscPart(), ObservationPart(on=False)


@pytest.fixture
def parts(qtbot: QtBot) -> PartList:
    made = PartList(IconSet())
    qtbot.addWidget(made)
    made.resize(380, 140)
    made.set_palette(DARK)
    made.show_parts((HALF, DISC, SEEN), 1)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def document(qapp: object) -> PotentialDocument:
    return PotentialDocument(QUndoStack())


def test_every_part_has_its_words_its_icon_and_its_switch(parts: PartList) -> None:
    items = [parts.topLevelItem(place) for place in range(parts.topLevelItemCount())]
    assert [item.text(0) for item in items] == [HALF.words(), DISC.words(), SEEN.words()]
    assert [item.checkState(0) == Qt.CheckState.Checked for item in items] == [True, True, False]
    assert not any(item.icon(column).isNull() for item in items for column in (0, 1))
    assert parts.currentItem() is items[1]
    height = parts.height()
    parts.show_parts((), -1)
    assert parts.topLevelItemCount() == 0
    assert parts.height() == height


def test_keys_switch_remove_and_choose_parts(parts: PartList, qtbot: QtBot) -> None:
    asked: list[object] = []
    parts.switched.connect(lambda place, on: asked.append((place, on)))
    parts.remove_asked.connect(asked.append)
    parts.part_selected.connect(lambda place: asked.append(f"select {place}"))
    parts.activateWindow()
    parts.setFocus()
    qtbot.waitUntil(parts.hasFocus)
    QTest.keyClick(parts, Qt.Key.Key_Space)
    QTest.keyClick(parts, Qt.Key.Key_Down)
    QTest.keyClick(parts, Qt.Key.Key_Space)
    QTest.keyClick(parts, Qt.Key.Key_Delete)
    assert asked == [(1, False), "select 2", (2, True), 2]


def test_a_click_on_the_box_switches_and_one_on_the_cross_removes(parts: PartList) -> None:
    asked: list[object] = []
    parts.switched.connect(lambda place, on: asked.append((place, on)))
    parts.remove_asked.connect(asked.append)
    row = parts.visualItemRect(parts.topLevelItem(0))
    QTest.mouseClick(parts.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row.left() + 12, row.center().y()))
    QTest.mouseClick(
        parts.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(parts.viewport().width() - 16, row.center().y())
    )
    assert asked == [(0, False), 0]


def test_the_numbers_of_the_selected_part_are_edited(qtbot: QtBot) -> None:
    numbers = PartNumbers()
    qtbot.addWidget(numbers)
    asked: list[tuple[str, float]] = []
    numbers.change_asked.connect(lambda name, value: asked.append((name, value)))
    height = numbers.sizeHint().height()
    for part in (None, HALF, DISC, SEEN, Stroke(empty_weight(), 2.0)):
        numbers.show_part(part)
        assert numbers.sizeHint().height() == height
    assert asked == []
    numbers.show_part(HALF)
    assert numbers.boxes["half_plane"]["angle"].value() == 30.0
    numbers.boxes["half_plane"]["softness"].setValue(0.25)
    assert asked == [("softness", 0.25)]


def test_what_is_drawn_at_the_moment_is_no_change_until_it_is_settled(document: PotentialDocument) -> None:
    committed: list[int] = []
    document.committed.connect(lambda: committed.append(len(document.potential.parts)))
    document.draft(DISC)
    document.draft(HALF)
    assert document.drawn.parts == (HALF,)
    assert document.potential == PlanePotential()
    assert not committed
    document.settle()
    document.settle()
    assert committed == [1]
    assert document.selected_part == HALF


def test_changes_of_one_number_in_a_row_are_undone_at_once(document: PotentialDocument) -> None:
    stack = document._stack
    document.add(DISC)
    document.add(HALF)
    for angle in (10.0, 20.0, 30.5):
        document.change(1, "angle", angle)
    document.change(1, "offset", 1.0)
    document.switch(0, False)
    document.remove(0)
    assert document.selected_part == HalfPlanePart(30.5, 1.0)
    assert document.latest("half_plane") == HalfPlanePart(30.5, 1.0)
    seen = []
    while stack.canUndo():
        stack.undo()
        seen.append(document.potential.parts)
    turned = HalfPlanePart(30.5, 0.5)
    off = DiscPart(on=False)
    assert seen == [
        (off, HalfPlanePart(30.5, 1.0)),
        (DISC, HalfPlanePart(30.5, 1.0)),
        (DISC, turned),
        (DISC, HALF),
        (DISC,),
        (),
    ]
    assert document.selected == -1
    for _ in range(3):
        stack.redo()
    assert document.potential.parts == (DISC, turned)


def test_the_selection_stays_with_its_part(document: PotentialDocument) -> None:
    for part in (DISC, HALF, SEEN):
        document.add(part)
    document.select(1)
    document.remove(0)
    assert document.selected_part == HALF
    document.remove(0)
    assert document.selected_part == SEEN
    document.clear()
    assert document.selected_part is None
    document.remove(5)
    document.reset()
    assert np.all(document.drawn.log_r() == 0.0)


def test_the_acceptance_is_shown_with_its_standard_error(qtbot: QtBot) -> None:
    panel = PotentialPanel(QAction("Run"), IconSet())
    qtbot.addWidget(panel)
    panel.show_result(-1.0, 0.031, 850.0, 2000, weighted=True)
    assert panel.acceptance.text() == "−1.00 ± 0.03 bits  (50.00%)"
    assert panel.effective.text() == "850 of 2\u202f000"
    panel.show_result(-1.0, None, None, 2000, weighted=False)
    assert panel.acceptance.text() == "known only with weighted particles"
