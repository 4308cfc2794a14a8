"""Ctrl+C at a moment of one's own choosing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back Ctrl+C until the block is left: what is in it happens whole or not at all.

    Only the main thread is ever interrupted; in any other there is nothing to hold back.
    """
    outer = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or outer is None:
        yield
        return
    asked: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, outer)
        if asked:
            signal.raise_signal(signal.SIGINT)
