"""When Python's garbage is collected: from the window's own event loop, and nowhere else."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pyqtgraph.util.garbage_collector import GarbageCollector
from PySide6.QtCore import Qt, SignalInstance

SECONDS = 0.5


@contextmanager
def collected_between_events(loaded: SignalInstance) -> Iterator[None]:
    """Have garbage collected twice a second while no event is being handled.

    Python would collect it wherever an allocation happens to be the one too many. In the thread of a job that ends
    objects of Qt outside of their own thread, and in the middle of a call to Qt it ends connections whose lock that
    call may hold, which stops the window for ever.

    Args:
        loaded: The signal that all is imported. None of that is ever garbage, and to look through it takes as long
            as three frames: from then on it is left out.
    """
    collector = GarbageCollector(interval=SECONDS)
    loaded.connect(lambda *_: gc.freeze(), Qt.ConnectionType.SingleShotConnection)
    try:
        yield
    finally:
        collector.timer.stop()
        gc.unfreeze()
        gc.enable()
