"""Long work in a thread: any generator of the engine, with its values in batches and one ending.

While there are threads Python's garbage is collected from the window's own event loop, and nowhere else.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from time import monotonic

from pyqtgraph.util.garbage_collector import GarbageCollector
from PySide6.QtCore import QObject, Qt, QThread, Signal, SignalInstance

BATCH_SECONDS = 1 / 30
SECONDS_BETWEEN_COLLECTIONS = 0.5

Work = Callable[[], Iterator[object]]


class Job(QThread):
    """Runs one generator in a thread of its own.

    Values arrive in the thread that made the job, in lists, at most thirty lists a second. When all have been handed
    on, exactly one of `failed`, `done` and `cancelled` follows. A queued signal outlives a disconnect, so each slot
    asks whose job it is.
    """

    produced = Signal(list)
    failed = Signal(object)
    """The exception, whatever it was."""
    done = Signal()
    cancelled = Signal()

    def __init__(self, work: Work, parent: QObject) -> None:
        """Prepare to run the generator that ``work()`` makes; both are called in the thread."""
        super().__init__(parent)
        self._work = work

    def cancel(self) -> None:
        """Ask the job to stop after the value it is working on; returns at once."""
        self.requestInterruption()

    def run(self) -> None:
        """Do the work; called by Qt in the job's own thread."""
        try:
            ran_out = self._drain()
        except Exception as error:  # noqa: BLE001 - the one place where a run's errors land
            self.failed.emit(error)
        else:
            (self.done if ran_out else self.cancelled).emit()

    def _drain(self) -> bool:
        """Hand on all values; return False if the job was cancelled before the generator ran out."""
        generator = self._work()
        try:
            return self._hand_on(generator)
        finally:
            if isinstance(generator, Generator):
                generator.close()  # here and now, so that what it holds is let go in this thread

    def _hand_on(self, generator: Iterator[object]) -> bool:
        values: list[object] = []
        sent = 0.0
        try:
            while not self.isInterruptionRequested():
                values.append(next(generator))
                if monotonic() - sent >= BATCH_SECONDS:
                    self.produced.emit(values)
                    values, sent = [], monotonic()
        except StopIteration:
            return True
        finally:
            if values:
                self.produced.emit(values)
        return False


class Jobs(QObject):
    """The jobs that are running, at most one for each purpose: a newer one takes the older one's place."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._current: dict[str, Job] = {}
        self._alive: set[Job] = set()

    def start(self, purpose: str, work: Work) -> Job:
        """Prepare ``work`` for ``purpose`` and cancel what ran for it before; connect to the job, then start it."""
        self.cancel(purpose)
        job = Job(work, self)
        self._current[purpose] = job
        self._alive.add(job)
        job.finished.connect(lambda: self._forget(purpose, job))
        return job

    def is_current(self, purpose: str, job: Job) -> bool:
        """Say whether ``job`` is the one now at work for ``purpose``."""
        return self._current.get(purpose) is job

    def end(self, purpose: str) -> None:
        """Say that the job for ``purpose`` has come to its end."""
        self._current.pop(purpose, None)

    def cancel(self, purpose: str) -> bool:
        """Cancel the job for ``purpose``; say whether there was one. Nothing more of it is current."""
        job = self._current.pop(purpose, None)
        if job is not None:
            job.cancel()
        return job is not None

    def wait(self) -> None:
        """Wait until every thread has come to its end by itself, without a look at the events of the window."""
        for job in tuple(self._alive):
            job.wait()

    def shut_down(self) -> None:
        """Cancel everything and wait until no thread is left."""
        self._current.clear()
        for job in self._alive:
            job.cancel()
        self.wait()

    def _forget(self, purpose: str, job: Job) -> None:
        if self.is_current(purpose, job):
            self.end(purpose)
        self._alive.discard(job)
        job.deleteLater()


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
    collector = GarbageCollector(interval=SECONDS_BETWEEN_COLLECTIONS)
    loaded.connect(lambda *_: gc.freeze(), Qt.ConnectionType.SingleShotConnection)
    try:
        yield
    finally:
        collector.timer.stop()
        gc.unfreeze()
        gc.enable()
