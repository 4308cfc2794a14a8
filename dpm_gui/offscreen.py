"""Images and films without a display: `dpm-gui --screenshot` and `dpm-gui --render`."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
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
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from core.errors import BadInputError, one_line
from core.runtime.command_line import on_terminal
from core.runtime.files import check_output_path
from dpm_gui.app import make_program
from dpm_gui.desktop.interruption import Interruption
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.figures import save_image
from dpm_gui.export.film_scene import FILM_SIZE, FRAMES_A_SECOND, FilmScene
from dpm_gui.export.films import check_film_path, write_film
from dpm_gui.export.paper_figures import figure_of
from dpm_gui.jobs.jobs import collected_between_events
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
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
        KeyboardInterrupt: After Ctrl+C; no file is left behind.
    """
    _check_output(options)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # whatever it was: its display may not answer, and Qt would abort
    qInstallMessageHandler(_pass_on)
    application = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(application, QApplication):
        raise BadInputError("--screenshot: another kind of application is running in this process")
    automatic = gc.isenabled()
    gc.disable()  # until the window is gone: see `collected_between_events`
    try:
        _work_without_display(application, options)
    finally:
        if automatic:
            gc.enable()
    return 0


def _work_without_display(application: QApplication, options: argparse.Namespace) -> None:
    """Make the program, carry out the option, and take the program down again."""
    with tempfile.TemporaryDirectory() as folder, Interruption() as interruption:
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
                _Offscreen(program, options, interruption).work()
        finally:
            program.close()
            program.window.close()
            program.window.deleteLater()
            program.deleteLater()


def _check_output(options: argparse.Namespace) -> None:
    if options.screenshot:
        check_output_path(options.screenshot, ".png", "--screenshot")
        width, height = options.size or WINDOW_SIZE
        if width < LEAST_SIZE[0] or height < LEAST_SIZE[1]:
            least = "{}x{}".format(*LEAST_SIZE)
            raise BadInputError(f"--size: {width}x{height} is too small for the window, which needs {least}")
    elif _is_figure(options.render):
        check_output_path(options.render)
    else:
        check_film_path(options.render)


