"""Ctrl+C while Qt waits for events, and in the middle of them."""

from __future__ import annotations

import signal
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Signal

SIGNALS = (signal.SIGINT, signal.SIGTERM)
BEAT = 200
"""Milliseconds between two moments in which Python may handle a signal."""


def start_beat(parent: QObject) -> QTimer:
    """Let Python run now and then: it handles signals between its instructions, and executes none while Qt waits."""
    beat = QTimer(parent)
    beat.timeout.connect(lambda: None)
    beat.start(BEAT)
    return beat


class Interruption(QObject):
    """Notes SIGINT (Ctrl+C) and SIGTERM while its block runs.

    Python's own `KeyboardInterrupt` may be raised in a function that Qt has called, where it would be printed and lost.
    """

    came = Signal()
    """A signal has come; repeated until the block ends, since an event loop may start only after the first time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_come = False

    def __enter__(self) -> Interruption:
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        self._beat = start_beat(self)
        self._beat.timeout.connect(self._tell)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beat.stop()
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if a signal has come; call it where Qt is not the caller."""
        if self._has_come:
            raise KeyboardInterrupt

    def _note(self, _number: int, _frame: object) -> None:
        self._has_come = True

    def _tell(self) -> None:
        if self._has_come:
            self.came.emit()
