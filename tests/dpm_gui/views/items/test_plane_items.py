"""What lies over and under the points: density, arrows, path, and the circles of the prior."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from pytestqt.qtbot import QtBot

from core.values.runs import DriftFrame
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.views.items.density import FULL_DENSITY, RADII, REACH, WIDTH, DensityItem, PriorItem, histogram, smoothed
from dpm_gui.views.items.drift import FACTORS, LONG_PERCENTILE, LONGEST_ARROW, DriftItem, factor
from dpm_gui.views.items.path import FanItem, PathItem, Track
from dpm_gui.views.items.view_item import CachedItem
from tests.support.pixels import rgb

SIZE = 100
RNG = np.random.default_rng(2)


def alphas(image: QImage) -> NDArray[np.uint8]:
    """How opaque each pixel is, ``[H, W]``."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., 3].copy()


def drawn(item: CachedItem, to_pixels: QTransform | None = None) -> NDArray[np.uint8]:
    """How opaque each pixel is that ``item`` draws on a transparent square."""
    image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    item.draw(painter, to_pixels or QTransform())
    painter.end()
    return alphas(image)


def arrow(tail: tuple[float, float], along: tuple[float, float]) -> DriftFrame:
    """One arrow, which is drawn in its own length."""
    return DriftFrame(1, np.array([tail], np.float32), np.array([along], np.float32))


def grid(drift: NDArray[np.float32], side: int = 5) -> DriftFrame:
    axis = np.linspace(-2.0, 2.0, side)
    places = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return DriftFrame(1, places.astype(np.float32), drift)


# ---------------------------------------------------------------------------------------------------------- density
def test_a_histogram_counts_every_point_in_its_cell_and_no_point_outside() -> None:
    points = RNG.normal(size=(3000, 2)).astype(np.float32)
    counts = histogram(points, (-1.0, -2.0), 0.25, (16, 8))
    edges = np.arange(17) * 0.25 - 2.0, np.arange(9) * 0.25 - 1.0
    expected, *_ = np.histogram2d(points[:, 1], points[:, 0], bins=edges)
    np.testing.assert_array_equal(counts, expected)


def test_points_that_are_nowhere_are_not_counted() -> None:
    points = np.array([[0.1, 0.1], [np.nan, 0.1], [np.inf, 0.1], [0.1, -np.inf]], np.float32)
    assert histogram(points, (0.0, 0.0), 1.0, (2, 2)).tolist() == [[1, 0], [0, 0]]


def test_smoothing_spreads_a_point_as_a_gaussian_and_loses_none_of_it() -> None:
    counts = np.zeros((41, 41), np.int64)
    counts[20, 22] = 7
    found = smoothed(counts)
    assert found.shape == (41 - 2 * REACH, 41 - 2 * REACH)
    assert found.sum() == pytest.approx(7, rel=1e-5)
    rows, columns = np.indices(found.shape)
    middle = 20 - REACH, 22 - REACH
    assert (found * rows).sum() / 7 == pytest.approx(middle[0])
    assert (found * columns).sum() / 7 == pytest.approx(middle[1])
    assert (found * (columns - middle[1]) ** 2).sum() / 7 == pytest.approx(WIDTH**2, rel=0.1)  # cut off at REACH


def test_a_shade_is_the_root_of_the_share_of_points_on_an_area(qtbot: QtBot) -> None:
    item = DensityItem()
    points = RNG.uniform(-3.0, 3.0, size=(200_000, 2)).astype(np.float32)
    item.show_points(points, QRectF(-2.0, -2.0, 4.0, 4.0), 0.01)
    expected = np.sqrt(1 / 36 / FULL_DENSITY) * 255  # an even density of 1/36
    assert item.image.mean() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("pixel", "least", "most"), [(4 / 200, 256, 260), (4 / 600, 300, 303), (4 / 4000, 320, 323)])
def test_the_plane_has_at_least_256_cells_a_side_and_no_more_than_can_be_smoothed(
    qtbot: QtBot, pixel: float, least: int, most: int
) -> None:
    item = DensityItem()
    item.show_points(np.zeros((1, 2), np.float32), QRectF(-2.0, -2.0, 4.0, 4.0), pixel)
    assert all(least <= side <= most for side in item.image.shape)


def test_twice_as_many_points_from_one_distribution_are_equally_dark(qtbot: QtBot) -> None:
    item, shown = DensityItem(), QRectF(-3.0, -3.0, 6.0, 6.0)
    points = RNG.normal(size=(1000, 2)).astype(np.float32)
    item.show_points(points, shown, 0.02)
    once = item.image.copy()
    item.show_points(np.concatenate([points, points]), shown, 0.02)
    np.testing.assert_array_equal(item.image, once)


