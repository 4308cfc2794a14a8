"""What opens files in Paint, and what one does with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.jobs.tasks import Activity
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import PaintOpener
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.session.session import Session

HEIGHT, WIDTH = 9, 11


class Desk:
    """Paint before a session, what opens files for it, and all that this tells."""

    def __init__(self, session: Session, window: QWidget) -> None:
        self.session = session
        self.paint = PaintSession(session, window)
        self.potential_session = PotentialSession(session, self.paint.document.undo_stack, window)
        self.opener = PaintOpener(self.paint, self.potential_session, window)
        self.received: list[str] = []
        self.failed: list[Exception] = []
        self.activities: list[Activity | None] = []
        self.checkpoints: list[str] = []
        self.opener.notified.connect(self.received.append)
        self.opener.loaded.connect(self.received.append)
        self.opener.checkpoint_found.connect(self.checkpoints.append)
        self.opener.failed.connect(self.failed.append)
        self.opener.activity_changed.connect(self.activities.append)

    @property
    def image(self) -> np.ndarray:
        return self.paint.document.image.values

    @property
    def mask(self) -> np.ndarray:
        return self.paint.document.mask.values


def open_here(desk: Desk, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.open(str(path))
    qtbot.waitUntil(lambda: not desk.session._tasks._activities)


def save_plain(path: Path, level: int, size: tuple[int, int] = (HEIGHT, WIDTH)) -> str:
    """Save a picture of one grey level, and return where."""
    levels = np.full(size, level, np.uint8)
    assert QImage(levels.tobytes(), size[1], size[0], size[1], QImage.Format.Format_Grayscale8).save(str(path))
    return str(path)


def questions() -> list[QMessageBox]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, QMessageBox) and each.isVisible()]


def answer(text: str) -> None:
    (box,) = questions()
    (button,) = [each for each in box.buttons() if each.text().replace("&", "") == text]
    button.click()
