"""A window in a process of its own, and when what happened to it.

``python -m tests.benchmarks.window_start bare|dpm-gui SECONDS [FILE]`` prints JSON: seconds from the start of the
process (as its parent saw it) to each event, and the longest time the event loop stood still after the first paint. The
run is remembered in the cache folder of the environment, and shown from there if it is remembered already.
"""

from __future__ import annotations

import json
import sys
import time

BEGIN = float(sys.argv[2])
events: dict[str, float] = {}


def note(name: str) -> None:
    events.setdefault(name, time.time() - BEGIN)


def bare() -> None:
    """A PySide6 + pyqtgraph window with two empty plots."""
    import pyqtgraph as pg
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QWidget

    application = QApplication([])
    window = QMainWindow()
    content = QWidget()
    row = QHBoxLayout(content)
    for _ in range(2):
        row.addWidget(pg.PlotWidget())
    window.setCentralWidget(content)
    window.resize(1280, 800)

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                QTimer.singleShot(0, lambda: (note("painted"), application.quit()))
            return False

    watcher = Watcher()
    content.installEventFilter(watcher)
    window.show()
    application.exec()


def dpm_gui() -> None:
    """The application on a checkpoint, by default the shipped one, until its first run has ended and is remembered."""
    import tempfile
    from pathlib import Path

    from PySide6.QtCore import QSettings, Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from dpm_gui.app import make_program
    from dpm_gui.desktop.preferences import Preferences

    application = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        program = make_program(application, Preferences(settings))
        stalls: list[float] = []
        seen = [time.perf_counter()]

        def beat() -> None:
            now = time.perf_counter()
            if "painted" in events and "opened" not in events:
                stalls.append(now - seen[0])
            seen[0] = now

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(beat)
        timer.start(1)
        program.window.painted.connect(lambda: QTimer.singleShot(0, lambda: note("painted")))
        program.open_after_paint(sys.argv[3] if len(sys.argv) > 3 else None)
        program.session.preview_read.connect(lambda _: note("first picture"))
        program.session.opened_changed.connect(lambda _: note("opened"))
        program.player.position_changed.connect(lambda _: note("first motion"))
        program.session.run_ended.connect(lambda _: note("sampled"))
        runs = Path(program.preferences.run_folder)

        def ended() -> bool:
            return {"sampled", "first motion"} <= events.keys() and any(runs.glob("*.run"))

        waiting = QTimer()
        waiting.timeout.connect(lambda: application.quit() if ended() else None)
        waiting.start(20)
        program.show()
        program.window.resize(1280, 800)
        application.exec()
        program.close()
        events["longest stall"] = max(stalls)


if __name__ == "__main__":
    {"bare": bare, "dpm-gui": dpm_gui}[sys.argv[1]]()
    print(json.dumps(events))
