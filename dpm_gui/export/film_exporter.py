"""The commands that export a film or the figure of the paper: ask how and where, then write beside the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtWidgets import QWidget

from core.errors import BadInputError, DpmError
from core.runtime.files import check_output_path
from dpm_gui.desktop.appearance import Theme
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.figures import FORMATS, save_image
from dpm_gui.export.film_options import FORMS, PNG, FilmOptions, FilmSubject, frame_positions
from dpm_gui.jobs.saving import Saver
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases import canvas_of

if TYPE_CHECKING:
    from dpm_gui.engine.opening import Opened
    from dpm_gui.export.film_export import FilmExport
    from dpm_gui.export.film_scene import FilmScene

FILTERS = {"mp4": "MP4 film (*.mp4)", "gif": "GIF film (*.gif)", PNG: "New folder of PNG images (*)"}
"""Filter of the dialog that asks where to save, by the form of the film."""
FIGURE_FILTER = "Figure of the paper (*.png)"


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
        self._saver = Saver(self)
        self._saver.saved.connect(lambda path: self.saved.emit(path, FORMATS["png"]))
        self._saver.failed.connect(self.failed)
        session.figure_changed.connect(self._save_waiting_figure)
        for signal in (session.opened_changed, session.failed):
            signal.connect(self._drop_waiting_figure)

    def ask(self, chosen: tuple[int, int] | None = None) -> None:
        """Ask for the options of a film and for a file, and write it; of the steps ``chosen``, by default all."""
        from dpm_gui.export.film_dialog import FilmDialog  # imported late, so that the window opens sooner

        opened = self._session.opened
        if opened is None:
            self.failed.emit(BadInputError("film: nothing is open; open a checkpoint first"))
            return
        steps = opened.checkpoint.steps
        options = FilmOptions.from_text(self._preferences.film, steps)
        if chosen is not None:
            options = replace(options, first=chosen[0], last=chosen[1])
        dialog = FilmDialog(FilmSubject(opened.alpha_bars, self._session.state_kind.name), options, self._window)
        dialog.asked.connect(self._ask_where)
        dialog.open()

    def ask_figure(self) -> None:
        """Ask for a file, and save the figure of the paper to it."""
        self._ask_save("Export the figure of the paper", FIGURE_FILTER, self.save_figure)

    def save_film(self, options: FilmOptions, path: str) -> None:
        """Write a film to ``path``; errors are emitted by `failed`, not raised."""
        try:
            self._save_film(options, path)
        except DpmError as error:
            self.failed.emit(error)

    def save_figure(self, path: str) -> None:
        """Save the figure of the paper to ``path`` once its parts are computed; errors are emitted by `failed`."""
        try:
            recordings = self._complete_recordings(path)
            check_output_path(path, ".png")
            self._session.compute_figure()
        except DpmError as error:
            self.failed.emit(error)
        else:
            self._figure = path, recordings
            self._save_waiting_figure()

    def stop(self) -> None:
        """Stop writing, if an export is running; no file is left behind."""
        self._figure = None
        if self._film is not None:
            self._film.cancel()

    def shut_down(self) -> None:
        """Stop, wait until the thread has ended, and complete a figure that is being written."""
        film, self._film, self._figure = self._film, None, None
        if film is not None:
            film.blockSignals(True)
            film.cancel()
            film.wait()
            film.deleteLater()
        self._saver.shut_down()

    def _ask_where(self, options: FilmOptions) -> None:
        """Ask for the file of a film, and remember its options for the next."""
        self._preferences.film = options.to_text()
        self._ask_save(f"Export {FORMS[options.form]}", FILTERS[options.form], partial(self.save_film, options))

    def _ask_save(self, title: str, kinds: str, take: Callable[[str], None]) -> None:
        from dpm_gui.dialogs.files import ask_save  # imported late, so that the window opens sooner

        opened, given = self._session.opened, self._session.given
        proposal = given.stem if given is not None else opened.checkpoint.data.name if opened else "film"
        ask_save(self._window, self._preferences, title, kinds, take, proposal=proposal)

    def _complete_recordings(self, path: str) -> dict[str, SideRecording]:
        """Return the recordings of both sides, if all of them can be exported to ``path``."""
        recordings = {side: self._session.recording(side) for side in (FORWARD, REVERSE)}
        if self._film is not None:
            raise BadInputError(f"{path}: another film is being written; wait for it or stop it")
        if self._session.out_of_date:
            raise BadInputError(f"{path}: the run is out of date; open Watch, which runs it again")
        if not all(recording.complete for recording in recordings.values()):
            raise BadInputError(f"{path}: the run has not come to its end; wait for it or run again")
        return recordings

    def _save_film(self, options: FilmOptions, path: str) -> None:
        recordings = self._complete_recordings(path)
        for problem in options.problems(recordings[FORWARD].steps).values():  # another checkpoint has come meanwhile
            raise BadInputError(f"{path}: {problem}")
        from dpm_gui.export.film_export import FilmExport

        film = FilmExport(self._scene(options, recordings), path, self, float(options.rate), frames=options.form == PNG)
        film.progressed.connect(lambda done, total: self._report_progress(Path(path).name, done, total))
        film.saved.connect(partial(self._note_saved, options.form))
        film.failed.connect(self.failed)
        film.ended.connect(self._forget)
        self._film = film
        self._report_progress(Path(path).name, 0, 0)
        film.start()

    def _scene(self, options: FilmOptions, recordings: dict[str, SideRecording]) -> FilmScene:
        from dpm_gui.export.film_scene import FilmScene
        from dpm_gui.export.film_strip import FilmStrip

        opened, palette = self._opened, self._theme.palette
        steps, scale = opened.checkpoint.steps, TimeScale.named(options.time, opened.alpha_bars)
        strip = None
        if options.bar or options.strip:
            entropies = opened.entropies if options.strip else None
            strip = FilmStrip(palette, steps, scale=scale, bar=options.bar, entropies=entropies)
        return FilmScene(
            recordings,
            palette,
            QSize(options.width, options.height),
            canvas_of(opened.checkpoint),
            opened.checkpoint.data,
            self._session.columns.shown,
            self._session.data_reader.note,
            frame_positions(options, steps, scale),
            strip,
        )

    def _save_waiting_figure(self) -> None:
        """Save the figure of the paper if it was asked for and all of its parts are computed."""
        if self._figure is None or not self._session.figure_ready:
            return
        (path, recordings), self._figure = self._figure, None
        from dpm_gui.export.paper_figures import figure_of

        figure = figure_of(self._opened.checkpoint, recordings, self._session, self._theme.palette)
        self._saver.save(path, partial(save_image, figure.image()))
        figure.deleteLater()

    @property
    def _opened(self) -> Opened:
        opened = self._session.opened
        if opened is None:
            raise BadInputError("film: nothing is open; open a checkpoint first")
        return opened

    def _drop_waiting_figure(self) -> None:
        self._figure = None

    def _report_progress(self, name: str, done: int, total: int) -> None:
        self.activity_changed.emit(Activity(f"Writing {name}", done, total, None, can_stop=True, stop=self.stop))

    def _note_saved(self, form: str, path: str) -> None:
        self.saved.emit(path, FORMS[PNG] if form == PNG else FORMATS[Path(path).suffix[1:].lower()])

    def _forget(self) -> None:
        film, self._film = self._film, None
        self.activity_changed.emit(None)
        if film is not None:
            film.deleteLater()
