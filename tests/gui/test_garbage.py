"""Garbage is collected between events, by the thread of the window."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.garbage import collect_between_events


class Knot:
    """Something that only a collection can end."""

    def __init__(self, ended_in: list[threading.Thread]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: ended_in.append(threading.current_thread()))


@pytest.fixture
def collected() -> Iterator[None]:
    gc.enable()
    collector = collect_between_events()
    yield
    collector.timer.stop()


def tie(ended_in: list[threading.Thread], number: int = 5000) -> None:
    """Make far more garbage than Python would wait for."""
    for _ in range(number):
        Knot(ended_in)


def test_nothing_is_collected_in_another_thread_nor_before_the_event_is_over(collected: None, qtbot: QtBot) -> None:
    ended_in: list[threading.Thread] = []
    other = threading.Thread(target=tie, args=(ended_in,))
    other.start()
    other.join()
    tie(ended_in)
    assert not ended_in
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: len(ended_in) == 10_000, timeout=5000)
    assert set(ended_in) == {threading.main_thread()}
