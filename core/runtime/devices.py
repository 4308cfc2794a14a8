"""What a run takes of the machine: threads, memory, room on a disk, and torch itself.

torch is imported where it is needed, since commands that do without it ask for memory too.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
from pathlib import Path

from core.errors import BadInputError, OutputError

MEMORY_REPORT = Path("/proc/meminfo")
BLOCK_BYTES = 8 * 1024**2
LIBRARIES = {"linux": "libtorch_cpu.so", "darwin": "libtorch_cpu.dylib"}


def use_threads(threads: int) -> None:
    """Compute with so many ``threads`` from now on, and keep the memory of one batch for the next.

    glibc hands freed blocks of a few megabytes back to the system, and the pages of new ones cost as much as half of a
    small network's work. Its threshold rises to the largest block of its own mapping that was ever freed, so one is
    taken, untouched, and let go. Other allocators do not mind.
    """
    import torch

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    torch.empty(BLOCK_BYTES, dtype=torch.uint8)


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


def load_torch_library() -> None:
    """Load torch's largest library while other threads go on.

    Importing torch loads 400 MB of machine code under the interpreter's lock, and every other thread stands still for
    a third of a second. A foreign function is called without the lock, so the loader itself is called as one; the
    import then finds the library in place. Where this cannot be done, the import does it in its own way.
    """
    name = LIBRARIES.get(sys.platform)
    found = importlib.util.find_spec("torch")
    if name is None or found is None or not found.submodule_search_locations or "torch" in sys.modules:
        return
    path = Path(found.submodule_search_locations[0]) / "lib" / name
    if path.exists():
        load = ctypes.CDLL(None).dlopen
        load.restype = ctypes.c_void_p
        load.argtypes = [ctypes.c_char_p, ctypes.c_int]
        load(os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
