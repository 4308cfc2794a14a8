"""What came out of one side: frames by step, in whatever order they come."""

from __future__ import annotations

import numpy as np
import pytest

from core.values.runs import Frame
from dpm_gui.session.side_recording import SideRecording
from tests.support.window_values import add_frame

LAST = 4


def frame(t: int) -> Frame:
    """Three points; point i is at (10 i, t ^ 2)."""
    return Frame(t, np.array([[10.0 * index, t**2] for index in range(3)], np.float32))


@pytest.fixture
def complete() -> SideRecording:
    made = SideRecording(LAST)
    for t in range(LAST + 1):
        add_frame(made, frame(t))
    return made


def test_a_new_recording_has_room_and_nothing_in_it() -> None:
    recording = SideRecording(LAST)
    assert recording.steps == LAST
    assert not recording.complete
    assert recording.available is None
    assert recording.newest is None
    assert recording.along is None
    assert all(recording.frame(t) is None for t in range(LAST + 1))
    assert recording.at(2.5) is None


@pytest.mark.parametrize("order", [range(LAST + 1), range(LAST, -1, -1)])
def test_it_is_complete_with_the_last_frame_from_either_end(order: range) -> None:
    recording = SideRecording(LAST)
    *first, last = order
    for t in first:
        add_frame(recording, frame(t))
        assert not recording.complete
        assert recording.available == (min(t, order[0]), max(t, order[0]))
        assert recording.newest is recording.frame(t)
    add_frame(recording, frame(last))
    assert recording.complete
    assert recording.available == (0, LAST)


def test_a_whole_position_gives_the_frame_itself(complete: SideRecording) -> None:
    for t in range(LAST + 1):
        assert complete.at(float(t)) is complete.frame(t)


def test_between_two_frames_points_are_on_the_straight_line(complete: SideRecording) -> None:
    between = complete.at(2.25)
    assert between is not None
    np.testing.assert_allclose(between.x[:, 1], 0.75 * 2**2 + 0.25 * 3**2)
    np.testing.assert_array_equal(between.x[:, 0], [0.0, 10.0, 20.0])
    assert between.t == 2
    assert between.x.dtype == np.float32


def test_where_the_next_frame_is_not_there_yet_the_one_before_stands() -> None:
    recording = SideRecording(LAST)
    add_frame(recording, frame(1))
    assert recording.at(1.75) is recording.frame(1)
    assert recording.at(0.5) is None


def test_a_path_is_one_trajectory_over_the_frames_that_are_there_by_rising_t() -> None:
    recording = SideRecording(LAST)
    for t in (4, 3, 2):
        add_frame(recording, frame(t))
    np.testing.assert_array_equal(recording.path(1), [[10, 4], [10, 9], [10, 16]])


@pytest.mark.parametrize(("marked", "ahead"), [((0, 1), (2, 3)), ((4, 3), (2, 1, 0))])
def test_a_path_leaves_out_frames_that_a_thread_has_stored_ahead(
    marked: tuple[int, ...], ahead: tuple[int, ...]
) -> None:
    recording = SideRecording(LAST)
    for t in marked:
        add_frame(recording, frame(t))
    for t in ahead:
        recording.parts[0].store(frame(t))
    np.testing.assert_array_equal(recording.path(1), [[10, t**2] for t in sorted(marked)])


def test_a_trajectory_beyond_those_shown_is_none_of_the_recording(complete: SideRecording) -> None:
    fewer = SideRecording.of_parts(LAST, complete.parts, stop=3, count=2)
    assert [fewer.has(index) for index in (-1, 0, 1, 2, 350)] == [False, True, True, False, False]
    more = SideRecording.of_parts(LAST, complete.parts, stop=3, count=400)
    assert not more.has(350)
    assert SideRecording(LAST).has(350)
