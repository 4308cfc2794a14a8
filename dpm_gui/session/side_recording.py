"""What came out of a run, one side of it: frames by step, as they come, and a preview where the frames take long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.values.runs import Frame


class FrameStore(Protocol):
    """Where frames are stored, in memory or on disk: `core.formats.recordings.recording.SideRecording`."""

    def add(self, frame: Frame) -> None:
        """Take in one frame."""

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t`` if it is there."""

    def path(self, index: int) -> NDArray[np.float32]:
        """Return one trajectory ``[S, *shape]`` over the frames that are there, t ascending."""


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A frame to be shown, and whether it is of the preview."""

    frame: Frame
    preview: bool = False


class PreviewRecording:
    """The frames of an approximate walk in few steps, T … 0, on show until the true ones have come."""

    def __init__(self, move_count: int, store: FrameStore | None = None) -> None:
        """Keep the frames of a walk in so many ``move_count`` in ``store``, or, for a few of them, as they are."""
        self.move_count = move_count
        self._store = store or _Frames()
        self._stored_count = 0
        self._steps: list[int] = []

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps that are there, descending."""
        return tuple(self._steps)

    def store(self, frame: Frame) -> None:
        """Put the next frame where it is kept, of an earlier step than the one before, in whichever thread.

        Raises:
            OutputError: If the disk it is to be kept on fails.
        """
        self._store.add(Frame(self._stored_count, frame.x))
        self._stored_count += 1

    def mark_stored(self, frame: Frame) -> None:
        """Say that ``frame``, which has been kept, is there, after those before it."""
        self._steps.append(frame.t)

    def nearest(self, t: int) -> Frame | None:
        """Return the frame nearest to step ``t``, or None before there is one."""
        if not self._steps:
            return None
        return self._at(min(range(len(self._steps)), key=lambda place: abs(self._steps[place] - t)))

    def neighbours(self, t: int) -> tuple[Frame, Frame] | None:
        """Return two frames next to each other around step ``t``, the later step first, if there are two."""
        if len(self._steps) < 2:
            return None
        later = sum(step > t for step in self._steps) - 1  # the last place whose step is still beyond t
        if later + 1 < len(self._steps) and self._steps[later + 1] == t:
            later += 1
        later = min(max(later, 0), len(self._steps) - 2)
        return self._at(later), self._at(later + 1)

    def _at(self, place: int) -> Frame:
        stored = self._store.frame(place)
        if stored is None:
            raise LookupError(f"preview: frame {place} was added and is not there")
        return Frame(self._steps[place], stored.x)


class SideRecording:
    """The frames of one side, of which some may not have been computed yet."""

    def __init__(
        self,
        steps: int,
        store: FrameStore | None = None,
        *,
        top: int | None = None,
        preview: PreviewRecording | None = None,
    ) -> None:
        """Keep the frames t = 0 … ``top`` in ``store``, or, for a few of them, as they are.

        Args:
            steps: T.
            store: Where they go.
            top: The highest step that will come: T, or where a walk starts that does not start at T.
            preview: What is on show for steps that are not there yet.
        """
        self._store = store or _Frames()
        self._steps = steps
        self._top = steps if top is None else top
        self._there: NDArray[np.bool_] = np.zeros(self._top + 1, dtype=bool)
        self._missing = self._top + 1
        self._newest: Frame | None = None
        self._preview = preview
        self.along: NDArray[np.float32] | None = None
        """Colours of the points ``[N]`` in [0, 1], once they are known."""
        self.spreads: dict[int, float] = {}
        """Of many futures: how far they lie apart, by the step, as far as they have come."""

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self._steps

    @property
    def top(self) -> int:
        """The highest step that will come."""
        return self._top

    @property
    def complete(self) -> bool:
        """Whether every frame is there."""
        return self._missing == 0

    @property
    def preview(self) -> PreviewRecording | None:
        """What is on show for steps that are not there yet; gone when all are."""
        return self._preview

    @property
    def available(self) -> tuple[int, int] | None:
        """The first and last step that are there, or None."""
        if self._newest is None:
            return None
        return int(self._there.argmax()), self._top - int(self._there[::-1].argmax())

    @property
    def shown_range(self) -> tuple[int, int] | None:
        """The first and last step for which there is something to see, be it of the preview, or None."""
        previewed = self._preview.steps if self._preview is not None else ()
        ends = [*(self.available or ()), *previewed[:1], *previewed[-1:]]
        return (min(ends), max(ends)) if ends else None

    @property
    def newest(self) -> Frame | None:
        """The frame that was computed last."""
        return self._newest

    def store(self, frame: Frame, *, preview: bool = False) -> None:
        """Put one frame where it is kept, in whichever thread: a disk may take its time.

        Raises:
            OutputError: If the disk it is to be kept on fails.
        """
        if not preview:
            self._store.add(frame)
        elif self._preview is not None:
            self._preview.store(frame)

    def mark_stored(self, frame: Frame, *, preview: bool = False, spread: float | None = None) -> None:
        """Say that ``frame``, which has been kept, is there; of many futures, how far they lie apart."""
        if preview:
            if self._preview is not None:
                self._preview.mark_stored(frame)
            return
        self._missing -= not self._there[frame.t]
        self._there[frame.t] = True
        self._newest = frame
        if spread is not None:
            self.spreads[frame.t] = spread
        if self.complete:
            self._preview = None

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t`` if it is there."""
        return self._store.frame(t) if 0 <= t <= self._top and self._there[t] else None

    def shown(self, t: int) -> ShownFrame | None:
        """Return what there is to see of step ``t``: its frame, else the preview's nearest, if there is any.

        Beyond the highest step it is that one.
        """
        t = min(t, self._top)
        there = self.frame(t)
        if there is not None:
            return ShownFrame(there)
        nearest = self._preview.nearest(t) if self._preview is not None else None
        return None if nearest is None else ShownFrame(nearest, preview=True)

    def at(self, position: float) -> Frame | None:
        """Return the frame nearest to ``position``, its points moved on to where they are between two frames.

        A whole position is a frame itself. Between two, points are drawn on the straight line from one to the next.
        Beyond the highest step it is the frame of that step.
        """
        position = min(position, float(self._top))
        t = int(position)
        before, share = self.frame(t), position - t
        if share == 0.0 or before is None:
            return before
        after = self.frame(t + 1)
        if after is None:
            return before
        return Frame(round(position), before.x + np.float32(share) * (after.x - before.x))

    def neighbours(self, t: int) -> tuple[Frame, Frame] | None:
        """Return frames t and t - 1 (1 and 0 at t = 0), or two of the preview around them, or None."""
        t = min(max(t, 1), self._top)
        later, earlier = self.frame(t), self.frame(t - 1)
        if later is not None and earlier is not None:
            return later, earlier
        return self._preview.neighbours(t) if self._preview is not None else None

    def path(self, index: int) -> NDArray[np.float32]:
        """Return the states ``[S, *shape]`` of one trajectory over the frames that are there, t ascending."""
        return self._store.path(index)


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
