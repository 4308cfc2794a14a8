"""Films and figures of pictures, and which command opens what is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from core.values.runs import Frame
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_scene import MOST_FRAMES, FilmScene
from dpm_gui.export.paper_figures import ImageFigure
from dpm_gui.session.figure_rows import ImageRows, half_noised
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.plots.entropies import EntropyPlot
from dpm_gui.window.application import ALL_SHIPPED
from tests.support.window_values import add_frame, close_figures, entropies, image_info, image_states

DATA = image_info((4, 4))


def recordings(last: int, top: int | None = None) -> dict[str, SideRecording]:
    """Both sides of a run of two pictures, whose level is the step."""
    made = {FORWARD: SideRecording(last), REVERSE: SideRecording(last, top=top)}
    for recording in made.values():
        for t in range(recording.top + 1):
            add_frame(recording, Frame(t, image_states(np.full((2, 4, 4), t % 256), DATA)))
    return made


def views(scene: object) -> list[ImagesView]:
    return sorted(scene.findChildren(ImagesView), key=lambda view: (view.y(), view.x()))  # type: ignore[attr-defined]


def test_a_film_of_a_long_run_takes_every_so_many_steps_and_says_so(qtbot: QtBot) -> None:
    scene = FilmScene(recordings(400), LIGHT, QSize(240, 160), ImagesView, DATA)
    qtbot.addWidget(scene, before_close_func=close_figures)
    steps = scene.steps()
    assert len(steps) <= MOST_FRAMES + 16
    assert {b - a for a, b in pairwise(steps) if b > a} <= {scene.stride, 400 % scene.stride}
    film = scene.images()
    for _ in range(20):
        next(film)
    assert [view.header.note for view in views(scene)] == [f"t = {steps[19]} · one step in {scene.stride}"] * 2
    assert views(scene)[0].image.pixelColor(0, 0).red() == steps[19]


def test_a_film_of_a_denoising_run_stands_at_its_start_while_the_noise_goes_on(qtbot: QtBot) -> None:
    scene = FilmScene(recordings(6, top=3), LIGHT, QSize(240, 160), ImagesView, DATA)
    qtbot.addWidget(scene, before_close_func=close_figures)
    notes = [[view.header.note for view in views(scene)] for _ in scene.images()]
    assert ["t = 6", "t = 3"] in notes
    assert ["t = 2", "t = 2"] in notes


def test_figure_three_has_a_row_each_and_says_the_steps(qtbot: QtBot) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (4, 7, 4, 4))
    rows = ImageRows(12, 0.51, 40, *(image_states(row, DATA) for row in levels))
    figure = ImageFigure(rows, DATA, LIGHT, QSize(700, 500))
    qtbot.addWidget(figure, before_close_func=close_figures)
    shown = views(figure)
    assert [view.header.title for view in shown] == ["Examples", "Noised", "Denoised", "Samples"]
    assert shown[1].header.note == "t = 12 of 40, 51 % of the signal left"
    assert all(view.grid.columns == 7 for view in shown)
    for view, row in zip(shown, levels, strict=True):
        y, x = view.grid.corner(6)
        assert view.image.pixelColor(x + 2, y + 1).red() == row[6, 1, 2]
    assert figure.image().size() == QSize(700, 500)


def test_half_noised_is_where_half_of_the_signal_is_left() -> None:
    assert half_noised(np.array([1.0, 0.9, 0.55, 0.2])) == 2
    assert half_noised(np.array([1.0, 0.1])) == 1


def test_the_entropies_of_pictures_are_per_pixel(qtbot: QtBot) -> None:
    plot = EntropyPlot()
    qtbot.addWidget(plot)
    given = entropies()
    plot.show_entropies(given, channels=3)
    columns: Mapping[str, NDArray[Any]] = plot.table().columns
    np.testing.assert_allclose(columns["upper (bits per pixel)"], 3 * given.upper)
    plot.set_cursor(2)
    assert plot.header.readout.endswith("bits/pixel")
    plot.show_entropies(given)
    assert "upper (bits per dimension)" in plot.table().columns


@pytest.mark.parametrize("missing", [True, False])
def test_a_command_is_there_for_each_checkpoint_that_has_come_with_the_program(
    qapp: object, settings: object, same_looks: None, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    from dpm_gui.app import make_program
    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.window import application

    gone = {"checkpoints/digits.h5"} if missing else set()
    monkeypatch.setattr(application, "is_shipped", lambda place: place not in gone)
    program = make_program(qapp, Preferences(settings))  # type: ignore[arg-type]
    try:
        offered = [name for name in ALL_SHIPPED if program.window.actions_[name].isVisible()]
        assert offered == [name for name in ALL_SHIPPED if not missing or name != "open_digits"]
    finally:
        program.close()
        program.window.close()
        program.window.deleteLater()
        program.deleteLater()
