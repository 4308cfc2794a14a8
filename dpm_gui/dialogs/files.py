"""The dialogs that ask for a file to open or to save; each starts in the folder used last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from dpm_gui.desktop.preferences import Preferences

PathCallback = Callable[[str], object]
"""Takes the path of the chosen file."""


def ask_open(
    window: QWidget, preferences: Preferences, title: str, kinds: str, take: PathCallback, *, any_name: bool = False
) -> None:
    """Show the dialog that chooses an existing file, and return at once.

    Args:
        window: What the dialog belongs to.
        preferences: Remembers the folder.
        title: The title of the dialog.
        kinds: Name filters in Qt's syntax, such as ``"Checkpoints (*.h5 *.hdf5);;All files (*)"``.
        take: Called if a file is chosen.
        any_name: Whether any name can be typed, such as ``FILE:/ARRAY``.
    """
    dialog = _dialog(window, preferences, title, kinds, take)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile if any_name else QFileDialog.FileMode.ExistingFile)
    dialog.open()


def ask_folder(window: QWidget, preferences: Preferences, title: str, take: PathCallback) -> None:
    """Show the dialog that chooses an existing folder, and return at once; ``take`` is called if one is chosen."""
    dialog = _dialog(window, preferences, title, "", take)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()


def ask_save(
    window: QWidget, preferences: Preferences, title: str, kinds: str, take: PathCallback, *, proposal: str = ""
) -> None:
    """Show the dialog that names a file to save to, and return at once.

    Args:
        window: What the dialog belongs to.
        preferences: Remembers the folder.
        title: The title of the dialog.
        kinds: As for `ask_open`, each with one suffix, which is added to a name without one, or with none.
        take: Called if a file is named.
        proposal: The initial name; its suffix may be omitted.
    """
    dialog = _dialog(window, preferences, title, kinds, take)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_suffix_of(kind)))
    dialog.setDefaultSuffix(_suffix_of(kinds.partition(";;")[0]))
    if proposal:
        dialog.selectFile(proposal)
    dialog.open()


def _dialog(window: QWidget, preferences: Preferences, title: str, kinds: str, take: PathCallback) -> QFileDialog:
    def remember_and_take(path: str) -> None:
        preferences.last_folder = _first_folder(Path(path).parents)
        take(path)

    # Qt takes the name of a folder that is missing for that of a file.
    folder = Path(preferences.last_folder)
    dialog = QFileDialog(window, title, str(_first_folder((folder, *folder.parents))), kinds)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(remember_and_take)
    return dialog


def _first_folder(places: Iterable[Path]) -> Path:
    """Return the first of ``places`` that is a folder."""
    return next((place for place in places if place.is_dir()), Path())


def _suffix_of(kind: str) -> str:
    """Return the suffix of a name filter: "gif" of "GIF film (*.gif)", none of "New folder (*)"."""
    _, found, suffix = kind.rpartition("*.")
    return suffix.rstrip(")") if found else ""
