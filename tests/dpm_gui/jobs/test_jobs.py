"""Jobs: any generator in a thread of its own, its values in batches in the window's thread, and one ending."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from dpm_gui.jobs import jobs
from dpm_gui.jobs.jobs import BATCH_SECONDS, Job, Jobs


class Told:
    """All that a job tells, in its order, with the thread in which it arrives."""

    def __init__(self, job: Job) -> None:
        self.endings: list[tuple[str, object]] = []
        self.batches: list[list[object]] = []
        self.threads: set[int] = set()
        job.produced.connect(self._take)
        job.done.connect(lambda: self._end("done"))
        job.cancelled.connect(lambda: self._end("cancelled"))
        job.failed.connect(lambda error: self._end("failed", error))

    @property
    def values(self) -> list[object]:
        return [value for batch in self.batches for value in batch]

    def _take(self, batch: list[object]) -> None:
        assert not self.endings, "values after the end"
        self.threads.add(threading.get_ident())
        self.batches.append(batch)

    def _end(self, name: str, value: object = None) -> None:
        self.threads.add(threading.get_ident())
        self.endings.append((name, value))


class Endless:
    """A generator without an end that says when it began, where, and when and where it was closed."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.closed = threading.Event()
        self.ran_in = self.closed_in = 0

    def __call__(self) -> Iterator[object]:
        self.ran_in = threading.get_ident()
        try:
            number = 0
            while True:
                yield number
                number += 1
                self.began.set()
        finally:
            self.closed_in = threading.get_ident()
            self.closed.set()


@pytest.fixture
def parent(qapp: QObject) -> Iterator[QObject]:
    made = QObject()
    yield made
    made.deleteLater()


@pytest.fixture
def all_jobs(parent: QObject) -> Iterator[Jobs]:
    made = Jobs(parent)
    yield made
    made.shut_down()


def run_to_its_end(job: Job, qtbot: QtBot) -> Told:
    received = Told(job)
    with qtbot.waitSignal(job.finished):
        job.start()
    qtbot.waitUntil(lambda: bool(received.endings))
    return received


def test_all_values_arrive_in_order_in_the_thread_that_made_the_job(parent: QObject, qtbot: QtBot) -> None:
    worked_in = set()

    def work() -> Iterator[object]:
        for number in range(1000):
            worked_in.add(threading.get_ident())
            yield number

    received = run_to_its_end(Job(work, parent), qtbot)
    assert received.values == list(range(1000))
    assert received.endings == [("done", None)]
    assert received.threads == {threading.get_ident()}
    assert threading.get_ident() not in worked_in


