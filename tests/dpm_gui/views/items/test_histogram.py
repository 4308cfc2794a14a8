"""The histogram of points on a line, and the curve of the prior."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QTransform
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import LIGHT
from dpm_gui.views.items.histogram import BIN, HOME_WIDTH, HistogramItem, PriorCurveItem, bin_width, density

VALUES = np.random.default_rng(2).normal(size=4000).astype(np.float32)


@pytest.mark.parametrize(("left", "right"), [(-2.8, 2.8), (-0.3, 0.11), (0.017, 40.0)])
def test_densities_are_shares_by_the_width_of_their_bin(left: float, right: float) -> None:
    edges, heights = density(VALUES, left, right)
    assert edges[0] <= left
    assert edges[-1] >= right
    expected, _ = np.histogram(VALUES.astype(np.float64), edges)
    np.testing.assert_allclose(heights * np.diff(edges) * len(VALUES), expected, atol=1.01)
    assert abs((heights * np.diff(edges)).sum() * len(VALUES) - expected.sum()) < 0.01


def test_bins_are_halved_with_the_view_and_stay_in_place_while_it_is_moved() -> None:
    assert bin_width(HOME_WIDTH) == BIN
    assert bin_width(HOME_WIDTH / 2) == BIN / 2
    one, other = density(VALUES, -1.0, 1.0)[0], density(VALUES, -0.93, 1.07)[0]
    assert np.isclose(other[:, None], one[None, :]).any(axis=1).sum() > len(one) - 4


def test_no_points_are_a_flat_histogram(qtbot: QtBot) -> None:
    item = HistogramItem()
    item.show_points(np.empty((0, 2), np.float32), QRectF(-1.0, 0.0, 2.0, 1.0), 0.01)
    assert not item.heights.any()


def test_the_prior_is_the_density_of_a_unit_normal_distribution(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    item = PriorCurveItem()
    item.apply_palette(LIGHT, 1.0)
    monkeypatch.setattr(item, "boundingRect", lambda: QRectF(-3.0, 0.0, 6.0, 0.5))
    image = QImage(300, 100, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    item.draw(painter, QTransform(50.0, 0.0, 0.0, -200.0, 150.0, 100.0))
    painter.end()
    alphas = np.frombuffer(image.constBits(), np.uint8).reshape(100, 300, 4)[..., 3].astype(float)
    heights = (100 - (alphas * (np.arange(100)[:, None] + 0.5)).sum(0) / alphas.sum(0)) / 200
    x = (np.arange(300) + 0.5 - 150) / 50
    np.testing.assert_allclose(heights, np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi), atol=0.006)
