"""Settings that are kept from one start of the application to the next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, QStandardPaths, Signal

from dpm_gui.desktop import THEMES

MOST_RECENT_FILES = 10
MEGABYTE = 2**20
MOST_REMEMBERED, REMEMBERED_AT_FIRST = 100_000, 2000
"""Megabytes that remembered runs may take: the largest limit, and the limit that nobody has changed."""
WINDOW_VERSION = 1
"""Increased whenever docks or tool bars change so much that an older layout would not fit."""


class Preferences(QObject):
    """The one owner of window layout, theme and recent files; a missing or damaged value reads as its default.

    Args:
        settings: Where they are stored; the user's own settings if None.
        parent: Qt's owner.
    """

    recent_changed = Signal()
    """Emitted after the list of recent files has changed."""

    def __init__(self, settings: QSettings | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = QSettings("dpm-gui", "dpm-gui") if settings is None else settings

    @property
    def theme(self) -> str:
        """One of `THEMES`."""
        theme = self._text("theme")
        return theme if theme in THEMES else next(iter(THEMES))

    @theme.setter
    def theme(self, theme: str) -> None:
        if theme not in THEMES:
            raise ValueError(f"theme {theme!r} is not one of {', '.join(THEMES)}")
        self._settings.setValue("theme", theme)

    @property
    def projector(self) -> bool:
        """Whether text and lines are enlarged."""
        return self._text("projector") == "true"

    @projector.setter
    def projector(self, on: bool) -> None:
        self._settings.setValue("projector", "true" if on else "false")

    @property
    def tour_offered(self) -> bool:
        """Whether the tour has been offered once; then it is not offered again."""
        return self._text("tour_offered") == "true"

    @tour_offered.setter
    def tour_offered(self, offered: bool) -> None:
        self._settings.setValue("tour_offered", "true" if offered else "false")

    @property
    def film(self) -> str:
        """The options of the last film, as text; empty if there was none."""
        return self._text("film")

    @film.setter
    def film(self, options: str) -> None:
        self._settings.setValue("film", options)

    @property
    def how_shown(self) -> bool:
        """Whether Paint shows how it inpaints, and not only tools, samples and seed."""
        return self._text("paint/how_shown") == "true"

    @how_shown.setter
    def how_shown(self, on: bool) -> None:
        self._settings.setValue("paint/how_shown", "true" if on else "false")

    @property
    def geometry(self) -> QByteArray:
        """The window's position and size, for `QWidget.restoreGeometry`; empty if there is none."""
        return self._bytes("window/geometry")

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._settings.setValue("window/geometry", geometry)

    def layout_of(self, workspace: str) -> QByteArray:
        """Return the layout of docks and tool bars of a workspace, for `QMainWindow.restoreState`.

        Empty if there is none of this version.
        """
        same = self._text("window/version") == str(WINDOW_VERSION)
        return self._bytes(f"layout/{workspace}") if same else QByteArray()

    def set_layout_of(self, workspace: str, layout: QByteArray) -> None:
        """Store the layout that `layout_of` returns."""
        self._settings.setValue("window/version", str(WINDOW_VERSION))
        self._settings.setValue(f"layout/{workspace}", layout)

    @property
    def recent_files(self) -> tuple[str, ...]:
        """Absolute paths of opened files, the newest first, at most ten; a file may no longer exist."""
        value = self._settings.value("recent_files")
        # QSettings reads a list of one text from a file as the text itself, and an empty list as None.
        paths = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(path for path in paths if isinstance(path, str) and path)[:MOST_RECENT_FILES]

    def add_recent_file(self, path: str | Path) -> None:
        """Put ``path`` first among the recent files."""
        name = str(Path(path).absolute())
        self._set_recent_files([name, *(other for other in self.recent_files if other != name)])

    def remove_recent_file(self, path: str | Path) -> None:
        """Remove ``path`` from the recent files, if it is listed."""
        name = str(Path(path).absolute())
        self._set_recent_files([other for other in self.recent_files if other != name])

    def clear_recent_files(self) -> None:
        """Empty the list of recent files."""
        self._set_recent_files([])

    @property
    def last_folder(self) -> str:
        """The folder of the last file dialog; the user's documents folder if that is missing or there was none."""
        folder = self._text("last_folder")
        if folder and Path(folder).is_dir():
            return folder
        return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())

    @last_folder.setter
    def last_folder(self, folder: str | Path) -> None:
        self._settings.setValue("last_folder", str(Path(folder).absolute()))

    @property
    def run_folder(self) -> Path:
        """The folder of remembered runs, in the user's cache folder; it may not exist yet."""
        cache = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
        return Path(cache) / "dpm-gui" / "runs"

    @property
    def run_limit(self) -> int:
        """Bytes that remembered runs may take; 0 if none is remembered."""
        megabytes = self._text("runs/megabytes")
        known = megabytes.isascii() and megabytes.isdigit() and int(megabytes[:9]) <= MOST_REMEMBERED
        return MEGABYTE * (int(megabytes) if known else REMEMBERED_AT_FIRST)

    @run_limit.setter
    def run_limit(self, limit: int) -> None:
        self._settings.setValue("runs/megabytes", str(min(limit // MEGABYTE, MOST_REMEMBERED)))

    def save(self) -> None:
        """Write everything to disk now; otherwise Qt does so later."""
        self._settings.sync()

    def _set_recent_files(self, paths: list[str]) -> None:
        paths = paths[:MOST_RECENT_FILES]
        if tuple(paths) != self.recent_files:
            self._settings.setValue("recent_files", paths)
            self.recent_changed.emit()

    def _text(self, key: str) -> str:
        value = self._settings.value(key)
        return value if isinstance(value, str) else ""

    def _bytes(self, key: str) -> QByteArray:
        value = self._settings.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()
