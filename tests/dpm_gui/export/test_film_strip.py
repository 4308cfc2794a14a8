"""Frames of a film as asked: each side at its own step, with a bar and a strip below, and nothing drawn twice."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.export.film_scene import FilmScene
from dpm_gui.export.film_strip import BAR_HEIGHT, STRIP_HEIGHT, FilmStrip
from dpm_gui.views.timeline.time_slider_painter import TimeAxis
from tests.support.window_values import recordings

T = 10
SIZE = QSize(640, 360)
RISING = np.linspace(-1.0, 1.0, T)
ENTROPIES = StepEntropies(RISING + 0.1, np.concatenate(([-np.inf], RISING[1:])), RISING)


def frames(positions: list[tuple[float, float]], strip: FilmStrip | None = None) -> list[np.ndarray]:
    scene = FilmScene(recordings(T), LIGHT, SIZE, positions=positions, strip=strip)
    drawn = [frame.copy() for frame in scene.images()]
    assert scene.frame_count == len(drawn) == len(positions)
    scene.close()
    scene.deleteLater()
    return drawn


def test_the_sides_of_a_frame_are_at_their_own_steps(qapp: QApplication) -> None:
    both, apart, other = frames([(2.0, 2.0), (2.0, 8.0), (8.0, 8.0)])
    half = SIZE.width() // 2
    assert np.array_equal(both[:, :half], apart[:, :half])
    assert np.array_equal(apart[:, half:], other[:, half:])
    assert not np.array_equal(both[:, half:], apart[:, half:])


def test_points_move_between_two_steps(qapp: QApplication) -> None:
    first, between, second = frames([(2.0, 2.0), (2.4, 2.4), (3.0, 3.0)])
    assert not np.array_equal(first, between)
    assert not np.array_equal(between, second)


def test_a_frame_that_stands_still_is_drawn_once(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    grabs: list[int] = []
    real = FilmScene.grab
    monkeypatch.setattr(FilmScene, "grab", lambda scene: (grabs.append(1), real(scene))[1])
    drawn = frames([(0.0, 10.0)] * 5 + [(10.0, 0.0)] * 5)
    assert len(grabs) == 2
    assert all(np.array_equal(drawn[0], frame) for frame in drawn[:5])


@pytest.mark.parametrize(("bar", "strip"), [(True, True), (True, False), (False, True)])
def test_bar_and_strip_stand_below_the_sides_as_chosen(qapp: QApplication, bar: bool, strip: bool) -> None:
    below = FilmStrip(LIGHT, T, bar=bar, entropies=ENTROPIES if strip else None)
    assert below.sizeHint().height() == bar * BAR_HEIGHT + strip * STRIP_HEIGHT
    (frame,) = frames([(2.0, 8.0)], below)
    assert frame.shape == (SIZE.height(), SIZE.width(), 3)
    axis, top = TimeAxis(SIZE.width(), T), SIZE.height() - below.sizeHint().height()
    row = top + (strip * STRIP_HEIGHT + 9 if bar else 1)
    for t, colour in ((2, LIGHT.forward), (8, LIGHT.reverse)):
        hue = QColor(colour)
        seen = frame[row, round(axis.x_of(t)) - 1 : round(axis.x_of(t)) + 2].astype(int)
        assert np.abs(seen - [hue.red(), hue.green(), hue.blue()]).sum(axis=1).min() < 200


def test_at_one_step_both_sides_share_one_mark(qapp: QApplication) -> None:
    strip = FilmStrip(LIGHT, T)
    strip.show_positions(4.0, 4.0)
    assert strip._marks(TimeAxis(640, T)) == [(TimeAxis(640, T).x_of(4.0), LIGHT.ink)]
    strip.deleteLater()
