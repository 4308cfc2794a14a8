"""The command dpm-gui on a display: Qt's own plug-in for X11, a virtual screen, and a polite kill at the end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


@pytest.fixture
def display() -> Iterator[str]:
    """A virtual screen of its own, as DISPLAY names it."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("there is no Xvfb to make a display with")
    command = [program, "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        number = server.stdout.readline().strip()
        if not number:
            pytest.skip("Xvfb does not start here")
        yield f":{number}"
        server.terminate()


@pytest.mark.parametrize(("what", "number"), [("play", signal.SIGTERM), ("look", signal.SIGINT)])
def test_the_program_lives_and_ends_without_a_word(
    display: str, tmp_path: Path, what: str, number: signal.Signals
) -> None:
    tmp_path.chmod(0o700)
    away = {"WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    places = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")}
    environment = {name: value for name, value in os.environ.items() if name not in away}
    environment |= places | {"DISPLAY": display, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb"}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, "-m", "tests.support.driven", what]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, **pipes) as program:
        watchdog = threading.Timer(SECONDS, program.kill)
        watchdog.start()
        try:
            first = program.stdout.readline()
            program.send_signal(number)
            rest, complaints = program.communicate()
        finally:
            watchdog.cancel()
    assert first + rest == "ready\n", complaints
    assert (complaints, program.returncode) == ("", 0)
    assert list(tmp_path.rglob("dpm-gui.conf"))
