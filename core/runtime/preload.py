"""Importing torch beside a window, without making the window stand still."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

LIBRARIES = {"linux": "libtorch_cpu.so", "darwin": "libtorch_cpu.dylib"}


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
