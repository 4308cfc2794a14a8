"""How playback moves through 0 … T: its speed, its direction and its end. It uses neither a clock nor Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass

DIRECTIONS = ("forward", "backward", "there_and_back")

_SHORT, _SHORT_SECONDS = 40, 4.0
_LONG, _LONG_SECONDS = 1000, 8.0


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
    """

    position: float
    heading: int


def advance_position(
    place: PlaybackPosition, distance: float, last: int, direction: str, loop: bool
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
    place: PlaybackPosition, distance: float, last: int, loop: bool
) -> tuple[PlaybackPosition, bool]:
    round_trip = 2.0 * last
    travelled = (place.position if place.heading > 0 else round_trip - place.position) + distance
    ended = travelled >= round_trip and not loop
    travelled = 0.0 if ended else travelled % round_trip
    return (PlaybackPosition(travelled, 1) if travelled < last else PlaybackPosition(round_trip - travelled, -1)), ended