def test_cells_stay_where_they_are_while_the_view_is_moved(qtbot: QtBot) -> None:
    item = DensityItem()
    points = RNG.uniform(-1.0, 1.0, size=(500, 2)).astype(np.float32)
    images = []
    for left in (-3.0, -2.95):  # a part of a cell farther on
        item.show_points(points, QRectF(left, -3.0, 6.0, 6.0), 0.02)
        images.append(item.image[item.image.any(axis=1)][:, item.image.any(axis=0)])
    np.testing.assert_array_equal(*images)


def test_the_density_is_the_hue_and_the_emptier_the_more_transparent(qtbot: QtBot) -> None:
    item = DensityItem()
    item.set_colour(LIGHT.reverse)
    assert {tuple(row) for row in item.lut[:, :3].tolist()} == {rgb(LIGHT.reverse)}
    np.testing.assert_array_equal(item.lut[:, 3], np.arange(256))


# ----------------------------------------------------------------------------------------------------------- arrows
@pytest.mark.parametrize("length", [1e-4, 0.003, 0.02, 0.4, 0.8, 30.0])
def test_long_arrows_are_as_long_as_a_cell_allows_and_their_factor_is_round(length: float) -> None:
    drift = RNG.normal(size=(25, 2))
    drift *= length / np.hypot(*drift.T).max()
    frame = grid(drift.astype(np.float32))
    chosen, cell = factor(frame), 4.0 / 5.0
    long = np.percentile(np.hypot(*frame.drift.T), LONG_PERCENTILE)
    assert chosen in FACTORS
    assert chosen * long <= LONGEST_ARROW * cell
    (next_factor,) = FACTORS[FACTORS.index(chosen) + 1 :][:1]
    assert next_factor * long > LONGEST_ARROW * cell


def test_a_few_arrows_that_are_no_numbers_change_nothing_for_the_others(qtbot: QtBot) -> None:
    drift = np.full((25, 2), 0.01, np.float32)
    expected = factor(grid(drift))
    drift[3], drift[7] = (np.nan, 0.0), (np.inf, -np.inf)
    assert factor(grid(drift)) == expected
    item = DriftItem()
    item.apply_palette(QColor("black"), 1.0)
    item.show_drift(grid(drift))
    assert drawn(item, QTransform(20, 0, 0, 20, 50, 50)).any()
    assert factor(grid(np.full((25, 2), np.nan, np.float32))) == 1.0


def test_an_arrow_reaches_from_its_tail_to_its_tip_and_its_head_is_at_the_tip(qtbot: QtBot) -> None:
    item = DriftItem()
    item.apply_palette(QColor("black"), 1.0)
    item.show_drift(arrow((20.0, 50.0), (50.0, 0.0)))
    columns = np.flatnonzero(drawn(item).any(axis=0))
    assert columns.min() == pytest.approx(20, abs=1)
    assert columns.max() == pytest.approx(69, abs=1)
    heights = (drawn(item) > 0).sum(axis=0)
    assert heights[:60].max() < heights[64:66].max()


def test_an_arrow_of_less_than_half_a_pixel_is_left_out(qtbot: QtBot) -> None:
    item = DriftItem()
    item.apply_palette(QColor("black"), 1.0)
    item.show_drift(arrow((50.0, 50.0), (0.3, 0.3)))
    assert not drawn(item).any()
    item.show_drift(arrow((50.0, 50.0), (3.0, 3.0)))
    assert drawn(item).any()
    item.show_drift(None)
    assert not drawn(item).any()


# ------------------------------------------------------------------------------------------------- path and prior
def path_item(path: list[tuple[float, float]], upto: int | None) -> PathItem:
    item = PathItem()
    item.apply_palette(LIGHT, QColor(LIGHT.reverse), 1.0)
    item.set_tracks([Track(np.array(path, np.float32), upto)])
    return item


def test_a_path_is_drawn_from_place_to_place(qtbot: QtBot) -> None:
    alpha = drawn(path_item([(20, 20), (80, 20), (80, 70)], 0))
    assert alpha[20, 20:80].min() > 200
    assert alpha[20:70, 80].min() > 200
    assert not alpha[40:, :70].any()


@pytest.mark.parametrize(
    ("ascending", "upto", "past"),
    [(True, None, [0, 1, 2, 3]), (True, 2, [0, 1, 2]), (False, 2, [3, 2]), (False, 0, [3, 2, 1, 0]), (False, 3, [3])],
)
def test_the_past_of_a_path_ends_at_its_dot_and_begins_where_its_process_does(
    qtbot: QtBot, ascending: bool, upto: int | None, past: list[int]
) -> None:
    item = PathItem(ascending=ascending)
    places = np.array([(20, 20), (80, 20), (80, 70), (20, 70)], np.float32)
    track = Track(places, upto)
    item.set_tracks([track])
    assert np.array_equal(item.past_of(track), places[past])


