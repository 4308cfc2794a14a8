"""Gives memory that was freed back to the system, which the C library keeps otherwise.

glibc serves each thread from a heap of its own and keeps what is freed there. A window in which many runs had ended
held half a gigabyte that nothing used. Other C libraries give it back by themselves, and there this does nothing.
"""

from __future__ import annotations

import ctypes
import platform
import threading
from collections.abc import Callable
from time import monotonic

SECONDS_BETWEEN = 5.0
"""Giving back takes 15 to 60 ms, for which an allocation of the window may have to wait, and jobs may end often."""


class FreedMemory:
    """Gives freed memory back, at most once in `SECONDS_BETWEEN`; any thread may ask."""

    def __init__(self, trim: Callable[[], object] | None) -> None:
        """Give back by ``trim``; None gives nothing back."""
        self._trim = trim
        self._asking = threading.Lock()
        self._last = -SECONDS_BETWEEN

    def give_back(self) -> None:
        """Give back what all threads have freed, unless that was done a moment ago, or another thread is doing it."""
        if self._trim is None or not self._asking.acquire(blocking=False):
            return
        try:
            if monotonic() - self._last >= SECONDS_BETWEEN:
                self._trim()
                self._last = monotonic()
        finally:
            self._asking.release()


def _glibc_trim() -> Callable[[], object] | None:
    """Return glibc's own function for it, or None where there is another C library."""
    if platform.libc_ver()[0] != "glibc":
        return None
    trim = ctypes.CDLL(None).malloc_trim
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    return lambda: trim(0)


FREED_MEMORY = FreedMemory(_glibc_trim())
"""That of this process."""
