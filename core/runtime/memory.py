"""Whether there is room in memory or on a disk, asked before it is taken."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from core.errors import BadInputError, OutputError

MEMORY_REPORT = Path("/proc/meminfo")


def check_memory(needed: int, name: str) -> None:
    """Raise `BadInputError` if ``name``, as in "count: 5 states", needs more bytes of memory than there are."""
    free = free_memory()
    if free is not None and needed > free:
        raise BadInputError(f"{name} need {needed:,} bytes of memory, and {free:,} are free")


def check_disk(needed: int, folder: str | os.PathLike[str], name: str) -> None:
    """Raise `OutputError` if ``name``, to be written in ``folder``, needs more bytes than are free there."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise OutputError(f"{name}: the folder {os.fspath(folder)} cannot be used: {error.strerror}") from error
    if needed > free:
        raise OutputError(f"{name}: {needed:,} bytes are needed in {os.fspath(folder)}, and {free:,} are free")


def free_memory() -> int | None:
    """Return the bytes of memory that can be taken without swapping, or None where the system does not say."""
    try:
        lines = MEMORY_REPORT.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    kilobytes = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return 1024 * int(kilobytes[0]) if kilobytes else None
