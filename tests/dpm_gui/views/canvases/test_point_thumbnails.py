"""Small images of points: where the canvas has them, and fuller where there are more."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from dpm_gui.views.canvases.points import HALF_WIDTH, SIDE, point_thumbnail


def alphas(image: QImage) -> NDArray[np.uint8]:
    """How opaque each pixel is, ``[H, W]``."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 3].copy()


@pytest.mark.parametrize(("x", "y", "right", "top"), [(2, 2, True, True), (-2, 2, False, True), (2, -2, True, False)])
def test_a_small_picture_has_its_points_where_the_canvas_has_them(x: float, y: float, right: bool, top: bool) -> None:
    rows, columns = np.nonzero(alphas(point_thumbnail(np.array([[x, y]], np.float32), "#0072B2")))
    assert ((columns > SIDE / 2).all(), (rows < SIDE / 2).all()) == (right, top)
    assert (len(rows), columns[0]) == (1, int((x / HALF_WIDTH + 1) * SIDE / 2))


def test_a_small_picture_leaves_out_what_is_outside_and_what_is_no_number() -> None:
    edge = HALF_WIDTH
    points = [(edge + 0.01, 0), (-edge - 0.01, 0), (0, 9e9), (np.nan, 0), (0, np.nan), (np.inf, 0)]
    assert not alphas(point_thumbnail(np.array(points, np.float32), "#0072B2")).any()
    assert alphas(point_thumbnail(np.array([(edge - 0.01, 0.01 - edge)], np.float32), "#0072B2"))[-1, -1]


def test_a_small_picture_is_fuller_where_more_points_are_and_has_the_hue() -> None:
    points = np.array([[0.0, 0.0]] + [[1.0, 1.0]] * 5, np.float32)
    image = point_thumbnail(points, "#D55E00")
    few, many = np.sort(alphas(image)[alphas(image) > 0])
    assert few < many
    full = point_thumbnail(np.zeros((100, 2), np.float32), "#D55E00")
    row, column = np.argwhere(alphas(full) == 255)[0]
    assert full.pixelColor(int(column), int(row)) == QColor("#D55E00")
