"""All frames of a run, stored exactly and read in any order, in memory or on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.recordings.backends import Hdf5Backend, MemoryBackend, RecordingBackend, TemporaryFileBackend, size_of
from core.values.arrays import read_only
from core.values.runs import Frame

DEFAULT_CAP = 512 * 2**20
"""Bytes of memory that one recording may take: 512 MB."""
STORED_AS: Mapping[str, np.dtype[np.generic]] = {"gaussian": np.dtype(np.float32), "binomial": np.dtype(np.uint8)}
"""Type that stores the states of each kind of process without loss."""
FORMAT = "dpm-trajectory"


class TrajectoryRecording:
    """The frames t = 0 … T of one set of trajectories, of which some may not have been computed yet.

    A context manager that closes the recording at its end; after an error it leaves no HDF5 file.
    """

    def __init__(
        self, shape: tuple[int, ...], kind: str, backend: RecordingBackend, numbers: type[np.floating] = np.float32
    ) -> None:
        """Use `make`, which finds a ``backend`` for frames of ``shape`` = (T + 1, N, …)."""
        self._numbers = np.dtype(numbers)
        self._shape = shape[1:]
        self._kind = kind
        self._backend = backend
        self._written: NDArray[np.bool_] = np.zeros(shape[0], dtype=bool)

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self._written) - 1

    @property
    def complete(self) -> bool:
        """Whether every frame has been added."""
        return bool(self._written.all())

    @property
    def storage(self) -> str:
        """Where the frames are stored: "memory" or "disk"."""
        return self._backend.storage

    @property
    def memory(self) -> int:
        """Bytes of memory that the frames take."""
        whole = (len(self._written), *self._shape)
        return size_of(whole, STORED_AS[self._kind]) if self.storage == MemoryBackend.storage else 0

    def add(self, frame: Frame) -> None:
        """Store a copy of one frame.

        Raises:
            BadInputError: If its shape, type or step is wrong, it is no frame of bits among bits, or it exists already.
            OutputError: If it cannot be written; earlier frames can still be read, except from an HDF5 file.
        """
        self._check_step(frame.t)
        if self._written[frame.t]:
            raise BadInputError(f"frame {frame.t}: it is there already")
        if frame.x.shape != self._shape or frame.x.dtype != self._numbers:
            found = f"{frame.x.dtype} of shape {frame.x.shape}"
            raise BadInputError(f"frame {frame.t}: {found}, where {self._numbers} of shape {self._shape} is kept")
        self._backend.write(frame.t, self._stored(frame))
        self._written[frame.t] = True

    def frame(self, t: int) -> Frame | None:
        """Return frame ``t``, as it was added, or None if it has not been added.

        Raises:
            BadInputError: If ``t`` is no step of 0 … T, or the recording is closed.
        """
        self._check_step(t)
        return Frame(t, self._read_only(self._backend.frame(t))) if self._written[t] else None

    def path(self, index: int) -> NDArray[np.float32]:
        """Return one trajectory ``[S, *shape]`` over the frames that exist, t ascending.

        Raises:
            BadInputError: If the trajectory does not exist, there is no frame yet, or the recording is closed.
        """
        if not 0 <= index < self._shape[0]:
            raise BadInputError(f"index: {index} is not between 0 and {self._shape[0] - 1}")
        if not self._written.any():
            raise BadInputError("path: no frame is there yet")
        return self._read_only(self._backend.path(self._written, index))

    def close(self) -> None:
        """Release memory and disk; frames that were returned stay valid.

        An HDF5 file takes its name now, complete or not; it records which frames it holds.

        Raises:
            OutputError: If that file cannot be written.
        """
        self._backend.close(self._written)

    def __enter__(self) -> TrajectoryRecording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._backend.close(self._written if error is None else None)

    def _stored(self, frame: Frame) -> NDArray[np.generic]:
        dtype = STORED_AS[self._kind]
        if dtype.kind == "f":
            return frame.x
        bits = frame.x == 1
        if not np.array_equal(bits, frame.x):
            raise BadInputError(f"frame {frame.t}: it holds values that are neither 0 nor 1, and bits are kept")
        stored: NDArray[np.generic] = bits.astype(dtype)
        return stored

    def _read_only(self, stored: NDArray[np.generic]) -> NDArray[np.float32]:
        """Return ``stored`` as read-only numbers of the frames' type, without a copy if it has that type already."""
        values: NDArray[np.float32] = np.asarray(stored).astype(self._numbers, copy=False).view()
        return read_only(values)

    def _check_step(self, t: int) -> None:
        if not 0 <= t <= self.steps:
            raise BadInputError(f"t: {t} is not between 0 and {self.steps}")


def make(
    steps: int,
    count: int,
    shape: tuple[int, ...],
    kind: str,
    cap: int = DEFAULT_CAP,
    *,
    file: str | os.PathLike[str] | None = None,
    folder: Path | None = None,
    numbers: type[np.float32 | np.float64] = np.float32,
) -> TrajectoryRecording:
    """Return an empty recording of the frames t = 0 … T, with room reserved for all of them.

    Args:
        steps: T.
        count: N, number of trajectories.
        shape: Shape of one state.
        kind: "gaussian" or "binomial"; bits take a byte each, numbers those of their type.
        cap: Most bytes of memory for the frames; if they take more, all of them are stored on disk.
        file: An HDF5 file to record to, whatever the size.
        folder: Folder of the temporary file, if one is needed.
        numbers: Type of the frames; float64 for frames in user's units that float32 would round.

    Raises:
        BadInputError: If there is not enough memory, or an argument is out of range.
        OutputError: If there is not enough room on disk, or it cannot be written to.
    """
    least = {"steps": (steps, 0), "count": (count, 1), "cap": (cap, 0), "shape": (min(shape, default=1), 1)}
    for name, (value, smallest) in least.items():
        if value < smallest:
            raise BadInputError(f"{name}: {value} is less than {smallest}")
    if kind not in STORED_AS:
        raise BadInputError(f"kind: {kind!r} is unknown; there are {' and '.join(STORED_AS)}")
    whole, dtype = (steps + 1, count, *shape), STORED_AS[kind] if kind == "binomial" else np.dtype(numbers)
    backend: RecordingBackend
    if file is not None:
        backend = Hdf5Backend(whole, dtype, file, {"format": FORMAT, "version": 1, "kind": kind, "steps": steps})
    elif size_of(whole, dtype) <= cap:
        backend = MemoryBackend(whole, dtype)
    else:
        backend = TemporaryFileBackend(whole, dtype, folder)
    return TrajectoryRecording(whole, kind, backend, numbers)
