"""A preview stands in for frames that have not come yet, and goes when all have."""

from __future__ import annotations

import numpy as np
import pytest

from core.values.runs import Frame
from dpm_gui.session.recorded_part import PreviewRecording
from dpm_gui.session.side_recording import ShownFrame, SideRecording
from tests.support.window_values import add_frame


def frame(t: int, value: float | None = None) -> Frame:
    return Frame(t, np.full((1, 2), t if value is None else value, np.float32))


def add_preview(recording: SideRecording, frame: Frame) -> None:
    """As a run does: a frame is kept first, by the job, and noted when the window hears of it."""
    recording.parts[0].store(frame, preview=True)
    recording.parts[0].mark_stored(frame, preview=True)


@pytest.fixture
def recording() -> SideRecording:
    """T = 10, with a preview at 10, 7, 4, 1 and 0."""
    made = SideRecording(10, preview=PreviewRecording(4))
    for t in (10, 7, 4, 1, 0):
        add_preview(made, frame(t, -1.0))
    return made


@pytest.mark.parametrize(("t", "nearest"), [(10, 10), (9, 10), (8, 7), (6, 7), (5, 4), (2, 1), (0, 0)])
def test_the_nearest_step_of_the_preview_is_shown(recording: SideRecording, t: int, nearest: int) -> None:
    shown = recording.shown(t)
    assert shown is not None
    assert (shown.frame.t, shown.preview) == (nearest, True)
    assert recording.frame(t) is None


def test_the_preview_is_kept_whole_until_its_chain_is_there(recording: SideRecording) -> None:
    for t in range(10, 0, -1):
        add_frame(recording, frame(t))
        assert all(each is not None and each.preview for each in map(recording.shown, range(11)))
        assert recording.frame(t) is None
    assert recording.has_preview
    assert recording.available == (1, 10)
    assert recording.shown_range == (0, 10)
    add_frame(recording, frame(0))
    assert not recording.has_preview
    assert all(each is not None and each.frame.x[0, 0] == each.frame.t for each in map(recording.shown, range(11)))


def test_when_all_have_come_nothing_is_left_of_the_preview(recording: SideRecording) -> None:
    for t in range(10, -1, -1):
        add_frame(recording, frame(t))
    assert recording.preview is None
    assert recording.complete
    assert all(recording.shown(t) == ShownFrame(recording.frame(t)) for t in range(11))


@pytest.mark.parametrize(
    ("t", "pair"), [(10, (10, 7)), (9, (10, 7)), (7, (7, 4)), (5, (7, 4)), (1, (1, 0)), (0, (1, 0))]
)
def test_neighbours_are_two_steps_of_one_walk(recording: SideRecording, t: int, pair: tuple[int, int]) -> None:
    found = recording.neighbours(t)
    assert found is not None
    assert tuple(each.t for each in found) == pair


def test_neighbours_are_of_the_preview_until_the_chain_is_there(recording: SideRecording) -> None:
    for t in range(10, -1, -1):
        before = recording.neighbours(7)
        assert before is not None
        assert [each.x[0, 0] for each in before] == [-1.0, -1.0]
        add_frame(recording, frame(t))
    after = recording.neighbours(7)
    assert after is not None
    assert [each.x[0, 0] for each in after] == [7, 6]


def test_a_walk_from_the_middle_is_complete_at_its_start_and_stands_there_beyond_it() -> None:
    made = SideRecording(10, top=4)
    for t in range(4, -1, -1):
        assert not made.complete
        add_frame(made, frame(t))
    assert made.complete
    assert (made.steps, made.top, made.available) == (10, 4, (0, 4))
    for t in (4, 7, 10):
        shown = made.shown(t)
        assert shown is not None
        assert shown.frame.t == 4
    beyond = made.at(7.5)
    assert beyond is not None
    assert beyond.t == 4
    assert made.frame(7) is None


def test_without_anything_there_is_nothing_to_show() -> None:
    made = SideRecording(10, preview=PreviewRecording(4))
    assert made.shown(3) is None
    assert made.shown_range is None
    assert made.neighbours(3) is None
    add_preview(made, frame(10))
    assert made.neighbours(3) is None
