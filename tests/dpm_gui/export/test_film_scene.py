"""The pictures of a film and figure 1: made-up recordings in, what the canvases show out."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_scene import MOST_FRAMES, STILL_FRAMES, FilmScene, pixels
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.points import PointsView
from tests.support.pixels import rgb
from tests.support.window_values import IMAGES, close_figures, image_recordings, recordings

SMALL = QSize(240, 160)
SIDES = (FORWARD, REVERSE)


def scene_of(qtbot: QtBot, last: int = 4) -> FilmScene:
    scene = FilmScene(recordings(last), LIGHT, SMALL)
    qtbot.addWidget(scene, before_close_func=close_figures)
    return scene


def canvases(scene: QWidget) -> list[PointsView]:
    """The canvases in the order in which they are read: by rows, from left to right."""
    return sorted(scene.findChildren(PointsView), key=lambda view: (view.y(), view.x()))


@pytest.mark.parametrize("last", [1, 4, 40, 99, 100, 1000])
def test_a_film_goes_from_the_data_to_the_noise_and_back_and_rests_at_both(qtbot: QtBot, last: int) -> None:
    steps = scene_of(qtbot, last).steps()
    assert steps[: STILL_FRAMES + 1] == [0] * (STILL_FRAMES + 1)
    turn = len(steps) // 2
    assert steps[turn] == last
    assert steps[:turn] == sorted(steps[:turn])
    assert steps[turn:] == sorted(steps[turn:], reverse=True)
    assert steps[-1] == 0
    assert Counter(steps)[0] == Counter(steps)[last] == STILL_FRAMES + 2


@pytest.mark.parametrize(("last", "every"), [(40, True), (99, True), (100, False), (1000, False)])
def test_a_film_shows_every_step_of_a_short_run_and_no_more_than_its_pictures_of_a_long_one(
    qtbot: QtBot, last: int, every: bool
) -> None:
    steps = scene_of(qtbot, last).steps()
    assert (set(steps) == set(range(last + 1))) == every
    assert len(steps) <= MOST_FRAMES + 2 * STILL_FRAMES
    gaps = np.diff(sorted(set(steps)))
    assert gaps.max() - gaps.min() <= 1


def test_each_picture_shows_its_step_on_both_sides(qtbot: QtBot) -> None:
    scene = scene_of(qtbot)
    expected = recordings(4)
    for t, _ in zip(scene.steps(), scene.images(), strict=True):
        for view, side in zip(canvases(scene), SIDES, strict=True):
            frame = expected[side].frame(t)
            assert frame is not None
            np.testing.assert_array_equal(view._cloud.points, frame.x)
            assert view.header.note == f"t = {t}"


def test_pictures_are_rgb_of_the_size_that_was_asked_for_and_change_with_the_step(qtbot: QtBot) -> None:
    scene = scene_of(qtbot)
    images = dict(zip(scene.steps(), scene.images(), strict=True))
    assert {image.shape for image in images.values()} == {(SMALL.height(), SMALL.width(), 3)}
    assert {image.dtype for image in images.values()} == {np.dtype(np.uint8)}
    assert len({image.tobytes() for image in images.values()}) == 5
    assert images[0][SMALL.height() // 2, 0].tolist() == list(rgb(LIGHT.surface))


def test_both_sides_stand_beside_each_other_and_have_one_scale(qtbot: QtBot) -> None:
    scene = scene_of(qtbot)
    forward, reverse = canvases(scene)
    assert (forward.y(), forward.width(), forward.height()) == (reverse.y(), reverse.width(), reverse.height())
    assert forward.view.viewRect() == reverse.view.viewRect()
    assert [view.header.title for view in (forward, reverse)] == ["Forward: q destroys", "Reverse: p restores"]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_scene_has_the_palette_and_the_colours_along_the_data(qtbot: QtBot, palette: object) -> None:
    scene = FilmScene(recordings(2), palette, SMALL)  # type: ignore[arg-type]
    qtbot.addWidget(scene, before_close_func=close_figures)
    next(scene.images())
    for view in canvases(scene):
        assert view._palette == palette
        assert not np.array_equal(*view._cloud.colours)


def test_a_scene_is_laid_out_without_being_on_the_screen(qtbot: QtBot) -> None:
    scene = scene_of(qtbot)
    assert scene.windowHandle() is None or not scene.windowHandle().isVisible()
    assert all(view.width() == SMALL.width() // 2 for view in canvases(scene))


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5])
def test_pixels_keep_every_column_although_qt_pads_its_rows(width: int) -> None:
    image = QImage(width, 2, QImage.Format.Format_ARGB32)
    for column in range(width):
        image.setPixelColor(column, 0, QColor(10 * column, 1, 2))
        image.setPixelColor(column, 1, QColor(3, 10 * column, 4))
    expected = [[[10 * column, 1, 2] for column in range(width)], [[3, 10 * column, 4] for column in range(width)]]
    assert pixels(image).tolist() == expected


def views(scene: object) -> list[ImagesView]:
    return sorted(scene.findChildren(ImagesView), key=lambda view: (view.y(), view.x()))  # type: ignore[attr-defined]


def test_a_film_of_a_long_run_takes_every_so_many_steps_and_says_so(qtbot: QtBot) -> None:
    scene = FilmScene(image_recordings(400), LIGHT, QSize(240, 160), ImagesView, IMAGES)
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
    scene = FilmScene(image_recordings(6, top=3), LIGHT, QSize(240, 160), ImagesView, IMAGES)
    qtbot.addWidget(scene, before_close_func=close_figures)
    notes = [[view.header.note for view in views(scene)] for _ in scene.images()]
    assert ["t = 6", "t = 3"] in notes
    assert ["t = 2", "t = 2"] in notes
