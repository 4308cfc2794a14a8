"""The rest before a run: who is waited for, and what is a change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from core.values.runs import Branch, RunSpec
from dpm_gui.paint.debounce import Debounce

SPEC = RunSpec(count=5, seed=1, threads=1)


class Painter(QObject):
    """Somebody who wishes for runs, and may be at it still."""

    def __init__(self) -> None:
        super().__init__()
        self.wants, self.busy = True, False
        self.runs = 0
        self.debounce = Debounce(lambda: self.wants, lambda: self.busy, SPEC.seed, self)
        self.debounce.setInterval(10)
        self.debounce.due.connect(self.run)
        self.debounce.set_in_view(True)
        self.run()

    def run(self) -> None:
        self.debounce.begun()
        self.runs += 1


@pytest.fixture
def painter(qapp: object) -> Painter:
    return Painter()


def test_changes_in_a_row_are_one_run(painter: Painter, qtbot: QtBot) -> None:
    for _ in range(5):
        painter.debounce.note()
    qtbot.waitUntil(lambda: painter.runs == 2)
    qtbot.wait(40)
    assert painter.runs == 2


def test_somebody_busy_is_waited_for(painter: Painter, qtbot: QtBot) -> None:
    painter.busy = True
    painter.debounce.note()
    qtbot.wait(50)
    assert painter.runs == 1
    painter.busy = False
    qtbot.waitUntil(lambda: painter.runs == 2)


@pytest.mark.parametrize("change", [{"count": 9}, {"denoise_from": 2}, {"branches": (Branch(0, 1),)}])
def test_of_a_spec_the_seed_alone_is_a_change(painter: Painter, qtbot: QtBot, change: dict[str, Any]) -> None:
    painter.debounce.note_spec(replace(SPEC, **change))
    assert not painter.debounce.stale
    painter.debounce.note_spec(replace(SPEC, seed=2, **change))
    qtbot.waitUntil(lambda: painter.runs == 2)


@pytest.mark.parametrize("reason", ["out of view", "not wanted"])
def test_nothing_is_begun_for_nobody_however_late_that_is_known(painter: Painter, qtbot: QtBot, reason: str) -> None:
    painter.debounce.note()
    if reason == "out of view":
        painter.debounce.set_in_view(False)
    else:
        painter.wants = False
    qtbot.wait(50)
    assert painter.runs == 1
    painter.wants = True
    painter.debounce.set_in_view(True)
    qtbot.waitUntil(lambda: painter.runs == 2)
