"""How playing moves through 0 … T: identities that hold for any distance and any direction."""

from __future__ import annotations

import numpy as np
import pytest

from dpm_gui.session.playback import DIRECTIONS, HOLD, PlaybackPosition, advance_position, play_on, playback_seconds

LAST = 40
DISTANCES = np.random.default_rng(3).uniform(0.0, 70.0, 25).tolist()


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("loop", [False, True])
@pytest.mark.parametrize("start", [0.3, 17.0, 39.6])
def test_a_way_in_two_pieces_is_the_way_at_once(direction: str, loop: bool, start: float) -> None:
    for distance in DISTANCES:
        at_once, ended_at_once = advance_position(PlaybackPosition(start, 1), distance, LAST, direction, loop)
        half_way, ended = advance_position(PlaybackPosition(start, 1), 0.4 * distance, LAST, direction, loop)
        if not ended:
            half_way, ended = advance_position(half_way, 0.6 * distance, LAST, direction, loop)
        assert half_way.position == pytest.approx(at_once.position)
        assert half_way.heading == at_once.heading
        assert ended == ended_at_once


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("loop", [False, True])
def test_the_place_is_always_between_data_and_noise(direction: str, loop: bool) -> None:
    for distance in (*DISTANCES, 40.0, 80.0, 1e6):
        place, _ = advance_position(PlaybackPosition(12.5, 1), distance, LAST, direction, loop)
        assert 0.0 <= place.position <= LAST
        assert place.heading in (-1, 1)


@pytest.mark.parametrize(("direction", "end"), [("forward", 40.0), ("backward", 0.0), ("there_and_back", 0.0)])
def test_a_way_without_loop_ends_where_its_direction_says(direction: str, end: float) -> None:
    place, ended = advance_position(PlaybackPosition(20.0, 1), 1000.0, LAST, direction, loop=False)
    assert (place.position, ended) == (end, True)


@pytest.mark.parametrize(("direction", "round_trip"), [("forward", 40), ("backward", 40), ("there_and_back", 80)])
def test_a_round_trip_with_loop_comes_back_to_where_it_began(direction: str, round_trip: int) -> None:
    place, ended = advance_position(PlaybackPosition(12.5, 1), 3.0 * round_trip, LAST, direction, loop=True)
    assert place.position == pytest.approx(12.5)
    assert not ended


@pytest.mark.parametrize(("heading", "position"), [(1, 13.5), (-1, 11.5)])
def test_there_and_back_goes_the_way_it_was_heading(heading: int, position: float) -> None:
    assert advance_position(PlaybackPosition(12.5, heading), 1.0, LAST, "there_and_back", loop=False) == (
        PlaybackPosition(position, heading),
        False,
    )


def test_longer_runs_never_take_less_time_nor_more_than_eight_seconds() -> None:
    seconds = [playback_seconds(last) for last in (1, 2, 39, 40, 41, 100, 500, 999, 1000, 1001, 10**6)]
    assert seconds == sorted(seconds)
    assert seconds[0] == 4.0
    assert seconds[-1] == 8.0


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_loop_in_two_pieces_of_time_is_the_loop_at_once(direction: str) -> None:
    for seconds in DISTANCES:
        start = PlaybackPosition(17.0, 1)
        at_once, _ = play_on(start, seconds, 10.0, (5.0, 25.0), direction, loop=True)
        half_way, _ = play_on(start, 0.4 * seconds, 10.0, (5.0, 25.0), direction, loop=True)
        half_way, ended = play_on(half_way, 0.6 * seconds, 10.0, (5.0, 25.0), direction, loop=True)
        assert half_way.position == pytest.approx(at_once.position)
        assert half_way.hold == pytest.approx(at_once.hold)
        assert 5.0 <= at_once.position <= 25.0
        assert 0.0 <= at_once.hold <= HOLD
        assert not ended


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_end_of_a_loop_is_held_as_long(direction: str) -> None:
    place, held = PlaybackPosition(0.0, 1), {0.0: 0, 20.0: 0}
    for _ in range(10_000):
        place, _ = play_on(place, 0.01, 10.0, (0.0, 20.0), direction, loop=True)
        if place.hold > 0:
            held[place.position] += 1
    assert held[0.0] == pytest.approx(held[20.0], abs=60)
    assert held[0.0] * 0.01 == pytest.approx(100.0 / (5.0 if direction == "there_and_back" else 3.0) * HOLD, rel=0.05)
