"""What a run of the driver watches for: exceptions, messages, stalls of the window's thread, and memory."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, TracebackType

from PySide6.QtCore import QAbstractEventDispatcher, QMessageLogContext, QtMsgType, qInstallMessageHandler

STALL_SECONDS = 0.1
"""A longer time without a look at the events of the window is a stall."""
SAMPLE_SECONDS = 0.02
WAITING = {"wait", "shut_down", "join", "communicate", "acquire", "readline", "_flush", "_flush_folder"}
"""Functions in which a thread stands still without computing."""
IGNORED = ("This plugin does not support", "Mouse event at")
"""What the offscreen platform says of itself, and QTest of a pointer that has left a window."""
ROOT = str(Path(__file__).parents[2])


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen.

    Attributes:
        kind: "exception", "message", "warning", "stall", "memory" or "closing".
        text: What happened; of an exception, its traceback.
        action: Number of the action that was last begun.
    """

    kind: str
    text: str
    action: int


class Complaints:
    """Collects exceptions that nobody caught, messages of Qt, and warnings of Python."""

    def __init__(self, note: Callable[[str, str], None]) -> None:
        self._note = note
        sys.excepthook = self._take_exception
        sys.unraisablehook = lambda unraisable: self._take_exception(
            unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback
        )
        threading.excepthook = lambda raised: self._take_exception(
            raised.exc_type, raised.exc_value, raised.exc_traceback
        )
        qInstallMessageHandler(self._take_message)
        warnings.simplefilter("default")
        warnings.showwarning = lambda message, category, file, line, *_: note(
            "warning", f"{file}:{line}: {category.__name__}: {message}"
        )

    def _take_exception(
        self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._note("exception", "".join(traceback.format_exception(kind, error, trace)))

    def _take_message(self, kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind not in {QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg} and not text.startswith(IGNORED):
            self._note("message", text)


class StallWatch:
    """Notices when the window's thread has not looked at its events for long, and what it did instead.

    A thread that only waits for a processor is not to blame. So a stall is the window's own if the thread computed for
    that long itself, or stood in one of the functions `WAITING`.
    """

    def __init__(self, note: Callable[[str, str], None], named: Callable[[str], bool]) -> None:
        """Report each stall of its own by ``note``, unless the function where it happened is ``named``."""
        self._note, self._named = note, named
        self._thread = threading.get_ident()
        self._last, self._computed = time.perf_counter(), time.thread_time()
        self._samples: list[tuple[str, str]] = []
        self.longest: Counter[str] = Counter()
        """The longest stall of each function, milliseconds, named ones as well."""
        self._ended = threading.Event()
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self.beat)
        self._dispatcher.awake.connect(self.beat)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def beat(self) -> None:
        """Note that the window's thread is alive."""
        now, computed = time.perf_counter(), time.thread_time()
        if now - self._last > STALL_SECONDS:
            self._judge(now - self._last, computed - self._computed)
        self._samples.clear()
        self._last, self._computed = now, computed

    def end(self) -> None:
        """Watch no longer: the thread must not be the last to hold what Qt still calls."""
        self._dispatcher.aboutToBlock.disconnect(self.beat)
        self._dispatcher.awake.disconnect(self.beat)
        self._ended.set()
        self._watcher.join()

    def _judge(self, wall: float, computed: float) -> None:
        samples = list(self._samples)
        waited = bool(samples) and all(innermost in WAITING for innermost, _ in samples)
        own = wall if waited else computed
        if own <= STALL_SECONDS:
            return
        place = Counter(place for _, place in samples).most_common(1)[0][0] if samples else "unknown"
        self.longest[place] = max(self.longest[place], round(1000 * own))
        if not self._named(place):
            self._note("stall", f"{1000 * own:.0f} ms in {place}")

    def _watch(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            if time.perf_counter() - self._last > STALL_SECONDS / 2:
                codes = _codes(self._thread)
                if codes:
                    self._samples.append((codes[0].co_name, _place(codes)))


class MemoryWatch:
    """Follows how much memory the process has in use."""

    def __init__(self) -> None:
        self.most = 0
        """The largest use noticed, bytes."""

    def look(self) -> int:
        """Return the resident memory now, bytes."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        now = pages * os.sysconf("SC_PAGE_SIZE")
        self.most = max(self.most, now)
        return now


def _codes(thread: int) -> list[CodeType]:
    """Return what a thread is in, the innermost function first.

    No frame is kept: with it a painter of the function would live on after its end, and Qt says so at every paint.
    """
    frame, found = sys._current_frames().get(thread), []
    while frame is not None:
        found.append(frame.f_code)
        frame = frame.f_back
    return found


def _place(codes: list[CodeType]) -> str:
    """Return the chain of the project's functions among ``codes``, the innermost first."""
    found = [
        f"{Path(code.co_filename).stem}.{code.co_qualname}"
        for code in codes
        if code.co_filename.startswith(ROOT) and "/tests/" not in code.co_filename and "/.venv/" not in code.co_filename
    ]
    return " < ".join(found[:20]) or f"Qt alone, in {' < '.join(code.co_qualname for code in codes[:4])}"