class _Offscreen:
    """Carries out one of the two options with a program whose window is never on a screen."""

    def __init__(self, program: DpmApplication, options: argparse.Namespace, interruption: Interruption) -> None:
        self._program = program
        self._options = options
        self._interruption = interruption

    def work(self) -> None:
        """Open the checkpoint, run it, and write the file."""
        program, options, session = self._program, self._options, self._program.session
        width, height = options.size or WINDOW_SIZE
        program.window.resize(width, height)
        program.open_after_paint(options.file, at=options.at or 0)
        program.window.show()
        # The run begins as the checkpoint is opened, and a short one may end before this method goes on.
        wait_for_run = self._end_of(session.run_ended.connect)
        self._end_of(lambda ended: session.opened_changed.connect(lambda _opened: ended(None)))()
        if options.data is not None:
            wait_for_run = self._end_of(partial(_run_on_data, session, options.data))
        if options.render:
            print(f"{options.render}: rendering {self._described()}", flush=True)
        with _progress_bar(session):
            wait_for_run()
            self._end_of(partial(_all_done, session))()
        if options.screenshot:
            self._end_of(program.show_workspace(options.workspace).compute)()
            _settle()
            self._save(program.window.grab().toImage(), options.screenshot)
        elif _is_figure(options.render):
            self._render_figure()
        else:
            self._render_film()

    def _described(self) -> str:
        """Return what is rendered: the checkpoint, the form and the run."""
        session, path = self._program.session, self._options.render
        assert session.opened is not None  # otherwise waiting for it has raised
        checkpoint, spec = session.opened.checkpoint, session.spec
        form = "the figure of the paper" if _is_figure(path) else f"a {_film_format(path)} film"
        run = f"{spec.count} {session.state_kind.name}, T = {checkpoint.steps}, seed {spec.seed}"
        if self._options.data is not None:
            run += f", given data {one_line(self._options.data)}"
        return f"{checkpoint.title} as {form}: {run}"

    def _end_of(self, begin: Callable[[EndedCallback], object]) -> Callable[[], None]:
        """Call ``begin`` with a callback, and return a function that waits for its call, or for an error.

        The function runs the event loop meanwhile. It raises the error that ended the computation, or
        `KeyboardInterrupt` after Ctrl+C.
        """
        loop = QEventLoop()
        ends: list[Exception | None] = []

        def end(error: Exception | None) -> None:
            ends.append(error)
            loop.quit()

        def wait() -> None:
            if not ends:
                loop.exec()
            self._interruption.check()
            if ends[0] is not None:
                raise ends[0]

        for source in (self._program.window, self._program.session):
            source.failed.connect(end)
        self._interruption.came.connect(loop.quit)
        self._interruption.check()
        begin(end)
        return wait

    def _render_figure(self) -> None:
        program, options = self._program, self._options
        session = program.session
        with _progress_bar(session):
            self._end_of(partial(_compute_figure, session))()
        assert session.opened is not None
        size = QSize(*options.size) if options.size else None
        figure = figure_of(session.opened.checkpoint, self._recordings(), session, program.theme.palette, size)
        _settle()
        self._save(figure.image(), options.render)

    def _render_film(self) -> None:
        from tqdm import tqdm

        program, options = self._program, self._options
        assert program.session.opened is not None
        checkpoint = program.session.opened.checkpoint
        size = QSize(*options.size) if options.size else FILM_SIZE
        columns = program.session.columns.shown
        scene = FilmScene(
            self._recordings(),
            program.theme.palette,
            size,
            canvas_of(checkpoint),
            checkpoint.data,
            columns,
            program.session.data_reader.note,
        )
        _settle()
        total = len(scene.steps())
        bar = tqdm(total=total, desc="writing the film", unit="frame", leave=False, disable=not on_terminal())
        with bar, closing(write_film(options.render, scene.images(), FRAMES_A_SECOND)) as written:
            for done in written:
                bar.update(done - bar.n)
                self._interruption.check()
        print(f"{options.render}: {_film_format(options.render)} film, {total} frames of {_pixels(size)} pixels")

    def _recordings(self) -> dict[str, SideRecording]:
        return {side: self._program.session.recording(side) for side in (FORWARD, REVERSE)}

    def _save(self, image: QImage, path: str) -> None:
        self._interruption.check()
        save_image(image, path)
        print(f"{path}: PNG image of {_pixels(image.size())} pixels")


@contextmanager
def _progress_bar(session: Session) -> Iterator[None]:
    """Show the activity of ``session`` on stderr during the block, if that is a terminal."""
    from tqdm import tqdm

    with tqdm(unit="step", leave=False, disable=not on_terminal()) as bar:

        def show(activity: Activity | None) -> None:
            if activity is not None:
                bar.set_description_str(activity.text, refresh=False)
                bar.total, bar.n = activity.total or None, activity.done
                bar.refresh()

        connection = session.activity_changed.connect(show)
        try:
            yield
        finally:
            session.activity_changed.disconnect(connection)


def _is_figure(path: str) -> bool:
    return Path(path).suffix.lower() == ".png"


def _film_format(path: str) -> str:
    return Path(path).suffix[1:].upper()


def _pixels(size: QSize) -> str:
    return f"{size.width()} x {size.height()}"


def _all_done(session: Session, ended: EndedCallback) -> None:
    """Call ``ended`` once no job of ``session`` is running: one that has told its results may still be ending."""
    session.activity_changed.connect(lambda activity: ended(None) if activity is None else None)
    if session.idle:
        ended(None)


def _run_on_data(session: Session, path: str, ended: EndedCallback) -> None:
    """Read the user's data at ``path`` and run on them, then call ``ended``, with an error if several can be meant."""
    session.data_changed.connect(lambda: session.run_ended.connect(ended))
    session.data_reader.choice_wanted.connect(lambda choice: ended(BadInputError(choice.reason)))
    session.open_data(path)


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
