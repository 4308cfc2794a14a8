"""The recordings that shipped checkpoints bring: what a window shows of their default run until that is computed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import one_line
from core.values.arrays import read_only
from core.values.runs import Frame, RunSpec
from dpm_gui.engine.values import SideColours

if TYPE_CHECKING:
    from core.formats.recordings.shipped_runs import ShippedRun


@dataclass(frozen=True, slots=True)
class ShippedStart:
    """Of which runs a shipped recording shows the first states.

    Attributes:
        seed: Their seed; their chains start from noise.
        count: The number of states that are recorded.
    """

    seed: int
    count: int

    def covers(self, spec: RunSpec) -> bool:
        """Return whether the first states of ``spec`` are recorded."""
        return spec.seed == self.seed and spec.denoise_from is None and not spec.branches and spec.posterior is None

    def covers_part(self, spec: RunSpec, states: range) -> bool:
        """Return whether these states of ``spec`` are all recorded."""
        return self.covers(spec) and states.stop <= self.count


@dataclass(frozen=True, slots=True)
class ShippedPart:
    """The shipped frames of the first part of a side.

    Attributes:
        side: "forward" or "reverse".
        first: Number of the first of its states, from 0.
        frames: Frames, from T down to 0.
    """

    side: str
    first: int
    frames: tuple[Frame, ...]


class ShippedRuns:
    """Finds the shipped recording of a checkpoint in a folder.

    The recording that was found last is kept, and no other, since a run asks for it after its checkpoint was opened.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._found: tuple[str, ShippedRun | None] = ("", None)

    def find(self, sha256: str, spec: RunSpec) -> ShippedRun | None:
        """Return the recording of the checkpoint with this SHA-256 if it shows states of ``spec``, else None."""
        if not sha256:
            return None
        known, run = self._found
        if known != sha256:
            run = self._read(sha256)
            self._found = sha256, run
        return run if run is not None and self.start_of(run).covers(spec) else None

    @staticmethod
    def start_of(run: ShippedRun) -> ShippedStart:
        """Return of which runs ``run`` shows the first states."""
        return ShippedStart(run.seed, min(run.facts.counts.values()))

    def parts(
        self, sha256: str, spec: RunSpec, parts: Mapping[str, Sequence[range]]
    ) -> Iterator[ShippedPart | SideColours]:
        """Yield the shipped frames of the first states of ``parts``, as many as there are."""
        run = self.find(sha256, spec)
        for side, states in parts.items() if run is not None else ():
            for each in states:
                if run is None or each.start:
                    continue
                count = min(len(each), run.facts.counts[side])
                along = run.facts.along[side][:count]
                frames = (
                    Frame(t, read_only(x[:count].view())) for t, x in zip(run.steps, run.states[side], strict=True)
                )
                if len(along) == len(each):  # the colours of all points of a part come at once
                    yield SideColours(side, along)
                yield ShippedPart(side, 0, tuple(frames))

    def _read(self, sha256: str) -> ShippedRun | None:
        from core.formats.recordings import shipped_runs
        from core.formats.recordings.run_files import BadRunFileError

        for path in sorted(self._folder.glob(shipped_runs.file_name("*", sha256))):
            try:
                run = shipped_runs.read(path)
            except BadRunFileError as error:
                sys.stderr.write(f"dpm-gui: {one_line(path)}: this shipped recording is not used: {error}\n")
                continue
            if run.sha256 == sha256:
                return run
        return None
