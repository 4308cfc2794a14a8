"""Where the files that ship with the application are: icons, checkpoints, data."""

from __future__ import annotations

from pathlib import Path


def asset(relative: str) -> Path:
    """Return the path of a shipped file or folder, such as ``"icons/play.svg"``.

    A wheel carries the assets inside the package; a checkout and an editable install have them beside it.

    Raises:
        FileNotFoundError: If nothing of that name is shipped.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "assets", package.parent / "assets"):
        path = folder / relative
        if path.exists():
            return path
    raise FileNotFoundError(f"{relative}: not among the shipped assets of {package.name}")


def is_shipped(relative: str) -> bool:
    """Tell whether a file or folder of that name has come with the application."""
    try:
        asset(relative)
    except FileNotFoundError:
        return False
    return True
