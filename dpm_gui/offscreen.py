"""Pictures and films without a display: `dpm-gui --screenshot` and `dpm-gui --render`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
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
from dpm_gui.app import DpmApplication
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.figures import save_image
from dpm_gui.export.film_scene import FRAMES_A_SECOND, FilmScene
from dpm_gui.export.films import check_film_path, write_film
from dpm_gui.export.paper_figures import figure_of
from dpm_gui.jobs.jobs import collected_between_events
from dpm_gui.views.canvases import CANVASES
from dpm_gui.window.main_window import LEAST_SIZE

WINDOW_SIZE = (1280, 800)


def run(options: argparse.Namespace) -> int:
    """Do what `--screenshot` or `--render` asks for; a user's own settings are neither read nor changed.

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
        program = DpmApplication(application, Preferences(settings), options.spec, options.theme or "light")
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
    wait_for_run(program)
    last = program.player.last
    if options.at is not None and options.at > last:
        raise BadInputError(f"--at: {options.at} is beyond the last step, T = {last}")
    if options.screenshot:
        if options.workspace != "watch":
            program.show_workspace(options.workspace)
            wait_for_inpainting(program)
        _settle()
        save_image(program.window.grab().toImage(), options.screenshot)
        print(options.screenshot)
    else:
        _render(program, options)
        print(options.render)


def wait_for_run(program: DpmApplication) -> None:
    """Run the event loop until the first run has come to its end.

    Raises:
        Exception: Whatever ended the run, if that was an error.
    """
    loop = QEventLoop()
    errors: list[Exception] = []
    program.session.failed.connect(errors.append)
    program.session.failed.connect(loop.quit)
    program.session.run_ended.connect(loop.quit)
    loop.exec()
    if errors:
        raise errors[0]


def wait_for_inpainting(program: DpmApplication) -> None:
    """Run the event loop until what Paint fills in at first has come to its end.

    Raises:
        Exception: Whatever ended it, if that was an error.
    """
    paint, potential_session = program.paint_controller.paint, program.paint_controller.potential_session
    if paint is None or potential_session is None:
        return
    loop = QEventLoop()
    errors: list[Exception | None] = []
    for source in (paint, potential_session):
        source.ended.connect(errors.append)
        source.ended.connect(loop.quit)
    program.paint_controller.run()
    if program.paint_controller.running:
        loop.exec()
    if errors and errors[-1] is not None:
        raise errors[-1]


def _render(program: DpmApplication, options: argparse.Namespace) -> None:
    session, palette = program.session, program.theme.palette
    if session.opened is None:
        raise BadInputError(f"--render: {options.render} cannot be made, for nothing could be opened")
    recordings = {side: session.recording(side) for side in (FORWARD, REVERSE)}
    size = QSize(*options.size) if options.size else None
    checkpoint = session.opened.checkpoint
    if Path(options.render).suffix.lower() == ".png":
        _wait_for_figure(program)
        figure = figure_of(checkpoint, recordings, session, palette, size)
        _settle()
        save_image(figure.image(), options.render)
        return
    scene = FilmScene(recordings, palette, size, CANVASES[state_kind_of(checkpoint).name], checkpoint.data)
    _settle()
    for _ in write_film(options.render, scene.images(), FRAMES_A_SECOND):
        pass


def _wait_for_figure(program: DpmApplication) -> None:
    session = program.session
    loop = QEventLoop()
    errors: list[Exception] = []
    session.figure_changed.connect(lambda: loop.quit() if session.figure_ready else None)
    session.failed.connect(errors.append)
    session.failed.connect(loop.quit)
    session.compute_figure()
    if not session.figure_ready:
        loop.exec()
    if errors:
        raise errors[0]


def _pass_on(_kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    """Write a message of Qt's to stderr, unless the offscreen platform says what windows it has not."""
    if not message.startswith("This plugin does not support"):
        print(message, file=sys.stderr)


def _settle() -> None:
    """Let what has been asked of the window be laid out and painted."""
    for _ in range(3):
        QCoreApplication.processEvents()
