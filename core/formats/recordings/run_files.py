"""Files of remembered runs: all frames of both sides of one run, and what a window shows beside them.

A file begins with `MAGIC`, the length of its head, and the head, an npz. The frames follow, t = 0 … T, at each step
that of the forward side first; each is followed by its checksum. They are exact: numbers are float32, bits take a byte.
"""

from __future__ import annotations

import io
import math
import struct
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


def read_facts(path: Path) -> RunFacts:
    """Return the facts of the run in the file at ``path``, whose size is that of the frames that they promise.

    Raises:
        OSError: If it cannot be read.
        BadRunFileError: If it is no such file.
    """
    with path.open("rb") as file:
        facts = _facts_in(file)
        if path.stat().st_size != file.tell() + facts.bytes_of_frames:
            raise BadRunFileError("it is not complete")
        return facts


def read_frames(path: Path) -> Iterator[tuple[str, Frame]]:
    """Yield the frames of the run in the file at ``path`` with their sides; each is valid until the next is asked for.

    Raises:
        OSError: If it cannot be read.
        BadRunFileError: If it is no such file, or the next frame is damaged.
    """
    with path.open("rb") as file:
        facts = _facts_in(file)
        dtype = STORED_AS[facts.kind]
        rooms = {side: np.empty((facts.counts[side], *facts.shape), dtype) for side in SIDES}
        for side, t in facts.order():
            room, checksum = rooms[side], bytearray(LENGTH.size)
            if file.readinto(room.data.cast("B")) != room.nbytes or file.readinto(checksum) != LENGTH.size:
                raise BadRunFileError("it is not complete")
            if LENGTH.unpack(checksum) != (_checksum(room),):
                raise BadRunFileError("its frames are damaged")
            yield side, Frame(t, room.astype(np.float32, copy=False))


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
