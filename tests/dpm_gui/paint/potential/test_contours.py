"""Contours of ln r: they lie where r says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dpm_gui.paint.potential.contours import CONTOUR_LEVELS, contours


def test_contours_of_a_cone_are_circles() -> None:
    axis = np.linspace(-2.0, 2.0, 81)
    cone = -np.hypot(axis[None, :], axis[:, None])
    for radius in (0.5, 1.0, 1.7):
        lines = contours(cone, [-radius], (-2.0, 2.0, -2.0, 2.0))
        ends = lines.reshape(-1, 2)
        assert np.abs(np.hypot(ends[:, 0], ends[:, 1]) - radius).max() < 0.002
        length = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]).sum()
        assert length == pytest.approx(2 * math.pi * radius, rel=0.002)


def test_contours_of_a_slope_are_straight_and_in_order() -> None:
    slope = np.broadcast_to(np.linspace(-5.0, 0.0, 11), (4, 11))
    lines = contours(slope, CONTOUR_LEVELS, (0.0, 5.0, 0.0, 3.0))
    for level in CONTOUR_LEVELS:
        mine = lines[np.isclose(lines[:, 0], 5.0 + level)]
        assert np.abs(mine[:, 3] - mine[:, 1]).sum() == pytest.approx(3.0)
