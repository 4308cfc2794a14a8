"""The item for many points: what is set is what is painted, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from dpm_gui.views.items.cloud import OPACITY, CloudItem

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)
SIDE = 60


@pytest.fixture
def plot(qtbot):
    """A plot without axes whose data coordinates are pixels, y upwards."""
    widget = pg.PlotWidget(background="w", enableMenu=False)
    qtbot.addWidget(widget)
    widget.hideButtons()
    widget.hideAxis("left")
    widget.hideAxis("bottom")
    widget.plotItem.layout.setContentsMargins(0, 0, 0, 0)
    widget.setRange(QRectF(0, 0, SIDE, SIDE), padding=0)
    widget.resize(SIDE, SIDE)
    widget.show()
    return widget


@pytest.fixture
def cloud(plot):
    item = CloudItem()
    plot.plotItem.vb.addItem(item, ignoreBounds=True)
    item.set_colours(None, np.array([RED], np.uint8))
    return item


def painted(plot: QWidget, scale: float = 1.0) -> np.ndarray:
    """Return the picture of ``plot`` [rows, columns, RGB]."""
    image = QImage(plot.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    QWidget.render(plot, image)
    values = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return values[:, :, 2::-1].copy()


def coloured(image: np.ndarray) -> np.ndarray:
    """Return rows and columns of the pixels that are not white."""
    return np.argwhere((image != 255).any(axis=2))


def points(*places: tuple[float, float]) -> np.ndarray:
    return np.array(places, np.float32).reshape(-1, 2)


def test_a_point_is_two_pixels_wide_and_lies_on_its_place(plot, cloud):
    cloud.set_points(points((20, 40)))
    pixels = coloured(painted(plot))
    assert len(pixels) == 4
    np.testing.assert_allclose(pixels.mean(axis=0), [SIDE - 40 - 0.5, 20 - 0.5], atol=1.0)


def test_a_point_is_three_pixels_wide_where_the_screen_has_two_to_one(plot, cloud):
    cloud.set_points(points((20, 40)))
    pixels = coloured(painted(plot, scale=2.0))
    assert len(pixels) == 9
    np.testing.assert_allclose(pixels.mean(axis=0), [2 * (SIDE - 40), 2 * 20], atol=1.0)


def test_a_point_lets_three_tenths_of_the_background_through(plot, cloud):
    cloud.set_points(points((20, 40)))
    image = painted(plot)
    row, column = coloured(image)[0]
    np.testing.assert_allclose(image[row, column], [255, 255 * (1 - OPACITY), 255 * (1 - OPACITY)], atol=2)


def test_points_on_one_place_add_up(plot, cloud):
    cloud.set_points(points((20, 40), (20, 40)))
    image = painted(plot)
    row, column = coloured(image)[0]
    assert image[row, column, 1] == pytest.approx(255 * (1 - OPACITY) ** 2, abs=3)


def test_each_point_takes_its_own_colour(plot, cloud):
    cloud.set_points(points((10, 30), (50, 30)))
    cloud.set_colours(np.array([1, 0], np.uint8), np.array([RED, BLUE], np.uint8))
    image = painted(plot)
    left, right = image[:, :30].reshape(-1, 3).min(axis=0), image[:, 30:].reshape(-1, 3).min(axis=0)
    assert left[0] < left[2]
    assert right[2] < right[0]
    np.testing.assert_array_equal(cloud.colours, [BLUE, RED])


def test_colours_of_too_few_points_wait(plot, cloud):
    cloud.set_colours(np.array([1], np.uint8), np.array([RED, BLUE], np.uint8))
    cloud.set_points(points((10, 30), (20, 30)))
    np.testing.assert_array_equal(cloud.colours, [RED, RED])
    cloud.set_points(points((10, 30)))
    np.testing.assert_array_equal(cloud.colours, [BLUE])


def test_of_more_colours_the_first_are_taken(plot, cloud):
    cloud.set_colours(np.array([1, 0, 1], np.uint8), np.array([RED, BLUE], np.uint8))
    cloud.set_points(points((10, 30), (20, 30)))
    np.testing.assert_array_equal(cloud.colours, [BLUE, RED])


def test_new_points_take_the_place_of_the_old(plot, cloud):
    cloud.set_points(points((10, 30)))
    painted(plot)
    cloud.set_points(points((50, 30)))
    assert (coloured(painted(plot))[:, 1] > 30).all()


def test_points_that_are_not_finite_or_far_away_are_left_out(plot, cloud):
    cloud.set_points(points((np.nan, 30), (np.inf, 30), (30, -np.inf), (1e30, 1e30), (20, 40)))
    assert len(coloured(painted(plot))) == 4


def test_no_points_paint_nothing(plot, cloud):
    cloud.set_points(points())
    assert not len(coloured(painted(plot)))


def test_points_grow_with_the_scale_of_lines(plot, cloud):
    cloud.set_points(points((20, 40)))
    cloud.set_size_scale(2.0)
    assert len(coloured(painted(plot))) == 16


def test_fifty_thousand_points_are_painted(plot, cloud):
    generator = np.random.default_rng(5)
    cloud.set_points(generator.uniform(0, SIDE, (50_000, 2)).astype(np.float32))
    assert len(coloured(painted(plot))) > 0.99 * SIDE * SIDE


def test_a_drawing_has_squares_and_no_pixels(plot, cloud):
    cloud.set_points(points((10, 30), (50, 30), (500, 30)))
    cloud.set_colours(np.array([1, 0, 0], np.uint8), np.array([RED, BLUE], np.uint8))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(SIDE, SIDE))
    painter = QPainter(generator)
    plot.render(painter)
    painter.end()
    drawing = bytes(QByteArray(buffer.data()).data()).decode()
    assert "<image" not in drawing
    assert 'fill="#0000ff"' in drawing
    assert 'fill="#ff0000"' in drawing
    assert "M9,29" in drawing
    assert "M49,29" in drawing
    assert "M499" not in drawing  # out of view
