"""The command "Export film or figure": asks where to, then writes while the window goes on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import BadInputError, DpmError
from dpm_gui.engine import FORWARD, REVERSE
from dpm_gui.export import save_image
from dpm_gui.preferences import Preferences
from dpm_gui.session import Activity, Session
from dpm_gui.theme import Theme

KINDS = "GIF film (*.gif);;MP4 film (*.mp4);;Figure 1 (*.png)"


if TYPE_CHECKING:
    from dpm_gui.film_export import FilmExport


class FilmExporter(QObject):
    """Saves what the session has recorded, one film at a time."""

    saved = Signal(str)
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

    def ask(self) -> None:
        """Ask for a file and save to it."""
        dialog = QFileDialog(self._window, "Export film or figure", self._preferences.last_folder, KINDS)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("gif")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kind[-4:-1]))
        opened = self._session.opened
        dialog.selectFile(opened.checkpoint.data.name if opened else "film")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save)
        dialog.open()

    def save(self, path: str) -> None:
        """Save to ``path`` what its suffix asks for; the errors are told, not raised."""
        self._preferences.last_folder = Path(path).parent
        try:
            self._save(path)
        except DpmError as error:
            self.failed.emit(error)

    def stop(self) -> None:
        """Stop writing, if a film is being written; no file is left behind."""
        if self._film is not None:
            self._film.cancel()

    def shut_down(self) -> None:
        """Stop, and wait until the thread has ended."""
        if self._film is not None:
            self._film.blockSignals(True)
            self._film.cancel()
            self._film.wait()

    def _save(self, path: str) -> None:
        recordings = {side: self._session.recording(side) for side in (FORWARD, REVERSE)}
        if self._film is not None:
            raise BadInputError(f"{path}: another film is being written; wait for it or stop it")
        if not all(recording.complete for recording in recordings.values()):
            raise BadInputError(f"{path}: the run has not come to its end; wait for it or run again")
        from dpm_gui.film_export import FilmExport
        from dpm_gui.film_scene import FigureOne, FilmScene

        if Path(path).suffix.lower() == ".png":
            figure = FigureOne(recordings, self._session.drifts, self._theme.palette)
            save_image(figure.picture(), path)
            figure.deleteLater()
            self.saved.emit(path)
            return
        film = FilmExport(FilmScene(recordings, self._theme.palette), path, self)
        film.progressed.connect(lambda done, total: self._tell(Path(path).name, done, total))
        film.saved.connect(self.saved)
        film.failed.connect(self.failed)
        film.ended.connect(self._forget)
        self._film = film
        self._tell(Path(path).name, 0, 0)
        film.start()

    def _tell(self, name: str, done: int, total: int) -> None:
        self.activity_changed.emit(Activity(f"Writing {name}", done, total, None, can_stop=True))

    def _forget(self) -> None:
        film, self._film = self._film, None
        self.activity_changed.emit(None)
        if film is not None:
            film.deleteLater()
