"""What is painted: no gap, no leak, and every stroke undone and redone exactly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QUndoStack

from core.values.checkpoints import from_levels, to_levels
from dpm_gui.paint.document import raster
from dpm_gui.paint.document.document import PaintDocument
from dpm_gui.paint.document.layer import UNDO_LIMIT, Layer, undo_stack
from dpm_gui.paint.document.raster import EMPTY_AREA, READY_MASKS, Area, box, ready_mask, segment, soft_segment
from dpm_gui.paint.document.tools import BRUSH, COLOUR, ERASER, FILL, RECTANGLE, SIZES, TOOLS, LineStroke, ToolBox


@pytest.fixture
def document(qapp: object) -> PaintDocument:
    """An easel with a grey picture of 40 by 30 pixels and nothing masked."""
    made = PaintDocument()
    made.load_image(np.arange(1200, dtype=np.float32).reshape(30, 40) % 256, (0.0, 255.0))
    return made


def hold(document: PaintDocument, tool: str, size: int = 1) -> None:
    document.take(ToolBox(tool, size))


def stroke(document: PaintDocument, *places: tuple[float, float], erase: bool = False) -> None:
    document.press(*places[0], erase, 1.0)
    for place in places[1:]:
        document.move(*place, 1.0)
    document.release()


def pieces(mask: np.ndarray) -> int:
    """Return into how many pieces a mask falls, by eight neighbours."""
    left, found = {tuple(place) for place in np.argwhere(mask)}, 0
    while left:
        found += 1
        waiting = [left.pop()]
        while waiting:
            row, column = waiting.pop()
            for beside in ((row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)):
                if beside in left:
                    left.discard(beside)
                    waiting.append(beside)
    return found


# -------------------------------------------------------------------------------------------------------- rasterising
@pytest.mark.parametrize("diameter", [1.0, 2.0, 3.5, 9.0])
def test_a_segment_covers_the_pixels_whose_centres_the_brush_passes(diameter: float) -> None:
    rng = np.random.default_rng(4)
    for _ in range(40):
        start, stop = rng.uniform(-5, 35, 2), rng.uniform(-5, 35, 2)
        area, covered = segment((30, 30), tuple(start), tuple(stop), diameter)
        mask = np.zeros((30, 30), np.bool_)
        mask[area.slices] = covered
        rows, columns = np.mgrid[:30, :30] + 0.5
        way = stop - start
        along = np.clip(((columns - start[0]) * way[0] + (rows - start[1]) * way[1]) / (way @ way), 0, 1)
        distance = np.hypot(columns - start[0] - along * way[0], rows - start[1] - along * way[1])
        assert mask[distance < diameter / 2 - 1e-4].all()
        for row, column in np.argwhere(mask & (distance > diameter / 2 + 1e-4)):  # where it is pressed and let go
            assert (math.floor(start[0]), math.floor(start[1])) == (column, row) or (
                math.floor(stop[0]),
                math.floor(stop[1]),
            ) == (column, row)


def test_a_stroke_of_a_single_pixel_hangs_together_whatever_its_places(qapp: object) -> None:
    rng = np.random.default_rng(8)
    for _ in range(30):
        layer = Layer(np.zeros((50, 50), np.bool_), QUndoStack())
        line = LineStroke(layer, True, "brush")
        for place in rng.uniform(0, 50, (6, 2)):
            line.to(tuple(place), 1.0)
        line.end()
        assert pieces(layer.values) == 1


def test_a_click_with_the_smallest_brush_paints_the_pixel_under_it(document: PaintDocument) -> None:
    hold(document, BRUSH)
    for x, y in ((0.01, 0.01), (3.99, 7.99), (39.5, 29.5)):
        stroke(document, (x, y))
        assert document.mask.values[int(y), int(x)]
    assert document.mask.values.sum() == 3


def test_a_brush_beyond_the_picture_paints_what_of_it_is_inside(document: PaintDocument) -> None:
    hold(document, BRUSH, 10)
    stroke(document, (-100.0, -100.0), (-50.0, -50.0))
    assert not document.mask.values.any()
    assert not document.undo_stack.canUndo()
    stroke(document, (-2.0, 15.0))
    assert document.mask.values[:, :3].any()
    assert not document.mask.values[:, 3:].any()


def test_a_brush_larger_than_the_picture_masks_all_of_it(document: PaintDocument) -> None:
    hold(document, BRUSH, SIZES[1])
    stroke(document, (20.0, 15.0))
    assert document.mask.values.all()


def test_a_soft_brush_is_strongest_on_its_way_and_nothing_at_its_rim() -> None:
    area, weight = soft_segment((41, 41), (20.5, 20.5), (20.5, 20.5), 20.0)
    field = np.zeros((41, 41), np.float32)
    field[area.slices] = weight
    assert field[20, 20] == 1.0
    assert (np.diff(field[20, 20:31]) <= 0).all()
    assert not field[np.hypot(*(np.mgrid[:41, :41] - 20)) >= 10].any()


def test_a_box_holds_every_pixel_it_touches_whichever_corner_comes_first() -> None:
    assert box((30, 40), (3.2, 4.9), (6.0, 1.5)) == box((30, 40), (6.0, 1.5), (3.2, 4.9)) == Area(3, 1, 7, 5)
    assert box((30, 40), (-9.0, -9.0), (-2.0, 50.0)).empty


def test_areas_are_joined_and_clipped() -> None:
    one = Area(1, 2, 3, 4)
    assert one.joined(Area(5, 0, 6, 1)) == Area(1, 0, 6, 4)
    assert one.joined(EMPTY_AREA) == EMPTY_AREA.joined(one) == one
    assert Area(-5, -5, 3, 3).within((2, 9)) == Area(0, 0, 3, 2)
    assert Area(20, 20, 30, 30).within((10, 10)).empty


def test_a_fill_takes_what_hangs_together_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = rng.random((13, 17)) < 0.45
        row, column = int(rng.integers(13)), int(rng.integers(17))
        found = raster.connected_region(mask, row, column)
        wanted, waiting = np.zeros_like(mask), [(row, column)]
        while waiting:  # pixel by pixel
            place = waiting.pop()
            if not wanted[place]:
                wanted[place] = True
                beside = [(place[0] + i, place[1] + j) for i, j in ((0, 1), (1, 0), (0, -1), (-1, 0))]
                inside = [(i, j) for i, j in beside if 0 <= i < 13 and 0 <= j < 17]
                waiting += [other for other in inside if mask[other] == mask[row, column]]
        assert (found == wanted).all()


# ------------------------------------------------------------------------------------------------------ tools and undo
def test_two_hundred_random_strokes_are_undone_and_redone_exactly(document: PaintDocument) -> None:
    rng = np.random.default_rng(11)
    states = [(document.mask.values.copy(), document.image.values.copy())]
    while len(states) <= UNDO_LIMIT:
        tool, size = str(rng.choice(TOOLS)), int(rng.integers(1, 12))
        red, green, blue = rng.integers(0, 256, 3)
        document.take(ToolBox(tool, size, (int(red), int(green), int(blue))))
        depth = document.undo_stack.index()
        stroke(document, *map(tuple, rng.uniform(-3, 43, (int(rng.integers(1, 5)), 2))), erase=bool(rng.integers(2)))
        if document.undo_stack.index() > depth:  # a stroke beside the picture is none
            states.append((document.mask.values.copy(), document.image.values.copy()))
    assert document.undo_stack.count() == UNDO_LIMIT
    for mask, image in reversed(states[:-1]):
        document.undo_stack.undo()
        assert document.mask.values.tobytes() == mask.tobytes()
        assert document.image.values.tobytes() == image.tobytes()
    assert not document.undo_stack.canUndo()
    for mask, image in states[1:]:
        document.undo_stack.redo()
        assert document.mask.values.tobytes() == mask.tobytes()
        assert document.image.values.tobytes() == image.tobytes()
    assert not document.undo_stack.canRedo()


def test_the_stack_remembers_two_hundred_strokes_and_no_more(document: PaintDocument) -> None:
    hold(document, BRUSH)
    for number in range(UNDO_LIMIT + 5):
        stroke(document, (number % 40 + 0.5, number // 40 + 0.5))
    for _ in range(UNDO_LIMIT):
        document.undo_stack.undo()
    assert not document.undo_stack.canUndo()
    assert document.mask.values.sum() == 5


def test_a_stroke_remembers_its_own_rectangle_alone(qapp: object) -> None:
    stack = undo_stack(qapp)  # type: ignore[arg-type]
    layer = Layer(np.zeros((400, 400), np.bool_), stack)
    line = LineStroke(layer, True, "brush")
    line.to((10.0, 10.0), 4.0)
    line.end()
    command: Any = stack.command(0)
    assert sum(part.size for _, part in command._before) == sum(part.size for _, part in command.after) <= 36


def test_a_stroke_that_changes_nothing_is_not_undone(document: PaintDocument) -> None:
    hold(document, ERASER, 5)
    stroke(document, (5.0, 5.0), (9.0, 9.0))
    assert not document.undo_stack.canUndo()


def test_the_eraser_and_the_right_button_take_the_mask_away(document: PaintDocument) -> None:
    hold(document, BRUSH, 6)
    stroke(document, (5.0, 5.0), (30.0, 20.0))
    painted = document.mask.values.copy()
    hold(document, ERASER, 8)
    stroke(document, (5.0, 5.0), (30.0, 20.0))
    assert painted.any()
    assert not document.mask.values.any()
    document.undo_stack.undo()
    hold(document, BRUSH, 8)
    stroke(document, (5.0, 5.0), (30.0, 20.0), erase=True)
    assert not document.mask.values.any()
    assert document.undo_stack.undoText() == "eraser"


def test_a_rectangle_follows_the_pointer_and_leaves_nothing_behind(document: PaintDocument) -> None:
    hold(document, RECTANGLE)
    stroke(document, (5.5, 5.5), (38.0, 28.0), (8.5, 7.5))
    wanted = np.zeros((30, 40), np.bool_)
    wanted[5:8, 5:9] = True
    assert (document.mask.values == wanted).all()
    document.undo_stack.undo()
    assert not document.mask.values.any()


def test_a_fill_stops_at_what_is_masked(document: PaintDocument) -> None:
    hold(document, RECTANGLE)
    stroke(document, (10.5, 10.5), (20.5, 20.5))
    hold(document, FILL)
    stroke(document, (0.5, 0.5))
    assert document.mask.values.all()
    document.undo_stack.undo()
    assert document.mask.values.sum() == 121
    stroke(document, (15.5, 15.5), erase=True)
    assert not document.mask.values.any()


def test_inverting_twice_is_nothing_and_clearing_is_one_step(document: PaintDocument) -> None:
    hold(document, BRUSH, 7)
    stroke(document, (12.0, 12.0))
    before = document.mask.values.copy()
    document.invert()
    assert (document.mask.values == 1 - before).all()
    document.invert()
    assert (document.mask.values == before).all()
    document.clear()
    assert not document.mask.values.any()
    document.undo_stack.undo()
    assert (document.mask.values == before).all()


@pytest.mark.parametrize("tool", [BRUSH, RECTANGLE])
@pytest.mark.parametrize("command", ["invert", "clear"])
def test_a_command_with_the_tool_down_ends_the_stroke_and_both_are_undone(
    document: PaintDocument, tool: str, command: str
) -> None:
    hold(document, tool, 3)
    document.press(5.0, 5.0, False, 1.0)
    document.move(9.0, 9.0, 1.0)
    painted = document.mask.values.copy()
    getattr(document, command)()
    after = document.mask.values.copy()
    assert (after == (1 - painted if command == "invert" else np.zeros_like(painted))).all()
    document.move(20.0, 20.0, 1.0)
    document.release()
    assert np.array_equal(document.mask.values, after)
    document.undo_stack.undo()
    assert np.array_equal(document.mask.values, painted)
    document.undo_stack.undo()
    assert not document.mask.values.any()


@pytest.mark.parametrize("tool", [BRUSH, RECTANGLE])
def test_what_is_taken_back_with_the_tool_down_does_not_come_back_with_the_stroke(
    document: PaintDocument, tool: str
) -> None:
    hold(document, BRUSH, 3)
    stroke(document, (5.0, 5.0), (12.0, 5.0))
    hold(document, tool, 3)
    document.press(5.0, 15.0, False, 1.0)
    document.move(9.0, 19.0, 1.0)
    document.undo_stack.undo()
    document.move(12.0, 20.0, 1.0)
    document.release()
    assert not document.mask.values[:10].any()
    assert document.mask.values[15:].any()
    document.undo_stack.undo()
    assert not document.mask.values.any()


def test_the_colour_brush_paints_the_picture_in_its_own_units(document: PaintDocument) -> None:
    document.load_image(np.zeros((8, 8), np.float32), (-1.0, 1.0))
    document.take(ToolBox(COLOUR, 2, (255, 255, 255)))
    stroke(document, (4.0, 4.0))
    assert set(np.unique(document.image.values)) == {0.0, 1.0}
    document.load_image(np.zeros((8, 8, 3), np.float32), (0.0, 255.0))
    document.take(ToolBox(COLOUR, 2, (10, 20, 30)))
    stroke(document, (4.0, 4.0))
    assert document.image.values[4, 4].tolist() == [10.0, 20.0, 30.0]
    assert not document.mask.values.any()


def test_pressure_is_the_size_only_where_it_is_wanted(document: PaintDocument) -> None:
    sizes = []
    for wanted in (False, True):
        document.clear()
        document.take(ToolBox(BRUSH, 20, pressure=wanted))
        document.press(20.0, 15.0, False, 0.2)
        document.release()
        sizes.append(int(document.mask.values.sum()))
    assert sizes[0] > 250
    assert sizes[1] < 20


def test_brushes_grow_by_a_tenth_and_stay_within_bounds() -> None:
    tools = ToolBox(size=1)
    for _ in range(200):
        larger = tools.with_resized_brush(1)
        assert larger.size > tools.size or tools.size == SIZES[1]
        tools = larger
    assert tools.size == SIZES[1]
    assert tools.with_resized_brush(-500).size == SIZES[0]
    assert ToolBox(BRUSH).with_swapped_tool().tool == ERASER
    assert ToolBox(ERASER).with_swapped_tool().tool == ToolBox(FILL).with_swapped_tool().tool == BRUSH


@pytest.mark.parametrize("name", READY_MASKS)
def test_ready_masks_mask_about_half_at_most_and_never_all(name: str) -> None:
    for height, width in ((8, 8), (9, 31), (28, 28)):
        mask = ready_mask(name, height, width, 3)
        assert mask.shape == (height, width)
        assert mask.any()
        assert not mask.all()
        assert (ready_mask(name, height, width, 3) == mask).all()


def test_a_picture_is_replaced_undoably_by_one_of_any_size_and_a_mask(document: PaintDocument) -> None:
    document.set_mask(ready_mask("left", 30, 40, 0), "mask")
    before, mask = document.image.values.copy(), document.mask.values.copy()
    document.replace_image(before + 1, "keep")
    document.undo_stack.undo()
    assert (document.image.values == before).all()
    document.replace_image(np.zeros((9, 9), np.float64), "another")
    assert document.mask.values.shape == (9, 9)
    assert not document.mask.values.any()
    document.replace_image(np.ones((7, 8, 3), np.float32), "own hole", np.full((7, 8), 0.25))
    assert document.undo_stack.count() == 3
    assert (document.mask.values == 0.25).all()
    assert document.mask.values.dtype == np.float32
    assert not document.masked.any()
    for _ in range(2):
        document.undo_stack.undo()
    assert (document.image.values == before).all()
    assert document.image.values.dtype == np.float32
    assert (document.mask.values == mask).all()
    document.undo_stack.redo()
    assert document.image.values.shape == document.mask.values.shape == (9, 9)
    assert document.image.values.dtype == np.float64


def test_a_stroke_ends_where_undoing_brings_another_size(document: PaintDocument) -> None:
    document.replace_image(np.zeros((9, 9), np.float32), "another")
    hold(document, BRUSH, 3)
    document.press(4.0, 4.0, False, 1.0)
    document.undo_stack.undo()
    assert not document.in_stroke
    document.move(20.0, 20.0, 1.0)
    document.release()
    assert document.mask.values.shape == document.image.values.shape == (30, 40)
    assert not document.mask.values.any()
    assert document.undo_stack.count() == 1


def test_what_is_replaced_is_told_of_once_and_not_at_all_where_it_is_the_same(document: PaintDocument) -> None:
    received: list[Area] = []
    image = document.image.values.copy()
    image[0, 0] = np.nan
    document.image.changed.connect(received.append)
    document.replace_image(image, "keep")
    assert received == [Area(0, 0, 40, 30)]
    document.replace_image(image.copy(), "keep")
    assert len(received) == document.undo_stack.count() == 1
    image[:] = 0
    assert np.isnan(document.image.values[0, 0])
    assert document.image.values[29, 39] == 1199 % 256


def test_levels_are_floors_of_grey_levels_and_roundings_of_anything_else() -> None:
    assert to_levels(np.array([-3.0, 0.9, 1.0, 255.9, 400.0, np.nan]), (0.0, 255.0), 1.0).tolist() == [
        0, 0, 1, 255, 255, 0,
    ]  # fmt: skip
    assert to_levels(np.array([-1.0, 0.0, 1.0]), (-1.0, 1.0), None).tolist() == [0, 128, 255]
    assert to_levels(from_levels(np.arange(256), (-2.0, 5.0)), (-2.0, 5.0), None).tolist() == list(range(256))
    assert to_levels(from_levels(np.arange(256), (-1.0, 1.0)), (-1.0, 1.0), 2 / 255).tolist() == list(range(256))
