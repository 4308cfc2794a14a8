"""The command "Export film or figure": asks for a file, then writes it while the window stays usable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.errors import BadInputError, DpmError
from core.runtime.files import check_output_path
from core.values.checkpoints import Checkpoint
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import Theme
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.figures import FORMATS, save_image
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases import canvas_of

if TYPE_CHECKING:
    from dpm_gui.export.film_export import FilmExport

FILM_FILTER = "GIF film (*.gif);;MP4 film (*.mp4);;Figure of the paper (*.png)"


class FilmExporter(QObject):
    """Exports the session's recordings, one film at a time."""

    saved = Signal(str, str)
    """The path and the format of a file that has been written."""
    failed = Signal(object)
    activity_changed = Signal(object)
    """An `Activity`, or None when no film is being written."""

    def __init__(self, session: Session, theme: Theme, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._theme = theme
        self._preferences = preferences
        self._window = window
        self._film: FilmExport | None = None
        self._figure: tuple[str, dict[str, SideRecording]] | None = None
        session.figure_changed.connect(self._save_waiting_figure)
        for signal in (session.opened_changed, session.failed):
            signal.connect(self._drop_waiting_figure)

    def ask(self) -> None:
        """Ask for a file and export to it."""
        from dpm_gui.dialogs.files import ask_save  # imported late, so that the window opens sooner

        opened = self._session.opened
        given = self._session.given
        proposal = given.stem if given is not None else opened.checkpoint.data.name if opened else "film"
        ask_save(self._window, self._preferences, "Export film or figure", FILM_FILTER, self.save, proposal=proposal)

    def save(self, path: str) -> None:
        """Export to ``path``, in the format of its suffix; errors are emitted by `failed`, not raised."""
        try:
            self._save(path)
        except DpmError as error:
            self.failed.emit(error)

    def stop(self) -> None:
        """Stop writing, if an export is running; no file is left behind."""
        self._figure = None
        if self._film is not None:
            self._film.cancel()

    def shut_down(self) -> None:
        """Stop, and wait until the thread has ended."""
        film, self._film, self._figure = self._film, None, None
        if film is not None:
            film.blockSignals(True)
            film.cancel()
            film.wait()
            film.deleteLater()

    def _save(self, path: str) -> None:
        recordings = {side: self._session.recording(side) for side in (FORWARD, REVERSE)}
        if self._film is not None:
            raise BadInputError(f"{path}: another film is being written; wait for it or stop it")
        if self._session.out_of_date:
            raise BadInputError(f"{path}: the run is out of date; open Watch, which runs it again")
        if not all(recording.complete for recording in recordings.values()):
            raise BadInputError(f"{path}: the run has not come to its end; wait for it or run again")
        if Path(path).suffix.lower() == ".png":
            check_output_path(path)
            self._session.compute_figure()
            self._figure = path, recordings
            self._save_waiting_figure()
            return
        from dpm_gui.export.film_export import FilmExport
        from dpm_gui.export.film_scene import FilmScene

        checkpoint = self._checkpoint
        canvas, columns = canvas_of(checkpoint), self._session.columns.shown
        scene = FilmScene(
            recordings,
            self._theme.palette,
            canvas=canvas,
            data=checkpoint.data,
            columns=columns,
            data_note=self._session.data_reader.note,
        )
        film = FilmExport(scene, path, self)
        film.progressed.connect(lambda done, total: self._report_progress(Path(path).name, done, total))
        film.saved.connect(self._note_saved)
        film.failed.connect(self.failed)
        film.ended.connect(self._forget)
        self._film = film
        self._report_progress(Path(path).name, 0, 0)
        film.start()

    def _save_waiting_figure(self) -> None:
        """Save the figure of the paper if it was asked for and all of its parts are computed."""
        if self._figure is None or not self._session.figure_ready:
            return
        (path, recordings), self._figure = self._figure, None
        from dpm_gui.export.paper_figures import figure_of

        figure = figure_of(self._checkpoint, recordings, self._session, self._theme.palette)
        try:
            save_image(figure.image(), path)
        except DpmError as error:
            self.failed.emit(error)
        else:
            self._note_saved(path)
        finally:
            figure.deleteLater()

    @property
    def _checkpoint(self) -> Checkpoint:
        opened = self._session.opened
        if opened is None:
            raise BadInputError("film: nothing is open; open a checkpoint first")
        return opened.checkpoint

    def _drop_waiting_figure(self) -> None:
        self._figure = None

    def _report_progress(self, name: str, done: int, total: int) -> None:
        self.activity_changed.emit(Activity(f"Writing {name}", done, total, None, can_stop=True, stop=self.stop))

    def _note_saved(self, path: str) -> None:
        self.saved.emit(path, FORMATS[Path(path).suffix[1:].lower()])

    def _forget(self) -> None:
        film, self._film = self._film, None
        self.activity_changed.emit(None)
        if film is not None:
            film.deleteLater()
