"""The values of a run in a job: remembered ones first, then computed ones, each stored before it is handed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.values.runs import Frame, RunSpec
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.remembering import RecalledFrame, WholeRun
from dpm_gui.engine.run_parts import Parts
from dpm_gui.engine.values import SideColours, SideFrame
from dpm_gui.session.recorded_part import RecordedPart
from dpm_gui.session.side_recording import SideRecording

RunValue = SideFrame | SideColours | None
"""What a run yields; None for a step without a frame."""
PartKey = tuple[str, int]
"""The side of a part and the number of its first state."""


def recorded_values(
    parts: Parts,
    recorded: Mapping[PartKey, RecordedPart],
    compute: Callable[[Parts], Iterator[RunValue]],
    recall: Callable[[Parts], Iterator[RecalledFrame | SideColours]] | None = None,
) -> Iterator[RunValue]:
    """Yield the values of ``parts`` of a run after storing their frames, so that a slow disk never blocks the window.

    Remembered frames are not stored again: they are read from their file when they are shown. It ends early if a part
    is no longer among the ``recorded``, since another run has been begun; no part is kept from one value to the next.

    Args:
        parts: What to record.
        recorded: Where each part is stored.
        compute: Computes parts.
        recall: Returns the remembered values of parts, as far as there are any.

    Raises:
        OutputError: If the disk fails.
    """
    recalled: defaultdict[PartKey, set[int]] = defaultdict(set)
    for known in () if recall is None else recall(parts):
        if isinstance(known, RecalledFrame):
            key, t = (known.value.side, known.value.first), known.value.frame.t
            part = recorded.get(key)
            if part is None:
                return
            part.hold(t, known.source)
            del part
            recalled[key].add(t)
            yield known.value
        else:
            yield known
    missing = {side: _missing(side, states, recorded, recalled) for side, states in parts.items()}
    for value in compute(missing) if any(missing.values()) else ():
        # Frames before a damaged one were recalled; those that are computed equal them.
        if isinstance(value, SideFrame) and (value.preview or value.frame.t not in recalled[value.side, value.first]):
            part = recorded.get((value.side, value.first))
            if part is None:
                return
            part.store(value.frame, preview=value.preview)
            del part
        yield value


def whole_run(opened: Opened, spec: RunSpec, sides: Mapping[str, SideRecording]) -> WholeRun:
    """Return the complete parts of the recordings ``sides`` of a run of ``spec``, to be remembered; there are some."""
    whole = {side: recording.of_complete_parts() for side, recording in sides.items()}

    def frame(side: str, t: int) -> Frame | None:
        return whole[side].frame(t)

    tops = {side: recording.top for side, recording in whole.items()}
    along: dict[str, NDArray[np.float32] | None] = {side: recording.along for side, recording in whole.items()}
    kind = opened.checkpoint.kind
    return WholeRun(opened.sha256, spec, kind, tops, frame, along, opened.entropies, opened.takes_any_size)


def _missing(
    side: str, states: Sequence[range], recorded: Mapping[PartKey, RecordedPart], recalled: Mapping[PartKey, set[int]]
) -> list[range]:
    """Return the parts of one side whose frames were not all recalled."""
    places = ((each, recorded.get((side, each.start))) for each in states)
    return [each for each, part in places if part is not None and len(recalled[side, each.start]) <= part.top]
