"""Makes the images of the window on the pages: ``python -m tools.screenshots [NAME…]``.

Each shows the program as it is, in a state that its own options and commands lead to. Equal seeds give equal samples,
so what differs from the stored image is what the program draws in another way. The digits run all their thousand
steps: some minutes on two cores.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication

from core.values.runs import RunSpec
from dpm_gui.app import make_program
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.paint.page import PaintPage
from dpm_gui.window.application import DpmApplication

IMAGES = Path("docs/images")
SIZE = (1280, 800)
SEED = 17
COLOURS, LARGE = 256, 120_000
"""Colours of an image whose file would have more bytes than this: it is a third as large, and nobody sees it."""
PATIENCE = 1800.0
"""Seconds after which a state that has not been reached will not be."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A state of the window.

    Attributes:
        model: Name of a shipped model, or the path of another checkpoint.
        theme: "light" or "dark".
        step: Step t on show in Watch; None for Paint.
        count: Number of trajectories; that of the kind of data if None.
        commands: What is triggered in Paint, by the names of the commands.
    """

    model: str
    theme: str = "light"
    step: int | None = None
    count: int | None = None
    commands: tuple[str, ...] = ()


SHOTS = {
    "watch-light": Shot("swiss_roll", step=17),
    "watch-dark": Shot("swiss_roll", "dark", step=17),
    "watch-bits": Shot("heartbeat_fast", step=60),
    "watch-images": Shot("digits", step=666),
    "paint": Shot("digits", commands=("next_image", "mask_hole")),
}
"""The images by the names of their files."""


def main() -> None:
    """Make the images named, or all of them."""
    for name in sys.argv[1:] or SHOTS:
        path = IMAGES / f"{name}.png"
        make(SHOTS[name], path)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB", flush=True)


def make(shot: Shot, path: Path) -> None:
    """Write the image of ``shot`` to ``path``."""
    with tempfile.TemporaryDirectory() as folder:
        raw = str(Path(folder) / "window.png")
        if shot.step is None:
            paint(shot, raw)
        else:
            subprocess.run([sys.executable, "-m", "dpm_gui", *options(shot, raw)], check=True)
        with Image.open(raw) as image:
            store(image.convert("RGB"), path)


def store(image: Image.Image, path: Path) -> None:
    """Write ``image`` as it is, or in few colours if that is a large file."""
    image.save(path, optimize=True)
    if path.stat().st_size > LARGE:
        reduced(image).save(path, optimize=True)


def reduced(image: Image.Image) -> Image.Image:
    """Return ``image`` in few colours: half of them are those seen most, and the others as near as they come."""
    pixels = np.asarray(image).reshape(-1, 3)
    found, place, counts = np.unique(pixels, axis=0, return_inverse=True, return_counts=True)
    exact = found[np.argsort(counts)[::-1][: COLOURS // 2]]
    # Each colour counts once among the others, so that a thin line of the only blue stays blue.
    others = np.array(Image.fromarray(found[None]).quantize(COLOURS // 2).getpalette(), np.uint8).reshape(-1, 3)
    palette = np.concatenate([exact, others])
    differences = [np.abs(palette.astype(int) - colour).sum(axis=1).argmin() for colour in found.astype(int)]
    made = Image.fromarray(np.array(differences, np.uint8)[place].reshape(image.height, image.width), "P")
    made.putpalette(palette.tobytes())
    return made


def options(shot: Shot, path: str) -> list[str]:
    """Return the options of dpm-gui that give a ``shot`` of Watch."""
    made = [shot.model, "--theme", shot.theme, "--seed", str(SEED), "--at", str(shot.step)]
    made += [] if shot.count is None else ["--count", str(shot.count)]
    return [*made, "--size", "{}x{}".format(*SIZE), "--screenshot", path]


def paint(shot: Shot, path: str) -> None:
    """Write an image of Paint, once the commands of ``shot`` have been triggered and what they ask for is there."""
    application = QApplication.instance() or QApplication([sys.argv[0]])
    if not isinstance(application, QApplication):
        raise TypeError("another kind of application is running in this process")
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        program = make_program(application, Preferences(settings), RunSpec(seed=SEED), shot.theme)
        try:
            _show_painted(program, shot)
            program.window.grab().save(path)
        finally:
            program.window.close()
            program.window.deleteLater()
            program.deleteLater()


def _show_painted(program: DpmApplication, shot: Shot) -> None:
    page, window = program.show_workspace("paint"), program.window
    if not isinstance(page, PaintPage):
        raise TypeError(f"the page of Paint is a {type(page).__name__}")
    window.resize(*SIZE)
    window.show()
    model = Path("assets/checkpoints") / f"{shot.model}.h5"
    program.open(shot.model if Path(shot.model).is_file() else str(model))
    _wait_until(lambda: page.paint.opened is not None)
    for name in shot.commands:
        window.actions_[name].trigger()
    _wait_until(lambda: page.paint.result is not None and page.paint.result.final and not page.paint.running)
    for _ in range(3):  # a layout may take several rounds
        QApplication.processEvents()


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE:g} s")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.01)


if __name__ == "__main__":
    main()
