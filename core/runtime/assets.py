"""Finds the shipped files: checkpoints, data, icons."""

from __future__ import annotations

from pathlib import Path


def asset(relative: str) -> Path:
    """Return the path of a shipped file or folder, such as ``"data/digits.npz"``.

    A wheel holds the assets inside the application's package; a checkout and an editable install have them beside it.

    Raises:
        FileNotFoundError: If no file or folder of that name is shipped.
    """
    root = Path(__file__).resolve().parents[2]
    for folder in (root / "dpm_gui" / "assets", root / "assets"):
        path = folder / relative
        if path.exists():
            return path
    raise FileNotFoundError(f"{relative}: not among the shipped assets")


def is_shipped(relative: str) -> bool:
    """Tell whether a file or folder of that name is shipped."""
    try:
        asset(relative)
    except FileNotFoundError:
        return False
    return True
