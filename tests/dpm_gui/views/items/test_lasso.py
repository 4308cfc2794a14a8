"""Which points a loop encloses, and how it is drawn."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from dpm_gui.views.items.lasso import CELLS, LassoItem, enclosed

RNG = np.random.default_rng(3)


def circle(centre: tuple[float, float], radius: float, turns: float = 1.0) -> np.ndarray:
    angles = np.linspace(0.0, 2 * np.pi * turns, 200)
    return np.column_stack((np.cos(angles), np.sin(angles))) * radius + centre


def test_the_points_within_a_circle_are_enclosed_and_no_others(qtbot: QtBot) -> None:
    points = RNG.normal(size=(5000, 2)).astype(np.float32)
    distance = np.hypot(*(points - np.array([0.5, -0.2])).T)
    clear = abs(distance - 0.8) > 4 * 0.8 / CELLS
    found = enclosed(points, circle((0.5, -0.2), 0.8))
    np.testing.assert_array_equal(found[clear], (distance < 0.8)[clear])


def test_a_loop_that_turns_twice_encloses_what_one_turn_does(qtbot: QtBot) -> None:
    points = np.array([[0.0, 0.0], [0.5, 0.5], [0.9, 0.9]], np.float32)
    assert enclosed(points, circle((0.0, 0.0), 1.0, turns=2.0)).tolist() == [True, True, False]


def test_points_that_are_nowhere_and_loops_of_no_area_enclose_nothing(qtbot: QtBot) -> None:
    nowhere = np.array([[np.nan, 0.0], [np.inf, 0.0], [0.0, -np.inf]], np.float32)
    assert not enclosed(nowhere, circle((0.0, 0.0), 1.0)).any()
    line = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.0]])
    assert not enclosed(np.zeros((3, 2), np.float32), line).any()
    assert not enclosed(np.zeros((3, 2), np.float32), np.zeros((2, 2))).any()
    assert not len(enclosed(np.empty((0, 2), np.float32), circle((0.0, 0.0), 1.0)))


def test_a_hundred_thousand_points_are_found_within_a_blink(qtbot: QtBot) -> None:
    points = RNG.normal(size=(100_000, 2)).astype(np.float32)
    times = []
    for _ in range(5):
        begin = perf_counter()
        enclosed(points, circle((0.0, 0.0), 1.0))
        times.append(perf_counter() - begin)
    assert min(times) < 0.1


def test_a_loop_grows_by_each_place_until_it_is_cleared(qtbot: QtBot) -> None:
    item = LassoItem()
    for place in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)):
        item.extend(QPointF(*place))
    assert item.outline.tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    item.clear()
    assert item.outline.shape == (0, 2)
