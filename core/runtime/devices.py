"""The resources of the machine: threads, memory, disk space, random numbers, and the loading of torch.

torch is imported only where it is needed, since commands that do not use it check the memory too.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import BadInputError, OutputError

if TYPE_CHECKING:
    import torch

MEMORY_REPORT = Path("/proc/meminfo")
BLOCK_BYTES = 8 * 1024**2
LIBRARIES = {"linux": "libtorch_cpu.so", "darwin": "libtorch_cpu.dylib"}


def use_threads(threads: int) -> None:
    """Set the number of torch's ``threads``, and let glibc reuse the memory of one batch for the next.

    glibc returns freed blocks of a few megabytes to the system, and the page faults of new ones cost half as much time
    as a small network's work. Its threshold for this rises to the largest mapped block that was ever freed, so a block
    is allocated, untouched, and freed at once. Other allocators are not affected.
    """
    import torch

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    torch.empty(BLOCK_BYTES, dtype=torch.uint8)


def check_memory(needed: int, name: str) -> None:
    """Raise `BadInputError` if ``name``, as in "count: 5 states", needs more bytes of memory than are free."""
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
    """Return the bytes of memory available without swapping, or None where the system does not report them."""
    try:
        lines = MEMORY_REPORT.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    kilobytes = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return 1024 * int(kilobytes[0]) if kilobytes else None


def load_torch_library() -> None:
    """Load torch's largest library without blocking other threads.

    Importing torch loads 400 MB of machine code while it holds the interpreter's lock, which stops all other threads
    for a third of a second. ctypes releases the lock during a call, so the library is loaded by calling the dynamic
    loader through ctypes; the later import finds it loaded. Where this is impossible, the import loads it as usual.
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


def numpy_generator(seed: int, stream: str, index: int = 0) -> np.random.Generator:
    """Return the generator of ``stream`` under ``seed``; streams of one seed are independent of each other.

    Args:
        seed: The seed of the run, not negative.
        stream: Name of the purpose of the numbers, such as ``"data"``.
        index: Number of the batch or step, for streams that start again at each.
    """
    return np.random.default_rng(_sequence(seed, stream, index))


def torch_generator(seed: int, stream: str, index: int = 0) -> torch.Generator:
    """Return torch's counterpart of `numpy_generator`, on the CPU."""
    import torch

    state = _sequence(seed, stream, index).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def _sequence(seed: int, stream: str, index: int) -> np.random.SeedSequence:
    return np.random.SeedSequence([seed, zlib.crc32(stream.encode()), index])
