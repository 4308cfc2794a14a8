"""What came out of a run, one side of it: frames by step, as they come."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.values import Frame


class Room(Protocol):
    """Where frames are kept, in memory or on disk: `core.recording.Recording`."""

    def add(self, frame: Frame) -> None:
        """Take in one frame."""

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t`` if it is there."""

    def path(self, index: int) -> NDArray[np.float32]:
        """Return one trajectory ``[S, *shape]`` over the frames that are there, t ascending."""


class Recording:
    """The frames of one side, of which some may not have been computed yet."""

    def __init__(self, steps: int, room: Room | None = None) -> None:
        """Keep the frames t = 0 … ``steps`` in ``room``, or, for a few of them, as they are."""
        self._room = room or _Frames()
        self._there: NDArray[np.bool_] = np.zeros(steps + 1, dtype=bool)
        self._missing = steps + 1
        self._newest: Frame | None = None
        self.along: NDArray[np.float32] | None = None
        """Colours of the points ``[N]`` in [0, 1], once they are known."""

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self._there) - 1

    @property
    def complete(self) -> bool:
        """Whether every frame is there."""
        return self._missing == 0

    @property
    def available(self) -> tuple[int, int] | None:
        """The first and last step that are there, or None."""
        if self._newest is None:
            return None
        return int(self._there.argmax()), self.steps - int(self._there[::-1].argmax())

    @property
    def newest(self) -> Frame | None:
        """The frame that was computed last."""
        return self._newest

    def add(self, frame: Frame) -> None:
        """Take in one frame.

        Raises:
            OutputError: If the disk it is to be kept on fails.
        """
        self._room.add(frame)
        self._missing -= not self._there[frame.t]
        self._there[frame.t] = True
        self._newest = frame

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t`` if it is there."""
        return self._room.frame(t) if self._there[t] else None

    def at(self, position: float) -> Frame | None:
        """Return the frame nearest to ``position``, its points moved on to where they are between two frames.

        A whole position is a frame itself. Between two, points are drawn on the straight line from one to the next.
        """
        t = int(position)
        before, share = self.frame(t), position - t
        if share == 0.0 or before is None:
            return before
        after = self.frame(t + 1)
        if after is None:
            return before
        return Frame(round(position), before.x + np.float32(share) * (after.x - before.x))

    def path(self, index: int) -> NDArray[np.float32]:
        """Return the states ``[S, *shape]`` of one trajectory over the frames that are there, t ascending."""
        return self._room.path(index)


class _Frames:
    """Room for frames as they are."""

    def __init__(self) -> None:
        self._frames: dict[int, Frame] = {}

    def add(self, frame: Frame) -> None:
        self._frames[frame.t] = frame

    def frame(self, t: int) -> Frame | None:
        return self._frames.get(t)

    def path(self, index: int) -> NDArray[np.float32]:
        return np.stack([self._frames[t].x[index] for t in sorted(self._frames)])
