"""The cache of remembered runs: one file a run, in a folder of the user's, at most as large as a limit.

Whatever is wrong with the folder or a file, the run is as if it had never been remembered, and the reason is told once.
Several programs may share the folder: files appear and vanish whole.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from core import __version__
from core.errors import OutputError, one_line
from core.formats.recordings.run_files import (
    MAGIC,
    BadRunFileError,
    RunFacts,
    RunReader,
    head_of,
    write_frame,
)
from core.runtime.devices import check_disk
from core.values.runs import Frame

SUFFIX, UNFINISHED = ".run", ".unfinished"
SPARE_DISK = 256 * 2**20
"""Bytes that are left free on the disk."""
ABANDONED_SECONDS = 3600.0
"""Age at which an unfinished file belongs to a program that has crashed."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """What determines the frames of a run, apart from the number of its states.

    Attributes:
        checkpoint: SHA-256 of the checkpoint's file.
        seed, threads, denoise_from: As in `core.values.runs.RunSpec`.
    """

    checkpoint: str
    seed: int
    threads: int
    denoise_from: int | None

    @property
    def file_name(self) -> str:
        """The name of the run's file; it depends on the versions of the program, of torch and of the format, too."""
        versions = MAGIC.decode(), __version__, version_of_torch()
        return hashlib.sha256(json.dumps([*versions, *astuple(self)]).encode()).hexdigest() + SUFFIX


class RunCache:
    """The remembered runs in one folder.

    Args:
        folder: The folder; it is made when it is needed.
        limit: Most bytes of all files.
        tell: Receives what is wrong, in one line.
    """

    def __init__(self, folder: Path, limit: int, tell: Callable[[str], None]) -> None:
        self._folder, self._limit, self._tell = folder, limit, tell

    def find(self, key: RunKey) -> RunReader | None:
        """Return the run of ``key``, which is now the last one used; None if it is not remembered."""
        path = self._folder / key.file_name
        try:
            found = RunReader(path)
        except (FileNotFoundError, NotADirectoryError):  # of the latter `save` tells
            return None
        except (OSError, BadRunFileError) as error:
            self._discard(path, error)
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def check(self, key: RunKey, found: RunReader) -> Iterator[bool]:
        """Read every frame of ``found``, the run of ``key``; yield True after each, and False where one is damaged."""
        try:
            for side, t in found.facts.order():
                found.checked(side, t)
                yield True
        except (OSError, BadRunFileError) as error:
            self._discard(self._folder / key.file_name, error)
            yield False

    def save(self, key: RunKey, facts: RunFacts, frames: Iterator[Frame]) -> Generator[None, None, None]:
        """Remember a run; yield after each frame. A generator that is closed earlier leaves nothing.

        Args:
            key: What the run is found by; a run that is remembered already is replaced.
            facts: What is known of it.
            frames: Its frames, in the order of ``facts``.
        """
        head = head_of(facts)
        needed = len(head) + facts.bytes_of_frames
        if needed > self._limit:
            return
        temporary = self._folder / f".{os.urandom(6).hex()}{UNFINISHED}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self.make_room(needed)
            check_disk(needed + SPARE_DISK, self._folder, "remembered run")
            with temporary.open("xb") as file:
                file.write(head)
                for frame in frames:
                    write_frame(file, facts, frame)
                    yield
            temporary.replace(self._folder / key.file_name)
        except (OSError, OutputError) as error:
            self._tell(f"{self._folder}: this run is not remembered: {_reason(error)}")
        finally:
            with suppress(OSError):
                temporary.unlink()

    def make_room(self, needed: int) -> None:
        """Remove the runs that were not used for longest, until ``needed`` more bytes keep to the limit."""
        files = sorted(self._files())
        total = sum(size for _, size, _ in files) + needed
        now = time.time()
        for used, size, path in files:
            abandoned = path.suffix == UNFINISHED and now - used > ABANDONED_SECONDS
            if abandoned or (total > self._limit and path.suffix == SUFFIX):
                self._remove(path)
                total -= size

    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(size for _, size, _ in self._files())

    def clear(self) -> None:
        """Remove all files."""
        for _, _, path in self._files():
            self._remove(path)

    def _files(self) -> list[tuple[float, int, Path]]:
        """Return when each file was last used, its size and its path; other files in the folder are left alone."""
        found = []
        with suppress(OSError):
            for path in self._folder.iterdir():
                with suppress(OSError):  # another program has removed it
                    status = path.stat()
                    if path.suffix in (SUFFIX, UNFINISHED):
                        found.append((status.st_mtime, status.st_size, path))
        return found

    def _discard(self, path: Path, error: OSError | BadRunFileError) -> None:
        self._tell(f"{one_line(path)}: this remembered run is not used: {_reason(error)}")
        if isinstance(error, BadRunFileError):
            self._remove(path)

    def _remove(self, path: Path) -> None:
        with suppress(OSError):  # another program has removed it, or reads it on Windows
            path.unlink()


def version_of_torch() -> str:
    """Return what torch's folder says of its version; torch is not imported, and its package's metadata not searched.

    The latter takes longer than reading all of a small run.
    """
    found = importlib.util.find_spec("torch")
    for folder in (found.submodule_search_locations if found is not None else None) or ():
        with suppress(OSError, UnicodeDecodeError):
            return (Path(folder) / "version.py").read_text(encoding="utf-8")
    return ""


def sha256_of(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of the file at ``path``, as hexadecimal digits.

    Raises:
        OSError: If it cannot be read.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(error: Exception) -> str:
    return one_line(getattr(error, "strerror", None) or error)
