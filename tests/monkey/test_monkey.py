"""The window stands what a person might do, quickly and in any order; and the driver that shows it works."""

from __future__ import annotations

import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests.monkey.actions import KINDS, World
from tests.monkey.driver import Step, steps_of
from tests.monkey.guards import StallWatch
from tests.monkey.process import ROOT, Outcome, drive
from tests.monkey.shortening import shortened

SECONDS = 12.0
SECONDS_OF_A_STALL = 0.5
"""Far more than the tenth that `make torture` allows: other tests run at the same time."""
SECONDS_TO_END = 5.0
MEGABYTES_MORE = 250 + 512
"""What may be added after the first minute, and the recordings' cap."""
STEPS = """\
# seed 5
   0 open {"file": "images.h5", "how": "open"}
 400 mouse {"on": "ImagesView", "number": 0, "at": [0.5, 0.6], "how": "hover", "button": "left", "modifier": "", \
"to": [0.1, 0.1], "notches": 1}
   5 open {"file": "tiny.h5", "how": "drop"}
 300 switch {"name": "workspace_paint"}
   0 switch {"name": "projector"}
 100 restart {}
"""


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_window_stands_what_a_person_might_do(seed: int, tmp_path: Path) -> None:
    outcome = drive(tmp_path, "--seed", str(seed), seconds=SECONDS)
    assert not outcome.problems(SECONDS_OF_A_STALL), (tmp_path / "actions.log").read_text()
    report = outcome.report
    assert report["most_memory"] < report["first_memory"] + MEGABYTES_MORE * 2**20
    assert outcome.ending < SECONDS_TO_END


@pytest.mark.timeout(240)
def test_what_was_written_down_can_be_repeated(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(STEPS)
    outcome = drive(tmp_path / "again", "--replay", str(log), seconds=60.0)
    assert not outcome.problems(SECONDS_OF_A_STALL)
    assert steps_of(tmp_path / "again" / "actions.log") == steps_of(log)
    assert len(outcome.report["closings"]) == 2


def test_a_step_is_read_as_it_was_written() -> None:
    step = Step(30, "number", {"number": 2, "text": "64"})
    assert Step.read(step.line()) == step


def test_steps_are_shortened_to_those_that_fail_together() -> None:
    tried: list[list[int]] = []

    def fails(steps: list[int]) -> bool:
        tried.append(steps)
        return {3, 17} <= set(steps)

    assert shortened(range(40), fails) == [3, 17]
    assert len(tried) < 100


def test_shortening_ends_after_as_many_tries_as_it_may_take() -> None:
    tried: list[list[int]] = []
    kept = shortened(range(40), lambda steps: bool(tried.append(steps)) or 39 in steps, most_tries=3)
    assert 39 in kept
    assert len(tried) == 3


@pytest.mark.parametrize(("named", "noted"), [(False, 1), (True, 0)])
def test_a_stall_of_the_windows_thread_is_noted_unless_it_is_named(qapp: QApplication, named: bool, noted: int) -> None:
    notes: list[tuple[str, str]] = []
    watch = StallWatch(lambda kind, text: notes.append((kind, text)), lambda _place: named)
    loop = QEventLoop()
    QTimer.singleShot(0, lambda: _compute(0.2))
    QTimer.singleShot(50, loop.quit)
    loop.exec()
    watch.end()
    assert [kind for kind, _ in notes] == ["stall"] * noted
    assert max(watch.longest.values()) >= 150


def test_a_thread_that_is_only_not_let_run_does_not_stall(qapp: QApplication) -> None:
    notes: list[tuple[str, str]] = []
    watch = StallWatch(lambda kind, text: notes.append((kind, text)), lambda _place: False)
    loop = QEventLoop()
    QTimer.singleShot(0, lambda: time.sleep(0.2))
    QTimer.singleShot(50, loop.quit)
    loop.exec()
    watch.end()
    assert not notes


def test_what_a_function_holds_does_not_outlive_it_because_it_was_watched(qapp: QApplication) -> None:
    class Painter:
        pass

    def paint() -> weakref.ref[Painter]:
        painter = Painter()
        _compute(0.15)
        return weakref.ref(painter)

    watch = StallWatch(lambda _kind, _text: None, lambda _place: False)
    left = paint()
    assert left() is None
    watch.end()


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("QTimer.singleShot(0, lambda: [][0])", "exception"),
        ("qWarning('a view without a size')", "message"),
        ("threading.Thread(target=lambda: [][0]).start()", "exception"),
        ("warnings.warn('old', DeprecationWarning)", "warning"),
    ],
)
def test_trouble_is_noted(trouble: str, kind: str) -> None:
    program = (
        "import threading, warnings\n"
        "from PySide6.QtCore import QCoreApplication, QTimer, qWarning\n"
        "from tests.monkey.guards import Complaints\n"
        "application = QCoreApplication([])\n"
        "complaints = Complaints(lambda kind, text: print(kind, flush=True))\n"
        f"{trouble}\n"
        "QTimer.singleShot(50, application.quit)\n"
        "application.exec()\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [kind], done.stderr


def test_a_key_after_a_modifier_finds_no_window_that_was_deleted_meanwhile(qapp: QApplication, qtbot: QtBot) -> None:
    dialog = QDialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is dialog.windowHandle())
    QTimer.singleShot(0, dialog.close)
    press = KINDS["key"].perform
    for _ in range(3):
        press(cast(World, None), {"keys": "Ctrl+Shift+V"})
    qtbot.waitUntil(lambda: not isValid(dialog))


def test_a_crash_is_a_problem_and_a_short_stall_is_none() -> None:
    finding = {"kind": "stall", "text": "140 ms in theme", "action": 3}
    outcome = Outcome(1, {"findings": [finding]}, "", 0.0)
    assert outcome.problems() == ["stall at action 3: 140 ms in theme"]
    assert outcome.problems(stall=0.2) == []
    assert "Segmentation fault" in Outcome(-11, {}, "Segmentation fault", 0.0).problems()[0]


def _compute(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass
