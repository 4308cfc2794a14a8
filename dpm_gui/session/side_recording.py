"""One side of a run: its frames by step, as they are computed, and a preview while they take long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.values.runs import Frame


class FrameStore(Protocol):
    """Stores frames in memory or on disk: `core.formats.recordings.recording.SideRecording`."""

    def add(self, frame: Frame) -> None:
        """Store one frame."""

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, or None if it is not stored."""

    def path(self, index: int) -> NDArray[np.float32]:
        """Return one trajectory ``[S, *shape]`` over the stored frames, t ascending."""


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A frame to show, and whether it belongs to the preview."""

    frame: Frame
    preview: bool = False


class PreviewRecording:
    """The frames of a strided chain from T to 0, shown until the true ones are computed."""

    def __init__(self, move_count: int, store: FrameStore | None = None) -> None:
        """Store the frames of a chain of ``move_count`` strided steps in ``store``, by default in memory."""
        self.move_count = move_count
        self._store = store or _Frames()
        self._stored_count = 0
        self._steps: list[int] = []

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps whose frames are available, descending."""
        return tuple(self._steps)

    def store(self, frame: Frame) -> None:
        """Store the next frame, whose step is earlier than that of the last one; any thread may call this.

        Raises:
            OutputError: If the disk fails.
        """
        self._store.add(Frame(self._stored_count, frame.x))
        self._stored_count += 1

    def mark_stored(self, frame: Frame) -> None:
        """Make ``frame``, which has been stored, available after those before it."""
        self._steps.append(frame.t)

    def nearest(self, t: int) -> Frame | None:
        """Return the frame nearest to step ``t``, or None if there is none yet."""
        if not self._steps:
            return None
        return self._at(min(range(len(self._steps)), key=lambda place: abs(self._steps[place] - t)))

    def neighbours(self, t: int) -> tuple[Frame, Frame] | None:
        """Return two adjacent frames around step ``t``, the later step first, or None if there are fewer than two."""
        if len(self._steps) < 2:
            return None
        later = sum(step > t for step in self._steps) - 1  # the last index whose step is greater than t
        if later + 1 < len(self._steps) and self._steps[later + 1] == t:
            later += 1
        later = min(max(later, 0), len(self._steps) - 2)
        return self._at(later), self._at(later + 1)

    def _at(self, place: int) -> Frame:
        stored = self._store.frame(place)
        if stored is None:
            raise LookupError(f"preview: frame {place} was added and cannot be found")
        return Frame(self._steps[place], stored.x)


class SideRecording:
    """The frames of one side; some may not be computed yet."""

    def __init__(
        self,
        steps: int,
        store: FrameStore | None = None,
        *,
        top: int | None = None,
        preview: PreviewRecording | None = None,
    ) -> None:
        """Record the frames t = 0 … ``top``.

        Args:
            steps: T.
            store: Where the frames are stored, by default in memory.
            top: The highest step that will be recorded: T, or the step that the chain starts from.
            preview: Shown for steps that are not computed yet.
        """
        self._store = store or _Frames()
        self.steps = steps  # T, the number of steps
        self.top = steps if top is None else top  # the highest step that will be recorded
        self._available: NDArray[np.bool_] = np.zeros(self.top + 1, dtype=bool)
        self._missing = self.top + 1
        self.newest: Frame | None = None  # the frame that was recorded last
        self.preview = preview  # the preview shown for steps that are not recorded yet; None once all are
        self.along: NDArray[np.float32] | None = None
        """Colours of the points ``[N]`` in [0, 1], or None until they are known."""
        self.spreads: dict[int, float] = {}
        """For many futures, their spread at each recorded step."""

    @property
    def complete(self) -> bool:
        """Whether every frame is recorded."""
        return self._missing == 0

    @property
    def available(self) -> tuple[int, int] | None:
        """The first and last recorded step, or None."""
        if self.newest is None:
            return None
        return int(self._available.argmax()), self.top - int(self._available[::-1].argmax())

    @property
    def shown_range(self) -> tuple[int, int] | None:
        """The first and last step that can be shown, from the recording or the preview, or None."""
        previewed = self.preview.steps if self.preview is not None else ()
        ends = [*(self.available or ()), *previewed[:1], *previewed[-1:]]
        return (min(ends), max(ends)) if ends else None

    def store(self, frame: Frame, *, preview: bool = False) -> None:
        """Store one frame; any thread may call this, since a disk may be slow.

        Raises:
            OutputError: If the disk fails.
        """
        if not preview:
            self._store.add(frame)
        elif self.preview is not None:
            self.preview.store(frame)

    def mark_stored(self, frame: Frame, *, preview: bool = False, spread: float | None = None) -> None:
        """Make ``frame``, which has been stored, available; ``spread`` is that of many futures."""
        if preview:
            if self.preview is not None:
                self.preview.mark_stored(frame)
            return
        self._missing -= not self._available[frame.t]
        self._available[frame.t] = True
        self.newest = frame
        if spread is not None:
            self.spreads[frame.t] = spread
        if self.complete:
            self.preview = None

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, or None if it is not recorded."""
        return self._store.frame(t) if 0 <= t <= self.top and self._available[t] else None

    def shown(self, t: int) -> ShownFrame | None:
        """Return the frame to show for step ``t``: its own, else the nearest of the preview, else None.

        Beyond the highest step, the frame of the highest step is shown.
        """
        t = min(t, self.top)
        recorded = self.frame(t)
        if recorded is not None:
            return ShownFrame(recorded)
        nearest = self.preview.nearest(t) if self.preview is not None else None
        return None if nearest is None else ShownFrame(nearest, preview=True)

    def at(self, position: float) -> Frame | None:
        """Return the frame nearest to ``position``, its states interpolated linearly between two frames.

        A whole position returns the frame itself. Beyond the highest step, the frame of that step is returned.
        """
        position = min(position, float(self.top))
        t = int(position)
        before, share = self.frame(t), position - t
        if share == 0.0 or before is None:
            return before
        after = self.frame(t + 1)
        if after is None:
            return before
        return Frame(round(position), before.x + np.float32(share) * (after.x - before.x))

    def neighbours(self, t: int) -> tuple[Frame, Frame] | None:
        """Return frames t and t - 1 (1 and 0 at t = 0), else two frames of the preview around them, else None."""
        t = min(max(t, 1), self.top)
        later, earlier = self.frame(t), self.frame(t - 1)
        if later is not None and earlier is not None:
            return later, earlier
        return self.preview.neighbours(t) if self.preview is not None else None

    def path(self, index: int) -> NDArray[np.float32]:
        """Return the states ``[S, *shape]`` of one trajectory over the recorded frames, t ascending."""
        return self._store.path(index)


class _Frames:
    """Frames in memory."""

    def __init__(self) -> None:
        self._frames: dict[int, Frame] = {}

    def add(self, frame: Frame) -> None:
        self._frames[frame.t] = frame

    def frame(self, t: int) -> Frame | None:
        return self._frames.get(t)

    def path(self, index: int) -> NDArray[np.float32]:
        return np.stack([self._frames[t].x[index] for t in sorted(self._frames)])
