"""The command that gives what is on show, quoted for the shell, and its way to the clipboard."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QGuiApplication

from core.errors import BadInputError, DpmError
from core.runtime.assets import shipped_models
from core.values.inpainting import InpaintingRequest
from core.values.runs import RunSpec

if TYPE_CHECKING:
    from dpm_gui.window.main_window import MainWindow

OUT = "samples.png"
NOTHING_OPEN = "Nothing is open; open a checkpoint first."
BRANCHED = (
    "A reverse that starts from a state on show, or from noised examples, has no command. "
    "Go back to pure noise, and copy the command of that run."
)
UNSAVED = "Save the request first (Ctrl+S): image, mask and options have no command until they are in a file."
POTENTIAL = (
    "A potential r(x) drawn over the plane has no command. Save it as a request (Ctrl+S), and open that in Paint."
)


def copy_command(window: MainWindow) -> None:
    """Copy the command that gives what the window shows, and say which; or say why there is none."""
    try:
        command = window.workspaces.page.command()
    except DpmError as error:
        window.failed.emit(error)
        return
    QGuiApplication.clipboard().setText(command)
    window.show_notice(f"Copied: {command}")


def run_command(path: str, spec: RunSpec, at: int | None, data: str | None) -> str:
    """Return the `dpm-gui` command that opens the checkpoint at ``path`` and runs ``spec``.

    Args:
        path: The checkpoint.
        spec: What is run.
        at: The step on show, None while playing.
        data: The user's data that the forward side starts from, or None.

    Raises:
        BadInputError: If no command gives such a run.
    """
    if spec.branches or spec.denoise_from is not None:
        raise BadInputError(BRANCHED)
    words = ["dpm-gui", model_word(path), "--seed", str(spec.seed), "--count", str(spec.count)]
    if at is not None:
        words += ["--at", str(at)]
    if data is not None:
        words += ["--data", _absolute(data)]
    return shlex.join(words)


def inpaint_command(path: str, request: InpaintingRequest, saved: tuple[InpaintingRequest, str] | None) -> str:
    """Return the `dpm inpaint` command that draws the samples of ``request`` with the checkpoint at ``path``.

    Args:
        path: The checkpoint.
        request: What is on show.
        saved: A request that is in a file, and that file; None if there is none.

    Raises:
        BadInputError: If the request is in no file.
    """
    if saved is None or not _same(request, saved[0]):
        raise BadInputError(UNSAVED)
    return shlex.join(["dpm", "inpaint", model_word(path), "--spec", _absolute(saved[1]), "--out", OUT])


def model_word(path: str) -> str:
    """Return what names the checkpoint at ``path`` on a command line: a shipped model's name, or the whole path."""
    shipped = {str(file.resolve()): name for name, file in shipped_models().items()}
    return shipped.get(str(Path(path).resolve()), _absolute(path))


def _absolute(path: str) -> str:
    return str(Path(path).absolute())


def _same(one: InpaintingRequest, other: InpaintingRequest) -> bool:
    """Return whether both requests have the same results, apart from rounding, which the threads may change."""
    alike = all(
        getattr(one, name) == getattr(other, name)
        for name in ("count", "seed", "known_mode", "weighted", "start", "chain_count")
    )
    alike = alike and one.effective_resample_times == other.effective_resample_times
    alike = alike and one.effective_timing == other.effective_timing
    confidences = [np.asarray(~each.mask if each.confidence is None else each.confidence) for each in (one, other)]
    pairs = ((one.image, other.image), (one.mask, other.mask), (confidences[0], confidences[1]))
    return alike and all(np.array_equal(left, right) for left, right in pairs)
