"""The rows of the paper's figure 3: examples, noised, denoised, samples. Rows that the run lacks are computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import BadInputError
from core.values.runs import Frame, RunSpec
from dpm_gui.engine import runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.jobs.tasks import Tasks
from dpm_gui.session.side_recording import SideRecording

COMPUTING_ROWS = "rows"
IMAGES_PER_ROW = 10
HALF_SIGNAL = 0.5
"""Signal left in the noised examples of the figure, unless the run itself denoises from another step."""


@dataclass(frozen=True, slots=True)
class ImageRows:
    """Figure 3 of the paper; all states ``[N, *shape]``, model units.

    Attributes:
        t: Step of the noised examples.
        signal: alpha_bar_t, the signal left at step t, 0.0 … 1.0.
        steps: T.
        examples, noised: x^0 and x^t of the forward process.
        denoised: x^0 of the reverse chains that start at ``noised``.
        samples: x^0 of the reverse chains that start at noise.
    """

    t: int
    signal: float
    steps: int
    examples: NDArray[np.float32]
    noised: NDArray[np.float32]
    denoised: NDArray[np.float32]
    samples: NDArray[np.float32]


class ImageRowsBuilder(QObject):
    """Computes the rows, once for each run."""

    changed = Signal()

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.rows: ImageRows | None = None  # the rows, or None until they are computed

    def forget(self) -> None:
        """Drop the rows before another run."""
        self.rows = None
        self._tasks.stop((COMPUTING_ROWS,))

    def compute(self, opened: Opened, spec: RunSpec, recordings: Mapping[str, SideRecording]) -> None:
        """Start computing the rows from a finished run, unless they are computed or being computed.

        Raises:
            BadInputError: If the run has not finished.
        """
        if self.rows is not None or COMPUTING_ROWS in self._tasks:
            return
        t = spec.denoise_from or half_noised(opened.alpha_bars)
        frames = [recordings[FORWARD].frame(0), recordings[FORWARD].frame(t), recordings[REVERSE].frame(0)]
        if any(frame is None for frame in frames):
            raise BadInputError("figure: the run has not finished; wait for it or run again")
        examples, noised, ended = (frame.x[:IMAGES_PER_ROW] for frame in frames if frame is not None)
        few = replace(spec, count=len(noised))
        denoises = spec.denoise_from is not None

        def take(values: list[Frame]) -> int:
            last = values[-1]
            if last.t == 0:
                denoised, samples = (ended, last.x) if denoises else (last.x, ended)
                signal, steps = float(opened.alpha_bars[t]), opened.checkpoint.steps
                self.rows = ImageRows(t, signal, steps, examples, noised, denoised, samples)
                self.changed.emit()
            return len(values)

        text, total = ("Sampling for figure 3", opened.checkpoint.steps) if denoises else ("Denoising examples", t)
        start = None if denoises else Frame(t, noised)
        self._tasks.begin(COMPUTING_ROWS, lambda: runs.reverse_frames(opened, few, start), take, text, total + 1)


def half_noised(alpha_bars: NDArray[np.float64]) -> int:
    """Return the step, 1 … T, whose signal, of ``alpha_bars`` [T + 1], is nearest to one half."""
    return 1 + int(np.abs(alpha_bars[1:] - HALF_SIGNAL).argmin())
