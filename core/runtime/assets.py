"""Finds the shipped files: checkpoints, data, icons; and the checkpoint that a command's argument names."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import BadCheckpointError

CHECKPOINTS = "checkpoints"
CHECKPOINT_SUFFIX = ".h5"


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


def page(name: str) -> Path:
    """Return the path of a shipped page of the documentation, such as ``"tutorial.md"``.

    A wheel holds it inside the application's package; a checkout has it in its folder ``docs``.

    Raises:
        FileNotFoundError: If no page of that name is shipped.
    """
    root = Path(__file__).resolve().parents[2]
    for path in (root / "dpm_gui" / "docs" / name, root / "docs" / name):
        if path.exists():
            return path
    raise FileNotFoundError(f"{name}: not among the shipped pages")


def is_shipped(relative: str) -> bool:
    """Tell whether a file or folder of that name is shipped."""
    try:
        asset(relative)
    except FileNotFoundError:
        return False
    return True


def shipped_models() -> dict[str, Path]:
    """Return the files of the shipped checkpoints by their names, such as ``"digits"``, in alphabetical order."""
    if not is_shipped(CHECKPOINTS):
        return {}
    return {path.stem: path for path in sorted(asset(CHECKPOINTS).glob(f"*{CHECKPOINT_SUFFIX}"))}


def find_model(name: str) -> tuple[str, str]:
    """Return the path of the checkpoint that ``name`` names, and a remark for the user, which is empty in most cases.

    A path to a file comes first, then the name of a shipped model, with or without its suffix. A file of such a name in
    the current folder is preferred to the shipped model, and the remark says so.

    Args:
        name: A path, or the name of a shipped model; it may be neither if it has a folder part, so that whatever reads
            the file refuses it.

    Raises:
        BadCheckpointError: If ``name`` has no folder part and is neither a file nor a shipped model; the message lists
            the shipped models.
    """
    if not name or name != os.path.basename(name):  # noqa: PTH119 - pathlib drops the last "/" of "digits/"
        return name, ""
    models = shipped_models()
    model = name.removesuffix(CHECKPOINT_SUFFIX)
    here = [file for file in dict.fromkeys((name, f"{model}{CHECKPOINT_SUFFIX}")) if _is_file(file)]
    if model in models and here:
        return here[0], f"{here[0]}: this file in the current folder is used, not the shipped model {model}"
    if _is_file(name):
        return name, ""
    if model in models:
        return str(models[model]), ""
    if os.path.lexists(name):
        return name, ""
    reason = f"there is no such file, nor a shipped model of this name; there are {', '.join(models) or 'none'}"
    raise BadCheckpointError(name, reason) from FileNotFoundError(name)


def _is_file(name: str) -> bool:
    """Return whether there is anything of this ``name`` but a folder, which may well bear the name of a model."""
    try:
        return os.path.lexists(name) and not Path(name).is_dir()
    except (OSError, ValueError):
        return False
