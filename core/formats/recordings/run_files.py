"""Files of remembered runs: all frames of both sides of one run, and what a window shows beside them.

A file begins with `MAGIC`, the length of its head, and the head, an npz. The frames follow, t = 0 … T, at each step
that of the forward side first; each is followed by its checksum. They are exact: numbers are float32, bits take a byte.
"""

from __future__ import annotations

import io
import math
import struct
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.formats.arrays import BROKEN_ZIP
from core.formats.recordings.recording import STORED_AS
from core.values.checkpoints import Checkpoint
from core.values.measurements import StepEntropies
from core.values.runs import Frame

MAGIC = b"dpm-gui remembered run 1\n"
LENGTH = struct.Struct("<Q")
"""How the length of the head and the checksums are written."""
LONGEST_HEAD = 64 * 2**20
SIDES = ("forward", "reverse")


class BadRunFileError(Exception):
    """A file that is no remembered run, or a damaged one; the message says in a few words what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class RunFacts:
    """What is known of a remembered run without its frames.

    Attributes:
        kind: "gaussian" or "binomial".
        shape: Shape of one state.
        tops: Highest step of each side: T, and the step that the reverse chain starts from.
        counts: Number of states of each side.
        entropies: Entropy bounds of every reverse step of the model.
        takes_any_size: Whether the model inpaints images of any size.
        along: Places of the points of each side along their data, ``[N]`` in [0, 1]; empty for other states.
    """

    kind: str
    shape: tuple[int, ...]
    tops: Mapping[str, int]
    counts: Mapping[str, int]
    entropies: StepEntropies
    takes_any_size: bool
    along: Mapping[str, NDArray[np.float32]]

    @property
    def frame_count(self) -> int:
        """Number of frames of both sides."""
        return sum(top + 1 for top in self.tops.values())

    @property
    def bytes_of_frames(self) -> int:
        """Bytes that the frames take in a file, with their checksums."""
        return sum((self.tops[side] + 1) * (self.bytes_of(side) + LENGTH.size) for side in SIDES)

    def bytes_of(self, side: str) -> int:
        """Return the bytes of one frame of ``side``."""
        return self.counts[side] * math.prod(self.shape) * STORED_AS[self.kind].itemsize

    def fit(self, checkpoint: Checkpoint) -> bool:
        """Return whether these can be the facts of a run of ``checkpoint``."""
        known = checkpoint.kind, checkpoint.data.shape, checkpoint.steps
        return known == (self.kind, self.shape, self.tops["forward"]) and len(self.entropies.upper) == checkpoint.steps

    def order(self) -> Iterator[tuple[str, int]]:
        """Yield side and step of each frame, in the order of the file."""
        for t in range(max(self.tops.values()) + 1):
            yield from ((side, t) for side in SIDES if t <= self.tops[side])


def head_of(facts: RunFacts) -> bytes:
    """Return what precedes the frames in a file."""
    head = io.BytesIO()
    np.savez(
        head,
        allow_pickle=False,
        kind=np.array(facts.kind),
        shape=np.array(facts.shape, np.int64),
        tops=np.array([facts.tops[side] for side in SIDES], np.int64),
        counts=np.array([facts.counts[side] for side in SIDES], np.int64),
        takes_any_size=np.array(facts.takes_any_size),
        upper=facts.entropies.upper,
        lower=facts.entropies.lower,
        t_given_0=facts.entropies.t_given_0,
        **{f"along_{side}": facts.along[side] for side in SIDES},
    )
    return MAGIC + LENGTH.pack(head.tell()) + head.getvalue()


def write_frame(file: BinaryIO, facts: RunFacts, frame: Frame) -> None:
    """Write the next frame, in the order of the facts."""
    stored = np.ascontiguousarray(frame.x, STORED_AS[facts.kind])
    file.write(stored.data)
    file.write(LENGTH.pack(_checksum(stored)))


class RunReader:
    """Reads frames of the run in one file, which stays open, and so can be read after it has been removed.

    Any thread may read. Nothing is mapped into memory, since a disk that fails then would end the program. Nothing
    damaged is returned: each frame is read whole and checked when states of it are first asked for.

    Attributes:
        facts: What is known of the run.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at ``path``.

        Raises:
            OSError: If it cannot be read.
            BadRunFileError: If it is no such file.
        """
        self._file = path.open("rb", buffering=0)
        self._release = weakref.finalize(self, self._file.close)
        self.facts = _facts_in(self._file)
        self._lock = threading.Lock()
        self._sound: set[tuple[str, int]] = set()
        begin = self._file.tell()
        if path.stat().st_size != begin + self.facts.bytes_of_frames:
            raise BadRunFileError("it is not complete")
        self._places: dict[tuple[str, int], int] = {}
        for side, t in self.facts.order():
            self._places[side, t] = begin
            begin += self.facts.bytes_of(side) + LENGTH.size

    def checked(self, side: str, t: int) -> NDArray[np.generic]:
        """Return the states ``[N, *shape]`` of ``side`` at step ``t`` as they are stored, once their sum is checked.

        Raises:
            OSError: If they cannot be read.
            BadRunFileError: If they are damaged.
        """
        size = self.facts.bytes_of(side)
        found = np.frombuffer(self._read(self._places[side, t], size + LENGTH.size), np.uint8)
        if LENGTH.unpack(found[size:].tobytes()) != (_checksum(found[:size]),):
            raise BadRunFileError("its frames are damaged")
        self._sound.add((side, t))
        return self._states(found[:size])

    def states(self, side: str, t: int, wanted: range) -> NDArray[np.generic]:
        """Return the states of that frame whose numbers are ``wanted``; raises the same errors."""
        if (side, t) not in self._sound:
            return self.checked(side, t)[wanted.start : wanted.stop]
        size = self.facts.bytes_of(side) // self.facts.counts[side]
        found = self._read(self._places[side, t] + wanted.start * size, len(wanted) * size)
        return self._states(np.frombuffer(found, np.uint8))

    def _states(self, found: NDArray[np.uint8]) -> NDArray[np.generic]:
        states: NDArray[np.generic] = found.view(STORED_AS[self.facts.kind]).reshape(-1, *self.facts.shape)
        return states

    def _read(self, place: int, size: int) -> bytes:
        with self._lock:  # the position of the file is that of all threads
            self._file.seek(place)
            found = self._file.read(size)
        if found is None or len(found) != size:
            raise BadRunFileError("it is not complete")
        return found


def _facts_in(file: BinaryIO) -> RunFacts:
    if file.read(len(MAGIC)) != MAGIC:
        raise BadRunFileError("it is no run of this version")
    length = file.read(LENGTH.size)
    if len(length) != LENGTH.size or LENGTH.unpack(length)[0] > LONGEST_HEAD:
        raise BadRunFileError("its head is damaged")
    try:
        with np.load(io.BytesIO(file.read(LENGTH.unpack(length)[0])), allow_pickle=False) as head:
            kind, along = str(head["kind"]), {side: head[f"along_{side}"].astype(np.float32) for side in SIDES}
            facts = RunFacts(
                kind,
                tuple(map(int, head["shape"])),
                dict(zip(SIDES, map(int, head["tops"]), strict=True)),
                dict(zip(SIDES, map(int, head["counts"]), strict=True)),
                StepEntropies(*(head[name].astype(np.float64) for name in ("upper", "lower", "t_given_0"))),
                bool(head["takes_any_size"]),
                along,
            )
    except BROKEN_ZIP as error:
        raise BadRunFileError("its head is damaged") from error
    numbers = *facts.shape, *facts.counts.values(), *facts.tops.values()
    if kind not in STORED_AS or min(numbers) < 1 or any(values.ndim != 1 for values in along.values()):
        raise BadRunFileError("its head is damaged")
    return facts


def _checksum(values: NDArray[np.generic]) -> int:
    """Return the sum of the 64-bit words of ``values``, modulo 2^64: it takes a tenth of the time of a CRC."""
    flat = values.reshape(-1).view(np.uint8)
    words = flat[: flat.size - flat.size % LENGTH.size].view(np.uint64)
    rest = flat[words.nbytes :]
    return (int(np.add.reduce(words)) + int(rest.sum(dtype=np.uint64))) % 2**64
