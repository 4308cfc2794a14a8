"""Where the data that ship with the engine are."""

from __future__ import annotations

from pathlib import Path


def asset(relative: str) -> Path:
    """Return the path of a shipped file, such as ``"data/digits.npz"``.

    A wheel carries the assets inside the application's package; a checkout has them beside the engine.

    Raises:
        FileNotFoundError: If nothing of that name is shipped.
    """
    root = Path(__file__).resolve().parent.parent
    for folder in (root / "dpm_gui" / "assets", root / "assets"):
        path = folder / relative
        if path.exists():
            return path
    raise FileNotFoundError(f"{relative}: not among the shipped assets")
