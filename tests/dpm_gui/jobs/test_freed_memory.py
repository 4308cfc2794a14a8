"""Memory that jobs have freed goes back to the system."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from dpm_gui.jobs import freed_memory, jobs
from dpm_gui.jobs.freed_memory import FreedMemory
from dpm_gui.jobs.jobs import Jobs


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that a job gives memory back."""
    noted: list[str] = []
    monkeypatch.setattr(jobs, "FREED_MEMORY", FreedMemory(lambda: noted.append("given")))
    return noted


def test_a_job_that_has_ended_gives_back_what_was_freed(qapp: QApplication, given: list[str]) -> None:
    owner = QObject()
    running = Jobs(owner)
    running.start("test", lambda: iter((1, 2))).start()
    running.wait()
    assert given == ["given"]


def test_a_job_that_is_stopped_keeps_nobody_waiting_for_it(qapp: QApplication, given: list[str]) -> None:
    begun = threading.Event()

    def endless() -> Iterator[object]:
        while True:
            begun.set()
            yield None

    owner = QObject()
    running = Jobs(owner)
    running.start("test", endless).start()
    assert begun.wait(10.0)
    running.shut_down()
    assert given == []


def test_jobs_that_end_one_after_the_other_give_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[str] = []
    now = [0.0]
    monkeypatch.setattr(freed_memory, "monotonic", lambda: now[0])
    freed = FreedMemory(lambda: noted.append("given"))
    for moment in (0.0, 0.5, 4.9, 5.1, 6.0):
        now[0] = moment
        freed.give_back()
    assert len(noted) == 2


def test_where_there_is_nothing_to_give_back_by_nothing_happens() -> None:
    FreedMemory(None).give_back()