def test_places_that_are_no_numbers_are_left_out_of_a_path(qtbot: QtBot) -> None:
    item = path_item([(np.nan, 3), (20, 50), (-np.inf, 0), (80, 50), (0, np.nan)], 2)
    alpha = drawn(item)
    assert alpha[50, 20:80].min() > 200
    assert not alpha[:40].any()
    assert item.dot is None
    item.set_tracks([Track(item.places, 3)])
    assert item.dot == QPointF(80, 50)


@pytest.mark.parametrize("path", [[], [(50, 50)]])
def test_a_path_of_less_than_two_places_is_no_line(qtbot: QtBot, path: list[tuple[float, float]]) -> None:
    item = PathItem()
    item.apply_palette(LIGHT, QColor(LIGHT.reverse), 1.0)
    item.set_tracks([Track(np.array(path, np.float32).reshape(-1, 2), None)])
    assert not drawn(item).any()


def test_the_prior_is_circles_at_one_and_two_standard_deviations(qtbot: QtBot) -> None:
    item = PriorItem()
    item.apply_palette(LIGHT, 1.0)
    unit = 20.0
    alpha = drawn(item, QTransform(unit, 0, 0, unit, SIZE / 2, SIZE / 2))
    rows, columns = np.nonzero(alpha)
    radii = np.hypot(columns + 0.5 - SIZE / 2, rows + 0.5 - SIZE / 2) / unit
    nearest = np.abs(radii[:, None] - np.array(RADII)).min(axis=1)
    assert RADII == (1.0, 2.0)
    assert nearest.max() < 2.0 / unit
    for direction in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        for radius in RADII:
            column, row = (round(SIZE / 2 + radius * unit * part - 0.5) for part in direction)
            assert alpha[row - 1 : row + 2, column - 1 : column + 2].any()


def grabbed(item: PathItem, tracks: list[list[Track]]) -> NDArray[np.float64]:
    """Draw ``tracks`` one after the other in a plot, and return the pixels of the last ones, ``[H, W]``."""
    plot = pg.PlotWidget(background="w", enableMenu=False)
    plot.hideAxis("left")
    plot.hideAxis("bottom")
    plot.setRange(QRectF(0, 0, SIZE, SIZE), padding=0)
    plot.resize(SIZE, SIZE)
    item.apply_palette(LIGHT, QColor(LIGHT.reverse), 1.0)
    plot.addItem(item, ignoreBounds=True)
    image = QImage()
    for each in tracks:
        item.set_tracks(each)
        image = plot.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    found = pixels[:, : image.width()].astype(np.float64)
    plot.close()
    plot.deleteLater()
    return found


@pytest.mark.parametrize("ascending", [True, False])
def test_a_past_that_was_drawn_step_by_step_to_and_fro_is_that_drawn_at_once(qtbot: QtBot, ascending: bool) -> None:
    lines = [RNG.uniform(10, 90, size=(21, 2)).astype(np.float32) for _ in range(2)]
    moves = [*range(21), *range(20, 3, -1), 15, 2, 11]
    walked = grabbed(PathItem(ascending=ascending), [[Track(line, upto) for line in lines] for upto in moves])
    at_once = grabbed(PathItem(ascending=ascending), [[Track(line, 11) for line in lines]])
    assert at_once.min() < 100
    assert (abs(walked - at_once) > 64).mean() < 0.005  # joints apart
    other = grabbed(PathItem(ascending=ascending), [[Track(line, 4) for line in lines]])
    assert (abs(other - at_once) > 64).mean() > 0.02


@pytest.mark.parametrize("lost", [False, True])
def test_a_fan_is_drawn_as_its_lines_are_one_by_one(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, lost: bool) -> None:
    rng = np.random.default_rng(0)
    fan = np.cumsum(rng.normal(scale=0.3, size=(31, 8, 2)), axis=0).astype(np.float32)
    if lost:
        fan[10:12, 3] = np.nan

    def frames() -> list[QImage]:
        plot = pg.PlotWidget()
        plot.resize(200, 200)
        item = FanItem()
        item.set_colours(np.full((8, 4), 90, np.uint8), 1.0)
        plot.setXRange(-3, 3)
        plot.setYRange(-3, 3)
        plot.addItem(item)
        shown = []
        for upto in (30, 29, 28, 10, 9, 12, 13, 31, 0):
            item.show_fan(fan, upto)
            shown.append(plot.grab().toImage())
        plot.close()
        plot.deleteLater()
        return shown

    together = frames()
    monkeypatch.delattr(FanItem, "draw_past")
    one_by_one = frames()
    assert together == one_by_one
    assert all(image != together[0] for image in together[1:-2])
