"""Runs one job for each purpose, receives its values, and reports its end and, for the status bar, its progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic
from typing import ClassVar, TypeVar

from PySide6.QtCore import QObject, Signal

from core.errors import DpmError
from dpm_gui.jobs.jobs import Job, Jobs, Work

Value = TypeVar("Value")


class Tasks(QObject):
    """Runs generators in threads, for each purpose only the newest; values of a replaced job are discarded."""

    activity_changed = Signal(object)
    """The `Activity` of the first purpose of ``order`` that is running, or None if none is."""
    activities_changed = Signal(tuple)
    """The `Activity` of every purpose of ``order`` that is running, in that order."""
    ended = Signal(str, object)
    """Purpose and error; the error is None after work that finished or was stopped."""

    def __init__(self, order: tuple[str, ...], parent: QObject) -> None:
        """Report the activity of the first purpose of ``order`` that is running; other purposes are not reported."""
        super().__init__(parent)
        self._order = order
        self._jobs = Jobs(self)
        self._activities: dict[str, Activity] = {}
        self._paused: dict[str, float] = {}  # since when each purpose has been waiting
        self._progress: dict[str, ProgressEstimator] = {}
        self._ended = False

    def __contains__(self, purpose: str) -> bool:
        """Return whether work for ``purpose`` is running."""
        return purpose in self._activities

    @property
    def idle(self) -> bool:
        """Whether nothing is running, apart from what began silently."""
        return not self._activities

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
        """Run ``work`` for ``purpose``, in place of its earlier work.

        Args:
            purpose: Name of the purpose.
            work: Returns the generator.
            take: Receives the values, in this thread, and returns how many steps of the work they were.
            text: Description of the work, for the status bar.
            total: Number of steps; 0 if unknown.
            can_stop: Whether the user may stop it.
        """
        if self._ended:
            return
        job = self._jobs.start(purpose, work)
        progress = ProgressEstimator(text, total, partial(self.stop, (purpose,)) if can_stop else None)
        job.produced.connect(lambda values: self._take(purpose, job, take, values, progress))
        job.done.connect(lambda: self._finish(purpose, job, None))
        job.failed.connect(lambda error: self._finish(purpose, job, error))
        self._paused.pop(purpose, None)
        self._progress[purpose] = progress
        self._set_activity(purpose, progress.after(0))
        job.start()

    def begin_silently(self, purpose: str, work: Work) -> None:
        """Run ``work`` without reporting its values, progress or end."""
        if not self._ended:
            self._jobs.start(purpose, work).start()

    def stop(self, purposes: Iterable[str]) -> None:
        """Stop the work for ``purposes``; values already received are kept."""
        for purpose in purposes:
            if self._jobs.cancel(purpose):
                self.fail(purpose, None)

    def pause(self, purpose: str, paused: bool) -> None:
        """Have running work for ``purpose`` wait where it is, or go on; work begun later runs."""
        if purpose not in self._activities or paused == (purpose in self._paused):
            return
        self._jobs.pause(purpose, paused)
        if paused:
            self._paused[purpose] = monotonic()
        else:
            self._progress[purpose].leave_out(monotonic() - self._paused.pop(purpose))
        self._set_activity(purpose, self._activities[purpose])

    def fail(self, purpose: str, error: Exception | None) -> None:
        """End ``purpose`` with ``error``, even if no work had begun."""
        self._jobs.cancel(purpose)
        self._set_activity(purpose, None)
        self.ended.emit(purpose, error)

    def wait(self) -> None:
        """Wait until all running work has ended; `ended` is emitted later, when events are processed."""
        self._jobs.wait()

    def wait_for(self, purpose: str, seconds: float) -> None:
        """Wait for the end of the work for ``purpose``, but no longer than so many ``seconds``."""
        self._jobs.wait_for(purpose, seconds)

    def shut_down(self) -> None:
        """End every thread; no signal is emitted and no work begins any more."""
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
        if not self._jobs.is_current(purpose, job):  # a queued signal may arrive after its job was replaced
            return
        try:
            activity = progress.after(take(values))
        except DpmError as error:  # reported like a failure of the work itself
            self.fail(purpose, error)
            return
        if self._jobs.is_current(purpose, job):  # `take` may have stopped it
            self._set_activity(purpose, activity)

    def _finish(self, purpose: str, job: Job, error: Exception | None) -> None:
        if self._jobs.is_current(purpose, job):
            self._jobs.end(purpose)
            self._set_activity(purpose, None)
            self.ended.emit(purpose, error)

    def _set_activity(self, purpose: str, activity: Activity | None) -> None:
        if activity is None:
            for table in (self._activities, self._paused, self._progress):
                table.pop(purpose, None)
        else:
            self._activities[purpose] = activity
        shown = tuple(self._shown(name) for name in self._order if name in self._activities)
        self.activity_changed.emit(shown[0] if shown else None)
        self.activities_changed.emit(shown)

    def _shown(self, purpose: str) -> Activity:
        """Return the activity for ``purpose``, which is said to be paused if it is."""
        activity = self._activities[purpose]
        if purpose not in self._paused:
            return activity
        return replace(activity, text=f"Paused: {activity.text}", seconds_left=None)


class TaskOwner(QObject):
    """Base class of objects that run work in jobs and report on it: sessions, and objects that open or save files."""

    activity_changed = Signal(object)
    """An `Activity`, or None when nothing is running."""
    activities_changed = Signal(tuple)
    """Every `Activity` that is running."""
    failed = Signal(object)
    """The exception of any work that failed."""

    purpose: ClassVar[str]
    """The purpose that `running` refers to and `stop` stops."""

    def __init__(self, parent: QObject | None, order: tuple[str, ...] = ()) -> None:
        """Report the activity of the purposes in ``order``; if it is empty, of `purpose` alone."""
        super().__init__(parent)
        self._tasks = Tasks(order or (self.purpose,), self)
        self._tasks.activity_changed.connect(self.activity_changed)
        self._tasks.activities_changed.connect(self.activities_changed)
        self._tasks.ended.connect(self._note_end)

    @property
    def running(self) -> bool:
        """Whether the work for `purpose` is running."""
        return self.purpose in self._tasks

    @property
    def idle(self) -> bool:
        """Whether no work at all is running."""
        return self._tasks.idle

    def stop(self) -> None:
        """Stop the work for `purpose`; values already received are kept."""
        self._tasks.stop((self.purpose,))

    def pause(self, paused: bool) -> None:
        """Have the work for `purpose` wait where it is, because nobody sees its results, or go on."""
        self._tasks.pause(self.purpose, paused)

    def shut_down(self) -> None:
        """End every thread; no signal is emitted and no work begins any more."""
        self.blockSignals(True)
        self._tasks.shut_down()

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        """React to the end of work for ``purpose``; after an error, `failed` is emitted."""
        if error is not None:
            self.failed.emit(error)


@dataclass(frozen=True, slots=True)
class Activity:
    """Running work, as the status bar shows it.

    Attributes:
        text: Description of the work.
        done, total: Steps done, and steps in all; ``total`` is 0 if unknown.
        seconds_left: Estimate, or None before the first step and without a total.
        can_stop: Whether the user may stop it.
        stop: Stops this work alone; None where the user may not.
    """

    text: str
    done: int
    total: int
    seconds_left: float | None
    can_stop: bool
    stop: Callable[[], object] | None = field(default=None, compare=False, repr=False)


class ProgressEstimator:
    """Counts the steps of one job and estimates the time left."""

    def __init__(self, text: str, total: int, stop: Callable[[], object] | None) -> None:
        self._text = text
        self._total = total
        self._stop = stop
        self._done = 0
        self._begin = monotonic()

    def leave_out(self, seconds: float) -> None:
        """Do not count so many seconds, in which nothing was done."""
        self._begin += seconds

    def after(self, more: int) -> Activity:
        """Return the activity after ``more`` further steps."""
        self._done += more
        known = 0 < self._done <= self._total
        left = (self._total - self._done) * (monotonic() - self._begin) / self._done if known else None
        return Activity(self._text, self._done, self._total, left, self._stop is not None, self._stop)
