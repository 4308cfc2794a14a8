"""The yardsticks of pictures, each against a case with a known answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tools.measuring.classifier import confident
from tools.measuring.comparisons import bits_per_dimension, gaussian_bits, parzen_bits, squared_distances, tiled


def test_pictures_are_tiled_whole_and_in_order() -> None:
    images = np.arange(6 * 2 * 3, dtype=np.uint8).reshape(6, 2, 3)
    sheet = tiled(images)
    assert sheet.shape == (4, 9)
    assert np.array_equal(sheet[:2, 3:6], images[1])
    assert np.array_equal(sheet[2:, :3], images[3])
    assert tiled(np.zeros((4, 2, 3, 3), np.uint8)).shape == (4, 6, 3)


@pytest.mark.parametrize("codec", ["PNG", "WebP"])
def test_codecs_need_eight_bits_for_noise_and_next_to_none_for_a_grey_sheet(codec: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, size=(16, 32, 32), dtype=np.uint8)
    assert 7.9 < bits_per_dimension(noise, codec) < 8.5
    assert bits_per_dimension(np.full((16, 32, 32), 7, np.uint8), codec) < 0.1


def test_the_gaussian_finds_the_entropy_of_gaussian_data() -> None:
    rng = np.random.default_rng(0)
    factor = np.array([[2.0, 0.0], [1.0, 0.5]])
    training, test = (rng.normal(size=(40_000, 2)) @ factor.T for _ in range(2))
    entropy = math.log2(2 * math.pi * math.e) + math.log2(abs(np.linalg.det(factor)))
    assert gaussian_bits(training, test) == pytest.approx(-entropy / 2, abs=0.02)


def test_parzen_windows_find_the_width_and_the_density_of_scattered_points() -> None:
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0], [10.0, 0.0]])
    validation, test = (centres[rng.integers(2, size=500)] + 0.2 * rng.normal(size=(500, 2)) for _ in range(2))
    mean, error, width = parzen_bits(centres, validation, test)
    assert width == pytest.approx(0.2, rel=0.06)
    assert abs(mean + 1 + math.log2(2 * math.pi * math.e * 0.04)) < 4 * error


def test_distances_are_those_of_pythagoras() -> None:
    found = squared_distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0]]))
    assert found.tolist() == [[0.0], [25.0]]


def test_nine_in_ten_is_confident() -> None:
    assert confident(np.array([[0.9, 0.1], [0.5, 0.5], [0.05, 0.95]])).tolist() == [True, False, True]
