"""Times the export of a film beside encoding its frames alone.

``python -m tests.benchmarks.films`` prints JSON. The film has 500 frames of 960x540 pixels, MP4, of 10 000 points on
either side; both times are those of the same frames in the same process.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_export import FilmExport
from dpm_gui.export.film_options import FilmOptions, frame_positions
from dpm_gui.export.film_scene import FilmScene
from dpm_gui.export.film_strip import FilmStrip
from dpm_gui.export.films import write_film
from dpm_gui.views.canvases import canvas_of
from dpm_gui.window.application import DpmApplication
from tests.benchmarks.frames import open_program

FRAMES = 500
ROUNDS = 2


def options_for(steps: int) -> FilmOptions:
    """Return the options of the default film, at the speed that gives it `FRAMES` frames."""
    return FilmOptions(0, steps, speed=4.0 * 25 / 238)


def scene_of(program: DpmApplication) -> FilmScene:
    """Return the scene of the whole film, with all that may stand below its sides."""
    session, palette = program.session, program.theme.palette
    opened = session.opened
    if opened is None:
        raise SystemExit("nothing is open")
    steps = opened.checkpoint.steps
    options = options_for(steps)
    return FilmScene(
        {side: session.recording(side) for side in (FORWARD, REVERSE)},
        palette,
        canvas=canvas_of(opened.checkpoint),
        data=opened.checkpoint.data,
        positions=frame_positions(options, steps),
        strip=FilmStrip(palette, steps, entropies=opened.entropies),
    )


def exported(program: DpmApplication, path: Path) -> tuple[float, int]:
    """Export the film as the window does; return the seconds and the number of frames."""
    scene = scene_of(program)
    scene.resize(960, 540)
    film, loop = FilmExport(scene, str(path), program, 25.0), QEventLoop()
    film.saved.connect(loop.quit)
    film.failed.connect(loop.quit)
    begin = time.perf_counter()
    film.start()
    loop.exec()
    return time.perf_counter() - begin, scene.frame_count


def encoded(program: DpmApplication, path: Path) -> tuple[float, float]:
    """Return the seconds of drawing all frames, and of encoding them."""
    scene = scene_of(program)
    scene.resize(960, 540)
    begin = time.perf_counter()
    frames = list(scene.images())
    drawn = time.perf_counter()
    for _ in write_film(path, frames, 25.0):
        pass
    scene.close()
    return drawn - begin, time.perf_counter() - drawn


def main() -> None:
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        program = open_program(application, folder, "1280x800")
        ratios, found = [], {}
        for _ in range(ROUNDS):
            drawing, encoding = encoded(program, Path(folder) / "alone.mp4")
            exporting, count = exported(program, Path(folder) / "film.mp4")
            ratios.append(exporting / encoding)
            if ratios[-1] == min(ratios):
                found = {"ratio": ratios[-1], "s": exporting, "encoding s": encoding, "drawing s": drawing}
        program.close()
        program.window.close()
    print(json.dumps(found | {"frames": count}))


if __name__ == "__main__":
    main()
