"""The player: which frame is on show, moved by the time that has passed on a clock of the test's own."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.session.playback import playback_seconds
from dpm_gui.session.player import SPEEDS, Player


class Clock:
    """A clock that goes when it is told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Watched:
    """A player of T = 40 with its clock, and all that it told."""

    def __init__(self, parent: QObject, last: int = 40) -> None:
        self.clock = Clock()
        self.player = Player(parent, self.clock)
        self.player.set_last(last)
        self.frames: list[int] = []
        self.positions: list[float] = []
        self.playing: list[bool] = []
        self.player.frame_changed.connect(self.frames.append)
        self.player.position_changed.connect(self.positions.append)
        self.player.playing_changed.connect(self.playing.append)

    def pass_time(self, seconds: float) -> None:
        self.clock.seconds += seconds
        self.player.advance()


@pytest.fixture
def watched(qapp: QObject) -> Watched:
    parent = QObject()
    watched = Watched(parent)
    watched.parent = parent  # type: ignore[attr-defined]
    return watched


def test_one_sweep_at_normal_speed_takes_four_seconds_for_forty_steps_and_eight_from_a_thousand() -> None:
    assert playback_seconds(40) == 4.0
    assert playback_seconds(1000) == 8.0
    assert playback_seconds(100_000) == 8.0
    assert playback_seconds(200) == pytest.approx(6.0)  # the geometric mean of 40 and 1000


def test_the_frame_on_show_follows_the_time_that_has_passed_and_not_the_number_of_ticks(watched: Watched) -> None:
    watched.player.play()
    for _ in range(7):
        watched.pass_time(0.0)
    assert watched.player.t == 0
    watched.pass_time(1.0)
    assert watched.player.t == 10


def test_a_late_tick_skips_frames_and_never_queues_them(watched: Watched) -> None:
    watched.player.play()
    watched.pass_time(2.5)
    assert watched.frames == [25]


def test_a_frame_is_told_once_while_the_position_moves_between_frames(watched: Watched) -> None:
    watched.player.play()
    for _ in range(10):
        watched.pass_time(0.02)
    assert watched.frames == [1, 2]
    assert watched.positions == pytest.approx([0.2 * (index + 1) for index in range(10)])


def test_playing_forward_without_loop_stops_on_the_noise(watched: Watched) -> None:
    watched.player.play()
    watched.pass_time(9.0)
    assert (watched.player.t, watched.player.position) == (40, 40.0)
    assert watched.playing == [True, False]


def test_playing_again_at_the_end_starts_from_the_other_end(watched: Watched) -> None:
    watched.player.end()
    watched.player.play()
    assert watched.player.t == 0
    watched.player.pause()
    watched.player.set_direction("backward")
    watched.player.play()
    assert watched.player.t == 40
    watched.pass_time(1.0)
    assert watched.player.t == 30


def test_with_loop_playing_holds_at_both_ends_and_begins_anew(watched: Watched) -> None:
    watched.player.set_loop(True)
    watched.player.play()
    seen = []
    for seconds in (4.3, 0.4, 0.2, 0.6):
        watched.pass_time(seconds)
        seen.append(watched.player.t)
    assert seen == [40, 0, 0, 5]  # it arrives at 4.0 s, is at 0 from 4.5 s, and leaves at 5.0 s
    watched.player.set_direction("backward")
    watched.pass_time(0.7)
    assert watched.player.t == 0
    watched.pass_time(0.5)
    assert watched.player.t == 40
    watched.pass_time(1.3)
    assert watched.player.t == 30
    assert watched.playing == [True]


def test_there_and_back_without_loop_goes_once_and_stops_on_the_data(watched: Watched) -> None:
    watched.player.set_direction("there_and_back")
    watched.player.play()
    seen = []
    for _ in range(9):
        watched.pass_time(1.0)
        seen.append(watched.player.t)
    assert seen == [10, 20, 30, 40, 30, 20, 10, 0, 0]
    assert watched.playing == [True, False]


