"""Remembers runs, so that a later start shows them without computing them and without torch.

The generators are meant for the thread of a job.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.arrays import read_only
from core.values.measurements import StepEntropies
from core.values.runs import Frame, RunSpec
from dpm_gui.engine.shipped import ShippedPart, ShippedRuns, ShippedStart
from dpm_gui.engine.values import SideColours

if TYPE_CHECKING:
    from core.formats.recordings.cache import RunCache, RunKey
    from core.formats.recordings.run_files import RunFacts, RunReader

Parts = Mapping[str, Sequence[range]]


@dataclass(frozen=True, slots=True, eq=False)
class WholeRun:
    """All frames of the first states of a run, to be remembered.

    Attributes:
        sha256: The SHA-256 of the checkpoint's file.
        spec: What was run.
        kind: "gaussian" or "binomial".
        tops: Highest step of each side.
        frame: Returns the frame of a side at a step; any thread may call it.
        along: Places of the points of each side along their data, or None.
        entropies: As in `dpm_gui.engine.opening.Opened`.
        takes_any_size: As in `dpm_gui.engine.opening.Opened`.
    """

    sha256: str
    spec: RunSpec
    kind: str
    tops: Mapping[str, int]
    frame: Callable[[str, int], Frame | None]
    along: Mapping[str, NDArray[np.float32] | None]
    entropies: StepEntropies
    takes_any_size: bool


class RememberedFrames:
    """Reads frames of some states of one side of a remembered run from its file; any thread may call it."""

    def __init__(self, run: RunReader, side: str, states: range) -> None:
        self._run, self._side, self._states = run, side, states

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, or None if it can no longer be read."""
        x = self._read(t, self._states)
        return None if x is None else Frame(t, x)

    def state(self, t: int, index: int) -> NDArray[np.float32] | None:
        """Return the state ``[*shape]`` of the trajectory with this number in the part, or None likewise.

        Raises:
            BadInputError: If the trajectory does not exist.
        """
        if not 0 <= index < len(self._states):
            raise BadInputError(f"index: {index} is not between 0 and {len(self._states) - 1}")
        number = self._states.start + index
        x = self._read(t, range(number, number + 1))
        return None if x is None else x[0]

    def _read(self, t: int, states: range) -> NDArray[np.float32] | None:
        from core.formats.recordings.run_files import BadRunFileError

        try:
            found = self._run.states(self._side, t, states)
        except (OSError, BadRunFileError):
            return None
        return read_only(found.astype(np.float32, copy=False).view())


@dataclass(frozen=True, slots=True)
class RecalledPart:
    """A part of a run of which every frame is remembered.

    Attributes:
        side: "forward" or "reverse".
        first: Number of the first of its states, from 0.
        newest: The frame of the data, t = 0.
        source: Where all frames are read from when they are shown.
    """

    side: str
    first: int
    newest: Frame
    source: RememberedFrames


Recalled = RecalledPart | ShippedPart | SideColours
"""What is known of a run before it is computed."""


