"""Garbage is collected between events, by the thread of the window, and without what is imported."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from dpm_gui.jobs.jobs import collected_between_events


class Program(QObject):
    loaded = Signal(object)


class Knot:
    """Something that only a collection can end."""

    def __init__(self, ended_in: list[threading.Thread]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: ended_in.append(threading.current_thread()))


@pytest.fixture
def program(qapp: object) -> Iterator[Program]:
    """A program whose garbage is collected between events."""
    gc.enable()
    gc.unfreeze()
    made = Program()
    with collected_between_events(made.loaded):
        yield made
    assert gc.isenabled()
    assert not gc.get_freeze_count()


def tie(ended_in: list[threading.Thread], number: int = 5000) -> None:
    """Make far more garbage than Python would wait for."""
    for _ in range(number):
        Knot(ended_in)


def test_nothing_is_collected_in_another_thread_nor_before_the_event_is_over(program: Program, qtbot: QtBot) -> None:
    ended_in: list[threading.Thread] = []
    other = threading.Thread(target=tie, args=(ended_in,))
    other.start()
    other.join()
    tie(ended_in)
    assert not ended_in
    qtbot.waitUntil(lambda: len(ended_in) == 10_000, timeout=5000)
    assert set(ended_in) == {threading.main_thread()}


def test_what_is_loaded_is_looked_through_no_more_and_later_garbage_is(program: Program, qtbot: QtBot) -> None:
    assert not gc.get_freeze_count()
    program.loaded.emit(None)
    frozen = gc.get_freeze_count()
    assert frozen > 50_000
    assert len(gc.get_objects()) < 1000
    ended_in: list[threading.Thread] = []
    tie(ended_in)
    program.loaded.emit(None)  # another file is opened
    assert gc.get_freeze_count() == frozen
    qtbot.waitUntil(lambda: len(ended_in) == 5000, timeout=5000)
