"""How playback moves through 0 … T: its speed, its direction and its end. It uses neither a clock nor Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

DIRECTIONS = ("forward", "backward", "there_and_back")

_SHORT, _SHORT_SECONDS = 40, 4.0
_LONG, _LONG_SECONDS = 1000, 8.0
HOLD = 0.5
"""Seconds for which playing in a loop stands still at each end."""
_NEAR = 1e-9  # of the way between both ends: rounding


def playback_seconds(last: int) -> float:
    """Return the seconds that 0 … T takes at normal speed: 4 up to T = 40, 8 from T = 1000, linear in log T between."""
    share = math.log(max(last, _SHORT) / _SHORT) / math.log(_LONG / _SHORT)
    return _SHORT_SECONDS + min(share, 1.0) * (_LONG_SECONDS - _SHORT_SECONDS)


@dataclass(frozen=True, slots=True)
class PlaybackPosition:
    """A position in 0 … T and the direction of movement.

    Attributes:
        position: 0.0 … T; a fraction lies between two frames.
        heading: 1 towards T, -1 towards 0; used when playing there and back.
        hold: Seconds that it still stands still, at an end of a loop.
    """

    position: float
    heading: int
    hold: float = 0.0


def play_on(
    place: PlaybackPosition, seconds: float, rate: float, ends: tuple[float, float], direction: str, loop: bool
) -> tuple[PlaybackPosition, bool]:
    """Return the position after so many more ``seconds``, and whether playback ends there.

    Args:
        place: Where it is; a position beyond the ends is brought to the nearer one.
        seconds: The time that has passed.
        rate: Frames a second.
        ends: The first and the last frame, between which it plays.
        direction: One of `DIRECTIONS`.
        loop: Whether to go on for ever, standing still for `HOLD` at each end.
    """
    first, extent = ends[0], ends[1] - ends[0]
    inside = replace(place, position=min(max(place.position - first, 0.0), extent))
    if loop:
        found, ended = _play_in_loop(inside, seconds, rate, extent, direction), False
    else:
        found, ended = advance_position(inside, seconds * rate, extent, direction, loop=False)
    return replace(found, position=found.position + first), ended


def advance_position(
    place: PlaybackPosition, distance: float, last: float, direction: str, loop: bool
) -> tuple[PlaybackPosition, bool]:
    """Return the position ``distance`` frames further on, and whether playback ends there.

    Forward ends at T, backward at 0, there and back at 0 on its return. With ``loop`` playback never ends.
    """
    if direction == "there_and_back":
        return _advance_there_and_back(place, distance, last, loop)
    backward = direction == "backward"
    travelled = (last - place.position if backward else place.position) + distance
    ended = travelled >= last and not loop
    if ended:
        travelled = float(last)
    elif travelled > last:
        travelled %= last
    return PlaybackPosition(last - travelled if backward else travelled, -1 if backward else 1), ended


def _advance_there_and_back(
    place: PlaybackPosition, distance: float, last: float, loop: bool
) -> tuple[PlaybackPosition, bool]:
    round_trip = 2.0 * last
    travelled = (place.position if place.heading > 0 else round_trip - place.position) + distance
    ended = travelled >= round_trip and not loop
    travelled = 0.0 if ended else travelled % round_trip
    return (PlaybackPosition(travelled, 1) if travelled < last else PlaybackPosition(round_trip - travelled, -1)), ended


def _play_in_loop(
    place: PlaybackPosition, seconds: float, rate: float, last: float, direction: str
) -> PlaybackPosition:
    """Return the position in a loop between 0 and ``last`` that stands still at each end."""
    seconds %= 2 * HOLD + last / rate * (2 if direction == "there_and_back" else 1)  # also after a night's sleep
    while seconds > 0:
        if place.hold > 0:
            waited = min(place.hold, seconds)
            place, seconds = replace(place, hold=place.hold - waited), seconds - waited
            continue
        left = _distance_to_end(place, last, direction)
        if left <= _NEAR * last:  # only a loop in one direction stands at its end: it goes on from the other
            place = PlaybackPosition(last if direction == "backward" else 0.0, place.heading, HOLD)
        elif seconds * rate < left:
            return advance_position(place, seconds * rate, last, direction, loop=True)[0]
        else:
            seconds -= left / rate
            place = _at_end(place, last, direction)
    return place


def _distance_to_end(place: PlaybackPosition, last: float, direction: str) -> float:
    towards_0 = direction == "backward" or (direction == "there_and_back" and place.heading < 0)
    return place.position if towards_0 else last - place.position


def _at_end(place: PlaybackPosition, last: float, direction: str) -> PlaybackPosition:
    if direction == "there_and_back":
        return PlaybackPosition(last if place.heading > 0 else 0.0, -place.heading, HOLD)
    return PlaybackPosition(0.0 if direction == "backward" else last, place.heading, HOLD)
