"""One side of a run: the frames of all its states by step, joined from the parts in which they are computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.values.arrays import read_only
from core.values.runs import Frame
from dpm_gui.session.recorded_part import FrameStore, PreviewRecording, RecordedPart


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A frame to show, and what of it belongs to a preview.

    Attributes:
        frame: The states; fewer than the run's while the last ones are computed.
        preview: Whether all of them belong to the preview.
        exact_count: Number of the first states that belong to the recording, if the others belong to a preview, whose
            step is only near that of the frame.
    """

    frame: Frame
    preview: bool = False
    exact_count: int | None = None

    @property
    def of_one_step(self) -> ShownFrame:
        """The states that are all of the frame's step."""
        if self.exact_count is None:
            return self
        return ShownFrame(Frame(self.frame.t, self.frame.x[: self.exact_count]), self.preview)


class SideRecording:
    """The frames of one side; those of some states or steps may not be computed yet.

    The parts are computed one after the other. A frame holds the states of the first parts that have it.
    """

    def __init__(
        self,
        steps: int,
        store: FrameStore | None = None,
        *,
        top: int | None = None,
        preview: PreviewRecording | None = None,
    ) -> None:
        """Record one part whose states are all shown, the frames t = 0 … ``top``; see `of_parts` for more.

        Args:
            steps: T.
            store: Where the frames are stored, by default in memory.
            top: The highest step that will be recorded: T, or the step that the chain starts from.
            preview: Shown until every frame is computed.
        """
        self.steps = steps  # T, the number of steps
        self.top = steps if top is None else top  # the highest step that will be recorded
        self.parts: tuple[RecordedPart, ...] = (RecordedPart(self.top, store, preview=preview),)
        self.count: int | None = None  # the number of states shown; None for all
        self._stop: int | None = None

    @classmethod
    def of_parts(cls, steps: int, parts: Sequence[RecordedPart], stop: int, count: int) -> SideRecording:
        """Return the recording of ``parts``, the states 0 … ``stop`` - 1, of which the first ``count`` are shown."""
        recording = cls(steps, top=parts[0].top)
        recording.parts, recording._stop, recording.count = tuple(parts), stop, count
        return recording

    def showing(self, count: int) -> SideRecording:
        """Return a recording of the same parts that shows the first ``count`` states."""
        return SideRecording.of_parts(self.steps, self.parts, self._stop or 0, count)

    def of_complete_parts(self) -> SideRecording:
        """Return a recording of the first parts that are complete, which shows all their states."""
        parts, stop = self.recorded_parts
        return SideRecording.of_parts(self.steps, parts, stop, stop)

    @property
    def complete(self) -> bool:
        """Whether every frame is recorded."""
        covered = self.count is None or self._stop is None or self.count <= self._stop
        return covered and all(part.complete for part in self._wanted)

    @property
    def finished(self) -> bool:
        """Whether every frame of all parts is recorded, also of those that are not shown."""
        return all(part.complete for part in self.parts)

    @property
    def recorded_parts(self) -> tuple[Sequence[RecordedPart], int]:
        """The first parts that are complete, and the number of their states."""
        number = next((place for place, part in enumerate(self.parts) if not part.complete), len(self.parts))
        stop = self.parts[number].first if number < len(self.parts) else self._stop or 0
        return self.parts[:number], stop

    @property
    def preview(self) -> PreviewRecording | None:
        """The preview that takes the place of frames that are not recorded yet; None if there is none."""
        return next((part.preview for part in self._wanted if part.preview is not None), None)

    @property
    def newest(self) -> Frame | None:
        """The frame that was recorded last, of the first part."""
        return self._cut(self.parts[0].newest)

    @property
    def spreads(self) -> dict[int, float]:
        """For many futures, their spread at each recorded step."""
        return self.parts[0].spreads

    @property
    def along(self) -> NDArray[np.float32] | None:
        """Colours of the points ``[N]`` in [0, 1], of the parts in which they are known, or None."""
        known = [part.along for part in self._shown_parts if part.along is not None]
        if not known:
            return None
        return known[0][: self.count] if len(known) == 1 else np.concatenate(known)[: self.count]

    @property
    def available(self) -> tuple[int, int] | None:
        """The first and last recorded step of the first part, or None."""
        return self.parts[0].available

    @property
    def has_preview(self) -> bool:
        """Whether the preview of the first part is shown, while its own frames are computed."""
        return self.parts[0].has_preview

    @property
    def shown_range(self) -> tuple[int, int] | None:
        """The first and last step that can be shown, from the recording or the preview, or None."""
        preview = self.parts[0].preview
        previewed = preview.steps if preview is not None else ()
        ends = [*(self.available or ()), *previewed[:1], *previewed[-1:]]
        return (min(ends), max(ends)) if ends else None

    def part(self, first: int) -> RecordedPart:
        """Return the part whose first state has the number ``first``."""
        return next(part for part in self.parts if part.first == first)

    def part_of(self, index: int) -> RecordedPart:
        """Return the part that trajectory ``index`` belongs to."""
        return next(part for part in reversed(self.parts) if part.first <= index)

    def has(self, index: int) -> bool:
        """Return whether trajectory ``index`` is one of those shown, whether recorded yet or not."""
        ends = [end for end in (self.count, self._stop) if end is not None]
        return 0 <= index < min(ends, default=index + 1)

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t`` of the first parts that have it, or None if it is not recorded."""
        return self._joined(part.frame(t) for part in self._shown_parts)

    def shown(self, t: int) -> ShownFrame | None:
        """Return the frame to show for step ``t``: its own, else the nearest of the preview, else None.

        Beyond the highest step, the frame of the highest step is shown.
        """
        t = min(t, self.top)
        recorded = self.frame(t)
        parts = self._shown_parts
        previews = parts if recorded is None else [part for part in parts if part.first >= len(recorded.x)]
        nearest = self._nearest(previews, t)
        if recorded is None:
            return None if nearest is None else ShownFrame(nearest, preview=True)
        if nearest is None:
            return ShownFrame(recorded)
        mixed = self._joined((recorded, nearest))
        return None if mixed is None else ShownFrame(mixed, exact_count=len(recorded.x))

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
        both = min(len(before.x), len(after.x))
        x0, x1 = before.x[:both], after.x[:both]
        return Frame(round(position), x0 + np.float32(share) * (x1 - x0))

    def neighbours(self, t: int) -> tuple[Frame, Frame] | None:
        """Return frames t and t - 1 (1 and 0 at t = 0), else two frames of the preview around them, else None."""
        t = min(max(t, 1), self.top)
        pairs = [part.pair(t) for part in self._shown_parts]
        later = self._joined(pair and pair[0] for pair in pairs)
        earlier = self._joined(pair and pair[1] for pair in pairs)
        if later is not None and earlier is not None:
            return later, earlier
        preview = self.parts[0].preview
        found = preview.neighbours(t) if preview is not None else None
        return found and (self._cut_frame(found[0]), self._cut_frame(found[1]))

    def path(self, index: int) -> NDArray[np.float32]:
        """Return the states ``[S, *shape]`` of one trajectory over the recorded frames of its part, t ascending."""
        return self.part_of(index).path(index)

    @property
    def _wanted(self) -> list[RecordedPart]:
        return [part for part in self.parts if self.count is None or part.first < self.count]

    @property
    def _shown_parts(self) -> list[RecordedPart]:
        """The parts that are shown; points of a later part once their colours are known, so that they do not change."""
        first, *later = self._wanted
        coloured = first.along is not None
        number = next((place for place, part in enumerate(later) if coloured and part.along is None), len(later))
        return [first, *later[:number]]

    def _nearest(self, parts: Iterable[RecordedPart], t: int) -> Frame | None:
        """Return the frames nearest to ``t`` in the previews of the first of ``parts`` that have any, joined."""
        return self._joined(None if part.preview is None else part.preview.nearest(t) for part in parts)

    def _joined(self, frames: Iterable[Frame | None]) -> Frame | None:
        """Return the states of the first ``frames`` up to a missing one, or None if there are none."""
        found: list[Frame] = []
        for frame in frames:
            if frame is None:
                break
            found.append(frame)
        if len(found) < 2:
            return self._cut(found[0] if found else None)
        return self._cut(Frame(found[0].t, read_only(np.concatenate([frame.x for frame in found]))))

    def _cut(self, frame: Frame | None) -> Frame | None:
        return None if frame is None else self._cut_frame(frame)

    def _cut_frame(self, frame: Frame) -> Frame:
        """Return ``frame`` with the states that are shown; itself if they are all."""
        return frame if self.count is None or len(frame.x) <= self.count else Frame(frame.t, frame.x[: self.count])
