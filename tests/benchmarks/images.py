"""Times images in the real window: ``python -m tests.benchmarks.images digits|colour WxH``; prints JSON.

``digits``: from asking for the file, torch there, to its first image on the screen; then, of a run with another
seed, to the first frame of the preview and to its last. ``colour``: a frame of play of both sides, recorded whole; in
a process of fewer steps, since recording a thousand of them takes minutes and a frame takes no longer for it.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer, SignalInstance
from PySide6.QtWidgets import QApplication

from core.formats import checkpoints
from core.processes.schedules import log_linear
from core.runtime.assets import asset
from core.values.runs import PREVIEW_STEPS
from dpm_gui.engine.values import REVERSE
from dpm_gui.window.application import DpmApplication
from tests.benchmarks.frames import open_program, percentile, play

STEPS, COUNT = 100, 64


def until(arrived: SignalInstance, begin: Callable[[], None], there: Callable[[], bool]) -> float:
    """Return the seconds from ``begin`` until ``there`` is true after a signal ``arrived``, and painted."""
    loop, started = QEventLoop(), 0.0

    def start() -> None:
        nonlocal started
        started = time.perf_counter()
        begin()

    def look(*_: object) -> None:
        if there():
            loop.quit()

    arrived.connect(look)
    QTimer.singleShot(0, start)  # what begin itself brings about would else quit a loop that does not yet turn
    loop.exec()
    arrived.disconnect(look)
    for window in QApplication.topLevelWidgets():
        if window.isVisible():
            window.repaint()
    return time.perf_counter() - started


def digits(program: DpmApplication) -> dict[str, float]:
    session = program.session
    path = str(asset("checkpoints/digits.h5"))

    def previewed() -> int:
        preview = session.recording(REVERSE).preview
        return len(preview.steps) if preview is not None else 0

    opened = until(session.frames_added, lambda: session.open(path), lambda: session.opened.path == path)
    session.stop()
    first = until(session.frames_added, lambda: session.edit(seed=8, count=COUNT), lambda: previewed() > 0)
    session.stop()
    whole = until(session.frames_added, lambda: session.edit(seed=9), lambda: previewed() > PREVIEW_STEPS)
    stopped = until(session.run_ended, session.stop, lambda: True)
    return {"opened s": opened, "first frame s": first, "preview s": whole, "stopped s": stopped}


def short_chain(path: Path, folder: Path) -> str:
    """Write the model at ``path`` with `STEPS` steps of its process, and return where."""
    whole = checkpoints.read(path)
    rates = log_linear(STEPS, first=1e-4, alpha_bar_end=1e-3)
    checkpoints.save(dataclasses.replace(whole, betas=rates, training=None, bound=None), folder / path.name)
    return str(folder / path.name)


def colour(program: DpmApplication, application: QApplication, folder: str) -> dict[str, float]:
    session = program.session
    path = short_chain(asset("checkpoints/colour_patches.h5"), Path(folder))
    until(session.run_ended, lambda: session.open(path), lambda: session.opened.path == path)
    until(session.run_ended, lambda: session.edit(count=COUNT), lambda: session.recording(REVERSE).complete)
    program.player.pause()
    play(program, application, 30)
    frames = play(program, application, 300)
    return {
        "frame p50 ms": percentile(frames, 50),
        "frame p95 ms": percentile(frames, 95),
    }


def main() -> None:
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        program = open_program(application, folder, sys.argv[2])
        found = digits(program) if sys.argv[1] == "digits" else colour(program, application, folder)
        program.close()
        program.window.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
