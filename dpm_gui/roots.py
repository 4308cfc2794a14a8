"""The states that many futures begin from, kept so that no run need be walked again for one of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.values import RunSpec
from dpm_gui.recording import Recording


class Roots:
    """Knows, for each spec with futures, the state they begin from, where the run it belongs to was on show."""

    def __init__(self) -> None:
        self._known: dict[RunSpec, NDArray[np.float32]] = {}

    def find(self, spec: RunSpec, recorded: RunSpec | None, recording: Recording) -> NDArray[np.float32] | None:
        """Return the state ``[*shape]`` that futures of ``spec`` begin from, if it is or was on show, else None.

        ``recording`` is the reverse of ``recorded``, the run that is on show.
        """
        if spec.branches and recorded == spec.without_branch():
            branch = spec.branches[-1]
            frame = recording.frame(branch.t)
            if frame is not None and 0 <= branch.index < len(frame.x):
                self._known[spec] = np.array(frame.x[branch.index])
        return self._known.get(spec)

    def forget(self) -> None:
        """Drop them all: something else is open."""
        self._known.clear()
