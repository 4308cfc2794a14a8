"""What is being done: one job for each purpose, its values taken in, its end told, and what the status bar says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar, TypeVar

from PySide6.QtCore import QObject, Signal

from core.errors import DpmError
from dpm_gui.jobs.jobs import Job, Jobs, Work

Value = TypeVar("Value")


class Tasks(QObject):
    """Runs generators in threads, for one purpose the newest alone; of what was replaced nothing is taken any more."""

    activity_changed = Signal(object)
    """An `Activity`, the first of ``order`` that is under way, or None when nothing is being done."""
    ended = Signal(str, object)
    """Purpose, and None after work that came to its end or was stopped, else the error."""

    def __init__(self, order: tuple[str, ...], parent: QObject) -> None:
        """Tell of what is done for the purposes in ``order``, of several of them the first; of others nothing."""
        super().__init__(parent)
        self._order = order
        self._jobs = Jobs(self)
        self._activities: dict[str, Activity] = {}
        self._ended = False

    def __contains__(self, purpose: str) -> bool:
        """Tell whether something is under way for ``purpose``."""
        return purpose in self._activities

    def begin(
        self,
        purpose: str,
        work: Callable[[], Iterator[Value]],
        take: Callable[[list[Value]], int],
        text: str,
        total: int,
        *,
        can_stop: bool = True,
    ) -> None:
        """Do ``work`` for ``purpose``, in the place of what was done for it before.

        Args:
            purpose: What for.
            work: Makes the generator.
            take: Takes in its values, in this thread, and returns how many steps of the work they were.
            text: What is done, in words.
            total: Steps of it; 0 where nobody knows.
            can_stop: Whether a person may stop it.
        """
        if self._ended:
            return
        job = self._jobs.start(purpose, work)
        progress = ProgressEstimator(text, total, can_stop=can_stop)
        job.produced.connect(lambda values: self._take(purpose, job, take, values, progress))
        job.done.connect(lambda: self._finish(purpose, job, None))
        job.failed.connect(lambda error: self._finish(purpose, job, error))
        self._set_activity(purpose, progress.after(0))
        job.start()

    def begin_silently(self, purpose: str, work: Work) -> None:
        """Do ``work``, whose values and end nobody asks for."""
        if not self._ended:
            self._jobs.start(purpose, work).start()

    def stop(self, purposes: Iterable[str]) -> None:
        """Stop what is under way for ``purposes``; what has been taken in stays."""
        for purpose in purposes:
            if self._jobs.cancel(purpose):
                self.fail(purpose, None)

    def fail(self, purpose: str, error: Exception | None) -> None:
        """End ``purpose`` with ``error``, even where nothing had begun."""
        self._jobs.cancel(purpose)
        self._set_activity(purpose, None)
        self.ended.emit(purpose, error)

    def wait(self) -> None:
        """Wait until the work that is under way has come to its end; that is told later, when events are looked at."""
        self._jobs.wait()

    def shut_down(self) -> None:
        """End every thread; nothing is told and nothing begins any more."""
        self._ended = True
        self.blockSignals(True)
        self._jobs.shut_down()

    def _take(
        self,
        purpose: str,
        job: Job,
        take: Callable[[list[Value]], int],
        values: list[Value],
        progress: ProgressEstimator,
    ) -> None:
        if not self._jobs.is_current(purpose, job):  # a queued signal outlives a job that was replaced
            return
        try:
            self._set_activity(purpose, progress.after(take(values)))
        except DpmError as error:  # told as if the work itself had failed
            self.fail(purpose, error)

    def _finish(self, purpose: str, job: Job, error: Exception | None) -> None:
        if self._jobs.is_current(purpose, job):
            self._jobs.end(purpose)
            self._set_activity(purpose, None)
            self.ended.emit(purpose, error)

    def _set_activity(self, purpose: str, activity: Activity | None) -> None:
        if activity is None:
            self._activities.pop(purpose, None)
        else:
            self._activities[purpose] = activity
        shown = next((self._activities[name] for name in self._order if name in self._activities), None)
        self.activity_changed.emit(shown)


class TaskOwner(QObject):
    """The base of what has work done in jobs and tells of it: a session, or who opens or saves files."""

    activity_changed = Signal(object)
    """An `Activity`, or None when nothing is being done."""
    failed = Signal(object)
    """An exception, whatever was being done."""

    purpose: ClassVar[str]
    """What `running` tells of and `stop` stops."""

    def __init__(self, parent: QObject | None, order: tuple[str, ...] = ()) -> None:
        """Tell of what is done for the purposes in ``order``; without one, for `purpose` alone."""
        super().__init__(parent)
        self._tasks = Tasks(order or (self.purpose,), self)
        self._tasks.activity_changed.connect(self.activity_changed)
        self._tasks.ended.connect(self._note_end)

    @property
    def running(self) -> bool:
        """Whether the work is under way."""
        return self.purpose in self._tasks

    def stop(self) -> None:
        """Stop what is under way; what is there stays."""
        self._tasks.stop((self.purpose,))

    def shut_down(self) -> None:
        """End every thread; nothing is told and nothing begins any more."""
        self.blockSignals(True)
        self._tasks.shut_down()

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        """Tell of the end of work for ``purpose``, of which `failed` is a part."""
        if error is not None:
            self.failed.emit(error)


@dataclass(frozen=True, slots=True)
class Activity:
    """What is being done, for the status bar.

    Attributes:
        text: What, in words.
        done, total: How far, in steps; ``total`` is 0 where nobody knows.
        seconds_left: An estimate, or None while there is nothing to go by.
        can_stop: Whether `Session.stop` ends it.
    """

    text: str
    done: int
    total: int
    seconds_left: float | None
    can_stop: bool


class ProgressEstimator:
    """Counts the steps of one job and guesses the time that is left."""

    def __init__(self, text: str, total: int, *, can_stop: bool) -> None:
        self._text = text
        self._total = total
        self._can_stop = can_stop
        self._done = 0
        self._begin = monotonic()

    def after(self, more: int) -> Activity:
        """Return the activity after ``more`` further steps."""
        self._done += more
        known = 0 < self._done <= self._total
        left = (self._total - self._done) * (monotonic() - self._begin) / self._done if known else None
        return Activity(self._text, self._done, self._total, left, self._can_stop)