def test_there_and_back_with_loop_bounces_for_ever(watched: Watched) -> None:
    watched.player.set_direction("there_and_back")
    watched.player.set_loop(True)
    watched.player.play()
    watched.pass_time(9.0 * 25 + 5.5)
    assert watched.player.t == 30
    watched.pass_time(4.5)
    assert watched.player.t == 10
    assert watched.player.playing


def test_there_and_back_paused_on_the_return_goes_on_with_the_return(watched: Watched) -> None:
    watched.player.set_direction("there_and_back")
    watched.player.play()
    watched.pass_time(5.0)
    watched.player.toggle()
    watched.player.toggle()
    watched.pass_time(1.0)
    assert watched.player.t == 20


def test_there_and_back_sets_out_again_after_a_pause_a_hair_before_its_end(watched: Watched) -> None:
    watched.player.set_direction("there_and_back")
    watched.player.play()
    watched.pass_time(7.97)
    watched.player.pause()
    assert watched.player.t == 0
    watched.player.play()
    watched.pass_time(1.0)
    assert watched.player.t == 10


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_speed_multiplies_the_way_made_in_a_second(watched: Watched, speed: float) -> None:
    watched.player.set_speed(speed)
    watched.player.play()
    watched.pass_time(0.8)
    assert watched.player.position == pytest.approx(8 * speed)


def test_a_new_speed_counts_from_the_moment_it_is_set(watched: Watched) -> None:
    watched.player.play()
    watched.clock.seconds += 1.0
    watched.player.faster()
    watched.pass_time(1.0)
    assert watched.player.t == 30


def test_faster_and_slower_walk_the_list_of_speeds_and_stop_at_its_ends(watched: Watched) -> None:
    received: list[float] = []
    watched.player.settings_changed.connect(lambda: received.append(watched.player.speed))
    for _ in range(4):
        watched.player.faster()
    for _ in range(6):
        watched.player.slower()
    assert received == [2.0, 4.0, 2.0, 1.0, 0.5, 0.25]


def test_seeking_is_clamped_and_tells_each_frame_once(watched: Watched) -> None:
    for t in (17, 17, 99, -3):
        watched.player.seek(t)
    assert watched.frames == [17, 40, 0]


def test_stepping_pauses_on_a_whole_frame(watched: Watched) -> None:
    watched.player.play()
    watched.pass_time(1.03)
    watched.player.step(10)
    assert (watched.player.position, watched.player.playing) == (20.0, False)


def test_seeking_while_playing_goes_on_from_there(watched: Watched) -> None:
    watched.player.play()
    watched.clock.seconds += 1.0
    watched.player.seek(20)
    watched.pass_time(0.5)
    assert watched.player.t == 25


def test_held_the_clock_stands_still_and_released_it_goes_on_from_the_frame_on_show(watched: Watched) -> None:
    watched.player.play()
    watched.player.hold()
    watched.pass_time(1.0)
    watched.player.seek(7)
    watched.pass_time(1.0)
    assert (watched.player.t, watched.player.playing) == (7, True)
    watched.player.release()
    watched.pass_time(1.0)
    assert watched.player.t == 17


def test_forward_and_backward_keys_turn_what_already_plays(watched: Watched) -> None:
    watched.player.seek(20)
    watched.player.play_backward()
    watched.pass_time(1.0)
    assert (watched.player.t, watched.player.direction) == (10, "backward")
    watched.player.play_forward()
    watched.pass_time(0.5)
    assert (watched.player.t, watched.player.direction) == (15, "forward")


def test_a_shorter_range_takes_the_frame_on_show_with_it(watched: Watched) -> None:
    ranges: list[int] = []
    watched.player.range_changed.connect(ranges.append)
    watched.player.seek(30)
    watched.player.set_last(12)
    assert (watched.frames, ranges) == ([30, 12], [12])


