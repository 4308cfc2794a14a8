"""Writes one film: frames are drawn in the window's thread, a few ahead of the job that encodes them."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import suppress
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from dpm_gui.export.film_scene import FRAMES_A_SECOND, FilmScene
from dpm_gui.export.films import write_film, write_frames
from dpm_gui.jobs.jobs import Job

QUEUED_FRAMES = 8
PAUSE = 4
"""Milliseconds between two frames in which the window handles its own events."""


class FilmExport(QObject):
    """Writes one film: a timer draws the frames in the window's thread, and a job encodes them."""

    progressed = Signal(int, int)
    ended = Signal()
    """The job has ended; `saved` or `failed` follows, or neither after `cancel`."""
    saved = Signal(str)
    failed = Signal(object)

    def __init__(
        self, scene: FilmScene, path: str, parent: QObject, rate: float = FRAMES_A_SECOND, *, frames: bool = False
    ) -> None:
        """Write ``scene`` to the film ``path``, ``rate`` frames a second; or its ``frames`` to a folder of images."""
        super().__init__(parent)
        self._scene = scene
        self._path = path
        self._total = scene.frame_count
        self._drawn = scene.images()
        self._complete = self._cancelled = False
        self._error: Exception | None = None
        self._waiting: queue.Queue[NDArray[np.uint8] | None] = queue.Queue(QUEUED_FRAMES)
        write: Callable[[], Iterator[int]] = partial(write_film, path, self._queued_frames(), rate)
        self._job = Job(partial(write_frames, path, self._queued_frames(), self._total) if frames else write, self)
        self._job.produced.connect(lambda counts: self.progressed.emit(counts[-1], self._total))
        self._job.done.connect(self._note_done)
        self._job.failed.connect(self._note_failure)
        self._job.finished.connect(self._end)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._draw_next)

    def start(self) -> None:
        """Start writing; the window stays usable."""
        self._job.start()
        self._timer.start()

    def cancel(self) -> None:
        """Stop and leave no file behind."""
        self._cancelled = True
        self._timer.stop()
        self._job.cancel()
        with suppress(queue.Empty):  # the job takes frames out at the same time
            while True:
                self._waiting.get_nowait()
        self._waiting.put(None)

    def wait(self) -> None:
        """Wait until the job has ended."""
        self._job.wait()

    def _draw_next(self) -> None:
        if self._waiting.full():
            return
        image = next(self._drawn, None)
        if image is None:
            self._timer.stop()
        self._waiting.put(image)

    def _queued_frames(self) -> Iterator[NDArray[np.uint8]]:
        while (image := self._waiting.get()) is not None:
            yield image
        if self._cancelled:  # a film that ends here would be encoded to its end, which may take seconds
            raise CancelledError

    def _note_done(self) -> None:
        self._complete = True

    def _note_failure(self, error: Exception) -> None:
        if not self._cancelled:  # after `cancel` the film lacks frames, which is no error
            self._error = error

    def _end(self) -> None:
        self._timer.stop()
        self._scene.close()
        self._scene.deleteLater()
        self.ended.emit()
        if self._complete:
            self.saved.emit(self._path)
        elif self._error is not None:
            self.failed.emit(self._error)
