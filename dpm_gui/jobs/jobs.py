"""Runs generators in threads: their values arrive in batches, and each job ends exactly once.

While threads run, Python's garbage is collected from the window's event loop only.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from time import monotonic

from pyqtgraph.util.garbage_collector import GarbageCollector
from PySide6.QtCore import QObject, Qt, QThread, Signal, SignalInstance

from core.runtime.cancelling import cancellable
from dpm_gui.jobs.freed_memory import FREED_MEMORY

BATCH_SECONDS = 1 / 30
FLUSH_MILLISECONDS = 250
SECONDS_BETWEEN_COLLECTIONS = 0.5

Work = Callable[[], Iterator[object]]


class Flush:
    """Yielded by a generator whose next value takes long: what it has yielded arrives at once, and this does not.

    The generator goes on a moment later, so that the window shows it first: the import of PyTorch would hold it up.
    """


class Job(QThread):
    """Runs one generator in a thread of its own.

    Values arrive in the thread that created the job, in lists, at most thirty lists a second. After the last list
    exactly one of `failed`, `done` and `cancelled` is emitted. A queued signal is delivered even after a disconnect, so
    each slot checks that its job is still current.
    """

    produced = Signal(list)
    failed = Signal(object)
    """The exception that ended the job."""
    done = Signal()
    cancelled = Signal()

    def __init__(self, work: Work, parent: QObject) -> None:
        """Prepare to run the generator that ``work()`` returns; ``work`` is called in the job's thread as well."""
        super().__init__(parent)
        self._work = work
        self._may_go_on = threading.Event()
        self._may_go_on.set()

    def cancel(self) -> None:
        """Ask the job to stop after the current value; return at once."""
        self.requestInterruption()
        self._may_go_on.set()

    def pause(self, paused: bool) -> None:
        """Ask the job to wait after the current value, or to go on; return at once."""
        if not self.isInterruptionRequested():
            (self._may_go_on.clear if paused else self._may_go_on.set)()

    def run(self) -> None:
        """Run the generator; called by Qt in the job's own thread."""
        try:
            with cancellable(self.isInterruptionRequested):
                ran_out = self._drain()
        except Exception as error:  # noqa: BLE001 - the one place where a job's errors are caught
            self.failed.emit(error)
        else:
            (self.done if ran_out else self.cancelled).emit()
        if not self.isInterruptionRequested():  # else somebody may wait for the end of this thread
            FREED_MEMORY.give_back()

    def _drain(self) -> bool:
        """Emit all values; return False if the job was cancelled before the generator was exhausted."""
        generator = self._work()
        try:
            return self._emit_values(generator)
        finally:
            if isinstance(generator, Generator):
                generator.close()  # in this thread, so that it releases its resources here

    def _emit_values(self, generator: Iterator[object]) -> bool:
        values: list[object] = []
        sent = 0.0
        try:
            while not self.isInterruptionRequested():
                if not self._may_go_on.is_set():
                    if values:
                        self.produced.emit(values)
                        values = []
                    self._may_go_on.wait()
                    continue
                value = next(generator)
                at_once = isinstance(value, Flush)
                if not at_once:
                    values.append(value)
                if values and (at_once or monotonic() - sent >= BATCH_SECONDS):
                    self.produced.emit(values)
                    values, sent = [], monotonic()
                if at_once:
                    self.msleep(FLUSH_MILLISECONDS)
        except StopIteration:
            return True
        finally:
            if values:
                self.produced.emit(values)
        return False


class Jobs(QObject):
    """The running jobs, at most one for each purpose: a newer job replaces the older one."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._current: dict[str, Job] = {}
        self._alive: set[Job] = set()

    def start(self, purpose: str, work: Work) -> Job:
        """Return a new job for ``purpose`` and cancel the earlier one; connect to the job, then start it."""
        self.cancel(purpose)
        job = Job(work, self)
        self._current[purpose] = job
        self._alive.add(job)
        job.finished.connect(lambda: self._forget(purpose, job))
        return job

    def is_current(self, purpose: str, job: Job) -> bool:
        """Return whether ``job`` is the current job for ``purpose``."""
        return self._current.get(purpose) is job

    def end(self, purpose: str) -> None:
        """Mark the job for ``purpose`` as ended."""
        self._current.pop(purpose, None)

    def cancel(self, purpose: str) -> bool:
        """Cancel the job for ``purpose``, which is no longer current; return whether there was one."""
        job = self._current.pop(purpose, None)
        if job is not None:
            job.cancel()
        return job is not None

    def pause(self, purpose: str, paused: bool) -> None:
        """Have the job for ``purpose``, if there is one, wait or go on."""
        job = self._current.get(purpose)
        if job is not None:
            job.pause(paused)

    def wait(self) -> None:
        """Wait until every thread has ended by itself; events of the window are not processed meanwhile."""
        for job in tuple(self._alive):
            job.pause(False)
            job.wait()

    def wait_for(self, purpose: str, seconds: float) -> None:
        """Wait for the end of the job for ``purpose``, if there is one, but no longer than so many ``seconds``."""
        job = self._current.get(purpose)
        if job is not None:
            job.wait(round(1000 * seconds))

    def shut_down(self) -> None:
        """Cancel every job and wait until all threads have ended."""
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
    """Collect garbage twice a second, between two events.

    Python's automatic collection may run at any allocation. In a job's thread it would delete Qt objects outside their
    own thread; in the middle of a call to Qt it would delete connections whose lock that call may hold, and the window
    would hang. Who makes the window before, or takes it down after, turns it off for that time, too.

    Args:
        loaded: The signal that all modules are imported. They never become garbage, and scanning them takes as long
            as three frames, so they are excluded from then on.
    """
    automatic = gc.isenabled()
    collector = GarbageCollector(interval=SECONDS_BETWEEN_COLLECTIONS)
    loaded.connect(lambda *_: gc.freeze(), Qt.ConnectionType.SingleShotConnection)
    try:
        yield
    finally:
        collector.timer.stop()
        gc.unfreeze()
        if automatic:
            gc.enable()
