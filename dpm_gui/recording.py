"""What came out of a run, one side of it: frames by step, as they come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.values import Frame


class Recording:
    """The frames of one side, of which some may not have been computed yet."""

    def __init__(self, steps: int) -> None:
        """Make room for the frames t = 0 … ``steps``."""
        self._frames: list[Frame | None] = [None] * (steps + 1)
        self._newest: Frame | None = None
        self.along: NDArray[np.float32] | None = None
        """Colours of the points ``[N]`` in [0, 1], once they are known."""

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self._frames) - 1

    @property
    def complete(self) -> bool:
        """Whether every frame is there."""
        return all(frame is not None for frame in self._frames)

    @property
    def available(self) -> tuple[int, int] | None:
        """The first and last step that are there, or None."""
        there = [frame.t for frame in self._frames if frame is not None]
        return (there[0], there[-1]) if there else None

    @property
    def newest(self) -> Frame | None:
        """The frame that was computed last."""
        return self._newest

    def add(self, frame: Frame) -> None:
        """Take in one frame."""
        self._frames[frame.t] = frame
        self._newest = frame

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t`` if it is there."""
        return self._frames[t]

    def at(self, position: float) -> Frame | None:
        """Return the frame nearest to ``position``, its points moved on to where they are between two frames.

        A whole position is a frame itself. Between two, points are drawn on the straight line from one to the next.
        """
        t = int(position)
        before, share = self._frames[t], position - t
        if share == 0.0 or before is None:
            return before
        after = self._frames[t + 1]
        if after is None:
            return before
        return Frame(round(position), before.x + np.float32(share) * (after.x - before.x))

    def path(self, index: int) -> NDArray[np.float32]:
        """Return the states ``[S, *shape]`` of one trajectory over the frames that are there, t ascending."""
        return np.stack([frame.x[index] for frame in self._frames if frame is not None])