class RunMemory:
    """Remembers runs in a folder, at most ``limit`` bytes of them; none if that is 0.

    Attributes:
        folder: The folder, which holds nothing else.
        limit: Most bytes of all runs; it may be changed at any time.
        shipped: What is shown of the default runs of shipped checkpoints before they are computed; None for nothing.
    """

    def __init__(self, folder: Path, limit: int, shipped: ShippedRuns | None = None) -> None:
        self.folder, self.limit, self.shipped = folder, limit, shipped
        self._told: set[str] = set()
        self._spoilt: set[RunKey] = set()

    def sha256_of(self, path: str) -> str:
        """Return what identifies the checkpoint at ``path``, empty if it cannot be read or nothing is remembered.

        Raises:
            BadCheckpointError: If it is no HDF5 file.
        """
        from core.formats.checkpoints import check_is_hdf5
        from core.formats.recordings.cache import sha256_of

        if not self.limit and self.shipped is None:
            return ""
        check_is_hdf5(path)
        try:
            return sha256_of(path)
        except OSError:  # which the reader reports
            return ""

    def facts_of(self, sha256: str, spec: RunSpec) -> RunFacts | None:
        """Return the facts of the remembered run of ``spec`` on a checkpoint, or None; the count need not be equal."""
        key = self._key(sha256, spec)
        found = None if key is None else self._cache().find(key)
        return None if found is None else found.facts

    def shipped_facts(self, sha256: str, spec: RunSpec) -> tuple[RunFacts, ShippedStart] | None:
        """Return the facts of the shipped recording that shows states of ``spec`` on a checkpoint, or None."""
        run = None if self.shipped is None else self.shipped.find(sha256, spec)
        return None if run is None else (run.facts, ShippedRuns.start_of(run))

    def recall(self, sha256: str, spec: RunSpec, parts: Parts) -> Iterator[Recalled]:
        """Yield those of ``parts`` that are remembered; of the others what was shipped.

        The remembered frames are checked as they are read; see `check`.
        """
        there: set[tuple[str, int]] = set()
        for value in self._remembered(sha256, spec, parts):
            if isinstance(value, RecalledPart):
                there.add((value.side, value.first))
            yield value
        if self.shipped is not None:
            missing = {side: [part for part in each if (side, part.start) not in there] for side, each in parts.items()}
            yield from self.shipped.parts(sha256, spec, missing)

    def _remembered(self, sha256: str, spec: RunSpec, parts: Parts) -> Iterator[RecalledPart | SideColours]:
        key = self._key(sha256, spec)
        found = None if key is None else self._cache().find(key)
        if key is None or found is None:
            return
        facts = found.facts
        wanted = {side: [part for part in each if part.stop <= facts.counts[side]] for side, each in parts.items()}
        for side, states in wanted.items():
            along = facts.along[side]
            if len(along) == facts.counts[side]:
                yield from (SideColours(side, along[part.start : part.stop], part.start) for part in states)
        for side, states in wanted.items():
            for part in states:
                source = RememberedFrames(found, side, part)
                newest = source.frame(0)
                if newest is not None:  # else `check` tells of it
                    yield RecalledPart(side, part.start, newest, source)

    def check(self, sha256: str, spec: RunSpec) -> Iterator[bool]:
        """Read the whole remembered run of ``spec``: yield True after each frame, and False where it is damaged.

        A damaged run is forgotten.
        """
        key = self._key(sha256, spec)
        found = None if key is None else self._cache().find(key)
        if key is None or found is None:
            return
        for sound in self._cache().check(key, found):
            if not sound:
                self._spoilt.add(key)  # even if the file cannot be removed
            yield sound

    def remember(self, run: WholeRun) -> Iterator[None]:
        """Remember ``run``, unless it is remembered already with as many states; yield after each frame."""
        from core.formats.recordings.run_files import RunFacts

        key = self._key(run.sha256, run.spec)
        sample = {side: run.frame(side, 0) for side in run.tops}
        if key is None or any(frame is None for frame in sample.values()):
            return
        shapes = {side: frame.x.shape for side, frame in sample.items() if frame is not None}
        counts = {side: shape[0] for side, shape in shapes.items()}
        known = self._cache().find(key)
        if known is not None and all(known.facts.counts[side] >= count for side, count in counts.items()):
            return
        along = {side: np.empty(0, np.float32) if each is None else each for side, each in run.along.items()}
        state = next(iter(shapes.values()))[1:]
        facts = RunFacts(run.kind, state, run.tops, counts, run.entropies, run.takes_any_size, along)
        frames = (run.frame(side, t) for side, t in facts.order())
        yield from self._cache().save(key, facts, (frame for frame in frames if frame is not None))

    def size(self) -> Iterator[int]:
        """Yield the bytes that all remembered runs take."""
        yield self._cache().size()

    def trim(self) -> Iterator[int]:
        """Forget the runs that were not used for longest, down to the limit, and yield the bytes that are left."""
        self._cache().make_room(0)
        yield self._cache().size()

    def clear(self) -> Iterator[int]:
        """Forget all runs, and yield the bytes that are left."""
        self._cache().clear()
        yield self._cache().size()

    def _cache(self) -> RunCache:
        from core.formats.recordings.cache import RunCache

        return RunCache(self.folder, self.limit, self._tell)

    def _key(self, sha256: str, spec: RunSpec) -> RunKey | None:
        """Return what the run of ``spec`` is found by; None if it is not remembered."""
        from core.formats.recordings.cache import RunKey

        if not sha256 or not self.limit or spec.branches or spec.posterior is not None:
            return None
        key = RunKey(sha256, spec.seed, spec.threads, spec.denoise_from)
        return None if key in self._spoilt else key

    def _tell(self, text: str) -> None:
        """Write one line to stderr, each text once: what is remembered is of no consequence to the user."""
        if text not in self._told:
            self._told.add(text)
            sys.stderr.write(f"dpm-gui: {text}\n")
