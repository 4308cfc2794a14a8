"""The composition root: the list of workspaces, and the start of the program with a window.

Qt is imported only to open a window, after the command line has been parsed.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING

from core import __version__
from core.errors import DpmError
from core.values.runs import RunSpec
from dpm_gui.measure.workspace import MEASURE
from dpm_gui.paint.workspace import PAINT
from dpm_gui.watch.workspace import WATCH

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.window.application import DpmApplication

WORKSPACES = (WATCH, PAINT, MEASURE)
"""The workspaces, in the order of their shortcuts; the program starts in the first."""

SECONDS_TO_END = 0.5
"""How long the threads may take to end after the window has been closed and everything has been written."""


def make_program(
    application: QApplication,
    preferences: Preferences,
    spec: RunSpec | None = None,
    theme: str | None = None,
    *,
    count_chosen: bool = False,
) -> DpmApplication:
    """Return the program with all its workspaces; arguments as for `DpmApplication`."""
    from dpm_gui.window.application import DpmApplication

    return DpmApplication(application, preferences, WORKSPACES, spec, theme, count_chosen=count_chosen)


def open_window(options: argparse.Namespace) -> int:
    """Open the window with the options of the command line, and end the process once it is closed.

    Returns:
        The exit status, where a test keeps the process from ending.
    """
    from PySide6.QtWidgets import QApplication

    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.jobs.jobs import collected_between_events

    gc.disable()  # also while the window is made: see `collected_between_events`
    application = QApplication([sys.argv[0]])
    application.setApplicationName("dpm-gui")
    application.setApplicationVersion(__version__)
    sys.excepthook = report_bug
    _end_on_signals(application)
    program = make_program(
        application, Preferences(), options.spec, options.theme, count_chosen=options.count is not None
    )
    program.written.connect(_end_soon)
    program.open_after_paint(options.file, options.at, options.data)
    program.show_workspace(options.workspace)
    program.show()
    if options.size:
        program.window.resize(*options.size)
    with collected_between_events(program.session.opened_changed):
        status = application.exec()
    program.close()
    # All that was to be written is written. Python would now take what torch and Qt have made apart, piece by piece,
    # which takes seconds on a busy machine.
    end_now(status)
    return status


def _end_soon() -> None:
    """End the process in half a second, even if a thread goes on: the import of a library cannot be interrupted."""
    timer = threading.Timer(SECONDS_TO_END, end_now)
    timer.daemon = True
    timer.start()


def end_now(status: int = 0) -> None:
    """End the process at once with an exit ``status``; what was printed is not lost."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # a pipe may be closed; there may be none at all
            stream.flush()
    os._exit(status)


def _end_on_signals(application: QApplication) -> None:
    """Close the window on SIGINT (Ctrl+C) and SIGTERM, as its close button does."""
    from PySide6.QtCore import QTimer

    from dpm_gui.desktop.interruption import SIGNALS, start_beat

    # Python may call a handler during any event, even a paint event: the window is closed after that event.
    for number in SIGNALS:
        signal.signal(number, lambda *_: QTimer.singleShot(0, application.closeAllWindows))
    start_beat(application)


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write a bug's traceback to stderr and show an error; the window stays open."""
    from PySide6.QtWidgets import QApplication

    from dpm_gui.dialogs.errors import show_error

    traceback.print_exception(kind, error, trace)
    shown_error = DpmError(
        f"Internal error in dpm-gui: {kind.__name__}. Nothing that is open was closed; please report it."
    )
    show_error(QApplication.activeWindow(), shown_error)
