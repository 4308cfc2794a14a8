"""Images and films without a display: `dpm-gui --screenshot` and `dpm-gui --render`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QEventLoop,
    QMessageLogContext,
    QSettings,
    QSize,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from core.errors import BadInputError
from core.runtime.files import check_output_path
from dpm_gui.app import make_program
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.figures import save_image
from dpm_gui.export.film_scene import FRAMES_A_SECOND, FilmScene
from dpm_gui.export.films import check_film_path, write_film
from dpm_gui.export.paper_figures import figure_of
from dpm_gui.jobs.jobs import collected_between_events
from dpm_gui.session.session import Session
from dpm_gui.views.canvases import canvas_of
from dpm_gui.window.application import DpmApplication
from dpm_gui.window.main_window import LEAST_SIZE

WINDOW_SIZE = (1280, 800)

EndedCallback = Callable[[Exception | None], object]
"""Takes None, or the error that ended a computation."""


def run(options: argparse.Namespace) -> int:
    """Carry out `--screenshot` or `--render`; the user's settings are neither read nor changed.

    Raises:
        DpmError: If the checkpoint, the step or the output cannot be used.
    """
    _check_output(options)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(_pass_on)
    application = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(application, QApplication):
        raise BadInputError("--screenshot: another kind of application is running in this process")
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        program = make_program(
            application,
            Preferences(settings),
            options.spec,
            options.theme or "light",
            count_chosen=options.count is not None,
        )
        try:
            with collected_between_events(program.session.opened_changed):
                _work(program, options)
        finally:
            program.close()
            program.window.close()
            program.window.deleteLater()
            program.deleteLater()
    return 0


def _check_output(options: argparse.Namespace) -> None:
    if options.screenshot:
        check_output_path(options.screenshot, ".png", "--screenshot")
        width, height = options.size or WINDOW_SIZE
        if width < LEAST_SIZE[0] or height < LEAST_SIZE[1]:
            least = "{}x{}".format(*LEAST_SIZE)
            raise BadInputError(f"--size: {width}x{height} is too small for the window, which needs {least}")
    elif Path(options.render).suffix.lower() == ".png":
        check_output_path(options.render)
    else:
        check_film_path(options.render)


def _work(program: DpmApplication, options: argparse.Namespace) -> None:
    width, height = options.size or WINDOW_SIZE
    program.window.resize(width, height)
    program.open_after_paint(options.file, at=options.at or 0)
    program.window.show()
    _wait(program, program.session.run_ended.connect)
    if options.screenshot:
        _wait(program, program.show_workspace(options.workspace).compute)
        _settle()
        save_image(program.window.grab().toImage(), options.screenshot)
        print(options.screenshot)
    else:
        _render(program, options)
        print(options.render)


def _wait(program: DpmApplication, begin: Callable[[EndedCallback], object]) -> None:
    """Call ``begin`` with a callback, and run the event loop until the callback is called or an error occurs.

    Raises:
        Exception: The error that ended it.
    """
    loop = QEventLoop()
    ends: list[Exception | None] = []

    def end(error: Exception | None) -> None:
        ends.append(error)
        loop.quit()

    for source in (program.window, program.session):
        source.failed.connect(end)
    begin(end)
    if not ends:
        loop.exec()
    if ends[0] is not None:
        raise ends[0]


def _render(program: DpmApplication, options: argparse.Namespace) -> None:
    session, palette = program.session, program.theme.palette
    assert session.opened is not None  # otherwise waiting for the run has raised
    recordings = {side: session.recording(side) for side in (FORWARD, REVERSE)}
    size = QSize(*options.size) if options.size else None
    checkpoint = session.opened.checkpoint
    if Path(options.render).suffix.lower() == ".png":
        _wait(program, partial(_compute_figure, session))
        figure = figure_of(checkpoint, recordings, session, palette, size)
        _settle()
        save_image(figure.image(), options.render)
        return
    scene = FilmScene(recordings, palette, size, canvas_of(checkpoint), checkpoint.data, session.columns.shown)
    _settle()
    for _ in write_film(options.render, scene.images(), FRAMES_A_SECOND):
        pass


def _compute_figure(session: Session, ended: EndedCallback) -> None:
    """Compute what the figure of the paper needs besides the run, then call ``ended``."""
    session.figure_changed.connect(lambda: ended(None) if session.figure_ready else None)
    session.compute_figure()
    if session.figure_ready:
        ended(None)


def _pass_on(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Write a Qt message to stderr, except those about features that the offscreen platform lacks."""
    if not message.startswith("This plugin does not support"):
        print(message, file=sys.stderr)


def _settle() -> None:
    """Process the pending layout and paint events of the window."""
    for _ in range(3):
        QCoreApplication.processEvents()
