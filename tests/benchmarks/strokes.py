"""Times a stroke of the brush on an image of 512 x 512 in the real window.

``python -m tests.benchmarks.strokes WxH`` prints JSON.

``hand`` is a curve of events as a mouse sends them, some pixels apart; ``zigzag`` goes across the image from one
event to the next. A time is from the event until all it changes is on the screen.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from core.runtime.assets import asset
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.document.tools import BRUSH, ToolBox
from dpm_gui.paint.page import PaintPage
from dpm_gui.window.application import DpmApplication
from tests.benchmarks.frames import open_program, percentile, settle
from tests.benchmarks.images import until

SIDE = 512
STROKES = 8


def send(canvas: PaintCanvas, kind: QMouseEvent.Type, place: QPointF) -> None:
    moves, ends = kind == QMouseEvent.Type.MouseMove, kind == QMouseEvent.Type.MouseButtonRelease
    none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
    buttons = none if ends else left
    modifiers = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, place, canvas.mapToGlobal(place), none if moves else left, buttons, modifiers)
    QApplication.sendEvent(canvas, event)


def stroke(canvas: PaintCanvas, application: QApplication, places: Iterable[tuple[float, float]]) -> list[float]:
    """Paint through ``places``, each a share of the image's sides; return the seconds of each event."""
    corner, side = canvas.position_of(0, 0), canvas.zoom.scale * SIDE
    points = [QPointF(corner.x() + side * x, corner.y() + side * y) for x, y in places]
    kinds = QMouseEvent.Type
    times = []
    send(canvas, kinds.MouseButtonPress, points[0])
    for point in points[1:]:
        begin = time.perf_counter()
        send(canvas, kinds.MouseMove, point)
        application.processEvents()
        times.append(time.perf_counter() - begin)
    send(canvas, kinds.MouseButtonRelease, points[-1])
    settle(application)
    return times


def by_hand(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return places along a curve, about three pixels apart."""
    turn = np.cumsum(rng.normal(0, 0.15, 120))
    way = np.cumsum(0.006 * np.stack([np.cos(turn), np.sin(turn)], axis=1), axis=0) + rng.uniform(0.3, 0.7, 2)
    return [(float(x), float(y)) for x, y in way.clip(0.02, 0.98)]


def across(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return places anywhere in the image, one after another."""
    return [(float(x), float(y)) for x, y in rng.uniform(0.02, 0.98, (120, 2))]


def paint(program: DpmApplication, application: QApplication) -> dict[str, float]:
    session = program.session
    until(session.opened_changed, lambda: session.open(str(asset("checkpoints/gravel.h5"))), lambda: True)
    session.stop()
    page = program.show_workspace("paint")
    assert isinstance(page, PaintPage)
    painted = page.paint
    painted.set_options(automatic=False)
    rng = np.random.default_rng(0)
    painted.take_example(rng.uniform(0, 256, (SIDE, SIDE)).astype(np.float32), None)
    painted.stop()
    painted.document.take(ToolBox(BRUSH, 24))
    painted.document.clear()
    settle(application)
    canvas = program.window.findChild(PaintCanvas)
    assert canvas is not None
    assert painted.document.image.values.shape[:2] == (SIDE, SIDE)
    found: dict[str, float] = {}
    for name, made in (("hand", by_hand), ("zigzag", across)):
        stroke(canvas, application, made(rng))
        times = [seconds for _ in range(STROKES) for seconds in stroke(canvas, application, made(rng))]
        found |= {f"{name} p50 ms": percentile(times, 50), f"{name} p95 ms": percentile(times, 95)}
        painted.document.undo_stack.undo()
    return found


def main() -> None:
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        program = open_program(application, folder, sys.argv[1])
        found = paint(program, application)
        program.close()
        program.window.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