def test_quick_values_come_in_lists_at_most_thirty_a_second(
    parent: QObject, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(jobs, "monotonic", lambda: now[0])

    def work() -> Iterator[object]:
        for _ in range(500):
            now[0] += 0.01
            yield now[0]

    batches = run_to_its_end(Job(work, parent), qtbot).batches
    handed_on_at: list[Any] = [batch[-1] for batch in batches[:-1]]  # the last list comes with the end
    assert len(handed_on_at) == pytest.approx(5.0 / 0.04, abs=2)  # a thirtieth of a second is over at the fourth value
    assert min(later - earlier for earlier, later in pairwise(handed_on_at)) >= BATCH_SECONDS


def test_a_slow_value_is_handed_on_at_once(parent: QObject, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(jobs, "monotonic", lambda: now[0])

    def work() -> Iterator[object]:
        for number in range(4):
            now[0] += 1.0
            yield number

    assert run_to_its_end(Job(work, parent), qtbot).batches == [[0], [1], [2], [3]]


@pytest.mark.parametrize("values", [0, 1, 7])
def test_an_exception_ends_a_job_as_failed_once_after_all_its_values(
    parent: QObject, qtbot: QtBot, values: int
) -> None:
    error = ArithmeticError("the loss is no number")

    def work() -> Iterator[object]:
        yield from range(values)
        raise error

    received = run_to_its_end(Job(work, parent), qtbot)
    assert received.endings == [("failed", error)]
    assert received.values == list(range(values))
    assert received.threads == {threading.get_ident()}


def test_work_that_cannot_even_begin_ends_as_failed(parent: QObject, qtbot: QtBot) -> None:
    def work() -> Iterator[object]:
        raise ModuleNotFoundError("torch")

    ((ending, error),) = run_to_its_end(Job(work, parent), qtbot).endings
    assert (ending, str(error)) == ("failed", "torch")


def test_an_exception_on_the_way_out_ends_a_cancelled_job_as_failed(parent: QObject, qtbot: QtBot) -> None:
    began = threading.Event()

    def work() -> Iterator[object]:
        try:
            while True:
                yield None
                began.set()
        finally:
            raise OSError("the disk is full")

    job = Job(work, parent)
    received = Told(job)
    job.start()
    assert began.wait(5)
    with qtbot.waitSignal(job.finished):
        job.cancel()
    assert [name for name, _ in received.endings] == ["failed"]


def test_a_cancelled_job_ends_as_cancelled_once_and_its_generator_is_closed_in_its_own_thread(
    parent: QObject, qtbot: QtBot
) -> None:
    work = Endless()
    job = Job(work, parent)
    received = Told(job)
    job.start()
    assert work.began.wait(5)
    with qtbot.waitSignal(job.finished):
        job.cancel()
        job.cancel()
    assert received.endings == [("cancelled", None)]
    assert received.values == list(range(len(received.values)))
    assert work.closed_in == work.ran_in != threading.get_ident()


def test_cancelling_a_job_that_has_ended_changes_nothing(parent: QObject, qtbot: QtBot) -> None:
    job = Job(lambda: iter("ab"), parent)  # an iterator that is no generator will do
    received = run_to_its_end(job, qtbot)
    job.cancel()
    QCoreApplication.processEvents()
    assert (received.values, received.endings) == (["a", "b"], [("done", None)])


def test_a_newer_job_takes_the_place_of_the_older_one_for_its_purpose_alone(all_jobs: Jobs, qtbot: QtBot) -> None:
    works = [Endless() for _ in range(3)]
    older, other = all_jobs.start("run", works[0]), all_jobs.start("drift", works[1])
    for job in (older, other):
        job.start()
    assert works[0].began.wait(5)
    with qtbot.waitSignal(older.cancelled):
        newer = all_jobs.start("run", works[2])
    assert all_jobs.is_current("run", newer)
    assert not all_jobs.is_current("run", older)
    assert all_jobs.is_current("drift", other)
    assert not works[1].closed.is_set()


def test_cancelling_a_purpose_says_whether_there_was_a_job_and_makes_it_current_no_more(all_jobs: Jobs) -> None:
    job = all_jobs.start("run", Endless())
    job.start()
    assert not all_jobs.cancel("drift")
    assert all_jobs.cancel("run")
    assert not all_jobs.cancel("run")
    assert not all_jobs.is_current("run", job)


def deleted(children: Callable[[], list[Job]]) -> Callable[[], bool]:
    def look() -> bool:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return not children()

    return look


def test_a_job_that_has_ended_is_forgotten_although_nobody_said_so(all_jobs: Jobs, qtbot: QtBot) -> None:
    for _ in range(2):
        all_jobs.start("wake", lambda: iter(())).start()
        qtbot.waitUntil(deleted(lambda: all_jobs.findChildren(Job)))
    assert not all_jobs.cancel("wake")


def test_what_is_waited_for_comes_to_its_own_end(all_jobs: Jobs) -> None:
    begun, done = threading.Event(), threading.Event()

    def work() -> Iterator[object]:
        begun.set()
        yield from range(3)
        time.sleep(0.05)
        done.set()

    job = all_jobs.start("save", work)
    job.start()
    assert begun.wait(5)
    all_jobs.wait()
    assert done.is_set()
    assert job.isFinished()


def test_after_shut_down_no_thread_is_left_and_nothing_is_current(all_jobs: Jobs, qtbot: QtBot) -> None:
    works = {purpose: Endless() for purpose in ("run", "drift", "bound")}
    running = {purpose: all_jobs.start(purpose, work) for purpose, work in works.items()}
    replaced = Endless()
    for job in running.values():
        job.start()
    assert all(work.began.wait(5) for work in works.values())
    all_jobs.start("run", replaced).start()
    assert replaced.began.wait(5)
    all_jobs.shut_down()
    assert all(job.isFinished() for job in all_jobs.findChildren(Job))
    assert all(work.closed.is_set() for work in (*works.values(), replaced))
    assert not any(all_jobs.is_current(purpose, job) for purpose, job in running.items())
