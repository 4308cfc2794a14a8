"""The application as a whole: which commands are there for what is shipped with it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from dpm_gui.window.commands import SHIPPED_CHECKPOINTS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("missing", [True, False])
def test_a_command_is_there_for_each_checkpoint_that_has_come_with_the_program(
    qapp: object, settings: object, same_looks: None, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    from dpm_gui.app import make_program
    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.window import application

    gone = {"checkpoints/digits.h5"} if missing else set()
    monkeypatch.setattr(application, "is_shipped", lambda place: place not in gone)
    program = make_program(qapp, Preferences(settings))  # type: ignore[arg-type]
    try:
        offered = [name for name in SHIPPED_CHECKPOINTS if program.window.actions_[name].isVisible()]
        assert offered == [name for name in SHIPPED_CHECKPOINTS if not missing or name != "open_digits"]
    finally:
        program.close()
        program.window.close()
        program.window.deleteLater()
        program.deleteLater()


def test_a_thread_that_cannot_be_interrupted_does_not_keep_the_program() -> None:
    program = (
        "import threading, time\n"
        "from dpm_gui import app\n"
        "threading.Thread(target=lambda: time.sleep(60)).start()\n"
        "print('closed')\n"
        "app._end_soon()\n"
    )
    begun = time.monotonic()
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=True)
    assert done.stdout == "closed\n"
    assert time.monotonic() - begun < 30.0
