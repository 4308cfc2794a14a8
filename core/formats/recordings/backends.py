"""Storage for the frames of a recording: in memory, in a nameless temporary file, or in an HDF5 file.

Every backend reserves room for all frames, t = 0 … T, at the start, so it fails before the first one is computed.
"""

from __future__ import annotations

import math
import os
import tempfile
import threading
import weakref
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError, OutputError
from core.runtime.devices import check_disk, check_memory
from core.runtime.files import atomic_path, check_output_path

NAME = "recording"
Opened = TypeVar("Opened")
LARGE_FILES = Path("/var/tmp")
"""Where systems keep large temporary files; /tmp itself may be in memory."""


class RecordingBackend(Protocol):
    """Storage for frames ``[N, *shape]``, t = 0 … T, of one type; each is written once."""

    storage: str
    """Where it is: "memory" or "disk"."""

    def write(self, t: int, frame: NDArray[np.generic]) -> None:
        """Store a copy of ``frame`` as frame ``t``."""

    def frame(self, t: int) -> NDArray[np.generic]:
        """Return frame ``t``, which has been written; it stays valid when the backend is closed."""

    def path(self, written: NDArray[np.bool_], index: int) -> NDArray[np.generic]:
        """Return the states ``[S, *shape]`` of one trajectory in the frames that are ``written`` [T + 1]."""

    def close(self, written: NDArray[np.bool_] | None) -> None:
        """Release everything; ``written`` [T + 1] marks the frames that exist; None leaves no file."""


class MemoryBackend:
    """Frames in memory, each an array of its own, so that a caller who keeps one frame keeps no other."""

    storage = "memory"

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
        """Allocate memory for ``shape`` = (T + 1, N, …).

        Raises:
            BadInputError: If there is not enough.
        """
        needed = size_of(shape, dtype)
        check_memory(needed, f"{NAME}: frames of shape {shape}")
        try:
            self._frames: list[NDArray[np.generic]] | None = [np.empty(shape[1:], dtype) for _ in range(shape[0])]
        except MemoryError as error:
            raise BadInputError(f"{NAME}: {needed:,} bytes of memory are needed, and cannot be had") from error

    def write(self, t: int, frame: NDArray[np.generic]) -> None:
        _open(self._frames)[t][...] = frame

    def frame(self, t: int) -> NDArray[np.generic]:
        return _open(self._frames)[t]

    def path(self, written: NDArray[np.bool_], index: int) -> NDArray[np.generic]:
        frames = _open(self._frames)
        return np.stack([frames[t][index] for t in np.flatnonzero(written)])

    def close(self, written: NDArray[np.bool_] | None) -> None:  # noqa: ARG002 - no file is written
        self._frames = None


class TemporaryFileBackend:
    """Frames in a temporary file without a name.

    The system frees its room when the process ends, even after a crash. It is read through memory maps, a new one each
    time, so that frames that were read do not accumulate in memory.
    """

    storage = "disk"

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[np.generic], folder: Path | None) -> None:
        """Reserve room for ``shape`` = (T + 1, N, …) in ``folder``, by default one for large temporary files.

        Raises:
            OutputError: If there is not enough, or the folder cannot be written to.
        """
        self._folder = temporary_folder() if folder is None else folder
        self._shape, self._dtype, self._size = shape, dtype, size_of(shape, dtype)
        check_disk(self._size, self._folder, NAME)
        self._lock = threading.Lock()  # a map moves the file position, where another thread may be writing
        try:
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - it is open as long as the recording
        except OSError as error:
            raise self._explained(error) from error
        self._file: BinaryIO | None = file
        self._release = weakref.finalize(self, file.close)
        try:
            _reserve(file, self._size)
        except OSError as error:
            self._release()
            raise self._explained(error) from error

    def write(self, t: int, frame: NDArray[np.generic]) -> None:
        file = _open(self._file)
        try:
            with self._lock:
                file.seek(t * self._size // self._shape[0])
                file.write(np.ascontiguousarray(frame).data)
                file.flush()
        except OSError as error:
            raise self._explained(error) from error

    def frame(self, t: int) -> NDArray[np.generic]:
        return self._map(t * self._size // self._shape[0], self._shape[1:])

    def path(self, written: NDArray[np.bool_], index: int) -> NDArray[np.generic]:
        found: NDArray[np.generic] = self._map(0, self._shape)[written, index]
        return found

    def close(self, written: NDArray[np.bool_] | None) -> None:  # noqa: ARG002 - no file is written
        self._file = None
        self._release()

    def _map(self, offset: int, shape: tuple[int, ...]) -> NDArray[np.generic]:
        with self._lock:
            return np.asarray(np.memmap(_open(self._file), self._dtype, "r", offset, shape))

    def _explained(self, error: OSError) -> OutputError:
        reason = error.strerror or str(error)
        return OutputError(f"{NAME}: {self._size:,} bytes are needed in {self._folder}, and cannot be had: {reason}")


class Hdf5Backend:
    """Frames in an HDF5 file for the user, which takes its name when the recording is closed.

    Data sets: ``frames`` [T + 1, N, *shape], and ``written`` [T + 1], which of them exist. Attributes: as given.
    A recording that is never closed leaves no file.
    """

    storage = "disk"

    def __init__(
        self,
        shape: tuple[int, ...],
        dtype: np.dtype[np.generic],
        path: str | os.PathLike[str],
        facts: Mapping[str, object],
    ) -> None:
        """Reserve room for ``shape`` = (T + 1, N, …).

        Raises:
            OutputError: If there is not enough, or ``path`` cannot be written.
        """
        self._name = os.fspath(path)
        needed = size_of(shape, dtype)
        check_disk(needed, check_output_path(path).parent, self._name)
        stack = ExitStack()
        self._stack = stack
        self._abandon = weakref.finalize(self, _give_up, stack, GeneratorExit())
        temporary = stack.enter_context(atomic_path(path))
        self._file: h5py.File | None = stack.enter_context(h5py.File(temporary, "w"))
        self._file.attrs.update(facts)
        self._file.create_dataset("written", shape[:1], bool)
        # Not chunked, since one trajectory would need every chunk; allocated now, so that the room can be reserved.
        at_once = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        at_once.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        self._file.create_dataset("frames", shape, dtype, dcpl=at_once)
        self._file.flush()
        try:
            with temporary.open("r+b") as file:
                _reserve(file, os.fstat(file.fileno()).st_size)
        except OSError as error:
            self._abandon()
            raise OutputError(
                f"{self._name}: {needed:,} bytes are needed, and cannot be had: {error.strerror}"
            ) from error

    def write(self, t: int, frame: NDArray[np.generic]) -> None:
        file = _open(self._file)
        try:
            file["frames"][t] = frame
            file.flush()
        except (OSError, RuntimeError) as error:  # h5py's flush raises the latter
            self._file = None
            self._abandon.detach()
            _give_up(self._stack, error)
            raise OutputError(f"{self._name}: cannot be written: {error}") from error

    def frame(self, t: int) -> NDArray[np.generic]:
        found: NDArray[np.generic] = _open(self._file)["frames"][t]
        return found

    def path(self, written: NDArray[np.bool_], index: int) -> NDArray[np.generic]:
        found: NDArray[np.generic] = _open(self._file)["frames"][:, index]
        return found[written]

    def close(self, written: NDArray[np.bool_] | None) -> None:
        file, self._file = self._file, None
        if file is not None and written is not None:
            file["written"][...] = written
            self._abandon.detach()
            self._stack.close()
        self._abandon()


def temporary_folder() -> Path:
    """Return the folder for large temporary files: that of the user (TMPDIR), otherwise one on a disk."""
    chosen = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return LARGE_FILES if not chosen and os.access(LARGE_FILES, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def size_of(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> int:
    """Return the bytes of an array."""
    return math.prod(shape) * dtype.itemsize


def _reserve(file: BinaryIO, size: int) -> None:
    """Make ``file`` ``size`` bytes long, and reserve the room for them if the system can."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
    else:
        file.truncate(size)


def _give_up(stack: ExitStack, reason: BaseException) -> None:
    """Exit the contexts of ``stack`` with the error ``reason``, so that a half-written file is removed."""
    with suppress(OSError, RuntimeError, OutputError):  # further errors follow from the first
        stack.__exit__(type(reason), reason, reason.__traceback__)


def _open(backend: Opened | None) -> Opened:
    if backend is None:
        raise BadInputError(f"{NAME}: it is closed, and its frames are gone")
    return backend
