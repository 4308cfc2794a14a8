"""The program: builds session, window, workspaces and exporters, and connects them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QApplication

from core.errors import BadCheckpointError, BadInputError, DpmError
from core.runtime.assets import asset, is_shipped
from core.values.runs import MAX_SEED, RunSpec
from dpm_gui.desktop import THEMES
from dpm_gui.desktop.appearance import Theme
from dpm_gui.desktop.focus_ring import FocusRings
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.shipped import ShippedRuns
from dpm_gui.export.figures import FigureExporter
from dpm_gui.export.film_exporter import FilmExporter
from dpm_gui.session.player import Player
from dpm_gui.session.session import Session
from dpm_gui.window.commands import SHIPPED_CHECKPOINTS
from dpm_gui.window.guide import Guide
from dpm_gui.window.main_window import MainWindow
from dpm_gui.window.page import WorkspacePage
from dpm_gui.window.program_dialogs import ProgramDialogs
from dpm_gui.window.shown_command import copy_command
from dpm_gui.window.workspaces import Workspace, all_gestures

PROJECTOR_LINES = 1.5
NOTHING_OPEN = "Nothing is open.\nOpen a checkpoint with Ctrl+O, or drop one here."


class DpmApplication(QObject):
    """All parts of one running program."""

    written = Signal()
    """The window has been closed and every file is complete; what is left only computes, reads or imports."""

    def __init__(
        self,
        application: QApplication,
        preferences: Preferences,
        workspaces: Sequence[Workspace],
        spec: RunSpec | None = None,
        theme: str | None = None,
        *,
        count_chosen: bool = False,
    ) -> None:
        """Build the program and show the first of ``workspaces``.

        Args:
            application: Qt's.
            preferences: The user's.
            workspaces: What the window offers.
            spec: What to run first.
            theme: Overrides the stored theme, unsaved.
            count_chosen: Whether the user has chosen the count in ``spec``.
        """
        super().__init__()
        self.preferences = preferences
        self.theme = Theme(application, theme or preferences.theme, self)
        FocusRings(application, self)
        shipped = ShippedRuns(asset("recordings")) if is_shipped("recordings") else None
        self.memory = RunMemory(preferences.run_folder, preferences.run_limit, shipped)
        self.session = Session(spec or RunSpec(), self, count_chosen=count_chosen, memory=self.memory)
        self.player = Player(self)
        self.player.set_direction("there_and_back")
        self.player.set_loop(True)
        self.icons = IconSet()
        self.window = MainWindow(self.session, self.player, preferences, self.icons, workspaces)
        self.exporter = FigureExporter(preferences, self)
        self.films = FilmExporter(self.session, self.theme, preferences, self.window)
        self.guide = Guide(self.window, preferences, workspaces, self)
        self._dialogs = ProgramDialogs(self.window, preferences, self.memory, all_gestures(workspaces))
        self._populate_themes()
        self._connect_session()
        self._connect_commands()
        self._connect_export()
        self.theme.changed.connect(self._apply_palette)
        self._apply_palette(self.theme.palette)
        if preferences.projector:
            self._set_projector(True)
        self._play_first = True
        self._at: int | None = None
        self._data: str | None = None
        self.show_workspace(workspaces[0].name)

    def show(self) -> None:
        """Show the window with the layout of last time, and report errors in it."""
        for source in (self.session, self.window, self.exporter, self.films):
            source.failed.connect(self._show_failure)
        self.window.restore_layout()
        self.window.show()
        self.guide.offer_tour()

    def open_after_paint(self, path: str | None, at: int | None = None, data: str | None = None) -> None:
        """Open ``path`` (the shipped checkpoint if None) once the window has been painted, and show step ``at``.

        The forward side then starts from the user's ``data``, if any.
        """
        self._at, self._data = at, data
        self._play_first = at is None
        chosen = str(asset(SHIPPED_CHECKPOINTS["open_shipped"])) if path is None else path
        # A timer lets the paint reach the screen before torch is imported.
        self.window.painted.connect(lambda: QTimer.singleShot(0, partial(self._preload_and_open, chosen)))

    def _preload_and_open(self, path: str) -> None:
        self.session.preload()
        self.session.open(path)

    def open(self, path: str) -> None:
        """Open ``path`` in the current workspace, or else as a checkpoint; on an error, nothing is replaced."""
        if not self.window.workspaces.page.open(path):
            self.session.open(path)

    def open_dropped(self, path: str) -> None:
        """Do the same with what was dropped on the window, which may be data for the current workspace."""
        if not self.window.workspaces.page.open_dropped(path):
            self.session.open(path)

    def show_workspace(self, name: str) -> WorkspacePage:
        """Show the workspace ``name``, and return its page."""
        return self.window.workspaces.show_workspace(name)

    def _open_shipped(self, place: str) -> None:
        self.open(str(asset(place)))

    def close(self) -> None:
        """End all threads and save the preferences; may be called at any time."""
        self.player.pause()
        self.films.shut_down()
        self._dialogs.shut_down()
        self.exporter.shut_down()
        self.window.workspaces.undo_group.blockSignals(True)
        pages = list(self.window.workspaces.pages.values())
        for page in pages:
            page.finish_writing()
        self.session.finish_writing()
        self.preferences.save()
        self.written.emit()
        for page in pages:  # their threads may be importing a library, which cannot be interrupted
            page.shut_down()
        self.session.shut_down()

    def _connect_session(self) -> None:
        session, window = self.session, self.window
        session.opened_changed.connect(self._remember_opened)
        session.frames_added.connect(self._start_playing)
        session.data_reader.dropped.connect(window.show_notice)
        window.file_chosen.connect(self.open)
        window.file_dropped.connect(self.open_dropped)
        window.closing.connect(self.close)

    def _connect_commands(self) -> None:
        actions, session, window = self.window.actions_, self.session, self.window
        undo_group = window.workspaces.undo_group
        slots: dict[str, Callable[[], object]] = {
            "open": window.ask_for_file,
            "export": lambda: self.films.ask(self.player.bounds),
            "export_figure": self.films.ask_figure,
            "quit": window.close,
            "undo": undo_group.undo,
            "redo": undo_group.redo,
            "fit": window.workspaces.fit,
            "theme": self._toggle_theme,
            "new_seed": self._new_seed,
            "run_again": session.run,
            "measure": session.measure_bound,
            "stop": self._stop,
            "reset_layout": window.workspaces.reset_layouts,
            "copy_command": partial(copy_command, window),
            **self._dialogs.slots,
        }
        for name, slot in slots.items():
            actions.on(name, slot)
        for name, place in SHIPPED_CHECKPOINTS.items():
            actions.on(name, partial(self._open_shipped, place))
            if not is_shipped(place):
                actions.hide_command(name)
        actions.on_switch("full_screen", self._set_full_screen)
        actions.on_switch("projector", self._set_projector)
        for name, signal, text in (
            ("undo", undo_group.canUndoChanged, "there is nothing to undo"),
            ("redo", undo_group.canRedoChanged, "there is nothing to redo"),
        ):
            actions.allow(name, False, text)
            signal.connect(lambda can, name=name, text=text: actions.allow(name, can, text))

    def _connect_export(self) -> None:
        self.window.figure_made.connect(self.exporter.connect_figure)
        for source in (self.exporter, self.films):
            source.saved.connect(lambda path, form: self.window.show_notice(f"Saved {path}: {form}"))
        self.films.activity_changed.connect(
            lambda activity: self.window.show_activities("film", () if activity is None else (activity,))
        )
        self.exporter.copied.connect(lambda: self.window.show_notice("Copied the image"))

    def _populate_themes(self) -> None:
        group = QActionGroup(self)
        self._themes: dict[str, QAction] = {}
        for choice, text in THEMES.items():
            action = self.window.menus.themes.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(lambda _checked, choice=choice: self._choose_theme(choice))
            group.addAction(action)
            self._themes[choice] = action
        self._themes[self.theme.choice].setChecked(True)

    def _remember_opened(self, opened: Opened) -> None:
        if Path(opened.path).parent != asset("checkpoints"):
            self.preferences.add_recent_file(opened.path)
        if self._at is not None:
            at, self._at = self._at, None
            self.player.seek(at)
            if at > self.player.last:
                self.window.failed.emit(BadInputError(f"--at: {at} is beyond the last step, T = {self.player.last}"))

        if self._data is not None:
            data, self._data = self._data, None
            self.session.open_data(data)

    def _start_playing(self) -> None:
        if self._play_first:
            self._play_first = False
            self.player.play()

    def _stop(self) -> None:
        self.films.stop()
        for page in self.window.workspaces.pages.values():
            page.stop()
        self.session.stop()

    def _new_seed(self) -> None:
        self.session.edit(seed=random.SystemRandom().randint(0, MAX_SEED))

    def _choose_theme(self, choice: str) -> None:
        self.preferences.theme = choice
        self.theme.choose(choice)

    def _toggle_theme(self) -> None:
        self.theme.toggle()
        self.preferences.theme = self.theme.choice

    def _apply_palette(self, palette: Palette) -> None:
        self._themes[self.theme.choice].setChecked(True)
        self.window.set_palette(palette)

    def _set_projector(self, on: bool) -> None:
        self.preferences.projector = on
        self.theme.set_projector(on)
        self.window.actions_["projector"].setChecked(on)
        self.window.workspaces.set_line_scale(PROJECTOR_LINES if on else 1.0)

    def _set_full_screen(self, on: bool) -> None:
        state = self.window.windowState()
        full = Qt.WindowState.WindowFullScreen
        self.window.show_content_alone(on)
        self.window.setWindowState(state | full if on else state & ~full)

    def _show_failure(self, error: Exception) -> None:
        """Show a `DpmError` in a dialog; raise any other exception, which the exception hook then reports."""
        if not isinstance(error, DpmError):
            raise error
        from dpm_gui.dialogs.errors import show_error

        if self.session.opened is None:
            self.window.workspaces.show_message(NOTHING_OPEN)
        if isinstance(error, BadCheckpointError) and isinstance(error.__cause__, FileNotFoundError):
            self.preferences.remove_recent_file(str(error.path))
        show_error(self.window, error)