def test_with_nothing_to_show_nothing_plays(watched: Watched) -> None:
    watched.player.play()
    watched.player.set_last(0)
    watched.player.play()
    assert watched.playing == [True, False]
    assert watched.player.t == 0


def test_what_is_no_speed_no_direction_and_no_range_is_refused_by_name(watched: Watched) -> None:
    with pytest.raises(ValueError, match=r"speed 3\.0"):
        watched.player.set_speed(3.0)
    with pytest.raises(ValueError, match="direction 'sideways'"):
        watched.player.set_direction("sideways")
    with pytest.raises(ValueError, match="last frame -1"):
        watched.player.set_last(-1)


def test_on_the_real_clock_play_moves_by_itself_and_pause_ends_it(qtbot: QtBot) -> None:
    parent = QObject()
    player = Player(parent)
    player.set_last(40)
    with qtbot.waitSignal(player.frame_changed, timeout=2000):
        player.play()
    player.pause()
    with qtbot.assertNotEmitted(player.position_changed, wait=80):
        pass


def test_on_a_scale_the_clock_runs_evenly_on_it(watched: Watched) -> None:
    places = np.linspace(0.0, 1.0, 41) ** 2  # early steps are near one another
    watched.player.set_scale(TimeScale(places))
    watched.player.play()
    for quarter in range(1, 4):
        watched.pass_time(1.0)
        assert watched.player.position == pytest.approx(40 * (quarter / 4) ** 0.5, abs=0.05)
    watched.pass_time(1.1)
    assert watched.player.t == 40
    watched.player.set_direction("backward")
    watched.player.play()
    watched.pass_time(2.0)
    assert watched.player.position == pytest.approx(40 * 0.5**0.5, abs=0.05)
    watched.player.set_scale(None)
    watched.player.seek(40)
    watched.pass_time(2.0)
    assert watched.player.position == pytest.approx(20.0)


def test_a_scale_of_other_steps_is_refused_and_another_chain_drops_it(watched: Watched) -> None:
    with pytest.raises(ValueError, match="scale of 6 steps"):
        watched.player.set_scale(TimeScale.of_steps(5))
    watched.player.set_scale(TimeScale.of_steps(40))
    watched.player.set_last(12)
    assert watched.player.scale is None


def test_within_bounds_it_plays_between_them_alone(watched: Watched) -> None:
    player = watched.player
    player.set_bounds((10, 20))
    player.set_loop(True)
    for direction in ("forward", "backward", "there_and_back"):
        player.set_direction(direction)
        player.seek(35)
        player.play()
        seen = []
        for _ in range(60):
            watched.pass_time(0.07)
            seen.append(player.t)
        player.pause()
        assert (min(seen), max(seen)) == (10, 20)


def test_without_loop_it_ends_at_its_bounds_and_starts_again_from_the_other(watched: Watched) -> None:
    player = watched.player
    player.set_bounds((10, 20))
    player.play()
    assert player.t == 10
    watched.pass_time(9.0)
    assert (player.t, player.playing) == (20, False)
    player.play()
    assert player.t == 10
    watched.pass_time(0.5)
    assert player.t == 15


def test_bounds_lie_on_the_scale_too_and_another_chain_drops_them(watched: Watched) -> None:
    player = watched.player
    player.set_scale(TimeScale(np.linspace(0.0, 1.0, 41) ** 2))
    player.set_bounds((10, 20))  # at 1/16 and 1/4 of the way
    player.set_loop(True)
    player.play()
    watched.pass_time(4.0 * 3 / 16 - 1e-6)
    assert player.position == pytest.approx(20.0, abs=1e-3)
    watched.pass_time(0.25)
    assert player.t == 20
    watched.pass_time(0.5)
    assert player.t == 10
    player.set_last(12)
    assert player.bounds is None


@pytest.mark.parametrize("bounds", [(5, 5), (9, 3), (-1, 4), (0, 41)])
def test_bounds_that_are_no_range_are_refused(watched: Watched, bounds: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two ascending frames"):
        watched.player.set_bounds(bounds)
