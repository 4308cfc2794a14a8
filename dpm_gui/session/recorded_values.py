"""The values of a run in a job: remembered ones first, then computed ones, each stored before it is handed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core.values.runs import Frame, RunSpec
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.remembering import Recalled, RecalledPart, WholeRun
from dpm_gui.engine.run_parts import Parts
from dpm_gui.engine.values import SideFrame
from dpm_gui.jobs.jobs import Flush
from dpm_gui.session.recorded_part import RecordedPart
from dpm_gui.session.side_recording import SideRecording

RunValue = SideFrame | Recalled | Flush | None
"""What a run yields; None for a step without a frame."""
PartKey = tuple[str, int]
"""The side of a part and the number of its first state."""


def recorded_values(
    parts: Parts,
    recorded: Mapping[PartKey, RecordedPart],
    compute: Callable[[Parts], Iterator[RunValue]],
    recall: Callable[[Parts], Iterator[Recalled]] | None = None,
) -> Iterator[RunValue]:
    """Yield the values of ``parts`` of a run after storing their frames, so that a slow disk never blocks the window.

    Remembered parts come first and whole: their frames are read from their file when they are shown. It ends early if
    a part is no longer among the ``recorded``, since another run has been begun; no part is kept from one value to the
    next.

    Args:
        parts: What to record.
        recorded: Where each part is stored.
        compute: Computes parts.
        recall: Returns the remembered values of parts, as far as there are any.

    Raises:
        OutputError: If the disk fails.
    """
    recalled: set[PartKey] = set()
    known = None
    for known in () if recall is None else recall(parts):
        if isinstance(known, RecalledPart):
            recalled.add((known.side, known.first))
        yield known
    missing = {
        side: [each for each in states if (side, each.start) in recorded and (side, each.start) not in recalled]
        for side, states in parts.items()
    }
    if not any(missing.values()):
        return
    if known is not None:
        yield Flush()  # PyTorch may be loaded now
    for value in compute(missing):
        if isinstance(value, SideFrame):
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
