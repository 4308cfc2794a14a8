"""Times a frame of play and a drag of the slider in the real window.

``python -m tests.benchmarks.frames WxH`` prints JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time

import numpy as np
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from dpm_gui.app import make_program
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.views.timeline.time_slider import TimeSlider
from dpm_gui.watch.page import WatchPage
from dpm_gui.window.application import DpmApplication


def percentile(seconds: list[float], share: float) -> float:
    return float(np.percentile(np.array(seconds) * 1000, share))


def open_program(application: QApplication, folder: str, size: str) -> DpmApplication:
    settings = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
    program = make_program(application, Preferences(settings))
    loop = QEventLoop()
    program.session.run_ended.connect(loop.quit)
    program.open_after_paint(None)
    program.show()
    program.window.resize(*map(int, size.split("x")))
    loop.exec()
    program.player.pause()
    settle(application)
    return program


def settle(application: QApplication) -> None:
    for _ in range(5):
        application.processEvents()


def play(program: DpmApplication, application: QApplication, count: int) -> list[float]:
    """Move by a third of a step at a time and time everything until it is on the screen."""
    window, player = program.window, program.player
    player.home()
    player._playing = True  # a frame of play, driven by us and not by the clock
    times = []
    for number in range(count):
        position = (number / 3) % player.last
        begin = time.perf_counter()
        player._move_to(type(player._playback_position)(position, 1))
        window.repaint()
        application.processEvents()
        times.append(time.perf_counter() - begin)
    player._playing = False
    player.home()
    return times


def drag(program: DpmApplication, application: QApplication, count: int) -> tuple[list[float], int]:
    """Drag the handle to and fro; return the time of each event and how often the release missed its frame."""
    slider, player = program.window.findChild(TimeSlider), program.player
    assert slider is not None
    width, middle = slider.width(), slider.height() // 2
    times, missed = [], 0

    def send(kind: QMouseEvent.Type, x: int, buttons: Qt.MouseButton) -> None:
        place = QPointF(x, middle)
        button = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        where = QPointF(slider.mapToGlobal(QPoint(x, middle)))
        QApplication.sendEvent(slider, QMouseEvent(kind, place, where, button, buttons, Qt.KeyboardModifier.NoModifier))

    rng = np.random.default_rng(0)
    for _ in range(count):
        start, end = rng.integers(20, width - 20, size=2).tolist()
        send(QMouseEvent.Type.MouseButtonPress, start, Qt.MouseButton.LeftButton)
        for x in np.linspace(start, end, 12).astype(int).tolist():
            begin = time.perf_counter()
            send(QMouseEvent.Type.MouseMove, x, Qt.MouseButton.LeftButton)
            application.processEvents()
            times.append(time.perf_counter() - begin)
        send(QMouseEvent.Type.MouseButtonRelease, end, Qt.MouseButton.NoButton)
        missed += player.t != slider.axis.t_at(end)
    return times, missed


def follow(program: DpmApplication) -> None:
    """Show six paths and highlight a quarter of the points on each side."""
    page = program.window.findChild(WatchPage)
    assert page is not None
    for side in ("forward", "reverse"):
        for index in range(6):
            page.canvases.followed.add(side, index)
        page.canvases.followed.highlight(side, np.arange(0, 10_000, 4), add=True)


def branch(program: DpmApplication, application: QApplication) -> None:
    """Show the futures of a state of the noise as a fan in front of the run."""
    loop = QEventLoop()
    program.session.run_ended.connect(loop.quit)
    program.player.seek(program.player.last)
    program.window.actions_["branch"].trigger()
    loop.exec()
    program.player.pause()
    program.player.set_bounds(None)
    settle(application)


def main() -> None:
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        program = open_program(application, folder, sys.argv[1])
        play(program, application, 30)
        frames = play(program, application, 200)
        events, missed = drag(program, application, 40)
        follow(program)
        play(program, application, 30)
        followed = play(program, application, 200)
        branch(program, application)
        play(program, application, 30)
        fan = play(program, application, 200)
        ratio = program.window.devicePixelRatioF()
        program.close()
        program.window.close()
    print(
        json.dumps(
            {
                "scale": ratio,
                "frame p50 ms": percentile(frames, 50),
                "frame p95 ms": percentile(frames, 95),
                "followed p50 ms": percentile(followed, 50),
                "followed p95 ms": percentile(followed, 95),
                "fan p50 ms": percentile(fan, 50),
                "fan p95 ms": percentile(fan, 95),
                "drag p95 ms": percentile(events, 95),
                "drags that missed": missed,
            }
        )
    )


if __name__ == "__main__":
    main()
