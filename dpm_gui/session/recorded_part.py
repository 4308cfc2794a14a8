"""The frames of some states of one side of a run, as they are computed, and a preview while they take long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.values.runs import Frame


class FrameStore(Protocol):
    """Stores frames in memory or on disk: `core.formats.recordings.recording.TrajectoryRecording`."""

    def add(self, frame: Frame) -> None:
        """Store one frame."""

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, or None if it is not stored."""

    def path(self, index: int) -> NDArray[np.float32]:
        """Return one trajectory ``[S, *shape]`` over the stored frames, t ascending."""


class FrameSource(Protocol):
    """Frames in a file that may vanish: `dpm_gui.engine.remembering.RememberedFrames`."""

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, or None if it can no longer be read."""

    def state(self, t: int, index: int) -> NDArray[np.float32] | None:
        """Return one state ``[*shape]`` of frame ``t``, or None likewise."""


class PreviewRecording:
    """Some frames of a chain from T to 0, shown until those of all steps are computed.

    Attributes:
        move_count: Number of frames that there will be, less one.
        shipped: Whether they are frames of the chain itself, rounded, and not of one in few steps.
    """

    shipped = False

    def __init__(self, move_count: int, store: FrameStore | None = None) -> None:
        """Store the frames of a chain of ``move_count`` strided steps in ``store``, by default in memory."""
        self.move_count = move_count
        self._store = store or _Frames()
        self._stored_count = 0
        self._steps: list[int] = []

    @classmethod
    def of_shipped(cls, frames: Sequence[Frame]) -> PreviewRecording:
        """Return a preview of the shipped ``frames``, from T down to 0."""
        made = cls(len(frames) - 1)
        made.shipped = True
        for frame in frames:
            made.store(frame)
            made.mark_stored(frame)
        return made

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


class RecordedPart:
    """The frames of consecutive states of one side; some may not be computed yet.

    Attributes:
        first: Number of the first state, from 0.
        top: The highest step that will be recorded: T, or the step that the chain starts from.
        newest: The frame that was recorded last.
        preview: Shown until every frame is recorded; then None.
        along: Colours of the points ``[N]`` in [0, 1], or None until they are known.
        spreads: For many futures, their spread at each recorded step.
    """

    def __init__(
        self, top: int, store: FrameStore | None = None, *, first: int = 0, preview: PreviewRecording | None = None
    ) -> None:
        """Record the frames t = 0 … ``top`` in ``store``, by default in memory."""
        self._store = store or _Frames()
        self._held: FrameSource | None = None
        self.first, self.top, self.preview = first, top, preview
        self._available: NDArray[np.bool_] = np.zeros(top + 1, dtype=bool)
        self._missing = top + 1
        self.newest: Frame | None = None
        self.along: NDArray[np.float32] | None = None
        self.spreads: dict[int, float] = {}

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

    def store(self, frame: Frame, *, preview: bool = False) -> None:
        """Store one frame; any thread may call this, since a disk may be slow.

        Raises:
            OutputError: If the disk fails.
        """
        if not preview:
            self._store.add(frame)
        elif self.preview is not None:
            self.preview.store(frame)

    def hold(self, source: FrameSource, newest: Frame) -> None:
        """Take every frame from ``source`` when it is asked for, instead of storing it."""
        self._held, self._store = source, _Frames()
        self._available[:], self._missing = True, 0
        self.newest, self.preview = newest, None

    def show_shipped(self, frames: Sequence[Frame]) -> None:
        """Show the shipped ``frames`` until every frame is recorded."""
        if not self.complete:
            self.preview = PreviewRecording.of_shipped(frames)

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

    @property
    def has_preview(self) -> bool:
        """Whether a preview is shown; its frames give way to the recorded ones all at once, when the last is there."""
        return self.preview is not None and bool(self.preview.steps)

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, or None if it is not recorded or a preview is still shown."""
        if self.has_preview:
            return None
        if not (0 <= t <= self.top and self._available[t]):
            return None
        return self._store.frame(t) if self._held is None else self._held.frame(t)

    def pair(self, t: int) -> tuple[Frame, Frame] | None:
        """Return frames ``t`` and ``t`` - 1, or None unless both are recorded."""
        later, earlier = self.frame(t), self.frame(t - 1)
        return None if later is None or earlier is None else (later, earlier)

    def path(self, index: int) -> NDArray[np.float32]:
        """Return the states ``[S, *shape]`` of trajectory ``index`` over the recorded frames, t ascending."""
        index -= self.first
        if self._held is None:
            stored, count = self._store.path(index), int(np.count_nonzero(self._available))
            # A thread may have stored more frames than are marked: later ones of the forward side, earlier ones else.
            return stored[:count] if self._available[0] else stored[len(stored) - count :]
        states = (self._held.state(t, index) for t in range(self.top + 1))
        found = [state for state in states if state is not None]
        shape = () if self.newest is None else self.newest.x.shape[1:]
        return np.stack(found) if found else np.empty((0, *shape), np.float32)


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
