"""The lasso opens what its loop surrounds, and Shift draws a brush's straight line from its last point."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject

from dpm_gui.paint.document.document import PaintDocument
from dpm_gui.paint.document.lasso import inside
from dpm_gui.paint.document.tools import BRUSH, COLOUR, ERASER, LASSO, RECTANGLE, ToolBox


@pytest.fixture
def document(qapp: QObject) -> PaintDocument:
    made = PaintDocument()
    made.load_image(np.zeros((12, 16), np.float32), (0.0, 255.0))
    return made


def draw(document: PaintDocument, *points: tuple[float, float], erase: bool = False) -> None:
    document.press(*points[0], erase, 1.0)
    for point in points[1:]:
        document.move(*point, 1.0)
    document.release()


def test_what_the_loop_surrounds_opens_in_one_step_and_closes_again(document: PaintDocument) -> None:
    document.take(ToolBox(LASSO))
    draw(document, (2.0, 3.0), (9.0, 3.0), (9.0, 8.0), (2.0, 8.0))
    wanted = np.zeros((12, 16))
    wanted[3:8, 2:9] = 1
    assert (document.mask.values == wanted).all()
    assert document.undo_stack.count() == 1
    draw(document, (4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0), erase=True)
    wanted[4:6, 4:6] = 0
    assert (document.mask.values == wanted).all()
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert not document.mask.values.any()


def test_a_loop_may_leave_the_image_and_cross_itself_and_a_click_is_none(document: PaintDocument) -> None:
    document.take(ToolBox(LASSO))
    draw(document, (-5.0, -5.0), (3.0, -5.0), (3.0, 4.0), (-5.0, 4.0))
    assert document.mask.values.sum() == 3 * 4
    document.clear()
    count = document.undo_stack.count()
    draw(document, (5.0, 5.0))
    draw(document, (40.0, 40.0), (50.0, 40.0), (50.0, 50.0))
    assert not document.mask.values.any()
    assert document.undo_stack.count() == count
    area, covered = inside((12, 16), [(1, 1), (11, 11), (11, 1), (1, 11)])
    assert covered[5 - area.top, 9 - area.left]  # both lobes of the hourglass
    assert covered[5 - area.top, 2 - area.left]
    twice = [(2, 2), (8, 2), (8, 8), (2, 8)] * 2
    assert inside((12, 16), twice)[1].all()


@pytest.mark.parametrize("tool", [BRUSH, ERASER, COLOUR])
def test_shift_and_a_click_draw_a_straight_line_from_the_last_point(tool: str, document: PaintDocument) -> None:
    document.invert()
    document.take(ToolBox(tool, 1, colour=(90, 90, 90)))
    layer = document.image if tool == COLOUR else document.mask
    if tool == BRUSH:
        document.clear()
    before = layer.values.copy()
    draw(document, (2.5, 2.5))
    count = document.undo_stack.count()
    document.press(12.5, 2.5, False, 1.0, straight=True)
    document.release()
    assert document.undo_stack.count() == count + 1
    changed = layer.values != before
    assert changed[2, 2:13].all()
    assert changed.sum() == 11
    assert document.last_place == (12.5, 2.5)


def test_without_a_last_point_and_with_other_tools_there_is_no_line(document: PaintDocument) -> None:
    document.take(ToolBox(BRUSH, 1))
    document.press(5.5, 5.5, False, 1.0, straight=True)
    document.release()
    assert document.mask.values.sum() == 1
    document.take(ToolBox(RECTANGLE))
    assert document.last_place is None
    document.take(ToolBox(BRUSH, 1))
    assert document.last_place == (5.5, 5.5)
    document.replace_image(np.zeros((4, 4), np.float32), "another")
    assert document.last_place is None
