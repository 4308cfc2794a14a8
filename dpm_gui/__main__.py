"""The command `dpm-gui`: reads the command line, then starts Qt."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

from core import __version__
from core.errors import BadInputError, DpmError, OneLineParser
from core.values.runs import MAX_COUNT, MAX_SEED, RunSpec

WORKSPACES = ("watch", "paint")
THEMES = ("system", "light", "dark")
LEAST_SIZE, MOST_SIZE = 320, 16384


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = OneLineParser(prog="dpm-gui", description="Watch, measure and steer diffusion probabilistic models.")
    top.add_argument("file", nargs="?", metavar="FILE.h5", help="checkpoint (the shipped swiss roll)")
    top.add_argument("--seed", type=_seed, default=RunSpec().seed, metavar="N", help="seed of all randomness")
    top.add_argument("--count", type=_count, metavar="N", help="trajectories, such as pictures (what is usual)")
    top.add_argument("--at", type=int, metavar="T", help="show step T, paused")
    top.add_argument("--workspace", choices=WORKSPACES, default=WORKSPACES[0])
    top.add_argument("--theme", choices=THEMES, help="for this run alone")
    top.add_argument("--size", type=_size, metavar="WxH", help="size of the window, such as 1280x800")
    output = top.add_mutually_exclusive_group()
    output.add_argument("--screenshot", metavar="OUT.png", help="save a picture of the window, no display needed")
    films = "OUT.gif|OUT.mp4|OUT.png"
    output.add_argument(
        "--render", metavar=films, help="save a film, or a figure of the paper as PNG, no display needed"
    )
    top.add_argument("--version", action="version", version=f"dpm-gui {__version__}")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except DpmError as error:
        print(f"dpm-gui: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("dpm-gui: interrupted", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace) -> int:
    default_spec = RunSpec(seed=options.seed)
    options.spec = default_spec if options.count is None else replace(default_spec, count=options.count)
    if options.at is not None and options.at < 0:
        raise BadInputError(f"--at: {options.at} is not a step; steps begin at 0")
    if options.screenshot or options.render:
        from dpm_gui import offscreen

        return offscreen.run(options)
    from dpm_gui.desktop.display import missing_display

    reason = missing_display(os.environ.get("QT_QPA_PLATFORM", ""))
    if reason is not None:
        raise BadInputError(reason)
    return _open_window(options)


def _open_window(options: argparse.Namespace) -> int:
    from PySide6.QtWidgets import QApplication

    from dpm_gui.app import DpmApplication
    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.jobs.jobs import collected_between_events

    application = QApplication([sys.argv[0]])
    application.setApplicationName("dpm-gui")
    application.setApplicationVersion(__version__)
    sys.excepthook = _report_bug
    _end_on_signals(application)
    program = DpmApplication(application, Preferences(), options.spec, options.theme)
    program.open_after_paint(options.file, options.at)
    program.show_workspace(options.workspace)
    program.show()
    if options.size:
        program.window.resize(*options.size)
    with collected_between_events(program.session.opened_changed):
        status = application.exec()
    program.close()
    return status


def _end_on_signals(application: object) -> None:
    """Close the window on Ctrl+C in the terminal and on a polite kill, as its close button would."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    assert isinstance(application, QApplication)
    # Python calls a handler in the midst of anything, a paint event too: the window is closed when that is over.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: QTimer.singleShot(0, QApplication.closeAllWindows))
    # Python looks at signals between its own instructions only, and there are none while Qt waits.
    beat = QTimer(application)
    beat.timeout.connect(lambda: None)
    beat.start(200)


def _report_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write a bug's trace to stderr and tell the person in the window; the window stays."""
    from PySide6.QtWidgets import QApplication

    from dpm_gui.dialogs.errors import show_error

    traceback.print_exception(kind, error, trace)
    shown_error = DpmError(
        f"Something went wrong inside dpm-gui: {kind.__name__}. What was open is kept; please report it."
    )
    show_error(QApplication.activeWindow(), shown_error)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if not 1 <= count <= MAX_COUNT:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 to {MAX_COUNT}")
    return count


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to {MAX_SEED}")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is not of the form WxH, such as 1280x800")
    if not all(LEAST_SIZE <= int(side) <= MOST_SIZE for side in (width, height)):
        raise argparse.ArgumentTypeError(f"{text} has a side that is not from {LEAST_SIZE} to {MOST_SIZE} pixels")
    return int(width), int(height)


if __name__ == "__main__":
    sys.exit(main())
