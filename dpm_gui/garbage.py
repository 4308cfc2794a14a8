"""When Python's garbage is collected: from the window's own event loop, and nowhere else."""

from __future__ import annotations

from pyqtgraph.util.garbage_collector import GarbageCollector

SECONDS = 0.5


def collect_between_events() -> GarbageCollector:
    """Have garbage collected twice a second while no event is being handled; return what must be kept for that.

    Python would collect it wherever an allocation happens to be the one too many. In the thread of a job that ends
    objects of Qt outside of their own thread, and in the middle of a call to Qt it ends connections whose lock that
    call may hold, which stops the window for ever.
    """
    return GarbageCollector(interval=SECONDS)
