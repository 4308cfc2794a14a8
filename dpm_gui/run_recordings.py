"""The recordings of both sides of a run: made before it, filled in the thread of its job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dpm_gui.engine import FORWARD, REVERSE, Rooms, SideFrame
from dpm_gui.recording import Preview, Recording


def empty_recordings(steps: int) -> dict[str, Recording]:
    """Return recordings of what has not been run yet."""
    return {FORWARD: Recording(steps), REVERSE: Recording(steps)}


def recordings_in(rooms: Rooms, steps: int) -> dict[str, Recording]:
    """Return the recordings of a run of T = ``steps``, whose frames will be kept in ``rooms``."""
    preview = None if rooms.preview is None else Preview(rooms.preview.steps, rooms.preview)
    return {
        side: Recording(steps, room, top=room.steps, preview=preview if side == REVERSE else None)
        for side, room in rooms.sides.items()
    }


def kept(values: Iterator[object], recordings: Mapping[str, Recording]) -> Iterator[object]:
    """Hand on the values of a run, its frames put where they are kept: a disk takes its time, and the window has none.

    Raises:
        OutputError: If the disk fails.
    """
    for value in values:
        if isinstance(value, SideFrame):
            recordings[value.side].keep(value.frame, preview=value.preview)
        yield value
