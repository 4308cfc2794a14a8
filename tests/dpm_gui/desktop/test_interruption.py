"""Ctrl+C while Qt waits for events, and before it does."""

from __future__ import annotations

import os
import signal

import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from dpm_gui.desktop.interruption import Interruption

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def come(number: int) -> None:
    """Send this process a signal, which Python handles before it goes on."""
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_noted_and_raised_when_asked_for(qapp: QApplication, number: int) -> None:
    with Interruption() as interruption:
        interruption.check()
        come(number)
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def test_a_signal_before_the_event_loop_starts_ends_it(qapp: QApplication) -> None:
    with Interruption() as interruption:
        loop = QEventLoop()
        interruption.came.connect(loop.quit)
        come(signal.SIGINT)
        loop.exec()
        with pytest.raises(KeyboardInterrupt):
            interruption.check()


def test_after_the_block_signals_are_handled_as_before(qapp: QApplication) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with Interruption():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
