"""The composition root: which workspaces the program has, and how it is started with a window.

Qt is imported when a window is wanted; the command line is read before that.
"""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from core import __version__
from core.errors import DpmError
from core.values.runs import RunSpec
from dpm_gui.paint.workspace import PAINT
from dpm_gui.watch.workspace import WATCH

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.window.application import DpmApplication

WORKSPACES = (WATCH, PAINT)
"""The workspaces, in the order of their shortcuts; the first one is shown at first."""


def make_program(
    application: QApplication, preferences: Preferences, spec: RunSpec | None = None, theme: str | None = None
) -> DpmApplication:
    """Return the program with all its workspaces; arguments as for `DpmApplication`."""
    from dpm_gui.window.application import DpmApplication

    return DpmApplication(application, preferences, WORKSPACES, spec, theme)


def open_window(options: argparse.Namespace) -> int:
    """Open the window that the command line asks for, and return the exit status once it is closed."""
    from PySide6.QtWidgets import QApplication

    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.jobs.jobs import collected_between_events

    application = QApplication([sys.argv[0]])
    application.setApplicationName("dpm-gui")
    application.setApplicationVersion(__version__)
    sys.excepthook = report_bug
    _end_on_signals(application)
    program = make_program(application, Preferences(), options.spec, options.theme)
    program.open_after_paint(options.file, options.at)
    program.show_workspace(options.workspace)
    program.show()
    if options.size:
        program.window.resize(*options.size)
    with collected_between_events(program.session.opened_changed):
        status = application.exec()
    program.close()
    return status


def _end_on_signals(application: QApplication) -> None:
    """Close the window on Ctrl+C in the terminal and on a polite kill, as its close button would."""
    from PySide6.QtCore import QTimer

    # Python calls a handler in the midst of anything, a paint event too: the window is closed when that is over.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, application.closeAllWindows))
    # Python looks at signals between its own instructions only, and there are none while Qt waits.
    beat = QTimer(application)
    beat.timeout.connect(lambda: None)
    beat.start(200)


def report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write a bug's trace to stderr and tell the person in the window; the window stays."""
    from PySide6.QtWidgets import QApplication

    from dpm_gui.dialogs.errors import show_error

    traceback.print_exception(kind, error, trace)
    shown_error = DpmError(
        f"Something went wrong inside dpm-gui: {kind.__name__}. What was open is kept; please report it."
    )
    show_error(QApplication.activeWindow(), shown_error)
